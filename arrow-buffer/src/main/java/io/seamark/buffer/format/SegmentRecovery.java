package io.seamark.buffer.format;

import io.seamark.buffer.format.SegmentFolder.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a folder into the form in which it is appended to, after a clean stop or a crash at any
 * moment: every segment but the last is sealed (in a log that seals), the last is a journal that
 * ends with a whole record. Nothing that could be read is lost on the way, and nothing that could
 * not is deleted. Used once, by the folder's one writer.
 */
final class SegmentRecovery<E> {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

  private final SegmentFolder folder;
  private final SegmentInspection<E> inspection;
  private final Indexing<E> indexing;
  private final SegmentIndex<E> index;
  private final boolean seal;
  private final List<Finished<E>> finished = new ArrayList<>();
  private @Nullable ActiveJournal<E> active;
  private long torn;

  /** A journal whose whole records are sealed. */
  private record Finished<E>(Segment<E> journal, Journal.Scan<E> scan) {}

  /** The folder is ready: the journal to append to, and what was found. */
  record Recovered<E>(ActiveJournal<E> active, OpenReport report) {}

  private SegmentRecovery(
      SegmentFolder folder,
      Indexing<E> indexing,
      SegmentInspection<E> inspection,
      SegmentIndex<E> index,
      boolean seal) {
    this.folder = folder;
    this.indexing = indexing;
    this.inspection = inspection;
    this.index = index;
    this.seal = seal;
  }

  /**
   * Recovers a folder that this process has locked.
   *
   * @param inspection gets what is damaged
   * @param index gets what is found; empty yet
   * @param seal whether full journals are sealed
   */
  static <E> Recovered<E> recover(
      SegmentFolder folder,
      Indexing<E> indexing,
      SegmentInspection<E> inspection,
      SegmentIndex<E> index,
      boolean seal)
      throws IOException {
    SegmentRecovery<E> recovery = new SegmentRecovery<>(folder, indexing, inspection, index, seal);
    try {
      return recovery.recover();
    } catch (IOException | RuntimeException | Error e) {
      recovery.closeActive(e);
      throw e;
    }
  }

  private Recovered<E> recover() throws IOException {
    folder.deleteTemporary();
    NavigableMap<Long, Found> found = folder.find();
    for (Map.Entry<Long, Found> entry : found.entrySet()) {
      boolean latest = entry.getKey().equals(found.lastKey());
      recover(entry.getKey(), entry.getValue(), latest);
    }
    ActiveJournal<E> journal =
        active != null ? active : begin(found.isEmpty() ? 0 : found.lastKey() + 1);
    // Last: where recovering fails before, whoever has the log open reads the journals still.
    for (Finished<E> each : finished) {
      finishWith(each.journal(), each.scan());
    }
    OpenReport report = inspection.report(index, torn);
    if (torn > 0) {
      LOG.warn("{}: {} torn bytes left out", folder, torn);
    }
    return new Recovered<>(journal, report);
  }

