package io.seamark.buffer.format;

import io.seamark.durable.FolderLock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.LongStream;
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
  final Indexing<E> indexing;

  /** Guarded by the lock. */
  final SegmentInspection<E> inspection;

  /** Replaced as a whole by a writer that recovers. */
  volatile SegmentIndex<E> index;

  /** What opening or the last look found; guarded by the lock. */
  OpenReport report = new OpenReport(0, 0, 0, List.of(), List.of());

  /** The sealed segment that was read as a whole last: what drops records comes back to it. */
  private volatile @Nullable Loaded<E> loaded;

  /** The records of a segment as its file had them, while it has them so. */
  private record Loaded<E>(SegmentRecords<E> of, List<RecordAt<E>> records) {}

  SegmentLog(SegmentFolder folder, RecordIndex<E> entries) {
    this.folder = folder;
    this.indexing = new Indexing<>(folder.schema, entries, new Names());
    this.inspection = new SegmentInspection<>(folder, indexing);
    this.index = new SegmentIndex<>(folder.schema);
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
   * What opening found, and what reading found damaged since: opening sees the summaries of sealed
   * segments, and not all that is in them.
   *
   * @return a value that later work does not change; for a reader, what its last {@link #refresh}
   *     found
   */
  public OpenReport report() {
    lock.lock();
    try {
      return inspection.since(report);
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
   * The segments that have records.
   *
   * @return ascending by their records' sequences
   */
  public List<StoredSegment> segments() {
    lock.lock();
    try {
      return index.segments().stream()
          .filter(segment -> !segment.records.isEmpty())
          .map(
              segment ->
                  new StoredSegment(
                      segment.name(),
                      segment.sealed,
                      segment.records.first(),
                      segment.last(),
                      segment.records.size(),
                      segment.bytes))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The sequences of the records.
   *
   * @return ascending, at about this time, without reading the disk
   */
  public LongStream sequences() {
    return index.sequences();
  }

  /**
   * The index entries from a sequence on, in the order of their sequences. They are read from the
   * sealed segments as the stream comes to each; the entries of one segment are in memory at a
   * time.
   *
   * @param sequence any number
   * @return a view of the log at about this time; it holds nothing open. What is found damaged on
   *     the way stands in the {@link #report}. If reading fails it throws {@link
   *     UncheckedIOException}.
   */
  public Stream<E> entries(long sequence) {
    return index.segments().stream()
        .filter(segment -> !segment.records.isEmpty() && segment.last() >= sequence)
        .flatMap(segment -> there(segment, sequence).stream());
  }

  private List<E> there(Segment<E> segment, long from) {
    try {
      List<E> entries = new ArrayList<>();
      for (RecordAt<E> record : records(segment)) {
        if (record.sequence() >= from && segment.records.contains(record.sequence())) {
          entries.add(record.entry());
        }
      }
      return entries;
    } catch (NoSuchFileException | FileNotFoundException e) {
      LOG.debug("{}: {} was deleted meanwhile", folder, segment.name());
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How the records share out over the values of a column.
   *
   * @param column one that the schema counts by
   * @return at this time, without reading the disk
   */
  public CountsByValue counts(String column) {
    lock.lock();
    try {
      return index.counts(column);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many records have a value in a column that every segment counts by all its values.
   *
   * @param column one that the schema counts by
   * @param value any text
   * @return at this time, without reading the disk
   */
  public Count count(String column, String value) {
    lock.lock();
    try {
      return index.count(column, value);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many values a column has.
   *
   * @param column one that the schema counts by
   * @return those that are counted by themselves
   */
  public int values(String column) {
    lock.lock();
    try {
      return index.values(column);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds a record by its name. Few records are read for it: those whose names have the same hash.
   *
   * @param name the texts of the columns that name it, as the schema lists them
   * @param same whether a record is the one; gets what the index says of it
   * @return its sequence, the highest if there are several, or empty
   * @throws IOException if reading fails
   */
  public OptionalLong find(List<String> name, Predicate<E> same) throws IOException {
    int hash = NameHashes.hash(name);
    IOException last = null;
    for (int attempt = 0; attempt < 4; attempt++) {
      try {
        return find(hash, same);
      } catch (NoSuchFileException | FileNotFoundException | DamagedRecordException e) {
        // A writer may seal, replace or delete a file meanwhile: then look again.
        last = e;
        refresh();
      }
    }
    throw Objects.requireNonNull(last);
  }

  private OptionalLong find(int hash, Predicate<E> same) throws IOException {
    List<Segment<E>> segments = index.segments();
    for (int i = segments.size() - 1; i >= 0; i--) {
      Segment<E> segment = segments.get(i);
      List<Long> named = named(segment, hash);
      for (int j = named.size() - 1; j >= 0; j--) {
        E entry = segment.records.contains(named.get(j)) ? entry(segment, named.get(j)) : null;
        if (entry != null && same.test(entry)) {
          return OptionalLong.of(named.get(j));
        }
      }
    }
    return OptionalLong.empty();
  }

  /** Records of a segment whose name has a hash, ascending. */
  private List<Long> named(Segment<E> segment, int hash) throws IOException {
    SegmentRecords<E> records = segment.records;
    if (records instanceof SummedRecords<E> summed) {
      NameHashes names = summed.names();
      if (names == null) {
        names = names(segment, summed);
      }
      if (names != null) {
        return named(segment, summed, names, hash);
      }
    }
    return segment.records instanceof HeldRecords<E> held ? held.named(hash) : List.of();
  }

  private List<Long> named(Segment<E> segment, SummedRecords<E> records, NameHashes names, int hash)
      throws IOException {
    int first = names.first(hash);
    if (first < 0) {
      return List.of();
    }
    int count = names.same(first);
    List<Long> sequences = new ArrayList<>();
    if (names.place(first) >= 0) {
      for (int i = first; i < first + count; i++) {
        sequences.add(records.sequence(names.place(i)));
      }
      return sequences;
    }
    int size = records.summary().records();
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      long at = records.namesAt + (long) Integer.BYTES * (size + first);
      ByteBuffer places =
          ByteBuffer.wrap(file.read(at, Integer.BYTES * count)).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        int place = places.getInt();
        if (place < 0 || place >= size) {
          return damagedNames(segment, records).named(hash);
        }
        sequences.add(records.sequence(place));
      }
    }
    return sequences;
  }

  /** Reads the hashes of a segment's names; null if they are damaged, and its records held now. */
  private @Nullable NameHashes names(Segment<E> segment, SummedRecords<E> records)
      throws IOException {
    int length = records.summary().records() * NameHashes.EACH;
    if (records.namesAt < 0) {
      return null;
    }
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      byte[] bytes =
          length <= file.size() - records.namesAt
              ? file.read(records.namesAt, length)
              : new byte[0];
      if (Checksums.crc32c(bytes) == records.summary().namesCrc()) {
        NameHashes names = NameHashes.ofBytes(bytes);
        records.names(names);
        return names;
      }
    }
    damagedNames(segment, records);
    return null;
  }

  /** Reads a segment as a whole, which finds what its names are damaged by. */
  private HeldRecords<E> damagedNames(Segment<E> segment, SummedRecords<E> before)
      throws IOException {
    if (segment.records == before) {
      inspect(segment);
    }
    if (segment.records instanceof HeldRecords<E> held) {
      return held;
    }
    throw new DamagedRecordException(segment.name() + ": the hashes of its names are damaged");
  }

  /** What the index says of a record; null if it cannot be read. */
  private @Nullable E entry(Segment<E> segment, long sequence) throws IOException {
    if (segment.records instanceof SummedRecords<E>) {
      try {
        Row row = row(segment, sequence);
        return row == null ? null : indexing.entries().entry(sequence, row);
      } catch (DamagedRecordException e) {
        LOG.debug("{}: its segment's index is read: {}", folder, e.getMessage());
      }
    }
    RecordAt<E> record = record(segment, sequence);
    return record == null ? null : record.entry();
  }

  /** A record of a segment with all that is known of it; null if it is not there. */
  final @Nullable RecordAt<E> record(Segment<E> segment, long sequence) throws IOException {
    if (segment.records instanceof HeldRecords<E> held) {
      return held.at(sequence);
    }
    for (RecordAt<E> record : records(segment)) {
      if (record.sequence() == sequence && segment.records.contains(sequence)) {
        return record;
      }
    }
    return null;
  }

  /**
   * All records of a segment; of a sealed one those of its file, dropped ones too. What is found
   * damaged on the way is told of, and the rest of the segment held from then on.
   */
  final List<RecordAt<E>> records(Segment<E> segment) throws IOException {
    SegmentRecords<E> records = segment.records;
    if (records instanceof HeldRecords<E> held) {
      return List.copyOf(held.all());
    }
    Loaded<E> known = loaded;
    if (known != null && known.of() == records) {
      return known.records();
    }
    List<RecordAt<E>> read = inspect(segment);
    if (segment.records == records) {
      loaded = new Loaded<>(records, read);
    }
    return read;
  }

  /** Reads a sealed segment as a whole, all of its file's checksums with it. */
  private List<RecordAt<E>> inspect(Segment<E> segment) throws IOException {
    SegmentRecords<E> records = segment.records;
    Damages found = new Damages();
    SealedSegment.Contents<E> contents;
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      contents = inspection.whole(segment.name(), file, segment.id, found);
    }
    lock.lock();
    try {
      inspection.damaged(found);
      boolean current = index.segment(segment.id) == segment && segment.records == records;
      if (contents == null) {
        if (current) {
          index.remove(segment);
          inspection.unreadable(segment);
        }
        return List.of();
      }
      if (contents.summed() == null && current && records instanceof SummedRecords<E>) {
        index.hold(segment, contents.records());
      }
      return contents.records();
    } finally {
      lock.unlock();
    }
  }

  /**
   * When the last record of each file was written, by the file system. A segment that is sealed, or
   * written again without dropped records, counts as written when it was before.
   *
   * @return milliseconds since 1970 by the sequence of the file's first record; no record of it has
   *     a lower one, and none of the file before as high a one
   * @throws IOException if that fails
   */
  public NavigableMap<Long, Long> written() throws IOException {
    lock.lock();
    try {
      NavigableMap<Long, Long> written = new TreeMap<>();
      for (Segment<E> segment : index.segments()) {
        if (!segment.records.isEmpty()) {
          try {
            written.put(segment.records.first(), folder.disk.modifiedMillis(segment.file));
          } catch (NoSuchFileException e) {
            LOG.debug("{}: {} was sealed or deleted meanwhile", folder, segment.name());
          }
        }
      }
      return written;
    } finally {
      lock.unlock();
    }
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
      Segment<E> segment = index.find(sequence);
      if (segment != null && segment.sealed) {
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
   * Looks for what a writer has done since: new records, sealed and deleted segments. The writer
   * itself knows them once it is done.
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
      Segment<E> segment = index.find(sequence);
      if (segment == null) {
        // It is gone, and its file with it.
        last = null;
        break;
      }
      SegmentRecords<E> records = segment.records;
      try {
        Row row = row(segment, sequence);
        if (row != null) {
          return row;
        }
      } catch (NoSuchFileException | FileNotFoundException e) {
        last = e;
        refresh();
      } catch (DamagedRecordException e) {
        // What a writer cut and went on with, or wrote again without records that were dropped,
        // reads as damage to one who looked before.
        // What opening did not see of the segment is seen now, and the rest is read around it.
        if (attempt > 1 || !(lookAgain(segment, sequence) || isHeldNow(segment, records))) {
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

  /** Reads a record; null if it was dropped just now. */
  private @Nullable Row row(Segment<E> segment, long sequence) throws IOException {
    String name = segment.name();
    SegmentRecords<E> records = segment.records;
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      RecordPlace place = place(segment, records, file, sequence);
      if (place == null) {
        return null;
      }
      byte[] message = SealedSegment.message(name, file, place);
      String damaged = name + ": record " + sequence + " is damaged: ";
      try {
        Row row = Row.ofBatch(folder.schema, message, Row.MAX_CONTENT);
        if (row.int64("sequence") != sequence) {
          throw new DamagedRecordException(damaged + "another one is in its place");
        }
        return row;
      } catch (DamagedRecordException e) {
        throw e;
      } catch (IOException e) {
        throw new DamagedRecordException(damaged + e.getMessage());
      }
    }
  }

  private @Nullable RecordPlace place(
      Segment<E> segment, SegmentRecords<E> records, Disk.File file, long sequence)
      throws IOException {
    if (records instanceof SummedRecords<E> summed) {
      return SealedSegment.place(segment.name(), file, summed, sequence);
    }
    RecordAt<E> record = record(segment, sequence);
    return record == null ? null : record.place();
  }

  /**
   * The bytes of a record's message on disk, by what its segment says.
   *
   * @param sequence its number
   * @return bytes, or 0 if it is not there, or is damaged or moved so that {@link #read} has to say
   * @throws IOException if reading fails
   */
  public int length(long sequence) throws IOException {
    Segment<E> segment = index.find(sequence);
    if (segment == null) {
      return 0;
    }
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      RecordPlace place = place(segment, segment.records, file, sequence);
      return place == null ? 0 : place.length();
    } catch (NoSuchFileException | FileNotFoundException | DamagedRecordException e) {
      return 0;
    }
  }

  /** Looks where a record is now; false if it is nowhere else than it was. */
  @SuppressWarnings("ReferenceEquality") // The same place, not one that looks the same.
  boolean lookAgain(Segment<E> before, long sequence) throws IOException {
    refresh();
    // Taken for a moment, so that a segment that is being written again is there as a whole.
    lock.lock();
    try {
      return index.find(sequence) != before;
    } finally {
      lock.unlock();
    }
  }

  /** Reads a segment as a whole; true if it turns out to be damaged otherwise than by a record. */
  @SuppressWarnings("ReferenceEquality") // Replaced, not changed.
  private boolean isHeldNow(Segment<E> segment, SegmentRecords<E> before) throws IOException {
    if (before instanceof SummedRecords<E> && segment.records == before) {
      records(segment);
    }
    return segment.records != before;
  }

  /**
   * Reads every sealed segment as a whole, which opening does not, and then every record, and holds
   * all against the checksums.
   *
   * @return one line for each record that is damaged; what is wrong with a segment otherwise stands
   *     in the {@link #report} then
   * @throws IOException if reading fails
   */
  public List<String> verify() throws IOException {
    return verify(this::read);
  }

  /** How a record is read. */
  @FunctionalInterface
  public interface Reading {
    /**
     * Reads a record.
     *
     * @param sequence its number
     * @throws IOException if that fails; {@link DamagedRecordException} if it is damaged
     */
    void read(long sequence) throws IOException;
  }

  /**
   * The same with more than its checksum to hold a record against.
   *
   * @param reading reads one, and makes sense of it
   * @return as {@link #verify()}
   * @throws IOException if reading fails
   */
  public List<String> verify(Reading reading) throws IOException {
    for (Segment<E> segment : index.segments()) {
      if (segment.records instanceof SummedRecords<E>) {
        try {
          inspect(segment);
        } catch (NoSuchFileException | FileNotFoundException e) {
          LOG.debug("{}: {} was deleted meanwhile", folder, segment.name());
        }
      }
    }
    List<String> damages = new ArrayList<>();
    for (long sequence : (Iterable<Long>) sequences()::iterator) {
      try {
        reading.read(sequence);
      } catch (DamagedRecordException e) {
        damages.add(String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        LOG.debug("{}: record {} was dropped meanwhile", folder, sequence);
      }
    }
    return damages;
  }

  /** Releases the files and the folder. Does not seal. */
  @Override
  public abstract void close() throws IOException;
}
