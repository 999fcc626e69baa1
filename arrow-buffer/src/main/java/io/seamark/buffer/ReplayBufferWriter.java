package io.seamark.buffer;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.RepairedSegment;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowWriter;
import io.seamark.buffer.format.SegmentLogWriter;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
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

  /** What each edge has. */
  private final Map<String, Share> shares = new HashMap<>();

  private int held;
  private final AtomicLong dropped = new AtomicLong();
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

    void remove(long sequence) {
      samples.stream()
          .filter(held -> held.sequence() == sequence)
          .findFirst()
          .ifPresent(
              held -> {
                samples.remove(held);
                bytes -= held.bytes();
              });
    }

    Held removeOldest() {
      Held oldest = samples.removeFirst();
      bytes -= oldest.bytes();
      return oldest;
    }
  }

  ReplayBufferWriter(Path folder, SegmentLogWriter<Entry> log, BufferOptions options) {
    super(folder, log);
    this.folder = folder;
    this.log = log;
    this.options = options;
    log.entries().forEach(entry -> share(entry.edge(), entry.sequence(), entry.id()));
    keepWithinBounds(List.copyOf(shares.keySet()));
  }

  /** Does nothing: the one who appends knows what it did. */
  @Override
  public void refresh() {
    // Nobody else writes.
  }

  private void share(String edge, long sequence, String id) {
    Share share = shares.computeIfAbsent(edge, name -> new Share());
    share.add(new Held(sequence, id, log.length(sequence)));
    held++;
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
      drop(edge, id, sequence);
      return Optional.empty();
    }
  }

  private void drop(String edge, String id, long sequence) throws IOException {
    Share share = shares.get(edge);
    if (share != null) {
      share.remove(sequence);
      held--;
      if (share.samples.isEmpty()) {
        shares.remove(edge);
      }
    }
    dropped.incrementAndGet();
    forget(edge, id, sequence);
    log.drop(sequence);
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
      Entry entry = log.entry(sequence);
      if (entry != null) {
        // Its texts are in use already.
        name(entry.edge(), entry.id(), sequence);
        share(entry.edge(), sequence, entry.id());
        keepWithinBounds(List.of(entry.edge()));
      } else {
        // Others have filled the buffer meanwhile, and it went with its segment.
        dropped.incrementAndGet();
      }
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
    long coming = storing.stream().filter(e -> !e.equals(edge) && !shares.containsKey(e)).count();
    if (!shares.containsKey(edge) && shares.size() + coming >= options.maxEdges()) {
      refused++;
      throw new TooManyEdgesException(
          String.format(
              "the buffer has samples of %d edges, the most that seamark.buffer.max-edges allows;"
                  + " those of edge '%s' are refused until another's are dropped",
              shares.size() + coming, edge));
    }
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
  private void keepWithinBounds(List<String> edges) {
    long before = dropped.get();
    try {
      for (String edge : edges) {
        Share share = shares.get(edge);
        while (share != null && isOver(share)) {
          Held oldest = share.removeOldest();
          held--;
          dropped.incrementAndGet();
          forget(edge, oldest.id(), oldest.sequence());
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
    if (before == 0 && dropped.get() > 0) {
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
    log.deleteBefore(end, Set.of());
    int before = held;
    for (Share share : shares.values()) {
      while (!share.samples.isEmpty() && !log.contains(share.samples.getFirst().sequence())) {
        share.removeOldest();
        held--;
      }
    }
    dropped.addAndGet(before - held);
    shares.values().removeIf(share -> share.samples.isEmpty());
    forgetDropped();
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
   * @param digest SHA-256 of its image and depth, by which it is told apart, and nothing else of it
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
   * @param which true for a sample that is to go
   * @return what is gone, and what may be left
   * @throws IOException if reading or writing fails; some samples may be gone then, and it can be
   *     called again
   */
  public Forgotten forget(Predicate<HardSample> which) throws IOException {
    return alone(() -> forgetAlone(which));
  }

  private Forgotten forgetAlone(Predicate<HardSample> which) throws IOException {
    log.seal();
    List<ForgottenSample> samples = new ArrayList<>();
    List<Long> unread = new ArrayList<>();
    for (Entry entry : log.entries().toList()) {
      try {
        HardSample sample = read(entry.sequence()).sample();
        if (which.test(sample)) {
          samples.add(
              new ForgottenSample(
                  entry.sequence(),
                  sample.id(),
                  sample.edge(),
                  sample.domain(),
                  sample.capturedMillis(),
                  sample.contentDigest()));
          drop(entry.edge(), entry.id(), entry.sequence());
        }
      } catch (DamagedRecordException e) {
        unread.add(entry.sequence());
      }
    }
    log.compact();
    return new Forgotten(samples, unread, log.remains());
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
    return alone(this::repairAlone);
  }

  private List<RepairedSegment> repairAlone() throws IOException {
    List<RepairedSegment> repaired = log.repair();
    forgetDropped();
    shares.clear();
    held = 0;
    log.entries().forEach(entry -> share(entry.edge(), entry.sequence(), entry.id()));
    return repaired;
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
