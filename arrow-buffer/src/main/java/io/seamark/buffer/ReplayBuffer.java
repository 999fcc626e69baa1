package io.seamark.buffer;

import io.seamark.buffer.format.CountsByValue;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.Names;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.RecordIndex;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowWriter;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.buffer.format.SegmentLogWriter;
import io.seamark.buffer.format.StoredSegment;
import io.seamark.perception.Look;
import io.seamark.plugin.ReplayPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cloud's samples and answers, on disk, in the order in which they came. One process appends
 * ({@link ReplayBufferWriter}), others may read beside it. Thread-safe.
 */
public sealed class ReplayBuffer implements AutoCloseable permits ReplayBufferWriter {
  private final SegmentLog<Entry> log;

  /**
   * What is known of a sample without reading its pixels.
   *
   * @param sequence its number in the buffer, from 0, ascending
   * @param id names the sample within its edge
   * @param edge name of the edge that took it
   * @param domain the condition it was taken in; empty if unknown
   * @param capturedMillis when its frame was taken by the edge's clock, in milliseconds since 1970;
   *     null in a segment of an earlier release, whose index lacks it: the sample itself has it
   * @param score the miner's score that made it hard; higher is easier
   * @param pixelsByClass pixels of each of the edge model's classes in the answer; undecided ones
   *     are in none
   * @param look light and colours of its frame, or null if they are not known
   */
  public record Entry(
      long sequence,
      String id,
      String edge,
      String domain,
      @Nullable Long capturedMillis,
      double score,
      List<Long> pixelsByClass,
      @Nullable Look look) {
    /**
     * Copies the list.
     *
     * @param sequence see above
     * @param id see above
     * @param edge see above
     * @param domain see above
     * @param capturedMillis see above
     * @param score see above
     * @param pixelsByClass see above
     * @param look see above
     */
    // Written out, since a compact constructor's parameters lose their type annotations.
    public Entry(
        long sequence,
        String id,
        String edge,
        String domain,
        @Nullable Long capturedMillis,
        double score,
        List<Long> pixelsByClass,
        @Nullable Look look) {
      this.sequence = sequence;
      this.id = id;
      this.edge = edge;
      this.domain = domain;
      this.capturedMillis = capturedMillis;
      this.score = score;
      this.pixelsByClass = Counts.of(pixelsByClass);
      this.look = look;
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

  ReplayBuffer(SegmentLog<Entry> log) {
    this.log = log;
  }

  /**
   * Opens a buffer for appending and reading, creating it if there is none. What is more than the
   * options allow is dropped.
   *
   * @param folder the buffer's own
   * @param options sizes, such as {@link BufferOptions#defaults}
   * @return to be closed
   * @throws IOException if another process has it open for appending, or reading or writing fails
   */
  public static ReplayBufferWriter open(Path folder, BufferOptions options) throws IOException {
    return open(folder, options, Disk.local());
  }

  /**
   * Opens a buffer whose files are reached in a way of their own, such as one that fails.
   *
   * @param folder the buffer's own
   * @param options sizes, such as {@link BufferOptions#defaults}
   * @param disk the file operations
   * @return to be closed
   * @throws IOException if another process has it open for appending, or reading or writing fails
   */
  public static ReplayBufferWriter open(Path folder, BufferOptions options, Disk disk)
      throws IOException {
    SegmentLogWriter<Entry> log =
        SegmentLog.open(
            folder, SampleColumns.REPLAY, index(new Names()), options.limits(true), disk);
    boolean opened = false;
    try {
      ReplayBufferWriter buffer = new ReplayBufferWriter(folder, log, options);
      opened = true;
      return buffer;
    } finally {
      if (!opened) {
        // What drops samples beyond the bounds has failed: the folder must not stay locked.
        log.close();
      }
    }
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
    return openReadOnly(folder, Disk.local());
  }

  static ReplayBuffer openReadOnly(Path folder, Disk disk) throws IOException {
    return new ReplayBuffer(
        SegmentLog.openReadOnly(folder, SampleColumns.REPLAY, index(new Names()), disk));
  }

  private static RecordIndex<Entry> index(Names names) {
    return (sequence, values) ->
        new Entry(
            sequence,
            values.text("id"),
            names.shared(values.text(SampleColumns.EDGE)),
            names.shared(values.text(SampleColumns.DOMAIN)),
            values.int64OrNull(SampleColumns.CAPTURED),
            values.float64("score"),
            Arrays.stream(values.int64s(SampleColumns.PIXELS_BY_CLASS)).boxed().toList(),
            SampleColumns.readLook(values));
  }

  /**
   * Direct memory that storing a sample and its answer takes at most, which is known before there
   * is an answer: that has as many pixels as the frame.
   *
   * @param sample to be stored
   * @return in bytes
   */
  public static long writingBytes(HardSample sample) {
    return RowWriter.memory(SampleSizes.REST, largeBuffers(sample));
  }

  /** Bytes of the larger values of a sample and its answer. */
  static long[] largeBuffers(HardSample sample) {
    byte[] depth = sample.depthPng();
    return new long[] {
      sample.image().bytes().length,
      depth == null ? 0 : depth.length,
      sample.scores().logits().length,
      (long) sample.width() * sample.height()
    };
  }

  /**
   * Finds a sample by its name.
   *
   * @param edge name of its edge
   * @param id its id
   * @return its sequence, or empty if it is not there
   * @throws IOException if reading fails: of each segment hashes of the names are read once, and
   *     then what has the name's hash
   */
  public OptionalLong find(String edge, String id) throws IOException {
    return log.find(List.of(edge, id), entry -> entry.edge().equals(edge) && entry.id().equals(id));
  }

  /**
   * How many samples there are of each domain, without reading any.
   *
   * @return by domain, in the order in which they came; samples of rarer ones, where a segment has
   *     more than 32 domains, are its others
   */
  public CountsByValue domains() {
    return log.counts(SampleColumns.DOMAIN);
  }

  /**
   * The numbers of the samples.
   *
   * @return ascending, at about this time, without reading any file
   */
  public LongStream sequences() {
    return log.sequences();
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
   * @param sequence from an {@link Entry}, or from {@link ReplayBufferWriter#append}
   * @return the sample and its answer; its scores to 8 bits
   * @throws IllegalArgumentException if the buffer never held or no longer holds that sequence
   * @throws DamagedRecordException if its bytes are damaged
   * @throws IOException if reading fails
   */
  public BufferedSample read(long sequence) throws IOException {
    Row row = log.read(sequence);
    try {
      return SampleColumns.readBuffered(row);
    } catch (IOException e) {
      // The bytes are in memory by now: whatever is wrong is wrong with them.
      throw new DamagedRecordException("record " + sequence + " makes no sense: " + e.getMessage());
    }
  }

  /**
   * The columns of a buffer's records, in their order.
   *
   * @return the same always
   */
  public static RowSchema schema() {
    return SampleColumns.REPLAY;
  }

  /**
   * Reads a sample as it is stored, column by column: nothing is rounded or decoded, and nothing
   * but the record's checksum and shape is checked.
   *
   * @param sequence from an {@link Entry}, or from {@link ReplayBufferWriter#append}
   * @return the record
   * @throws IllegalArgumentException if the buffer never held or no longer holds that sequence
   * @throws DamagedRecordException if its bytes are damaged
   * @throws IOException if reading fails
   */
  public Row row(long sequence) throws IOException {
    return log.read(sequence);
  }

  /**
   * Bytes that a sample takes on the disk.
   *
   * @param sequence any number
   * @return 0 if it is not there or damaged
   * @throws IOException if reading fails
   */
  public int bytes(long sequence) throws IOException {
    return log.length(sequence);
  }

  /**
   * The segments that samples are in.
   *
   * @return in the order of the samples
   */
  public List<StoredSegment> segments() {
    return log.segments();
  }

  /**
   * What is known of the samples, in the order of their sequences. It is read from the segments'
   * indexes, one segment after the other, as the stream comes to them.
   *
   * @return a view of the buffer at about this time; need not be closed. Throws {@link
   *     java.io.UncheckedIOException} if reading fails; what it finds damaged stands in the {@link
   *     #report}.
   */
  public Stream<Entry> entries() {
    return entries(0);
  }

  /**
   * The same from a number on; segments before are not read.
   *
   * @param sequence any number
   * @return as {@link #entries()}
   */
  public Stream<Entry> entries(long sequence) {
    return log.entries(sequence);
  }

  /**
   * Digests of the sealed segment files that samples are in. Computing one reads the whole file,
   * once while the buffer is open; a file that cannot be read, or was deleted meanwhile, is left
   * out.
   *
   * @param sequences of samples; those that are in the journal, which grows still, are in none
   * @return SHA-256 in hexadecimal digits by file name, ascending
   */
  public SortedMap<String, String> sealedDigests(Collection<Long> sequences) {
    return log.sealedDigests(sequences);
  }

  /** Whether a sample is there. */
  final boolean contains(long sequence) {
    return log.contains(sequence);
  }

  /**
   * When the newest of its files was written, in milliseconds since 1970; empty without samples.
   */
  final OptionalLong lastWritten() throws IOException {
    return log.written().values().stream().mapToLong(Long::longValue).max();
  }

  /**
   * From when the age of each sample counts.
   *
   * @param now the time that this machine's clock shows
   * @return as the files are now
   * @throws IOException if the folder cannot be read
   */
  public SampleAges ages(Instant now) throws IOException {
    return SampleAges.of(log.written(), now);
  }

  /**
   * Looks for what the appending process has done since. Does nothing in that process itself.
   *
   * @throws IOException if reading fails
   */
  public synchronized void refresh() throws IOException {
    log.refresh();
  }

  /**
   * Reads every segment as a whole and every sample, holds all against the checksums and makes
   * sense of the samples.
   *
   * @return one line for each that is damaged, after those of the {@link #report}
   * @throws IOException if reading fails
   */
  public List<String> verify() throws IOException {
    List<String> samples = log.verify(this::read);
    Set<String> damages = new LinkedHashSet<>(report().damages());
    damages.addAll(samples);
    return List.copyOf(damages);
  }

  /**
   * What opening found, for a reader its last {@link #refresh}, and what reading found since.
   * Opening sees of a sealed segment what sums it up, reading it the rest.
   *
   * @return torn and damaged records
   */
  public OpenReport report() {
    return log.report();
  }

  /**
   * Files in the folder that no buffer has: they are neither read nor changed.
   *
   * @return their names, ascending
   * @throws IOException if the folder cannot be listed
   */
  public List<String> foreignFiles() throws IOException {
    return log.foreignFiles();
  }

  /** Releases the folder. Does not seal. */
  @Override
  public void close() throws IOException {
    log.close();
  }
}
