package io.seamark.buffer;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.RecordIndex;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowWriter;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.perception.ClassMap;
import io.seamark.plugin.ReplayPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cloud's samples and answers, on disk, in the order in which they came. One process appends,
 * others may read beside it. A sample that {@link #append} has returned for is lost to nothing but
 * the bounds of {@link BufferOptions}. Thread-safe.
 *
 * <p>Who is dropped when a bound is reached: of an edge that has more than its share of the samples
 * or the bytes its own oldest sample; then, while there are too many samples or bytes in all, the
 * oldest sealed segment as a whole. Samples of an edge that has none yet are refused while there
 * are as many edges as may be, since names cost nothing to make up. What is dropped and refused is
 * counted.
 */
public final class ReplayBuffer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayBuffer.class);

  private final Path folder;
  private final SegmentLog<Entry> log;
  private final Names names;
  private final BufferOptions options;
  private final Map<Key, Long> byName = new ConcurrentHashMap<>();
  private long named;

  /** What each edge has; empty in a reader. */
  private final Map<String, Share> shares = new HashMap<>();

  private int held;
  private volatile long dropped;
  private volatile long refused;
  private String trouble = "";

  /** A sample as its edge's share counts it. */
  private record Held(long sequence, String id, int bytes) {}

  /** The samples of an edge, oldest first. */
  private static final class Share {
    private final Deque<Held> samples = new ArrayDeque<>();
    private long bytes;

    void add(Held sample) {
      samples.addLast(sample);
      bytes += sample.bytes();
    }

    Held removeOldest() {
      Held oldest = samples.removeFirst();
      bytes -= oldest.bytes();
      return oldest;
    }
  }

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
      pixelsByClass = Counts.of(pixelsByClass);
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

  private ReplayBuffer(Path folder, SegmentLog<Entry> log, Names names, BufferOptions options) {
    this.folder = folder;
    this.names = names;
    this.log = log;
    this.options = options;
    nameNewEntries();
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
  public static ReplayBuffer open(Path folder, BufferOptions options) throws IOException {
    return open(folder, options, Disk.local());
  }

  static ReplayBuffer open(Path folder, BufferOptions options, Disk disk) throws IOException {
    Names names = new Names();
    ReplayBuffer buffer =
        new ReplayBuffer(
            folder,
            SegmentLog.open(folder, SampleColumns.REPLAY, index(names), options.limits(true), disk),
            names,
            options);
    buffer.share();
    return buffer;
  }

  /** Counts what is there. */
  private synchronized void share() {
    log.entries().forEach(entry -> share(entry.edge(), entry.sequence(), entry.id()));
    keepWithinBounds(List.copyOf(shares.keySet()));
  }

  private void share(String edge, long sequence, String id) {
    Share share = shares.computeIfAbsent(edge, name -> new Share());
    share.add(new Held(sequence, id, log.length(sequence)));
    held++;
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
    BufferOptions options = BufferOptions.unbounded();
    Names names = new Names();
    return new ReplayBuffer(
        folder,
        SegmentLog.openReadOnly(
            folder, SampleColumns.REPLAY, index(names), options.limits(true), disk),
        names,
        options);
  }

  private static RecordIndex<Entry> index(Names names) {
    return (sequence, values) ->
        new Entry(
            sequence,
            names.id(values.text("id")),
            names.shared(values.text("edge")),
            names.shared(values.text("domain")),
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
   * @throws TooManyEdgesException if the buffer has samples of as many other edges as it may
   * @throws IOException if it could not be made durable; it is not in the buffer then
   */
  public synchronized long append(BufferedSample sample) throws IOException {
    HardSample hard = sample.sample();
    OptionalLong there = find(hard.edge(), hard.id());
    if (there.isPresent()) {
      return there.getAsLong();
    }
    checkEdge(hard.edge());
    names.expect(hard.id());
    long sequence =
        log.append(
            row -> {
              SampleColumns.write(row, hard);
              SampleColumns.write(row, sample.answer());
              row.set(
                  SampleColumns.PIXELS_BY_CLASS,
                  pixelsByClass(sample.answer().classMap(), hard.scores().classes()));
            });
    String edge = names.shared(hard.edge());
    byName.put(new Key(edge, hard.id()), sequence);
    named = sequence + 1;
    share(edge, sequence, hard.id());
    keepWithinBounds(List.of(hard.edge()));
    return sequence;
  }

  /**
   * Refuses an edge for which there is no room, so that nothing is done for samples that would not
   * be stored.
   *
   * @param edge name of the edge
   * @throws TooManyEdgesException if the buffer has samples of as many other edges as it may
   */
  public synchronized void checkEdge(String edge) throws TooManyEdgesException {
    if (!shares.containsKey(edge) && shares.size() >= options.maxEdges()) {
      refused++;
      throw new TooManyEdgesException(
          String.format(
              "the buffer has samples of %d edges, the most that seamark.buffer.max-edges allows;"
                  + " those of edge '%s' are refused until another's are dropped",
              shares.size(), edge));
    }
  }

  /**
   * Direct memory that storing a sample and its answer takes at most, which is known before there
   * is an answer: that has as many pixels as the frame.
   *
   * @param sample to be stored
   * @return in bytes
   */
  public static long writingBytes(HardSample sample) {
    byte[] depth = sample.depthPng();
    return RowWriter.memory(
        SampleSizes.REST,
        sample.image().bytes().length,
        depth == null ? 0 : depth.length,
        sample.scores().logits().length,
        (long) sample.width() * sample.height());
  }

  /**
   * Direct memory that storing may take: samples that need more cannot be stored.
   *
   * @return in bytes
   */
  public long writingLimit() {
    return options.memoryBytes();
  }

  /** Drops what is too much. Where that fails the samples are there nevertheless. */
  private void keepWithinBounds(List<String> edges) {
    long before = dropped;
    try {
      for (String edge : edges) {
        Share share = shares.get(edge);
        while (share != null && isOver(share)) {
          Held oldest = share.removeOldest();
          held--;
          dropped++;
          byName.remove(new Key(edge, oldest.id()), oldest.sequence());
          log.drop(oldest.sequence());
        }
      }
      while (held > options.maxSamples() || log.bytes() > options.maxBytes()) {
        if (!dropOldest()) {
          break;
        }
      }
      trouble = "";
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      if (!trouble.equals(message)) {
        trouble = message;
        LOG.warn("{}: samples that should be dropped cannot be: {}", folder, message);
      }
    }
    if (before == 0 && dropped > 0) {
      LOG.warn("{} has reached a bound of seamark.buffer: samples are dropped from now on", folder);
    }
  }

  private boolean isOver(Share share) {
    // The newest sample stays, however large it is.
    return share.samples.size() > 1
        && (share.samples.size() > options.maxSamplesPerEdge()
            || share.bytes > options.maxBytesPerEdge());
  }

  /** Makes room; false if there is none to be made. */
  private boolean dropOldest() throws IOException {
    // Samples of one edge that were dropped must not cost the others theirs.
    if (held <= options.maxSamples() && log.reclaim()) {
      return true;
    }
    long end = log.endOfOldestSealed();
    if (end < 0) {
      return false;
    }
    log.deleteBefore(end);
    int before = held;
    for (Share share : shares.values()) {
      while (!share.samples.isEmpty() && !log.contains(share.samples.getFirst().sequence())) {
        share.removeOldest();
        held--;
      }
    }
    dropped += before - held;
    shares.values().removeIf(share -> share.samples.isEmpty());
    byName.values().removeIf(sequence -> !log.contains(sequence));
    return true;
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
    } catch (IOException | IllegalArgumentException e) {
      // The bytes are in memory by now: whatever is wrong is wrong with them.
      throw new DamagedRecordException("record " + sequence + " makes no sense: " + e.getMessage());
    }
  }

  /**
   * Samples that were dropped since opening, to keep within the bounds.
   *
   * @return at least 0
   */
  public long dropped() {
    return dropped;
  }

  /**
   * How often an edge was refused since opening, because there were too many.
   *
   * @return at least 0
   */
  public long refused() {
    return refused;
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
   * Reads every sample, holds it against its checksum and makes sense of it.
   *
   * @return one line for each that is damaged, after those of the {@link #report}
   * @throws IOException if reading fails
   */
  public List<String> verify() throws IOException {
    Set<String> damages = new LinkedHashSet<>(report().damages());
    for (Entry entry : (Iterable<Entry>) entries()::iterator) {
      try {
        read(entry.sequence());
      } catch (DamagedRecordException e) {
        damages.add(e.getMessage());
      } catch (IllegalArgumentException e) {
        LOG.debug("{}: sample {} was dropped meanwhile", folder, entry.sequence());
      }
    }
    return List.copyOf(damages);
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
