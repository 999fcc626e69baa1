package io.seamark.buffer;

import io.seamark.buffer.format.Count;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.RepairedSegment;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowWriter;
import io.seamark.buffer.format.SegmentLogWriter;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replay buffer as the one process has it that appends to it. A sample that {@link #append} has
 * returned for is lost to nothing but the bounds of {@link BufferOptions}. Thread-safe.
 *
 * <p>Who is dropped when a bound is reached: of an edge that has more than its share of the samples
 * or the bytes its own oldest sample; then, while there are too many samples or bytes in all, the
 * oldest sealed segment as a whole. Samples of an edge that has none yet are refused while there
 * are as many edges as may be, since names cost nothing to make up. What is dropped and refused is
 * counted.
 */
public final class ReplayBufferWriter extends ReplayBuffer {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayBufferWriter.class);

  private final Path folder;
  private final SegmentLogWriter<Entry> log;
  private final BufferOptions options;

  /** Held by whoever appends; and by whoever deals with all samples, alone. */
  private final ReadWriteLock whole = new ReentrantReadWriteLock(true);

  /** Edges of which a sample is being stored: one at a time, so that its name is its own. */
  private final Set<String> storing = new HashSet<>();

  private final AtomicLong dropped = new AtomicLong();
  private volatile long refused;
  private String trouble = "";

  ReplayBufferWriter(Path folder, SegmentLogWriter<Entry> log, BufferOptions options) {
    super(log);
    this.folder = folder;
    this.log = log;
    this.options = options;
    keepWithinBounds(log.counts(SampleColumns.EDGE).values().keySet());
  }

  /** Does nothing: the one who appends knows what it did. */
  @Override
  public void refresh() {
    // Nobody else writes.
  }

  /**
   * A sample that is here.
   *
   * @param sequence its number
   * @param sample as it was stored, its scores to 8 bits
   */
  public record Stored(long sequence, BufferedSample sample) {}

  /**
   * Finds a sample by what it is: its edge, its name, and what it shows. A frame may have had the
   * name of another one, as when a device begins to count anew; it has its digest in its name here
   * then. A sample that is here but damaged is dropped, so that it can be stored anew.
   *
   * @param sample as it came
   * @return the same frame of the same edge, stored earlier
   * @throws IOException if reading fails
   */
  public synchronized Optional<Stored> find(HardSample sample) throws IOException {
    Optional<Stored> named = stored(sample.edge(), sample.id());
    if (named.isEmpty() || named.get().sample().sample().showsWhat(sample)) {
      return named;
    }
    return stored(sample.edge(), distinctId(sample));
  }

  private Optional<Stored> stored(String edge, String id) throws IOException {
    OptionalLong there = find(edge, id);
    if (there.isEmpty()) {
      return Optional.empty();
    }
    long sequence = there.getAsLong();
    try {
      return Optional.of(new Stored(sequence, read(sequence)));
    } catch (DamagedRecordException e) {
      LOG.warn("{}: sample {} is stored anew if it comes: {}", folder, id, e.getMessage());
      drop(sequence);
      return Optional.empty();
    }
  }

  private void drop(long sequence) throws IOException {
    try {
      log.drop(sequence);
    } finally {
      // Also if its bytes cannot go now.
      dropped.addAndGet(log.contains(sequence) ? 0 : 1);
    }
  }

  /** The name of a sample whose own name another frame has. */
  private static String distinctId(HardSample sample) {
    String digest = "~" + sample.contentDigest().substring(0, 16);
    String id = sample.id();
    int end = Math.min(Checks.MAX_TEXT - digest.length(), id.length());
    return id.substring(0, Character.isHighSurrogate(id.charAt(end - 1)) ? end - 1 : end) + digest;
  }

  /**
   * Stores a sample and its answer. A sample that is there already, as {@link #find(HardSample)}
   * has it, is not stored again, so resending one does no harm. Segments of a frame so large that
   * there is no room for them are left out.
   *
   * @param sample with finite logits
   * @return its sequence, once it is on the disk; of a sample that was there already, that one's
   * @throws IllegalArgumentException if a logit is not finite
   * @throws TooManyEdgesException if the buffer has samples of as many other edges as it may
   * @throws IOException if it could not be made durable; it is not in the buffer then
   */
  public long append(BufferedSample sample) throws IOException {
    String edge = sample.sample().edge();
    whole.readLock().lock();
    try {
      takeTurn(edge);
      try {
        return appendInTurn(sample);
      } finally {
        endTurn(edge);
      }
    } finally {
      whole.readLock().unlock();
    }
  }

  /** Waits until no other sample of the edge is being stored. An interrupt does not end it. */
  private synchronized void takeTurn(String edge) {
    boolean interrupted = false;
    while (!storing.add(edge)) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void endTurn(String edge) {
    storing.remove(edge);
    notifyAll();
  }

  private long appendInTurn(BufferedSample sample) throws IOException {
    HardSample hard;
    synchronized (this) {
      Optional<Stored> there = find(sample.sample());
      if (there.isPresent()) {
        return there.get().sequence();
      }
      boolean taken = find(sample.sample().edge(), sample.sample().id()).isPresent();
      hard = taken ? sample.sample().withId(distinctId(sample.sample())) : sample.sample();
      checkEdge(hard.edge());
    }
    long[] buffers = largeBuffers(hard);
    long[] withSegments = withSegments(hard, buffers);
    ClassMap segments = hasRoomFor(withSegments) ? sample.segments() : null;
    long memory = RowWriter.memory(SampleSizes.REST, segments == null ? buffers : withSegments);
    long sequence =
        log.append(
            memory,
            row -> {
              SampleColumns.write(row, hard);
              SampleColumns.write(row, sample.answer());
              SampleColumns.write(row, segments, sample.look());
              row.set(
                  SampleColumns.PIXELS_BY_CLASS,
                  pixelsByClass(sample.answer().classMap(), hard.scores().classes()));
            });
    synchronized (this) {
      keepWithinBounds(List.of(hard.edge()));
    }
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
    long coming = storing.stream().filter(e -> !e.equals(edge) && isNew(e)).count();
    long edges = log.values(SampleColumns.EDGE) + coming;
    if (edges >= options.maxEdges() && isNew(edge)) {
      refused++;
      throw new TooManyEdgesException(
          String.format(
              "the buffer has samples of %d edges, the most that seamark.buffer.max-edges allows;"
                  + " those of edge '%s' are refused until another's are dropped",
              edges, edge));
    }
  }

  private boolean isNew(String edge) {
    return log.count(SampleColumns.EDGE, edge).records() == 0;
  }

  private static long[] withSegments(HardSample sample, long[] buffers) {
    long[] all = Arrays.copyOf(buffers, buffers.length + 1);
    all[buffers.length] = (long) sample.width() * sample.height();
    return all;
  }

  /** Segments are worth having, but no sample is refused for them. */
  private boolean hasRoomFor(long[] withSegments) {
    return Arrays.stream(withSegments).sum() + SampleSizes.REST <= Row.MAX_CONTENT
        && RowWriter.memory(SampleSizes.REST, withSegments) <= options.memoryBytes();
  }

  /**
   * Direct memory that storing may take, all samples that are stored at once together: they wait
   * for each other. A sample that needs more alone cannot be stored.
   *
   * @return in bytes
   */
  public long writingLimit() {
    return options.memoryBytes();
  }

  /** Drops what is too much. Where that fails the samples are there nevertheless. */
  private void keepWithinBounds(Collection<String> edges) {
    long before = dropped.get();
    try {
      for (String edge : edges) {
        OptionalLong oldest = oldestTooMany(edge);
        while (oldest.isPresent()) {
          drop(oldest.getAsLong());
          oldest = oldestTooMany(edge);
        }
      }
      while (size() > options.maxSamples() || log.bytes() > options.maxBytes()) {
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
    if (before == 0 && dropped.get() > 0) {
      LOG.warn("{} has reached a bound of seamark.buffer: samples are dropped from now on", folder);
    }
  }

  /** The oldest sample of an edge that has more than its share. */
  private OptionalLong oldestTooMany(String edge) throws IOException {
    Count share = log.count(SampleColumns.EDGE, edge);
    // The newest sample stays, however large it is.
    boolean over =
        share.records() > 1
            && (share.records() > options.maxSamplesPerEdge()
                || share.bytes() > options.maxBytesPerEdge());
    return over ? log.oldest(SampleColumns.EDGE, edge) : OptionalLong.empty();
  }

  /** Makes room; false if there is none to be made. */
  private boolean dropOldest() throws IOException {
    // Samples of one edge that were dropped must not cost the others theirs.
    if (size() <= options.maxSamples() && log.reclaim()) {
      return true;
    }
    long end = log.endOfOldestSealed();
    if (end < 0) {
      return false;
    }
    dropped.addAndGet(log.deleteBefore(end, Set.of()));
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
   * Samples that were dropped since opening: to keep within the bounds, to be forgotten, or because
   * they were damaged when they came again.
   *
   * @return at least 0
   */
  public long dropped() {
    return dropped.get();
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
   * Makes all of the buffer sealed segments, without what was dropped.
   *
   * @return number of segments that were written again
   * @throws IOException if that fails; nothing is lost
   */
  public int compact() throws IOException {
    return alone(
        () -> {
          log.seal();
          return log.compact();
        });
  }

  /** Work on all samples. */
  private interface Work<T> {
    T run() throws IOException;
  }

  /** Does something while nothing is appended or looked up. */
  private <T> T alone(Work<T> work) throws IOException {
    Lock lock = whole.writeLock();
    lock.lock();
    try {
      synchronized (this) {
        return work.run();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A sample that was forgotten.
   *
   * @param sequence its number
   * @param id its name within its edge
   * @param edge its edge
   * @param domain its domain
   * @param capturedMillis when it was taken, in milliseconds since 1970
   * @param digest SHA-256 of its image and depth, by which it is told apart, and nothing else of
   *     it; empty if it was damaged
   */
  public record ForgottenSample(
      long sequence, String id, String edge, String domain, long capturedMillis, String digest) {}

  /**
   * What came of forgetting.
   *
   * @param samples those that are gone, oldest first
   * @param unread numbers of samples that are damaged, so that nobody can say whether they are
   *     meant
   * @param remains names of files that may hold bytes of forgotten samples still, since something
   *     in them cannot be read; whoever needs these bytes gone deletes the files
   */
  public record Forgotten(List<ForgottenSample> samples, List<Long> unread, List<String> remains) {
    /** Copies the lists. */
    public Forgotten {
      samples = List.copyOf(samples);
      unread = List.copyOf(unread);
      remains = List.copyOf(remains);
    }
  }

  /**
   * Forgets samples: they are in no file of the buffer any more once this returns. Every segment
   * that held one is written again without it and deleted. A file system may keep the blocks of a
   * deleted file until it writes over them.
   *
   * @param which true for a sample that is to go; gets what the index knows of it, too
   * @return what is gone, and what may be left
   * @throws IOException if reading or writing fails; some samples may be gone then, and it can be
   *     called again
   */
  public Forgotten forget(BiPredicate<Entry, HardSample> which) throws IOException {
    return alone(() -> forgetAlone(which));
  }

  private Forgotten forgetAlone(BiPredicate<Entry, HardSample> which) throws IOException {
    log.seal();
    List<ForgottenSample> samples = new ArrayList<>();
    List<Long> unread = new ArrayList<>();
    for (Entry entry : (Iterable<Entry>) log.entries(0)::iterator) {
      try {
        HardSample sample = read(entry.sequence()).sample();
        if (which.test(entry, sample)) {
          samples.add(forgotten(entry.sequence(), sample));
        }
      } catch (DamagedRecordException e) {
        unread.add(entry.sequence());
      }
    }
    erase(samples);
    log.compact();
    return new Forgotten(samples, unread, log.remains());
  }

  static ForgottenSample forgotten(long sequence, HardSample sample) {
    return new ForgottenSample(
        sequence,
        sample.id(),
        sample.edge(),
        sample.domain(),
        sample.capturedMillis(),
        sample.contentDigest());
  }

  /**
   * Takes samples out of every file.
   *
   * @param samples those that are gone meanwhile count for nothing
   * @throws IOException if the bytes of some cannot go now; all are dropped nevertheless, {@link
   *     #remains} names the files, and {@link #compact} tries again
   */
  synchronized void erase(List<ForgottenSample> samples) throws IOException {
    List<Long> there =
        samples.stream().map(ForgottenSample::sequence).filter(log::contains).toList();
    try {
      log.dropAll(there);
    } finally {
      dropped.addAndGet(there.stream().filter(sequence -> !log.contains(sequence)).count());
    }
  }

  /**
   * Files that may hold bytes of dropped samples still: something in them cannot be read, or they
   * could not be written again yet.
   *
   * @return names, ascending
   * @throws IOException if the folder cannot be read
   */
  public List<String> remains() throws IOException {
    return log.remains();
  }

  /**
   * Reads every sealed segment and writes those that are damaged again, with the samples that are
   * whole. The damaged file's bytes stay beside it, under a name that ends with {@code
   * .unreadable}.
   *
   * @return the segments written
   * @throws IOException if reading or writing fails; nothing is lost
   */
  public List<RepairedSegment> repair() throws IOException {
    return alone(log::repair);
  }

  /**
   * Why no sample can be stored now. Where storing has failed this looks whether it is possible
   * again, so that it goes on by itself; whoever answers for the service asks.
   *
   * @return empty if nothing is known to keep from it
   */
  public String failure() {
    return log.failure();
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
}