  private void closeActive(Throwable why) {
    try {
      if (active != null) {
        active.file.close();
      }
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private ActiveJournal<E> begin(long id) throws IOException {
    ActiveJournal<E> journal = folder.createJournal(id, index.next());
    active = journal;
    index.put(journal.segment);
    return journal;
  }

  /** Reads a segment and brings it into its final form. */
  private void recover(long id, Found found, boolean latest) throws IOException {
    Segment<E> sealed = found.sealed() == null ? null : inspection.sealed(id, found.sealed());
    if (found.journal() == null) {
      if (sealed != null) {
        index.put(sealed);
      }
      return;
    }
    if (sealed == null && found.sealed() != null) {
      // The journal will be sealed under its name.
      folder.setAside(found.sealed());
      inspection.gone(id);
    }
    HeldRecords<E> records = new HeldRecords<>(folder.schema);
    Segment<E> journal = new Segment<>(id, false, found.journal(), records);
    Disk.File file = folder.disk.open(journal.file, true);
    try {
      recover(sealed, journal, file, latest);
    } finally {
      if (active == null || active.file != file) {
        file.close();
      }
    }
  }

  private void recover(
      @Nullable Segment<E> sealed, Segment<E> journal, Disk.File file, boolean latest)
      throws IOException {
    Journal.Scan<E> scan = inspection.journal(journal, file, 0, index.next(), latest);
    if (isBeyondUse(scan, file.size())) {
      leaveAlone(journal, scan);
      index.advanceTo(scan.next());
      if (sealed != null) {
        index.put(sealed);
      }
      return;
    }
    if (sealed != null && sealed.records.size() >= scan.records().size()) {
      // The crash came between sealing and deleting: the journal has no more to say.
      index.put(sealed);
      file.close();
      finished.add(new Finished<>(journal, scan));
      return;
    }
    journal.records = new HeldRecords<>(folder.schema, scan.records());
    journal.bytes = scan.end();
    journal.salt = scan.salt();
    inspection.damaged(scan.damages());
    long tornHere = file.size() - scan.end();
    torn += tornHere + scan.torn();
    index.advanceTo(scan.next());
    // What is appended has every column and a salt, and the records of a segment are alike.
    if (latest && scan.end() > 0 && scan.isGapless() && scan.current()) {
      cut(file, scan);
      index.put(journal);
      active = new ActiveJournal<>(journal, file, scan.end(), scan.next());
      if (sealed != null) {
        leaveToJournal(sealed, journal);
      }
    } else if (!latest && !seal && tornHere == 0 && scan.isGapless()) {
      index.put(journal);
    } else {
      if (!journal.records.isEmpty()) {
        index.put(folder.seal(journal, scan.records(), file, indexing));
      }
      if (latest) {
        begin(journal.id + 1);
      }
      file.close();
      finished.add(new Finished<>(journal, scan));
    }
  }

  /** Takes a journal away whose whole records are sealed. */
  private void finishWith(Segment<E> journal, Journal.Scan<E> scan) throws IOException {
    if (scan.damages().isEmpty()) {
      folder.delete(journal.file);
    } else {
      // What is damaged might be mended yet.
      folder.setAside(journal.file);
    }
  }

  /** Whether a journal has bytes that were no torn write and yet no record. */
  private boolean isBeyondUse(Journal.Scan<E> scan, long size) {
    boolean isMoreThanAHeader = size > Journal.header(folder.schema, 0, 0, 1).length;
    return scan.foreign()
        || (scan.records().isEmpty()
            && (!scan.damages().isEmpty() || (scan.end() == 0 && isMoreThanAHeader)));
  }

  /** Takes a journal of which nothing can be read out of the way, as it is. */
  private void leaveAlone(Segment<E> journal, Journal.Scan<E> scan) throws IOException {
    inspection.damaged(scan.damages());
    if (scan.foreign()) {
      inspection.foreign(journal);
    } else {
      inspection.damaged(journal.name() + " is damaged beyond use: no record of it can be read");
    }
    folder.setAside(journal.file);
  }

  /** Cuts a journal behind its last whole record, and makes sure of the last ones. */
  private void cut(Disk.File file, Journal.Scan<E> scan) throws IOException {
    if (file.size() > scan.end()) {
      file.truncate(scan.end());
    }
    // After a failed fsync a record may be readable and yet never reach the disk: the pages count
    // as
    // clean. Only those that were not forced can be such, so they are written again.
    for (RecordAt<E> record : scan.records()) {
      if (record.sequence() >= scan.next() - Journal.MAX_UNFORCED) {
        byte[] message = file.read(record.at(), record.length());
        file.write(
            JournalFrames.frame(record.sequence(), message, scan.salt()),
            record.at() - Journal.FRAME_HEADER);
      }
    }
    file.force();
  }

  /**
   * Takes a sealed file out of the way of its journal, which holds more records and goes on: a
   * crash came after it was sealed without those that had been dropped. Readers would read it and
   * not look at the journal.
   */
  private void leaveToJournal(Segment<E> sealed, Segment<E> journal) throws IOException {
    if (sealed.records.isEmpty() || sealed.last() <= journal.last()) {
      folder.delete(sealed.file);
    } else {
      // The journal has lost its end since; what only the sealed file has is not thrown away.
      folder.setAside(sealed.file);
    }
  }
}
