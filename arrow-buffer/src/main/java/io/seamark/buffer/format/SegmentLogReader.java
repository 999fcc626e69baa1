package io.seamark.buffer.format;

import io.seamark.buffer.format.SegmentFolder.Found;
import io.seamark.buffer.format.SegmentIndex.Located;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * A log that another opens for writing, in this process or another, as it was at the last {@link
 * #refresh}. Changes nothing on the disk. Thread-safe.
 *
 * @param <E> what the index keeps of a record in memory
 */
public final class SegmentLogReader<E> extends SegmentLog<E> {
  private final SegmentInspection<E> inspection;

  SegmentLogReader(SegmentFolder folder, RecordIndex<E> entries) {
    super(folder);
    inspection = new SegmentInspection<>(folder, entries);
  }

  @Override
  public void refresh() throws IOException {
    lock.lock();
    try {
      for (int attempt = 0; ; attempt++) {
        try {
          readFolder();
          return;
        } catch (NoSuchFileException | FileNotFoundException e) {
          // The writer sealed or deleted a file after it was listed: list again.
          if (attempt == 8) {
            throw e;
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void readFolder() throws IOException {
    NavigableMap<Long, Found> found = folder.find();
    for (Map.Entry<Long, Found> entry : found.entrySet()) {
      boolean latest = entry.getKey().equals(found.lastKey());
      readSegment(entry.getKey(), entry.getValue(), latest);
    }
    for (Segment<E> segment : index.segments()) {
      if (!found.containsKey(segment.id)) {
        index.remove(segment);
      }
    }
    inspection.onlyThere(found.keySet());
    // Never forced, or being written just now.
    long open =
        index.segments().stream()
            .filter(segment -> !segment.sealed)
            .mapToLong(segment -> segment.bytes - segment.scannedTo + segment.torn)
            .sum();
    report = inspection.report(index, open);
  }

  private void readSegment(long id, Found found, boolean latest) throws IOException {
    Segment<E> known = index.segment(id);
    Segment<E> sealed = null;
    if (found.sealed() != null && isNew(id, known, found.sealed())) {
      sealed = inspection.sealed(id, found.sealed());
    }
    if (sealed != null) {
      index.put(sealed);
      if (known != null) {
        index.removeLeft(known);
      }
    } else if (found.journal() != null && (known == null || !known.sealed)) {
      follow(known != null ? known : new Segment<>(id, false, found.journal()), latest);
    } else if (found.journal() != null && known != null && found.sealed() == null) {
      // The writer went on with the journal: its recovery left the sealed file to it.
      follow(new Segment<>(id, false, found.journal()), latest);
      index.removeLeft(known);
    }
  }

  /**
   * Whether a sealed segment is to be read: one that is not known, that was written again without
   * dropped records, or that could not be read and has another size now.
   */
  private boolean isNew(long id, @Nullable Segment<E> known, Path file) throws IOException {
    Long before = inspection.unreadableBytes(id);
    if (before == null && known != null && known.sealed) {
      before = known.bytes;
    }
    return before == null || folder.disk.size(file) != before;
  }

  /** Reads on in a journal from where the last look ended. */
  private void follow(Segment<E> journal, boolean latest) throws IOException {
    try (Disk.File file = folder.disk.open(journal.file, false)) {
      long size = file.size();
      if (size < journal.scannedTo) {
        forget(journal);
      }
      if (journal.scannedTo == 0) {
        journal.due = 0;
      }
      Journal.Scan<E> scan =
          inspection.journal(journal, file, journal.scannedTo, journal.due, latest);
      journal.scannedTo = scan.end();
      journal.due = scan.next();
      journal.salt = scan.salt();
      journal.bytes = size;
      journal.torn += scan.torn();
      inspection.damaged(scan.damages());
      if (scan.foreign()) {
        inspection.foreign(journal);
      }
      index.follow(journal, scan.records());
      index.advanceTo(scan.next());
    }
  }

  @Override
  boolean lookAgain(Located<E> before) throws IOException {
    if (before.segment().sealed) {
      return super.lookAgain(before);
    }
    // From its start, should the writer have cut it and gone on.
    lock.lock();
    try {
      Segment<E> segment = index.segment(before.segment().id);
      if (segment != null && !segment.sealed) {
        forget(segment);
      }
    } finally {
      lock.unlock();
    }
    refresh();
    return true;
  }

  private void forget(Segment<E> journal) {
    index.removeRecords(journal);
    journal.records.clear();
    journal.scannedTo = 0;
    journal.torn = 0;
  }

  /** Does nothing: files are open only while they are read. */
  @Override
  public void close() {
    // Nothing is held.
  }
}
