package io.seamark.buffer;

import io.seamark.buffer.DeliveryCursor.Aside;
import io.seamark.buffer.DeliveryCursor.State;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.buffer.format.SegmentLogWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hard samples that an edge has yet to hand to the cloud, on disk, first in, first out. A
 * sample that {@link #append} has returned for is delivered even if the process or the machine
 * stops in between; it may then be delivered twice, which the cloud tells by edge and id.
 * Thread-safe; one process at a time.
 *
 * <p>A sample that cannot be delivered is set aside where it is: it holds up no other, is not lost,
 * and can be made to wait again. The oldest of more than 256 is dropped, and so is the oldest one
 * where a new sample would find no room; what is dropped is counted.
 *
 * <p>Taking a sample out and setting one aside need no room on the disk. Its segments stay
 * journals: sealing would write every sample a second time, for no one to read.
 */
public final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** What a sample takes on disk beside its image, depth and scores, at most. */
  private static final long OVERHEAD = 8192;

  private final Path folder;
  private final SegmentLogWriter<Long> log;
  private final DeliveryCursor cursor;
  private final long maxBytes;
  private final long opened = System.nanoTime();

  /** When each sample came, or was found at opening, by this process's clock. */
  private final ConcurrentSkipListMap<Long, Long> since = new ConcurrentSkipListMap<>();

  private long lost;
  private long dropped;

  /**
   * A sample to deliver.
   *
   * @param sequence its number in the outbox
   * @param sample as it was appended, its scores to 8 bits
   */
  public record Pending(long sequence, HardSample sample) {}

  /**
   * A sample that was set aside.
   *
   * @param sequence its number in the outbox
   * @param sample as it was appended, its scores to 8 bits
   * @param reason one line for people, cut after 128 bytes
   */
  public record SetAside(long sequence, HardSample sample, String reason) {}

  /**
   * How an outbox stands.
   *
   * @param pending samples that wait
   * @param asides samples that are set aside, oldest first; damaged ones are left out
   */
  public record Standing(int pending, List<SetAside> asides) {
    /** Copies the list. */
    public Standing {
      asides = List.copyOf(asides);
    }
  }

  private Outbox(Path folder, SegmentLogWriter<Long> log, DeliveryCursor cursor, long maxBytes) {
    this.folder = folder;
    this.log = log;
    this.cursor = cursor;
    this.maxBytes = maxBytes;
  }

  /**
   * Opens an outbox, creating it if there is none.
   *
   * @param folder the outbox's own
   * @param options sizes, such as {@link BufferOptions#outbox}
   * @return to be closed
   * @throws IOException if another process has it open, or reading or writing fails
   */
  public static Outbox open(Path folder, BufferOptions options) throws IOException {
    return open(folder, options, Disk.local());
  }

  /**
   * Opens an outbox whose files are reached in a way of their own, such as one that fails.
   *
   * @param folder the outbox's own
   * @param options sizes, such as {@link BufferOptions#outbox}
   * @param disk the file operations
   * @return to be closed
   * @throws IOException if another process has it open, or reading or writing fails
   */
  public static Outbox open(Path folder, BufferOptions options, Disk disk) throws IOException {
    SegmentLogWriter<Long> log =
        SegmentLog.open(
            folder,
            SampleColumns.OUTBOX,
            (sequence, values) -> sequence,
            options.limits(false),
            disk);
    boolean opened = false;
    try {
      Outbox outbox =
          new Outbox(folder, log, DeliveryCursor.open(folder, disk), options.maxBytes());
      // Should damage have taken the end of the log, its numbers must not be given out again: they
      // count as delivered.
      log.advanceTo(outbox.cursor.state().next());
      outbox.deleteDelivered();
      opened = true;
      return outbox;
    } finally {
      if (!opened) {
        log.close();
      }
    }
  }

  /**
   * Looks at an outbox, also while another has it open. Changes nothing.
   *
   * @param folder the outbox's own
   * @return as of this moment
   * @throws IOException if reading fails
   */
  public static Standing look(Path folder) throws IOException {
    Disk disk = Disk.local();
    State state = DeliveryCursor.look(folder, disk);
    try (SegmentLog<Long> log =
        SegmentLog.openReadOnly(
            folder, SampleColumns.OUTBOX, (sequence, values) -> sequence, disk)) {
      return new Standing(pending(log, state), asides(log, state));
    }
  }

  /**
   * Adds a sample at the end.
   *
   * @param sample with finite logits
   * @return its sequence, once it is on the disk
   * @throws OutboxFullException if the outbox has no room for it
   * @throws IllegalArgumentException if a logit is not finite
   * @throws IOException if it could not be made durable; it is not in the outbox then
   */
  public synchronized long append(HardSample sample) throws IOException {
    byte[] depth = sample.depthPng();
    long most =
        OVERHEAD
            + sample.image().bytes().length
            + (depth == null ? 0 : depth.length)
            + sample.scores().logits().length;
    // What cannot be delivered must not keep out what can.
    while (most > maxBytes - log.bytes() && dropOldestAside()) {
      LOG.debug("{} makes room for '{}'", folder, sample.id());
    }
    long used = log.bytes();
    if (most > maxBytes - used) {
      throw new OutboxFullException(
          String.format(
              "outbox %s is full: %d of %d bytes, %d samples wait; sample '%s' was not kept",
              folder, used, maxBytes, pending(), sample.id()));
    }
    long sequence = log.append(row -> SampleColumns.write(row, sample));
    since.put(sequence, System.nanoTime());
    return sequence;
  }

  private boolean dropOldestAside() throws IOException {
    State state = cursor.state();
    Optional<Aside> oldest = state.asides().stream().filter(a -> !a.again()).findFirst();
    if (oldest.isEmpty()) {
      return false;
    }
    long sequence = oldest.get().sequence();
    cursor.write(new State(state.next(), without(state.asides(), sequence)));
    dropped++;
    LOG.warn(
        "{}: sample {} is dropped, which was set aside: {}",
        folder,
        sequence,
        oldest.get().reason());
    deleteDelivered();
    return true;
  }

  /**
   * The sample to deliver next: the oldest that waits. It stays until it is acknowledged or set
   * aside. A sample whose bytes are damaged cannot be delivered: it is passed over and counted, see
   * {@link #lost}.
   *
   * @return empty if nothing waits
   * @throws IOException if reading fails
   */
  public synchronized Optional<Pending> peek() throws IOException {
    return after(-1);
  }

  /**
   * The oldest sample that waits and came after another.
   *
   * @param sequence of the other; any number
   * @return empty if nothing waits behind it
   * @throws IOException if reading fails
   */
  public synchronized Optional<Pending> after(long sequence) throws IOException {
    while (true) {
      long next = waitingAfter(sequence);
      if (!log.contains(next)) {
        return Optional.empty();
      }
      try {
        return Optional.of(new Pending(next, read(log, next)));
      } catch (DamagedRecordException e) {
        lost++;
        LOG.warn("{}: a sample cannot be delivered: {}", folder, e.getMessage());
        log.drop(next);
      }
    }
  }

  private long waitingAfter(long sequence) {
    State state = cursor.state();
    return state.asides().stream()
        .filter(a -> a.again() && a.sequence() > sequence && log.contains(a.sequence()))
        .mapToLong(Aside::sequence)
        .findFirst()
        .orElseGet(() -> log.ceiling(Math.max(state.next(), sequence + 1)));
  }

  private static HardSample read(SegmentLog<Long> log, long sequence) throws IOException {
    Row row = log.read(sequence);
    try {
      return SampleColumns.readSample(row);
    } catch (IOException e) {
      // The bytes are in memory by now: reading them again would not help.
      throw new DamagedRecordException("record " + sequence + " makes no sense: " + e.getMessage());
    }
  }

  /**
   * Takes a delivered sample out of the outbox, durably; unless it had been set aside, all before
   * it too.
   *
   * @param sequence of a sample that waits
   * @throws IllegalArgumentException if no sample has that sequence yet
   * @throws IOException if that could not be made durable; the sample is then delivered again
   */
  public synchronized void acknowledge(long sequence) throws IOException {
    requireKnown(sequence);
    State state = cursor.state();
    List<Aside> asides = without(state.asides(), sequence);
    long next = Math.max(state.next(), sequence + 1);
    if (next != state.next() || asides.size() != state.asides().size()) {
      cursor.write(new State(next, asides));
      deleteDelivered();
    }
  }

  /**
   * Sets the sample that is next aside, durably: it no longer waits.
   *
   * @param sequence that of {@link #peek}
   * @param reason one line for people
   * @throws IllegalArgumentException if no sample has that sequence yet
   * @throws IOException if that could not be made durable; it waits then as before
   */
  public synchronized void setAside(long sequence, String reason) throws IOException {
    requireKnown(sequence);
    State state = cursor.state();
    List<Aside> asides = new ArrayList<>(without(state.asides(), sequence));
    int at = 0;
    while (at < asides.size() && asides.get(at).sequence() < sequence) {
      at++;
    }
    asides.add(at, new Aside(sequence, false, reason));
    if (asides.size() > DeliveryCursor.MAX_ASIDE) {
      Aside oldest = asides.remove(0);
      dropped++;
      LOG.warn(
          "{}: sample {} is dropped, the oldest of more than {} that were set aside: {}",
          folder,
          oldest.sequence(),
          DeliveryCursor.MAX_ASIDE,
          oldest.reason());
    }
    cursor.write(new State(Math.max(state.next(), sequence + 1), asides));
  }

  /**
   * The samples that were set aside, oldest first. A damaged one is left out.
   *
   * @return at most 256
   * @throws IOException if reading fails
   */
  public synchronized List<SetAside> asides() throws IOException {
    return asides(log, cursor.state());
  }

  private static List<SetAside> asides(SegmentLog<Long> log, State state) throws IOException {
    List<SetAside> found = new ArrayList<>();
    for (Aside aside : state.asides()) {
      if (!aside.again() && log.contains(aside.sequence())) {
        try {
          found.add(new SetAside(aside.sequence(), read(log, aside.sequence()), aside.reason()));
        } catch (DamagedRecordException e) {
          LOG.warn("a sample that was set aside is lost: {}", e.getMessage());
        }
      }
    }
    return found;
  }

  /**
   * Lets every sample that was set aside wait again, before those that wait.
   *
   * @return how many
   * @throws IOException if that could not be made durable
   */
  public synchronized int retryAsides() throws IOException {
    State state = cursor.state();
    int count = setAsideCount();
    if (count > 0) {
      cursor.write(
          new State(
              state.next(), each(state.asides(), a -> new Aside(a.sequence(), true, a.reason()))));
    }
    return count;
  }

  /** Deletes the files of which no sample waits or is set aside. */
  private void deleteDelivered() throws IOException {
    State state = cursor.state();
    Set<Long> needed = state.asides().stream().map(Aside::sequence).collect(Collectors.toSet());
    since.headMap(state.next()).clear();
    log.deleteBefore(state.next(), needed);
  }

  private void requireKnown(long sequence) {
    if (sequence < 0 || sequence >= log.next()) {
      throw new IllegalArgumentException(
          "there is no sample " + sequence + ": the last sample is " + (log.next() - 1));
    }
  }

  private static List<Aside> without(List<Aside> asides, long sequence) {
    return asides.stream().filter(a -> a.sequence() != sequence).toList();
  }

  private static List<Aside> each(List<Aside> asides, UnaryOperator<Aside> change) {
    return asides.stream().map(change).toList();
  }

  /**
   * Number of samples that wait.
   *
   * @return at least 0
   */
  public int pending() {
    return pending(log, cursor.state());
  }

  private static int pending(SegmentLog<Long> log, State state) {
    long again =
        state.asides().stream().filter(a -> a.again() && log.contains(a.sequence())).count();
    return log.countFrom(state.next()) + (int) again;
  }

  /**
   * How long the oldest sample that waits has done so, as far as this process knows.
   *
   * @return zero if none waits; since the opening for one that was found then
   */
  public Duration oldestWait() {
    long oldest = waitingAfter(-1);
    return log.contains(oldest)
        ? Duration.ofNanos(System.nanoTime() - since.getOrDefault(oldest, opened))
        : Duration.ZERO;
  }

  /**
   * Number of samples that are set aside.
   *
   * @return 0 to 256
   */
  public int setAsideCount() {
    return (int)
        cursor.state().asides().stream()
            .filter(a -> !a.again() && log.contains(a.sequence()))
            .count();
  }

  /**
   * Size on disk.
   *
   * @return bytes, those of delivered samples that share a file with waiting ones included
   */
  public long bytes() {
    return log.bytes();
  }

  /**
   * Samples that were passed over since opening because their bytes were damaged.
   *
   * @return at least 0
   */
  public synchronized long lost() {
    return lost;
  }

  /**
   * Samples that had been set aside and were dropped since opening, for want of room.
   *
   * @return at least 0
   */
  public synchronized long dropped() {
    return dropped;
  }

  /**
   * What opening found.
   *
   * @return torn and damaged records
   */
  public OpenReport report() {
    return log.report();
  }

  /** Releases the folder. */
  @Override
  public void close() throws IOException {
    log.close();
  }
}
