package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of a log for its index, and keeps what is wrong with them; each thing is logged
 * once. Guarded by the log's lock.
 */
final class SegmentInspection<E> {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentInspection.class);

  private final SegmentFolder folder;
  private final RecordIndex<E> entries;
  private final Damages damages = new Damages();

  /** Sealed segments of which nothing can be read, and their sizes. */
  private final TreeMap<Long, Long> unreadable = new TreeMap<>();

  SegmentInspection(SegmentFolder folder, RecordIndex<E> entries) {
    this.folder = folder;
    this.entries = entries;
  }

  /** Reads a sealed segment; null if nothing of it can be read. */
  @Nullable Segment<E> sealed(long id, Path path) throws IOException {
    Segment<E> segment = new Segment<>(id, true, path);
    try (Disk.File file = folder.disk.open(path, false)) {
      segment.bytes = file.size();
      Damages found = new Damages();
      List<RecordAt<E>> read =
          SealedSegment.open(segment.name(), file, id, folder.schema, entries, found);
      damaged(found);
      if (!read.isEmpty() || found.isEmpty()) {
        segment.records.addAll(read);
        unreadable.remove(id);
        return segment;
      }
    } catch (DamagedRecordException e) {
      damaged(String.valueOf(e.getMessage()));
    }
    unreadable.put(id, segment.bytes);
    return null;
  }

  /** Reads a journal from a place on; what it finds damaged is yet to be told of. */
  Journal.Scan<E> journal(Segment<E> journal, Disk.File file, long from, long due, boolean open)
      throws IOException {
    return Journal.scan(
        journal.name(), file, from, due, journal.salt, open, folder.schema, entries);
  }

  void damaged(String line) {
    if (damages.add(line)) {
      LOG.warn("{}: {}", folder, line);
    }
  }

  void damaged(Damages found) {
    found.lines().forEach(this::damaged);
  }

  void foreign(Segment<E> journal) {
    damaged(journal.name() + " is no journal of Seamark's: it does not begin as one");
  }

  /** Size of a sealed segment that could not be read; null if it could, or was not looked at. */
  @Nullable Long unreadableBytes(long id) {
    return unreadable.get(id);
  }

  /** The file of that segment is no longer there under its name. */
  void gone(long id) {
    unreadable.remove(id);
  }

  /** No other segments than these are there. */
  void onlyThere(Set<Long> ids) {
    unreadable.keySet().retainAll(ids);
  }

  /** What is known by now. */
  OpenReport report(SegmentIndex<E> index, long tornBytes) throws IOException {
    List<String> files = new ArrayList<>();
    unreadable
        .keySet()
        .forEach(id -> files.add(String.valueOf(folder.sealedFile(id).getFileName())));
    for (String name : folder.asideNames()) {
      damaged(name + " is not read; once it is not needed it may be deleted");
      files.add(name);
    }
    return new OpenReport(index.segmentCount(), index.count(), tornBytes, damages.lines(), files);
  }
}
