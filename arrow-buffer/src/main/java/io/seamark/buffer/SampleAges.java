package io.seamark.buffer;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * From when the age of each sample of a buffer counts. A sample has two times: when the device took
 * it, by a clock that may be wrong, and when the cloud stored it.
 *
 * <p>Age counts from the capture if that lies at most {@link #LONGEST_WAIT} before the storing and
 * at most {@link #TOLERANCE} behind it, otherwise from the storing. So a device whose clock is
 * ahead cannot make its samples stay, one whose clock is far behind does not lose them, and none is
 * kept for longer than its age since it was stored.
 *
 * <p>A sample counts as stored when its file was last appended to, by the file system; writing a
 * file again carries that over. Should the cloud's clock have been wrong, the files' order tells:
 * one that seems older than a file before it counts as that one does, and one from the future as
 * the next that is not.
 */
public final class SampleAges {
  /** How long a sample may have waited on its device for the cloud. */
  public static final Duration LONGEST_WAIT = Duration.ofDays(90);

  /** How far a device's clock, or the cloud's, may be ahead. */
  public static final Duration TOLERANCE = Duration.ofDays(1);

  private final NavigableMap<Long, Long> stored;
  private final long now;

  private SampleAges(NavigableMap<Long, Long> stored, long now) {
    this.stored = stored;
    this.now = now;
  }

  /** Of files that were last written then, each by its first sequence. */
  static SampleAges of(NavigableMap<Long, Long> written, Instant clock) {
    long now = clock.toEpochMilli();
    long latest = now + TOLERANCE.toMillis();
    NavigableMap<Long, Long> stored = new TreeMap<>();
    long before = Long.MIN_VALUE;
    for (Map.Entry<Long, Long> file : written.entrySet()) {
      if (file.getValue() <= latest) {
        before = Math.max(before, file.getValue());
        stored.put(file.getKey(), Math.min(before, now));
      }
    }
    long next = now;
    for (long file : written.descendingKeySet()) {
      next = stored.getOrDefault(file, next);
      stored.put(file, next);
    }
    return new SampleAges(stored, now);
  }

  /**
   * When a sample counts as stored.
   *
   * @param sequence of the sample
   * @return milliseconds since 1970, not in the future
   */
  public long storedMillis(long sequence) {
    Map.Entry<Long, Long> file = stored.floorEntry(sequence);
    return file == null ? now : file.getValue();
  }

  /**
   * Whether the time of capture can be right.
   *
   * @param sequence of the sample
   * @param capturedMillis by its device's clock, in milliseconds since 1970; any number
   * @return false if age counts from the storing
   */
  public boolean believes(long sequence, long capturedMillis) {
    long at = storedMillis(sequence);
    return capturedMillis >= at - LONGEST_WAIT.toMillis()
        && capturedMillis <= at + TOLERANCE.toMillis();
  }

  /**
   * From when a sample's age counts.
   *
   * @param sequence of the sample
   * @param capturedMillis by its device's clock, in milliseconds since 1970; any number
   * @return milliseconds since 1970, not in the future
   */
  public long countsFrom(long sequence, long capturedMillis) {
    long at = storedMillis(sequence);
    return believes(sequence, capturedMillis) ? Math.min(capturedMillis, at) : at;
  }

  /**
   * Whether a sample has had its time.
   *
   * @param sequence of the sample
   * @param capturedMillis by its device's clock, in milliseconds since 1970; any number
   * @param age how long it is kept
   * @return true once it is at least so old
   */
  public boolean isOlder(long sequence, long capturedMillis, Duration age) {
    return now - countsFrom(sequence, capturedMillis) >= age.toMillis();
  }

  /** Whether it could be so old, whenever it was taken. */
  boolean mayBeOlder(long sequence, Duration age) {
    return now - storedMillis(sequence) + LONGEST_WAIT.toMillis() >= age.toMillis();
  }

  /** Which samples are in one file: those of the same number. */
  long fileOf(long sequence) {
    Long first = stored.floorKey(sequence);
    return first == null ? -1 : first;
  }
}
