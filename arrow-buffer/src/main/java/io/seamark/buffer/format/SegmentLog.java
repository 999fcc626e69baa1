package io.seamark.buffer.format;

import io.seamark.buffer.format.SegmentIndex.Located;
import io.seamark.durable.FolderLock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only log of rows in a folder, as the package describes it. One process writes ({@link
 * SegmentLogWriter}), any number read ({@link SegmentLogReader}). Thread-safe.
 *
 * <p>What it promises: once {@link SegmentLogWriter#append} returns, the record outlives the
 * process and the machine's power; a record is read back as it was written or not at all; and
 * whatever is wrong with one record costs no other. A thread that is interrupted does what it is
 * about, and stays interrupted.
 *
 * @param <E> what the index keeps of a record in memory
 */
public abstract sealed class SegmentLog<E> implements AutoCloseable
    permits SegmentLogReader, SegmentLogWriter {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

  /** The file that carries the lock of the one who writes. */
  private static final String LOCK = "lock";

  final ReentrantLock lock = new ReentrantLock();
  final SegmentFolder folder;

  /** Replaced as a whole by a writer that recovers. */
  volatile SegmentIndex<E> index = new SegmentIndex<>();

  /** What opening or the last look found; guarded by the lock. */
  OpenReport report = new OpenReport(0, 0, 0, List.of(), List.of());

  SegmentLog(SegmentFolder folder) {
    this.folder = folder;
  }

  /**
   * Opens a log for appending and reading, creating the folder if there is none. Finishes what a
   * crash interrupted, and cuts a torn end off the journal; {@link #report} says what was found. A
   * file of which nothing can be read costs no more than itself: the rest opens, and the file stays
   * as it is.
   *
   * @param folder the log's own
   * @param schema columns of the records; the first is {@code sequence}
   * @param entries makes what is kept in memory
   * @param limits how large its parts may grow
   * @param disk the file operations
   * @param <E> what the index keeps of a record
   * @return to be closed
   * @throws IOException if another writer has it open, if it holds another kind or version, or if
   *     reading or writing fails
   */
  public static <E> SegmentLogWriter<E> open(
      Path folder, RowSchema schema, RecordIndex<E> entries, LogLimits limits, Disk disk)
      throws IOException {
    Files.createDirectories(folder);
    FolderLock writerLock =
        FolderLock.take(folder, LOCK)
            .orElseThrow(
                () ->
                    new IOException(
                        "buffer folder "
                            + folder
                            + " is open for writing already; one process may write to it"));
    boolean opened = false;
    try {
      SegmentLogWriter<E> log =
          new SegmentLogWriter<>(
              new SegmentFolder(folder, schema, disk), entries, limits, writerLock);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        writerLock.close();
      }
    }
  }

  /**
   * Opens a log for reading, beside a writer in this or another process. A folder that is not there
   * is an empty log.
   *
   * @param folder the log's own
   * @param schema columns of the records
   * @param entries makes what is kept in memory
   * @param disk the file operations
   * @param <E> what the index keeps of a record
   * @return to be closed
   * @throws IOException if it holds another kind or version, or if reading fails
   */
  public static <E> SegmentLogReader<E> openReadOnly(
      Path folder, RowSchema schema, RecordIndex<E> entries, Disk disk) throws IOException {
    SegmentLogReader<E> log =
        new SegmentLogReader<>(new SegmentFolder(folder, schema, disk), entries);
    log.refresh();
    return log;
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
    return index.first();
  }

  /**
   * The sequence that the next record gets.
   *
   * @return at least 0
   */
  public long next() {
    return index.next();
  }

  /**
   * Whether a record is there.
   *
   * @param sequence its number
   * @return false if it was never there, was deleted or is lost to damage
   */
  public boolean contains(long sequence) {
    return index.find(sequence) != null;
  }

  /**
   * The first record that is there at or after a sequence.
   *
   * @param sequence any number
   * @return its sequence, or {@link #next} if there is none
   */
  public long ceiling(long sequence) {
    return index.ceiling(sequence);
  }

  /**
   * Number of records from a sequence on.
   *
   * @param sequence any number
   * @return at least 0
   */
  public int countFrom(long sequence) {
    return index.countFrom(sequence);
  }

  /**
   * Size of the log's files.
   *
   * @return bytes
   */
  public long bytes() {
    lock.lock();
    try {
      return index.bytes();
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
    return index.entries();
  }

  /**
   * The index entry of a record.
   *
   * @param sequence its number
   * @return null if it is not there
   */
  public @Nullable E entry(long sequence) {
    Located<E> located = index.find(sequence);
    return located == null ? null : located.record().entry();
  }

  /**
   * The bytes of a record's message on disk.
   *
   * @param sequence its number
   * @return bytes, or 0 if it is not there
   */
  public int length(long sequence) {
    Located<E> located = index.find(sequence);
    return located == null ? 0 : located.record().length();
  }

  /**
   * Files in the folder that no log has: whoever put them there, they are neither read nor changed.
   *
   * @return their names, ascending
   * @throws IOException if the folder cannot be listed
   */
  public List<String> foreignFiles() throws IOException {
    return folder.foreignNames();
  }

  /**
   * Digests of the sealed segments that records are in, each computed once while the log is open. A
   * file that cannot be read, or was deleted meanwhile, is left out.
   *
   * @param sequences numbers of records; those that are in a journal or not there count for nothing
   * @return SHA-256 in hexadecimal digits by file name, ascending
   */
  public SortedMap<String, String> sealedDigests(Collection<Long> sequences) {
    SortedMap<String, String> digests = new TreeMap<>();
    for (long sequence : sequences) {
      Located<E> located = index.find(sequence);
      if (located != null && located.segment().sealed) {
        Segment<E> segment = located.segment();
        digests.computeIfAbsent(segment.name(), name -> digest(segment));
      }
    }
    return digests;
  }

  private @Nullable String digest(Segment<E> segment) {
    String known = segment.sha256;
    if (known != null) {
      return known;
    }
    try {
      String sha256 = folder.sha256(segment.file);
      segment.sha256 = sha256;
      return sha256;
    } catch (IOException e) {
      LOG.warn("{}: no digest of {}: {}", folder, segment.name(), e.toString());
      return null;
    }
  }

  /**
   * Looks for what a writer has done since: new records, sealed and deleted segments. Does nothing
   * in the writer itself.
   *
   * @throws IOException if reading fails
   */
  public abstract void refresh() throws IOException;

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
      Located<E> located = index.find(sequence);
      if (located == null) {
        break;
      }
      try {
        return read(located);
      } catch (NoSuchFileException | FileNotFoundException e) {
        last = e;
        refresh();
      } catch (DamagedRecordException e) {
        // What a writer cut and went on with, or wrote again without records that were dropped,
        // reads as damage to one who looked before.
        if (attempt > 0 || !lookAgain(located)) {
          throw e;
        }
      }
    }
    if (last != null) {
      throw last;
    }
    if (sequence >= first() && sequence < next()) {
      throw new DamagedRecordException(
          folder + ": record " + sequence + " was dropped or is lost to damage");
    }
    throw new IllegalArgumentException(
        "there is no record " + sequence + ", only " + first() + " to below " + next());
  }

  private Row read(Located<E> located) throws IOException {
    String name = located.segment().name();
    try (Disk.File file = folder.disk.open(located.segment().file, false)) {
      byte[] message = SealedSegment.message(name, file, located.record());
      try {
        return Row.ofBatch(folder.schema, message, Row.MAX_CONTENT);
      } catch (IOException e) {
        throw new DamagedRecordException(
            name + ": record " + located.record().sequence() + " is damaged: " + e.getMessage());
      }
    }
  }

  /** Looks where a record is now; false if it is nowhere else than it was. */
  @SuppressWarnings("ReferenceEquality") // The same place, not one that looks the same.
  boolean lookAgain(Located<E> before) throws IOException {
    refresh();
    // Taken for a moment, so that a segment that is being written again is there as a whole.
    lock.lock();
    try {
      return index.find(before.record().sequence()) != before;
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
    for (long sequence : index.sequences()) {
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
  public abstract void close() throws IOException;
}
