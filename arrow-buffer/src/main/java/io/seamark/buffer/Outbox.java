package io.seamark.buffer;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.buffer.format.SegmentLogWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hard samples that an edge has yet to hand to the cloud, on disk, first in, first out. A
 * sample that {@link #append} has returned for is delivered even if the process or the machine
 * stops in between; it may then be delivered twice, which the cloud tells by edge and id.
 * Thread-safe; one process at a time.
 *
 * <p>Its segments stay journals: sealing would write every sample a second time, for no one to
 * read.
 */
public final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** What a sample takes on disk beside its image, depth and scores, at most. */
  private static final long OVERHEAD = 8192;

  private final Path folder;
  private final SegmentLogWriter<Long> log;
  private final DeliveryCursor cursor;
  private final long maxBytes;
  private long lost;

  /**
   * The sample to deliver next.
   *
   * @param sequence its number in the outbox
   * @param sample as it was appended, its scores to 8 bits
   */
  public record Pending(long sequence, HardSample sample) {}

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

  static Outbox open(Path folder, BufferOptions options, Disk disk) throws IOException {
    SegmentLogWriter<Long> log =
        SegmentLog.open(
            folder,
            SampleColumns.OUTBOX,
            (sequence, values) -> sequence,
            options.limits(false),
            disk);
    boolean opened = false;
    try {
      DeliveryCursor cursor = DeliveryCursor.open(folder, disk);
      // Should damage have taken the end of the log, its numbers must not be given out again: they
      // count as delivered.
      log.advanceTo(cursor.next());
      log.deleteBefore(cursor.next());
      opened = true;
      return new Outbox(folder, log, cursor, options.maxBytes());
    } finally {
      if (!opened) {
        log.close();
      }
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
    long used = log.bytes();
    if (most > maxBytes - used) {
      throw new OutboxFullException(
          String.format(
              "outbox %s is full: %d of %d bytes, %d samples wait; sample '%s' was not kept",
              folder, used, maxBytes, pending(), sample.id()));
    }
    return log.append(row -> SampleColumns.write(row, sample));
  }

  /**
   * The sample to deliver next. It stays until it is acknowledged. A sample whose bytes are damaged
   * cannot be delivered: it is passed over and counted, see {@link #lost}.
   *
   * @return empty if nothing waits
   * @throws IOException if reading fails
   */
  public synchronized Optional<Pending> peek() throws IOException {
    while (true) {
      long sequence = log.ceiling(cursor.next());
      if (!log.contains(sequence)) {
        return Optional.empty();
      }
      try {
        return Optional.of(new Pending(sequence, read(sequence)));
      } catch (DamagedRecordException e) {
        lost++;
        LOG.warn("{}: a sample cannot be delivered: {}", folder, e.getMessage());
        acknowledge(sequence);
      }
    }
  }

  private HardSample read(long sequence) throws IOException {
    Row row = log.read(sequence);
    try {
      return SampleColumns.readSample(row);
    } catch (IOException e) {
      // The bytes are in memory by now: reading them again would not help.
      throw new DamagedRecordException("record " + sequence + " makes no sense: " + e.getMessage());
    }
  }

  /**
   * Takes a delivered sample, and all before it, out of the outbox, durably.
   *
   * @param sequence of a sample that {@link #peek} gave
   * @throws IllegalArgumentException if no sample has that sequence yet
   * @throws IOException if that could not be made durable; the sample is then delivered again
   */
  public synchronized void acknowledge(long sequence) throws IOException {
    if (sequence < 0 || sequence >= log.next()) {
      throw new IllegalArgumentException(
          "cannot acknowledge " + sequence + ": the last sample is " + (log.next() - 1));
    }
    if (sequence >= cursor.next()) {
      cursor.moveTo(sequence + 1);
      log.deleteBefore(cursor.next());
    }
  }

  /**
   * Number of samples that wait.
   *
   * @return at least 0
   */
  public int pending() {
    return log.countFrom(cursor.next());
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
