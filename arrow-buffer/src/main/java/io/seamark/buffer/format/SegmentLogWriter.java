package io.seamark.buffer.format;

import io.seamark.durable.FolderLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.arrow.memory.OutOfMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that this process alone appends to and deletes from. Thread-safe.
 *
 * @param <E> what the index keeps of a record in memory
 */
public final class SegmentLogWriter<E> extends SegmentLog<E> {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLogWriter.class);

  private static final int MEMORY_UNIT = 1 << 16;

  private final LogLimits limits;
  private final FolderLock writerLock;
  private final GroupCommit<E> commit = new GroupCommit<>(lock, new Outcome());

  /** Memory that encoding may take still, in units; first come, first served. */
  private final Semaphore encoding;

  private ActiveJournal<E> active;
  private boolean closed;

  /** Why nothing could be stored the last time; empty if something was. */
  private volatile String failure = "";

  /** The most bytes that could not be stored since. */
  private int wanted;

  /** Where beginning the next segment failed: the journal's size at which to try again. */
  private long rollAgainAt;

  /** Recovers what is in the folder. The lock is released by {@link #close}. */
  SegmentLogWriter(
      SegmentFolder folder, RecordIndex<E> entries, LogLimits limits, FolderLock writerLock)
      throws IOException {
    super(folder, entries);
    this.limits = limits;
    this.writerLock = writerLock;
    this.encoding =
        new Semaphore((int) ((limits.memoryBytes() + MEMORY_UNIT - 1) / MEMORY_UNIT), true);
    SegmentRecovery.Recovered<E> recovered =
        SegmentRecovery.recover(folder, indexing, inspection, index, limits.seal());
    active = recovered.active();
    report = recovered.report();
  }

  /** Waits until no other thread is deleting segments or writing them anew: nobody else writes. */
  @Override
  public void refresh() {
    lock.lock();
    try {
      LOG.debug("{}: a segment was deleted while it was read", folder);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Appends a record, for which it may take as much memory as the limits allow for all records that
   * are encoded at a time: one after the other.
   *
   * @param row sets all columns but {@code sequence}
   * @return its sequence, once the record is on the disk
   * @throws IOException as {@link #append(long, Consumer)}
   */
  public long append(Consumer<RowWriter> row) throws IOException {
    return append(limits.memoryBytes(), row);
  }

  /**
   * Appends a record. Several threads may do so at once: their records are encoded side by side as
   * far as the memory goes, and share an fsync.
   *
   * @param memoryBytes direct memory that encoding the record may take, in bytes, as {@link
   *     RowWriter#memory} has it; of more than the limits allow it is that
   * @param row sets all columns but {@code sequence}
   * @return its sequence, once the record is on the disk
   * @throws IOException if it could not be made durable: then it is not in the log. After a failed
   *     fsync, what the disk holds is unknown: all records that waited for it fail, and the next
   *     call first recovers the folder, as opening does, and fails as long as that does.
   */
  public long append(long memoryBytes, Consumer<RowWriter> row) throws IOException {
    RecordFrame frame = encode(memoryBytes, row);
    Row encoded = frame.row(folder.schema);
    lock.lock();
    try {
      commit.awaitRoom();
      ActiveJournal<E> journal = stored(0, this::ready);
      long sequence = journal.due;
      int crc = frame.number(sequence, journal.segment.salt);
      // What cannot be indexed is not written.
      RecordAt<E> record =
          indexing.record(new RecordPlace(sequence, journal.end, frame.length(), crc), encoded);
      long at = stored(frame.length(), () -> write(journal, frame));
      commit.await(commit.written(journal, record.movedTo(at)));
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  private long write(ActiveJournal<E> journal, RecordFrame frame) throws IOException {
    try {
      return journal.write(frame);
    } catch (IOException e) {
      // Those before it are whole, and none of them may be taken back with it.
      commit.finish();
      if (active == journal) {
        journal.writingFailed(e);
      }
      throw new IOException("cannot append to " + folder + ": " + e.getMessage(), e);
    }
  }

  private final class Outcome implements GroupCommit.Outcome<E> {
    @Override
    public void forced(Segment<E> segment, RecordAt<E> record) {
      index.add(segment, record);
      index.advanceTo(record.sequence() + 1);
      failure = "";
      wanted = 0;
    }

    @Override
    public void failed(IOException why, int bytes) {
      SegmentLogWriter.this.failed(why, bytes);
    }
  }

  /** The journal that the next record goes into. */
  private ActiveJournal<E> ready() throws IOException {
    if (!goesOn(writable())) {
      commit.finish();
    }
    ActiveJournal<E> journal = writable();
    if (goesOn(journal)) {
      return journal;
    }
    if (journal.due != next()) {
      // Numbers were left out: the header of the next journal says so, a frame would not.
      return limits.seal() ? seal(journal) : leave(journal);
    }
    return roll(journal);
  }

  /** Whether the next record goes into this journal, behind those that are not forced yet. */
  private boolean goesOn(ActiveJournal<E> journal) {
    boolean full =
        journal.end >= limits.segmentBytes()
            || journal.segment.records.size() + commit.size() >= limits.segmentRecords();
    return journal.due >= next() && !(full && journal.end >= rollAgainAt);
  }

  /** Work of which the log depends on whether it can store. */
  private interface Storing<T> {
    T run() throws IOException;
  }

  private <T> T stored(int bytes, Storing<T> work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      failed(e, bytes);
      throw e;
    }
  }

  private void failed(IOException why, int bytes) {
    wanted = Math.max(wanted, bytes);
    failure = String.valueOf(why.getMessage());
  }

  /**
   * Why nothing can be stored now. Where storing has failed this looks whether it is possible
   * again, and recovers the log then.
   *
   * @return empty if nothing is known to keep from it
   */
  public String failure() {
    if (failure.isEmpty() || !lock.tryLock()) {
      return failure;
    }
    try {
      // What is being forced just now will say.
      if (!closed && commit.size() == 0) {
        stored(
            wanted,
            () -> {
              ActiveJournal<E> journal = writable();
              journal.probe(Journal.FRAME_HEADER + wanted);
              return journal;
            });
        failure = "";
        wanted = 0;
      }
    } catch (IOException e) {
      LOG.debug("{} cannot store yet: {}", folder, e.getMessage());
    } finally {
      lock.unlock();
    }
    return failure;
  }

  /** The record but for its number. Waits until there is memory for it. */
  private RecordFrame encode(long memoryBytes, Consumer<RowWriter> row) throws IOException {
    long most = Math.min(memoryBytes, limits.memoryBytes());
    int claim = (int) ((most + MEMORY_UNIT - 1) / MEMORY_UNIT);
    encoding.acquireUninterruptibly(claim);
    try (RowWriter writer = new RowWriter(folder.schema, most)) {
      writer.set("sequence", 0L);
      row.accept(writer);
      return writer.record();
    } catch (OutOfMemoryException e) {
      throw new IOException(
          "record needs more than the " + most + " bytes of memory that writing may take", e);
    } finally {
      encoding.release(claim);
    }
  }

  private ActiveJournal<E> writable() throws IOException {
    if (closed) {
      throw new IllegalStateException(folder + " is closed");
    }
    String why = active.failure;
    if (why != null) {
      try {
        recover();
      } catch (IOException e) {
        throw new IOException(
            folder + " accepts nothing yet, because " + why + "; recovering: " + e.getMessage(), e);
      }
      LOG.info("{} stores again; before, {}", folder, why);
    }
    return active;
  }

  /** Reads the folder anew, as opening does. What was dropped stays dropped. */
  private void recover() throws IOException {
    active.takeBack(folder.disk);
    SegmentIndex<E> known = index;
    SegmentIndex<E> found = new SegmentIndex<>(folder.schema);
    SegmentRecovery.Recovered<E> recovered =
        SegmentRecovery.recover(folder, indexing, inspection, found, limits.seal());
    for (Segment<E> segment : found.segments()) {
      for (long at = segment.records.ceiling(0); at >= 0; at = segment.records.ceiling(at + 1)) {
        if (known.find(at) == null) {
          strike(found, segment, at);
        }
      }
    }
    found.advanceTo(known.next());
    index = found;
    active = recovered.active();
    report = report.and(recovered.report());
    rollAgainAt = 0;
  }

  /**
   * Seals the journal: its records become an Arrow IPC file, and a new journal is begun. Does
   * nothing if the journal is empty; of one whose records were all dropped nothing is left.
   *
   * @throws IOException if that fails; the records are safe in the journal then
   */
  public void seal() throws IOException {
    lock.lock();
    try {
      commit.finish();
      ActiveJournal<E> journal = writable();
      if (!journal.segment.records.isEmpty() || journal.segment.dropped > 0) {
        seal(journal);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Goes on to the next segment; where that fails for want of space, not yet. */
  private ActiveJournal<E> roll(ActiveJournal<E> journal) throws IOException {
    try {
      return limits.seal() ? seal(journal) : leave(journal);
    } catch (IOException e) {
      if (journal.failure != null) {
        throw e;
      }
      if (active != journal) {
        // It has begun; only the old journal could not be closed or deleted, which opening will do.
        LOG.warn("{}: {} is left behind: {}", folder, journal.segment.name(), e.getMessage());
        return active;
      }
      LOG.warn("{}: cannot begin the next segment yet: {}", folder, e.getMessage());
      rollAgainAt = journal.end + limits.segmentBytes() / 4;
      return journal;
    }
  }

  /** Begins a new journal and leaves the old one as it is. */
  private ActiveJournal<E> leave(ActiveJournal<E> journal) throws IOException {
    ActiveJournal<E> fresh = folder.createJournal(journal.segment.id + 1, next());
    goOn(journal, fresh);
    return fresh;
  }

  private ActiveJournal<E> seal(ActiveJournal<E> journal) throws IOException {
    Segment<E> old = journal.segment;
    if (old.records.isEmpty()) {
      // All were dropped.
      ActiveJournal<E> fresh = leave(journal);
      folder.delete(old.file);
      index.remove(old);
      return fresh;
    }
    Segment<E> sealed = folder.seal(old, records(old), journal.file, indexing);
    ActiveJournal<E> fresh;
    try {
      fresh = folder.createJournal(old.id + 1, next());
    } catch (IOException e) {
      // Both files of the segment are there now; opening sorts that out, appending would not.
      journal.failure = "starting a new journal failed (" + e.getMessage() + ")";
      throw e;
    }
    index.put(sealed);
    sealed.left = old.file;
    goOn(journal, fresh);
    deleteLeft(sealed);
    return fresh;
  }

  /**
   * Deletes the journal of a sealed segment. It must be gone before the segment has fewer records:
   * opening would take the one that has more.
   */
  private void deleteLeft(Segment<E> sealed) throws IOException {
    Path left = sealed.left;
    if (left != null) {
      folder.delete(left);
      sealed.left = null;
    }
  }

  private void goOn(ActiveJournal<E> from, ActiveJournal<E> to) throws IOException {
    index.put(to.segment);
    active = to;
    rollAgainAt = 0;
    from.file.close();
  }

  /**
   * Deletes segments of whose records none is needed any more. The journal counts as one if it is
   * larger than a sixteenth of the segment size; it is begun anew in its place then, so that
   * deleting never needs room on the disk.
   *
   * @param sequence records from it on are needed
   * @param needed further ones
   * @return number of records that were deleted
   * @throws IOException if that fails
   */
  public int deleteBefore(long sequence, Set<Long> needed) throws IOException {
    lock.lock();
    try {
      if (isRestartable(writable(), sequence, needed)) {
        commit.finish();
      }
      ActiveJournal<E> journal = writable();
      Segment<E> current = journal.segment;
      int deleted = 0;
      boolean force = false;
      for (Segment<E> segment : index.segments()) {
        if (segment != current && isDone(segment, sequence, needed)) {
          deleteLeft(segment);
          folder.disk.delete(segment.file);
          deleted += segment.records.size();
          index.remove(segment);
          force = true;
        }
      }
      if (force) {
        folder.force();
      }
      if (commit.size() == 0 && isRestartable(journal, sequence, needed)) {
        journal.restart(folder.schema, next());
        deleted += current.records.size();
        index.clear(current);
        rollAgainAt = 0;
      }
      return deleted;
    } finally {
      lock.unlock();
    }
  }

  private boolean isRestartable(ActiveJournal<E> journal, long sequence, Set<Long> needed) {
    Segment<E> current = journal.segment;
    return !current.records.isEmpty()
        && current.bytes > limits.segmentBytes() / 16
        && isDone(current, sequence, needed);
  }

  private boolean isDone(Segment<E> segment, long sequence, Set<Long> needed) {
    return segment.records.isEmpty()
        || (segment.last() < sequence && needed.stream().noneMatch(segment.records::contains));
  }

  /**
   * Drops a record, wherever it is. Its bytes go with its segment, once that holds no other record,
   * or once dropped records are half of it: it is then written again without them. Until then the
   * record may be there again when the log is opened again.
   *
   * @param sequence its number; nothing happens if the log does not hold it
   * @throws IOException if its bytes should go and cannot; it is dropped nevertheless, unless its
   *     segment cannot be read
   */
  public void drop(long sequence) throws IOException {
    lock.lock();
    try {
      writable();
      Segment<E> segment = index.find(sequence);
      if (segment == null) {
        return;
      }
      strike(index, segment, sequence);
      if (segment.records.isEmpty()
          || segment.dropped > Math.max(segment.bytes / 2, segment.rewriteAt)) {
        rewrite(segment);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes a record off the index; its bytes count as dropped. */
  private void strike(SegmentIndex<E> from, Segment<E> segment, long sequence) throws IOException {
    RecordAt<E> record = record(segment, sequence);
    if (record != null) {
      from.remove(segment, record);
      segment.dropped += record.length();
    }
  }

  /**
   * The oldest record that has a value.
   *
   * @param column one that the schema counts by
   * @param value of that column
   * @return its sequence, or empty if there is none
   * @throws IOException if reading fails
   */
  public OptionalLong oldest(String column, String value) throws IOException {
    lock.lock();
    try {
      int counted = folder.schema.summary().counted(column);
      for (Segment<E> segment : index.segments()) {
        RecordCounts counts = segment.records.counts().get(counted);
        if (counts.has(value) || counts.others().records() > 0) {
          for (RecordAt<E> record : records(segment)) {
            if (record.keys().counted().get(counted).equals(value)
                && segment.records.contains(record.sequence())) {
              return OptionalLong.of(record.sequence());
            }
          }
        }
      }
      return OptionalLong.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drops records, and their bytes at once: a segment that has no other record is deleted, which
   * takes no room on the disk, and one that has is written again without them.
   *
   * @param sequences their numbers; those that the log does not hold count for nothing
   * @throws IOException if the bytes of some cannot go; all are dropped nevertheless, and {@link
   *     #compact} tries again
   */
  public void dropAll(Collection<Long> sequences) throws IOException {
    lock.lock();
    try {
      commit.finish();
      writable();
      Set<Segment<E>> touched = new LinkedHashSet<>();
      for (long sequence : sequences) {
        Segment<E> segment = index.find(sequence);
        if (segment != null) {
          strike(index, segment, sequence);
          touched.add(segment);
        }
      }
      if (touched.contains(active.segment)) {
        seal(active);
      }
      compact(touched);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes the sealed segment with the most bytes of dropped records again without them, if they
   * are at least a quarter of it.
   *
   * @return whether there was one
   * @throws IOException if that fails
   */
  public boolean reclaim() throws IOException {
    lock.lock();
    try {
      writable();
      Segment<E> most = null;
      for (Segment<E> segment : index.segments()) {
        if (segment.sealed
            && !segment.asIs
            && segment.dropped >= segment.bytes / 4
            && segment.dropped > segment.rewriteAt
            && segment.dropped > (most == null ? 0 : most.dropped)) {
          most = segment;
        }
      }
      return most != null && rewrite(most);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Which files hold bytes of dropped records still: segments that cannot be written again, since
   * another record of theirs is damaged, and what was set aside because it could not be read.
   *
   * @return names, ascending
   * @throws IOException if the folder cannot be read
   */
  public List<String> remains() throws IOException {
    lock.lock();
    try {
      Set<String> names = new TreeSet<>(folder.asideNames());
      for (Segment<E> segment : index.segments()) {
        if (segment.dropped > 0) {
          names.add(segment.name());
        }
      }
      return List.copyOf(names);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes every sealed segment that has dropped records again without them.
   *
   * @return number of segments
   * @throws IOException if that fails; nothing is lost
   */
  public int compact() throws IOException {
    lock.lock();
    try {
      commit.finish();
      writable();
      return compact(index.segments());
    } finally {
      lock.unlock();
    }
  }

  /** One that fails keeps none of the others from it. */
  private int compact(Collection<Segment<E>> segments) throws IOException {
    IOException failed = null;
    int written = 0;
    for (Segment<E> segment : segments) {
      try {
        if (segment.dropped > 0 && segment.sealed && segment.records.isEmpty()) {
          deleteEmpty(segment);
        } else if (segment.dropped > 0 && rewrite(segment)) {
          written++;
        }
      } catch (IOException e) {
        LOG.warn("{}: {} keeps its dropped records: {}", folder, segment.name(), e.getMessage());
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
    return written;
  }

  /**
   * Reads every sealed segment and writes those that are damaged again, with the records that are
   * whole. The damaged file's bytes stay beside it.
   *
   * @return the segments written
   * @throws IOException if reading or writing fails; nothing is lost
   */
  public List<RepairedSegment> repair() throws IOException {
    lock.lock();
    try {
      commit.finish();
      writable();
      return new SegmentRepair<>(folder, indexing, inspection, index).all();
    } finally {
      lock.unlock();
    }
  }

  /** The segment is known until it is gone: nobody else would try again. */
  private void deleteEmpty(Segment<E> segment) throws IOException {
    deleteLeft(segment);
    folder.delete(segment.file);
    index.remove(segment);
  }

  private boolean rewrite(Segment<E> segment) throws IOException {
    if (segment.records.isEmpty() && segment != active.segment) {
      deleteEmpty(segment);
      return true;
    }
    if (!segment.sealed || segment.asIs) {
      return false;
    }
    try (Disk.File from = folder.disk.open(segment.file, false)) {
      deleteLeft(segment);
      int expected = segment.records.size();
      List<RecordAt<E>> left =
          records(segment).stream()
              .filter(record -> segment.records.contains(record.sequence()))
              .toList();
      if (left.isEmpty() || left.size() < expected) {
        throw new DamagedRecordException(
            (expected - left.size()) + " of its records cannot be read");
      }
      Segment<E> sealed = folder.writeTemporary(segment, left, from, indexing);
      folder.renameTemporary(sealed);
      index.put(sealed);
      folder.force();
      return true;
    } catch (DamagedRecordException e) {
      // What is damaged might be mended yet, so it is not thrown away.
      segment.asIs = true;
      LOG.warn("{}: {} keeps its dropped records: {}", folder, segment.name(), e.getMessage());
      return false;
    } catch (IOException e) {
      // Tried again once as much has been dropped again, and not at each record.
      segment.rewriteAt = 2 * segment.dropped;
      throw e;
    }
  }

  /**
   * Leaves numbers out: the next record gets at least this sequence.
   *
   * @param sequence any number
   */
  public void advanceTo(long sequence) {
    lock.lock();
    try {
      index.advanceTo(sequence);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The sealed segment that is oldest.
   *
   * @return the sequence after its last record, or -1 if no segment is sealed
   */
  public long endOfOldestSealed() {
    lock.lock();
    try {
      return index.segments().stream()
          .filter(s -> s.sealed && !s.records.isEmpty())
          .mapToLong(s -> s.last() + 1)
          .findFirst()
          .orElse(-1);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        commit.finish();
        active.file.close();
        closed = true;
      }
    } finally {
      try {
        writerLock.close();
      } finally {
        lock.unlock();
      }
    }
  }
}
