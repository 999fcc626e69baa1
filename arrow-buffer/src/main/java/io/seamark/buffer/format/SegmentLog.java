package io.seamark.buffer.format;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only log of rows in a folder, as the package describes it. One process writes, any
 * number read. Thread-safe.
 *
 * <p>What it promises: once {@link #append} returns, the record outlives the process and the
 * machine's power; a record is read back as it was written or not at all; and whatever is wrong
 * with one record costs no other.
 *
 * @param <E> what the index keeps of a record in memory
 */
public final class SegmentLog<E> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
  private static final Pattern NAME = Pattern.compile("(\\d{10,19})\\.(arrow|journal)");
  private static final Pattern SET_ASIDE =
      Pattern.compile(NAME.pattern() + "(\\.\\d+)?\\.unreadable");
  private static final String SEALED = "arrow";
  private static final String TEMPORARY = ".tmp";

  /** Added to the name of a file that cannot be read and is in the way. */
  private static final String UNREADABLE = ".unreadable";

  private final Path folder;
  private final RowSchema schema;
  private final RecordIndex<E> index;
  private final LogLimits limits;
  private final Disk disk;
  private final @Nullable WriterLock writerLock;

  private final ReentrantLock lock = new ReentrantLock();
  private final ConcurrentNavigableMap<Long, Located<E>> records = new ConcurrentSkipListMap<>();
  private final TreeMap<Long, Segment<E>> segments = new TreeMap<>();

  /** Sealed segments of which nothing can be read, and their sizes. */
  private final TreeMap<Long, Long> unreadable = new TreeMap<>();

  private final Damages damages = new Damages();
  private OpenReport report = new OpenReport(0, 0, 0, List.of(), List.of());
  private volatile long next;

  /** The journal that is appended to; null in a reader and after a failure. */
  private @Nullable Active<E> active;

  private @Nullable String failure;

  /** Where beginning the next segment failed: the journal's size at which to try again. */
  private long rollAgainAt;

  /** Keeps other writers out, in this process and others. */
  private record WriterLock(FileChannel channel, FileLock lock) {
    void release() throws IOException {
      lock.release();
      channel.close();
    }
  }

  private record Located<E>(Segment<E> segment, RecordAt<E> record) {}

  private static final class Active<E> {
    final Segment<E> segment;
    final Disk.File file;
    long end;

    Active(Segment<E> segment, Disk.File file, long end) {
      this.segment = segment;
      this.file = file;
      this.end = end;
    }
  }

  private static final class Segment<E> {
    final long id;
    final boolean sealed;
    final Path file;
    final List<RecordAt<E>> records = new ArrayList<>();
    long bytes;

    /** Bytes of records that were dropped and are in the file still. */
    long dropped;

    /** Whether it cannot be written without them, since one of its records is damaged. */
    boolean asIs;

    /** How far a reader has scanned a journal, and the sequence due there. */
    long scannedTo;

    long due;

    Segment(long id, boolean sealed, Path file) {
      this.id = id;
      this.sealed = sealed;
      this.file = file;
    }

    String name() {
      return String.valueOf(file.getFileName());
    }
  }

  /** Names of the files of one segment id. */
  private record Found(@Nullable Path sealed, @Nullable Path journal) {}

  private SegmentLog(
      Path folder,
      RowSchema schema,
      RecordIndex<E> index,
      LogLimits limits,
      Disk disk,
      @Nullable WriterLock writerLock) {
    this.folder = folder;
    this.schema = schema;
    this.index = index;
    this.limits = limits;
    this.disk = disk;
    this.writerLock = writerLock;
  }

  /**
   * Opens a log for appending and reading, creating the folder if there is none. Finishes what a
   * crash interrupted, and cuts a torn end off the journal; {@link #report} says what was found. A
   * file of which nothing can be read costs no more than itself: the rest opens, and the file stays
   * as it is.
   *
   * @param folder the log's own
   * @param schema columns of the records; the first is {@code sequence}
   * @param index makes the entries kept in memory
   * @param limits how large its parts may grow
   * @param disk the file operations
   * @param <E> what the index keeps of a record
   * @return to be closed
   * @throws IOException if another writer has it open, if it holds another kind or version, or if
   *     reading or writing fails
   */
  public static <E> SegmentLog<E> open(
      Path folder, RowSchema schema, RecordIndex<E> index, LogLimits limits, Disk disk)
      throws IOException {
    Files.createDirectories(folder);
    WriterLock writerLock = lock(folder);
    SegmentLog<E> log = new SegmentLog<>(folder, schema, index, limits, disk, writerLock);
    boolean opened = false;
    try {
      log.recover();
      opened = true;
    } finally {
      if (!opened) {
        log.close();
      }
    }
    if (log.report.tornBytes() > 0) {
      LOG.warn("{}: {} torn bytes cut", folder, log.report.tornBytes());
    }
    return log;
  }

  /**
   * Opens a log for reading, beside a writer in this or another process. A folder that is not there
   * is an empty log.
   *
   * @param folder the log's own
   * @param schema columns of the records
   * @param index makes the entries kept in memory
   * @param limits how large its parts may grow
   * @param disk the file operations
   * @param <E> what the index keeps of a record
   * @return to be closed
   * @throws IOException if it holds another kind or version, or if reading fails
   */
  public static <E> SegmentLog<E> openReadOnly(
      Path folder, RowSchema schema, RecordIndex<E> index, LogLimits limits, Disk disk)
      throws IOException {
    SegmentLog<E> log = new SegmentLog<>(folder, schema, index, limits, disk, null);
    log.refresh();
    return log;
  }

  private static WriterLock lock(Path folder) throws IOException {
    Path file = folder.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock fileLock;
    try {
      fileLock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      fileLock = null;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (fileLock == null) {
      channel.close();
      throw new IOException(
          "buffer folder " + folder + " is open for writing already; one process may write to it");
    }
    return new WriterLock(channel, fileLock);
  }

  /**
   * What opening found.
   *
   * @return a value that later work does not change; for a reader, what its last {@link #refresh}
   *     found
   */
  public OpenReport report() {
    lock.lock();
    try {
      return report;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The lowest sequence that is there.
   *
   * @return {@link #next} if the log is empty
   */
  public long first() {
    Map.Entry<Long, ?> entry = records.firstEntry();
    return entry == null ? next : entry.getKey();
  }

  /**
   * The sequence that the next record gets.
   *
   * @return at least 0
   */
  public long next() {
    return next;
  }

  /**
   * Whether a record is there.
   *
   * @param sequence its number
   * @return false if it was never there, was deleted or is lost to damage
   */
  public boolean contains(long sequence) {
    return records.containsKey(sequence);
  }

  /**
   * The first record that is there at or after a sequence.
   *
   * @param sequence any number
   * @return its sequence, or {@link #next} if there is none
   */
  public long ceiling(long sequence) {
    Long key = records.ceilingKey(sequence);
    return key == null ? next : key;
  }

  /**
   * Number of records from a sequence on.
   *
   * @param sequence any number
   * @return at least 0
   */
  public int countFrom(long sequence) {
    return records.tailMap(sequence).size();
  }

  /**
   * Size of the log's files.
   *
   * @return bytes
   */
  public long bytes() {
    lock.lock();
    try {
      return segments.values().stream().mapToLong(s -> s.bytes).sum();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The index entries in the order of their sequences.
   *
   * @return a view of the log at about this time
   */
  public Stream<E> entries() {
    return records.values().stream().map(located -> located.record().entry());
  }

  /**
   * Appends a record.
   *
   * @param row sets all columns but {@code sequence}
   * @return its sequence, once the record is on the disk
   * @throws IOException if it could not be made durable: then it is not in the log. After a failed
   *     fsync nothing more is accepted until the log is opened again, since what the disk holds is
   *     unknown.
   */
  public long append(Consumer<RowWriter> row) throws IOException {
    lock.lock();
    try {
      Active<E> journal = writable();
      boolean full =
          journal.end >= limits.segmentBytes()
              || journal.segment.records.size() >= limits.segmentRecords();
      if (full && journal.end >= rollAgainAt) {
        journal = roll(journal);
      }
      long sequence = next;
      byte[] message = encode(sequence, row);
      Row written = Row.ofBatch(schema, message, Row.MAX_CONTENT);
      E entry = index.entry(sequence, written);
      appendFrame(journal, sequence, message);
      RecordAt<E> record =
          new RecordAt<>(
              sequence,
              journal.end + Journal.FRAME_HEADER,
              message.length,
              Checksums.crc32c(message),
              entry);
      journal.end += Journal.FRAME_HEADER + message.length;
      Segment<E> segment = journal.segment;
      segment.bytes = journal.end;
      add(segment, record);
      next = sequence + 1;
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  private byte[] encode(long sequence, Consumer<RowWriter> row) throws IOException {
    try (RowWriter writer = new RowWriter(schema, limits.memoryBytes())) {
      writer.set("sequence", sequence);
      row.accept(writer);
      return writer.batch();
    } catch (OutOfMemoryException e) {
      throw new IOException(
          "record needs more than the "
              + limits.memoryBytes()
              + " bytes of memory that writing may take",
          e);
    }
  }

  private void appendFrame(Active<E> journal, long sequence, byte[] message) throws IOException {
    boolean written = false;
    try {
      journal.file.write(Journal.frame(sequence, message), journal.end);
      written = true;
      journal.file.force();
    } catch (IOException e) {
      boolean restored = restore(journal);
      if (written || !restored) {
        failure = "an earlier append failed (" + e.getMessage() + ")";
      }
      throw new IOException("cannot append to " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Takes the bytes of a failed append away again. */
  private boolean restore(Active<E> journal) {
    try {
      journal.file.truncate(journal.end);
      journal.file.force();
      return true;
    } catch (IOException e) {
      LOG.warn("{}: cannot take back a failed append: {}", folder, e.getMessage());
      return false;
    }
  }

  private Active<E> writable() throws IOException {
    if (writerLock == null) {
      throw new IllegalStateException(folder + " is open for reading only");
    }
    if (failure != null) {
      throw new IOException(
          folder + " accepts nothing until it is opened again, because " + failure);
    }
    if (active == null) {
      throw new IllegalStateException(folder + " is closed");
    }
    return active;
  }

  /**
   * Reads a record.
   *
   * @param sequence from {@link #first} to below {@link #next}
   * @return its row
   * @throws IllegalArgumentException if the log never held or no longer holds that sequence
   * @throws DamagedRecordException if the record is damaged
   * @throws IOException if reading fails
   */
  public Row read(long sequence) throws IOException {
    IOException last = null;
    // A writer may seal or delete the file between look-up and read: then look up again.
    for (int attempt = 0; attempt < 4; attempt++) {
      Located<E> located = records.get(sequence);
      if (located == null) {
        break;
      }
      String name = located.segment().name();
      try (Disk.File file = disk.open(located.segment().file, false)) {
        byte[] message = SealedSegment.message(name, file, located.record());
        try {
          return Row.ofBatch(schema, message, Row.MAX_CONTENT);
        } catch (IOException e) {
          throw new DamagedRecordException(
              name + ": record " + sequence + " is damaged: " + e.getMessage());
        }
      } catch (NoSuchFileException | FileNotFoundException e) {
        last = e;
        if (writerLock == null) {
          refresh();
        }
      } catch (DamagedRecordException e) {
        // What a writer cut and went on with, or wrote again without records that were dropped,
        // reads as damage to one who looked before.
        if (attempt > 0 || !lookAgain(sequence, located)) {
          throw e;
        }
      }
    }
    if (last != null) {
      throw last;
    }
    if (sequence >= first() && sequence < next) {
      throw new DamagedRecordException(
          folder + ": record " + sequence + " was dropped or is lost to damage");
    }
    throw new IllegalArgumentException(
        "there is no record " + sequence + ", only " + first() + " to below " + next);
  }

  /** Looks where a record is now; false if it is nowhere else than it was. */
  private boolean lookAgain(long sequence, Located<E> before) throws IOException {
    if (writerLock == null && !before.segment().sealed) {
      rescan(before.segment().id);
      return true;
    }
    refresh();
    // Taken for a moment, so that a segment that is being written again is there as a whole.
    lock.lock();
    try {
      return records.get(sequence) != before;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Seals the journal: its records become an Arrow IPC file, and a new journal is begun. Does
   * nothing if the journal is empty.
   *
   * @throws IOException if that fails; the records are safe in the journal then
   */
  public void seal() throws IOException {
    lock.lock();
    try {
      Active<E> journal = writable();
      if (!journal.segment.records.isEmpty()) {
        sealActive(journal);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Goes on to the next segment; where that fails for want of space, not yet. */
  private Active<E> roll(Active<E> journal) throws IOException {
    try {
      return limits.seal() ? sealActive(journal) : leave(journal);
    } catch (IOException e) {
      if (failure != null) {
        throw e;
      }
      LOG.warn("{}: cannot begin the next segment yet: {}", folder, e.getMessage());
      rollAgainAt = journal.end + limits.segmentBytes() / 4;
      return journal;
    }
  }

  /** Begins a new journal and leaves the old one as it is. */
  private Active<E> leave(Active<E> journal) throws IOException {
    Active<E> fresh = createJournal(journal.segment.id + 1);
    put(fresh.segment);
    active = fresh;
    rollAgainAt = 0;
    journal.file.close();
    return fresh;
  }

  private Active<E> sealActive(Active<E> journal) throws IOException {
    Segment<E> old = journal.segment;
    if (old.records.isEmpty()) {
      // All were dropped.
      Active<E> fresh = leave(journal);
      segments.remove(old.id);
      disk.delete(old.file);
      return fresh;
    }
    Segment<E> sealed = writeSealed(old, journal.file);
    Active<E> fresh;
    try {
      fresh = createJournal(old.id + 1);
    } catch (IOException e) {
      // Both files of the segment are there now; opening sorts that out, appending would not.
      failure = "starting a new journal failed (" + e.getMessage() + ")";
      throw e;
    }
    put(sealed);
    put(fresh.segment);
    active = fresh;
    rollAgainAt = 0;
    journal.file.close();
    disk.delete(old.file);
    return fresh;
  }

  /** Writes the sealed form of a journal beside it, durably. */
  private Segment<E> writeSealed(Segment<E> journal, Disk.File from) throws IOException {
    Segment<E> sealed = writeTemporary(journal, from);
    disk.rename(temporary(sealed.file), sealed.file);
    disk.forceFolder(folder);
    return sealed;
  }

  private Path temporary(Path file) {
    return folder.resolve(file.getFileName() + TEMPORARY);
  }

  /** Writes the records of a segment sealed, durably, under the name of a temporary file yet. */
  private Segment<E> writeTemporary(Segment<E> journal, Disk.File from) throws IOException {
    Path target = file(journal.id, SEALED);
    Path temporary = temporary(target);
    Segment<E> sealed = new Segment<>(journal.id, true, target);
    try (Disk.File file = disk.create(temporary)) {
      sealed.records.addAll(
          SealedSegment.write(
              file,
              schema,
              journal.id,
              journal.records,
              i -> SealedSegment.message(journal.name(), from, journal.records.get(i))));
      file.force();
      sealed.bytes = file.size();
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
    return sealed;
  }

  private Active<E> createJournal(long id) throws IOException {
    Path target = file(id, "journal");
    Path temporary = temporary(target);
    byte[] header = Journal.header(schema, id, next);
    try (Disk.File file = disk.create(temporary)) {
      file.write(java.nio.ByteBuffer.wrap(header), 0);
      file.force();
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
    disk.rename(temporary, target);
    disk.forceFolder(folder);
    Segment<E> segment = new Segment<>(id, false, target);
    segment.bytes = header.length;
    return new Active<>(segment, disk.open(target, true), header.length);
  }

  private void deleteQuietly(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", file, e.getMessage());
    }
  }

  /**
   * Deletes segments whose records are all below a sequence. The journal counts as one if it is
   * larger than a sixteenth of the segment size; a new one is begun then.
   *
   * @param sequence records from it on stay
   * @throws IOException if that fails
   */
  public void deleteBefore(long sequence) throws IOException {
    lock.lock();
    try {
      Active<E> journal = writable();
      Segment<E> current = journal.segment;
      if (!current.records.isEmpty()
          && last(current).sequence() < sequence
          && current.bytes > limits.segmentBytes() / 16) {
        // Created before anything is deleted: it carries the sequence on.
        leave(journal);
      }
      for (Segment<E> segment : List.copyOf(segments.values())) {
        if (active != null
            && segment != active.segment
            && (segment.records.isEmpty() || last(segment).sequence() < sequence)) {
          disk.delete(segment.file);
          segments.remove(segment.id);
          segment.records.forEach(r -> records.remove(r.sequence()));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drops a record, wherever it is. Its bytes go with its segment, once that holds no other record,
   * or once dropped records are half of it: it is then written again without them. Until then the
   * record may be there again when the log is opened again.
   *
   * @param sequence its number; nothing happens if the log does not hold it
   * @throws IOException if its bytes should go and cannot; it is dropped nevertheless
   */
  public void drop(long sequence) throws IOException {
    lock.lock();
    try {
      writable();
      Located<E> located = records.remove(sequence);
      if (located == null) {
        return;
      }
      Segment<E> segment = located.segment();
      segment.records.remove(indexIn(segment, sequence));
      segment.dropped += located.record().length();
      if (segment.sealed && segment.records.isEmpty()) {
        segments.remove(segment.id);
        disk.delete(segment.file);
      } else if (segment.dropped > segment.bytes / 2) {
        rewrite(segment);
      }
    } finally {
      lock.unlock();
    }
  }

  private static <E> int indexIn(Segment<E> segment, long sequence) {
    int low = 0;
    int high = segment.records.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segment.records.get(middle).sequence() < sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
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
      for (Segment<E> segment : segments.values()) {
        if (segment.sealed
            && !segment.asIs
            && segment.dropped >= segment.bytes / 4
            && segment.dropped > (most == null ? 0 : most.dropped)) {
          most = segment;
        }
      }
      return most != null && rewrite(most);
    } finally {
      lock.unlock();
    }
  }

  private boolean rewrite(Segment<E> segment) throws IOException {
    if (!segment.sealed || segment.asIs) {
      return false;
    }
    try (Disk.File from = disk.open(segment.file, false)) {
      Segment<E> sealed = writeTemporary(segment, from);
      disk.rename(temporary(sealed.file), sealed.file);
      put(sealed);
      disk.forceFolder(folder);
      return true;
    } catch (DamagedRecordException e) {
      // What is damaged might be mended yet, so it is not thrown away.
      segment.asIs = true;
      LOG.warn("{}: {} keeps its dropped records: {}", folder, segment.name(), e.getMessage());
      return false;
    } catch (IOException e) {
      // Tried again once as much has been dropped again, and not at each record.
      segment.dropped = 0;
      throw e;
    }
  }

  /**
   * The bytes of a record's message on disk.
   *
   * @param sequence its number
   * @return bytes, or 0 if it is not there
   */
  public int length(long sequence) {
    Located<E> located = records.get(sequence);
    return located == null ? 0 : located.record().length();
  }

  /**
   * Leaves numbers out: the next record gets at least this sequence.
   *
   * @param sequence any number
   */
  public void advanceTo(long sequence) {
    lock.lock();
    try {
      next = Math.max(next, sequence);
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
      return segments.values().stream()
          .filter(s -> s.sealed && !s.records.isEmpty())
          .mapToLong(s -> last(s).sequence() + 1)
          .findFirst()
          .orElse(-1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads every record and holds it against its checksum.
   *
   * @return one line for each that is damaged
   * @throws IOException if reading fails
   */
  public List<String> verify() throws IOException {
    List<String> damages = new ArrayList<>();
    for (long sequence : new TreeSet<>(records.keySet())) {
      try {
        read(sequence);
      } catch (DamagedRecordException e) {
        damages.add(e.getMessage());
      }
    }
    return damages;
  }

  /** Releases the files and the folder. Does not seal. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (active != null) {
        active.file.close();
        active = null;
      }
    } finally {
      try {
        if (writerLock != null && writerLock.channel().isOpen()) {
          writerLock.release();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  // ---- opening for writing ----

  private void recover() throws IOException {
    for (Path file : disk.list(folder)) {
      if (String.valueOf(file.getFileName()).endsWith(TEMPORARY)) {
        disk.delete(file);
      }
    }
    long torn = 0;
    TreeMap<Long, Found> found = find();
    for (Map.Entry<Long, Found> entry : found.entrySet()) {
      boolean latest = entry.getKey().equals(found.lastKey());
      torn += recoverSegment(entry.getKey(), entry.getValue(), latest);
    }
    if (active == null) {
      active = createJournal(found.isEmpty() ? 0 : found.lastKey() + 1);
      put(active.segment);
    }
    report = report(torn);
  }

  private OpenReport report(long torn) throws IOException {
    List<String> files = new ArrayList<>();
    unreadable.keySet().forEach(id -> files.add(String.valueOf(file(id, SEALED).getFileName())));
    for (Path file : disk.list(folder)) {
      String name = String.valueOf(file.getFileName());
      if (SET_ASIDE.matcher(name).matches()) {
        damaged(name + " is not read; once it is not needed it may be deleted");
        files.add(name);
      }
    }
    return new OpenReport(segments.size(), records.size(), torn, damages.lines(), files);
  }

  private void damaged(String line) {
    if (damages.add(line)) {
      LOG.warn("{}: {}", folder, line);
    }
  }

  /** Gives a file that cannot be read and is in the way another name. */
  private void setAside(Path file) throws IOException {
    List<Path> taken = disk.list(folder);
    Path aside = folder.resolve(file.getFileName() + UNREADABLE);
    for (int i = 2; taken.contains(aside); i++) {
      aside = folder.resolve(file.getFileName() + "." + i + UNREADABLE);
    }
    disk.rename(file, aside);
    disk.forceFolder(folder);
  }

  /** Reads a segment and brings it into its final form. Returns the bytes torn off. */
  private long recoverSegment(long id, Found found, boolean latest) throws IOException {
    Segment<E> sealed = found.sealed() == null ? null : openSealed(id, found.sealed());
    if (found.journal() == null) {
      if (sealed != null) {
        put(sealed);
      }
      return 0;
    }
    if (sealed == null && found.sealed() != null) {
      // The journal will be sealed under its name.
      setAside(found.sealed());
      unreadable.remove(id);
    }
    Segment<E> journal = new Segment<>(id, false, found.journal());
    Disk.File file = disk.open(found.journal(), true);
    boolean keep = false;
    try {
      Journal.Scan<E> scan = Journal.scan(journal.name(), file, 0, next, schema, index);
      if (isBeyondUse(scan, file.size())) {
        scan.damages().lines().forEach(this::damaged);
        damaged(
            scan.foreign()
                ? journal.name() + " is no journal of Seamark's: it does not begin as one"
                : journal.name() + " is damaged beyond use: no record of it can be read");
        setAside(journal.file);
        next = Math.max(next, scan.next());
        if (sealed != null) {
          put(sealed);
        }
        return 0;
      }
      if (sealed != null && sealed.records.size() >= scan.records().size()) {
        // The crash came between sealing and deleting: the journal has no more to say.
        put(sealed);
        file.close();
        disk.delete(journal.file);
        return 0;
      }
      journal.records.addAll(scan.records());
      scan.damages().lines().forEach(this::damaged);
      long torn = file.size() - scan.end();
      next = Math.max(next, scan.next());
      if (latest && scan.end() > 0 && scan.damages().isEmpty()) {
        cut(file, scan);
        journal.bytes = scan.end();
        put(journal);
        active = new Active<>(journal, file, scan.end());
        keep = true;
        if (sealed != null) {
          leaveToJournal(sealed, scan);
        }
      } else if (!latest && !limits.seal() && torn == 0 && scan.damages().isEmpty()) {
        journal.bytes = scan.end();
        put(journal);
      } else {
        if (!journal.records.isEmpty()) {
          put(writeSealed(journal, file));
        }
        if (latest) {
          active = createJournal(id + 1);
          put(active.segment);
        }
        file.close();
        disk.delete(journal.file);
      }
      return torn;
    } finally {
      if (!keep) {
        file.close();
      }
    }
  }

  /**
   * Takes a sealed file out of the way of its journal, which holds more records and goes on: a
   * crash came after it was sealed without those that had been dropped. Readers would read it and
   * not look at the journal.
   */
  private void leaveToJournal(Segment<E> sealed, Journal.Scan<E> scan) throws IOException {
    List<RecordAt<E>> records = scan.records();
    if (sealed.records.isEmpty()
        || last(sealed).sequence() <= records.get(records.size() - 1).sequence()) {
      disk.delete(sealed.file);
      disk.forceFolder(folder);
    } else {
      // The journal has lost its end since; what only the sealed file has is not thrown away.
      setAside(sealed.file);
    }
  }

  /** Whether a journal has bytes that were no torn write and yet no record. */
  private boolean isBeyondUse(Journal.Scan<E> scan, long size) {
    boolean isMoreThanAHeader = size > Journal.header(schema, 0, 0).length;
    return scan.foreign()
        || (scan.records().isEmpty()
            && (!scan.damages().isEmpty() || (scan.end() == 0 && isMoreThanAHeader)));
  }

  /** Cuts a journal behind its last whole record, and makes sure of that one. */
  private void cut(Disk.File file, Journal.Scan<E> scan) throws IOException {
    if (file.size() > scan.end()) {
      file.truncate(scan.end());
    }
    if (!scan.records().isEmpty()) {
      // After a failed fsync a record may be readable and yet never reach the disk: the pages count
      // as clean. Only the last record can be such a one, so it is written again.
      RecordAt<E> record = scan.records().get(scan.records().size() - 1);
      byte[] message = file.read(record.at(), record.length());
      file.write(Journal.frame(record.sequence(), message), record.at() - Journal.FRAME_HEADER);
    }
    file.force();
  }

  /** Opens a sealed segment; null if nothing of it can be read. */
  private @Nullable Segment<E> openSealed(long id, Path path) throws IOException {
    Segment<E> segment = new Segment<>(id, true, path);
    try (Disk.File file = disk.open(path, false)) {
      segment.bytes = file.size();
      Damages found = new Damages();
      List<RecordAt<E>> read = SealedSegment.open(segment.name(), file, id, schema, index, found);
      found.lines().forEach(this::damaged);
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

  // ---- reading beside a writer ----

  /**
   * Looks for what a writer has done since: new records, sealed and deleted segments. Does nothing
   * in the writer itself.
   *
   * @throws IOException if reading fails
   */
  public void refresh() throws IOException {
    if (writerLock != null) {
      return;
    }
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
    TreeMap<Long, Found> found = find();
    for (Map.Entry<Long, Found> entry : found.entrySet()) {
      long id = entry.getKey();
      Segment<E> known = segments.get(id);
      Path sealedFile = entry.getValue().sealed();
      Path journalFile = entry.getValue().journal();
      Segment<E> sealed = null;
      if (sealedFile != null && isNew(id, known, sealedFile)) {
        sealed = openSealed(id, sealedFile);
      }
      if (sealed != null) {
        put(sealed);
        if (known != null) {
          removeLeft(known);
        }
      } else if (journalFile != null && (known == null || !known.sealed)) {
        follow(known != null ? known : new Segment<>(id, false, journalFile));
      } else if (journalFile != null && known != null && sealedFile == null) {
        // The writer went on with the journal, see leaveToJournal.
        follow(new Segment<>(id, false, journalFile));
        removeLeft(known);
      }
    }
    for (Segment<E> segment : List.copyOf(segments.values())) {
      if (!found.containsKey(segment.id)) {
        segments.remove(segment.id);
        segment.records.forEach(r -> records.remove(r.sequence()));
      }
    }
    unreadable.keySet().removeIf(id -> !found.containsKey(id));
    report = report(0);
  }

  /**
   * Whether a sealed segment is to be read: one that is not known, that was written again without
   * dropped records, or that could not be read and has another size now.
   */
  private boolean isNew(long id, @Nullable Segment<E> known, Path file) throws IOException {
    Long before = unreadable.get(id);
    if (before == null && known != null && known.sealed) {
      before = known.bytes;
    }
    return before == null || disk.size(file) != before;
  }

  /** Removes the records of a segment that are in no other by now. */
  private void removeLeft(Segment<E> old) {
    for (RecordAt<E> record : old.records) {
      records.computeIfPresent(
          record.sequence(), (sequence, now) -> now.segment() == old ? null : now);
    }
  }

  /** Reads on in a journal from where the last look ended. */
  private void follow(Segment<E> journal) throws IOException {
    try (Disk.File file = disk.open(journal.file, false)) {
      long size = file.size();
      if (size < journal.scannedTo) {
        forget(journal);
      }
      if (journal.scannedTo == 0) {
        journal.due = 0;
      }
      Journal.Scan<E> scan =
          Journal.scan(journal.name(), file, journal.scannedTo, journal.due, schema, index);
      journal.scannedTo = scan.end();
      journal.due = scan.next();
      journal.bytes = size;
      scan.damages().lines().forEach(this::damaged);
      if (scan.foreign()) {
        damaged(journal.name() + " is no journal of Seamark's: it does not begin as one");
      }
      segments.put(journal.id, journal);
      for (RecordAt<E> record : scan.records()) {
        add(journal, record);
      }
      next = Math.max(next, scan.next());
    }
  }

  private void rescan(long id) throws IOException {
    lock.lock();
    try {
      Segment<E> segment = segments.get(id);
      if (segment != null && !segment.sealed) {
        forget(segment);
      }
    } finally {
      lock.unlock();
    }
    refresh();
  }

  private void forget(Segment<E> journal) {
    journal.records.forEach(r -> records.remove(r.sequence()));
    journal.records.clear();
    journal.scannedTo = 0;
  }

  // ---- the index ----

  private void put(Segment<E> segment) {
    segments.put(segment.id, segment);
    for (RecordAt<E> record : segment.records) {
      records.put(record.sequence(), new Located<>(segment, record));
      next = Math.max(next, record.sequence() + 1);
    }
  }

  private void add(Segment<E> segment, RecordAt<E> record) {
    segment.records.add(record);
    records.put(record.sequence(), new Located<>(segment, record));
  }

  private static <E> RecordAt<E> last(Segment<E> segment) {
    return segment.records.get(segment.records.size() - 1);
  }

  private Path file(long id, String extension) {
    return folder.resolve(String.format(Locale.ROOT, "%010d.%s", id, extension));
  }

  private TreeMap<Long, Found> find() throws IOException {
    TreeMap<Long, Found> found = new TreeMap<>();
    for (Path file : disk.list(folder)) {
      Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
      // Nineteen digits can be more than a number has; a second name of a number is none of ours.
      if (matcher.matches()
          && new BigInteger(matcher.group(1)).bitLength() < Long.SIZE - 1
          && file.equals(file(Long.parseLong(matcher.group(1)), matcher.group(2)))) {
        boolean isSealed = matcher.group(2).equals(SEALED);
        Found one = isSealed ? new Found(file, null) : new Found(null, file);
        found.merge(
            Long.parseLong(matcher.group(1)),
            one,
            (a, b) ->
                new Found(
                    a.sealed() != null ? a.sealed() : b.sealed(),
                    a.journal() != null ? a.journal() : b.journal()));
      }
    }
    return found;
  }
}
