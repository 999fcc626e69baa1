package io.seamark.flight;

import java.time.Duration;

/**
 * How much of the machine callers may have.
 *
 * @param streams scans at a time, at least 1; one import may run beside them
 * @param stall how long a caller may keep a stream waiting, either way, and how long a request may
 *     take to arrive
 * @param batchBytes the most bytes of a record batch that comes in, compressed and not
 * @param memoryBytes heap for the records that are on their way out, over all streams
 */
public record ServerLimits(int streams, Duration stall, int batchBytes, long memoryBytes) {
  /**
   * Eight scans, a minute, batches of 64 MiB, and a quarter of the heap.
   *
   * @return for this process
   */
  public static ServerLimits defaults() {
    return new ServerLimits(
        8, Duration.ofMinutes(1), 64 << 20, Runtime.getRuntime().maxMemory() / 4);
  }
}
