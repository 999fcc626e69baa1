package io.seamark.buffer;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowValues;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.perception.ClassMap;
import io.seamark.plugin.ReplayPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The cloud's samples and answers, on disk, in the order in which they came. One process appends,
 * others may read beside it. A sample that {@link #append} has returned for is never lost.
 * Thread-safe.
 */
public final class ReplayBuffer implements AutoCloseable {
  private final SegmentLog<Entry> log;
  private final long maxBytes;
  private final Map<Key, Long> byName = new ConcurrentHashMap<>();
  private long named;

  private record Key(String edge, String id) {}

  /**
   * What is known of a sample without reading its pixels.
   *
   * @param sequence its number in the buffer, from 0, ascending
   * @param id names the sample within its edge
   * @param edge name of the edge that took it
   * @param domain the condition it was taken in; empty if unknown
   * @param score the miner's score that made it hard; higher is easier
   * @param pixelsByClass pixels of each of the edge model's classes in the answer; undecided ones
   *     are in none
   */
  public record Entry(
      long sequence,
      String id,
      String edge,
      String domain,
      double score,
      List<Long> pixelsByClass) {
    /** Copies the list. */
    public Entry {
      pixelsByClass = List.copyOf(pixelsByClass);
    }

    /**
     * The entry as replay policies take it.
     *
     * @return the candidate
     */
    public ReplayPolicy.Candidate candidate() {
      return new ReplayPolicy.Candidate(sequence, score, pixelsByClass);
    }
  }

  private ReplayBuffer(SegmentLog<Entry> log, long maxBytes) {
    this.log = log;
    this.maxBytes = maxBytes;
    nameNewEntries();
  }

  /**
   * Opens a buffer for appending and reading, creating it if there is none.
   *
   * @param folder the buffer's own
   * @param options sizes, such as {@link BufferOptions#defaults}
   * @return to be closed
   * @throws IOException if another process has it open for appending, or reading or writing fails
   */
  public static ReplayBuffer open(Path folder, BufferOptions options) throws IOException {
    return open(folder, options, Disk.local());
  }

  static ReplayBuffer open(Path folder, BufferOptions options, Disk disk) throws IOException {
    return new ReplayBuffer(
        SegmentLog.open(
            folder, SampleColumns.REPLAY, ReplayBuffer::entry, options.limits(true), disk),
        options.maxBytes());
  }

  /**
   * Opens a buffer for reading, beside a process that appends. Shows what was there at the last
   * {@link #refresh}; a folder that is not there is an empty buffer.
   *
   * @param folder the buffer's own
   * @return to be closed
   * @throws IOException if reading fails
   */
  public static ReplayBuffer openReadOnly(Path folder) throws IOException {
    BufferOptions options = BufferOptions.defaults();
    return new ReplayBuffer(
        SegmentLog.openReadOnly(
            folder, SampleColumns.REPLAY, ReplayBuffer::entry, options.limits(true), Disk.local()),
        options.maxBytes());
  }

  private static Entry entry(long sequence, RowValues values) throws IOException {
    return new Entry(
        sequence,
        values.text("id"),
        values.text("edge"),
        values.text("domain"),
        values.float64("score"),
        Arrays.stream(values.int64s(SampleColumns.PIXELS_BY_CLASS)).boxed().toList());
  }

  /**
   * Stores a sample and its answer. A sample that is there already, by edge and id, is not stored
   * again, so resending one does no harm.
   *
   * @param sample with finite logits
   * @return its sequence, once it is on the disk; of a sample that was there already, that one's
   * @throws IllegalArgumentException if a logit is not finite
   * @throws IOException if it could not be made durable; it is not in the buffer then
   */
  public synchronized long append(BufferedSample sample) throws IOException {
    HardSample hard = sample.sample();
    OptionalLong there = find(hard.edge(), hard.id());
    if (there.isPresent()) {
      return there.getAsLong();
    }
    long sequence =
        log.append(
            row -> {
              SampleColumns.write(row, hard);
              SampleColumns.write(row, sample.answer());
              row.set(
                  SampleColumns.PIXELS_BY_CLASS,
                  pixelsByClass(sample.answer().classMap(), hard.scores().classes()));
            });
    byName.put(new Key(hard.edge(), hard.id()), sequence);
    named = sequence + 1;
    dropOldest();
    return sequence;
  }

  private void dropOldest() throws IOException {
    long end = log.endOfOldestSealed();
    while (end >= 0 && log.bytes() > maxBytes) {
      log.deleteBefore(end);
      byName.values().removeIf(sequence -> !log.contains(sequence));
      end = log.endOfOldestSealed();
    }
  }

  private static long[] pixelsByClass(ClassMap map, int classes) {
    long[] counts = new long[256];
    for (byte value : map.classes()) {
      counts[value & 0xFF]++;
    }
    return Arrays.copyOf(counts, classes);
  }

  /**
   * Finds a sample by its name.
   *
   * @param edge name of its edge
   * @param id its id
   * @return its sequence, or empty if it is not there
   */
  public OptionalLong find(String edge, String id) {
    Long sequence = byName.get(new Key(edge, id));
    return sequence != null && log.contains(sequence)
        ? OptionalLong.of(sequence)
        : OptionalLong.empty();
  }

  /**
   * The lowest sequence that is there.
   *
   * @return {@link #next} if the buffer is empty
   */
  public long first() {
    return log.first();
  }

  /**
   * The sequence that the next sample gets.
   *
   * @return at least 0
   */
  public long next() {
    return log.next();
  }

  /**
   * Number of samples.
   *
   * @return at least 0
   */
  public int size() {
    return log.countFrom(0);
  }

  /**
   * Size on disk.
   *
   * @return bytes
   */
  public long bytes() {
    return log.bytes();
  }

  /**
   * Reads a sample.
   *
   * @param sequence from an {@link Entry}, or from {@link #append}
   * @return the sample and its answer; its scores to 8 bits
   * @throws IllegalArgumentException if the buffer never held or no longer holds that sequence
   * @throws DamagedRecordException if its bytes are damaged
   * @throws IOException if reading fails
   */
  public BufferedSample read(long sequence) throws IOException {
    Row row = log.read(sequence);
    try {
      return new BufferedSample(SampleColumns.readSample(row), SampleColumns.readAnswer(row));
    } catch (IllegalArgumentException e) {
      throw new DamagedRecordException("record " + sequence + " makes no sense: " + e.getMessage());
    }
  }

  /**
   * What is known of the samples, in the order of their sequences, without reading any file.
   *
   * @return a view of the buffer at about this time
   */
  public Stream<Entry> entries() {
    return log.entries();
  }

  /**
   * Makes the journal a sealed segment, so that other programs can read it. Does nothing if there
   * is nothing in it.
   *
   * @throws IOException if that fails; the samples are safe nevertheless
   */
  public void seal() throws IOException {
    log.seal();
  }

  /**
   * Looks for what the appending process has done since. Does nothing in that process itself.
   *
   * @throws IOException if reading fails
   */
  public synchronized void refresh() throws IOException {
    log.refresh();
    nameNewEntries();
  }

  private void nameNewEntries() {
    long from = named;
    log.entries()
        .filter(entry -> entry.sequence() >= from)
        .forEach(entry -> byName.put(new Key(entry.edge(), entry.id()), entry.sequence()));
    named = log.next();
  }

  /**
   * Reads every sample and holds it against its checksum.
   *
   * @return one line for each that is damaged
   * @throws IOException if reading fails
   */
  public List<String> verify() throws IOException {
    return log.verify();
  }

  /**
   * What opening found; for a reader, its last {@link #refresh}.
   *
   * @return torn and damaged records
   */
  public OpenReport report() {
    return log.report();
  }

  /** Releases the folder. Does not seal. */
  @Override
  public void close() throws IOException {
    log.close();
  }
}
