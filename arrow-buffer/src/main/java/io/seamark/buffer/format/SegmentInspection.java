package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
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
  private final Indexing<E> index;
  private final Damages damages = new Damages();

  /** Sealed segments of which nothing can be read, and their sizes. */
  private final TreeMap<Long, Long> unreadable = new TreeMap<>();

  SegmentInspection(SegmentFolder folder, Indexing<E> index) {
    this.folder = folder;
    this.index = index;
  }

  /**
   * Opens a sealed segment by its summary, or reads all that can be read of one that has none or is
   * damaged; null if nothing can.
   */
  @Nullable Segment<E> sealed(long id, Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    long bytes;
    try (Disk.File file = folder.disk.open(path, false)) {
      bytes = file.size();
      SegmentRecords<E> records =
          SealedSegment.summed(name, file, id, folder.schema, index.names());
      if (records == null) {
        Damages found = new Damages();
        records = kept(whole(name, file, id, found));
        damaged(found);
      }
      if (records != null) {
        Segment<E> segment = new Segment<>(id, true, path, records);
        segment.bytes = bytes;
        unreadable.remove(id);
        return segment;
      }
    }
    unreadable.put(id, bytes);
    return null;
  }

  private @Nullable SegmentRecords<E> kept(SealedSegment.@Nullable Contents<E> contents) {
    return contents == null ? null : contents.kept(folder.schema);
  }

  /**
   * Reads all that can be read of a sealed segment.
   *
   * @param found gets what is damaged
   * @return null if nothing can be read
   */
  SealedSegment.@Nullable Contents<E> whole(String name, Disk.File file, long id, Damages found)
      throws IOException {
    SealedSegment.Contents<E> contents = null;
    try {
      contents = SealedSegment.open(name, file, id, index, found);
    } catch (DamagedRecordException e) {
      found.add(String.valueOf(e.getMessage()));
    }
    return contents == null || (contents.records().isEmpty() && !found.isEmpty()) ? null : contents;
  }

  /** Nothing of a segment can be read, as it turned out. */
  void unreadable(Segment<E> segment) {
    unreadable.put(segment.id, segment.bytes);
  }

  /** Reads a journal from a place on; what it finds damaged is yet to be told of. */
  Journal.Scan<E> journal(Segment<E> journal, Disk.File file, long from, long due, boolean open)
      throws IOException {
    return Journal.scan(journal.name(), file, from, due, journal.salt, open, index);
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
  OpenReport report(SegmentIndex<E> segments, long tornBytes) throws IOException {
    List<String> files = unreadableNames();
    for (String name : folder.asideNames()) {
      damaged(name + " is not read; once it is not needed it may be deleted");
      files.add(name);
    }
    return new OpenReport(
        segments.segmentCount(), segments.count(), tornBytes, damages.lines(), files);
  }

  /** A report with what was found since. */
  OpenReport since(OpenReport report) {
    Set<String> lines = new LinkedHashSet<>(report.damages());
    lines.addAll(damages.lines());
    Set<String> files = new LinkedHashSet<>(report.unreadable());
    files.addAll(unreadableNames());
    return new OpenReport(
        report.segments(),
        report.records(),
        report.tornBytes(),
        List.copyOf(lines),
        List.copyOf(files));
  }

  private List<String> unreadableNames() {
    List<String> files = new ArrayList<>();
    unreadable
        .keySet()
        .forEach(id -> files.add(String.valueOf(folder.sealedFile(id).getFileName())));
    return files;
  }
}
