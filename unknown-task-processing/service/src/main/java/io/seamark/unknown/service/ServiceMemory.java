package io.seamark.unknown.service;

import io.seamark.buffer.BufferOptions;
import io.seamark.exchange.MemoryBudget;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * How the heap is shared out, less what the replay buffer's index may take. What requests take is
 * counted in one of three shares before it is allocated: what they hold while they arrive, wait and
 * are answered; the one that is decoded while another is in work; and the one in work.
 */
@ApplicationScoped
public class ServiceMemory {
  /** What the server itself holds, and as much again for what its collector cannot use. */
  private static final long SERVER = 96L << 20;

  private final long all;
  private volatile Shares shares;

  private record Shares(MemoryBudget requests, MemoryBudget ahead, MemoryBudget work) {
    static Shares of(long all) {
      MemoryBudget requests =
          new MemoryBudget("requests; a larger heap (-Xmx) allows more", all / 10 * 3);
      MemoryBudget ahead = new MemoryBudget("the next frame", all / 28);
      MemoryBudget work =
          new MemoryBudget(
              "a frame in work; a larger heap (-Xmx) allows more",
              all - requests.size() - ahead.size());
      return new Shares(requests, ahead, work);
    }
  }

  /** Of this process's heap. */
  public ServiceMemory() {
    this(Runtime.getRuntime().maxMemory());
  }

  /**
   * Of a heap.
   *
   * @param heap its largest size, in bytes
   */
  ServiceMemory(long heap) {
    all = Math.max(heap / 2, heap - SERVER);
    shares = Shares.of(all);
  }

  /**
   * Takes off what the replay buffer's index may grow to. Called once, before any frame is
   * answered.
   *
   * @param bounds of the buffer
   * @throws IllegalArgumentException if that is more than half of the heap
   */
  void leaveToIndex(BufferOptions bounds) {
    long index = bounds.indexBytes();
    if (index > all / 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "seamark.buffer.max-samples is '%d', whose index may take %.1f MB of memory, but must"
                  + " be at most half of the %.1f MB that this heap has for frames and index; a"
                  + " larger heap (-Xmx) allows more",
              bounds.maxSamples(),
              index / 1048576.0,
              all / 1048576.0));
    }
    shares = Shares.of(all - index);
  }

  /** For what requests hold from their first byte to the last one of their answer. */
  MemoryBudget requests() {
    return shares.requests();
  }

  /** For the frame that is decoded while another is in work; what does not fit waits. */
  MemoryBudget ahead() {
    return shares.ahead();
  }

  /** For the frame in work, decoded and everything that is made of it. */
  MemoryBudget work() {
    return shares.work();
  }

  /**
   * For what a frame takes outside of the heap.
   *
   * @param megabytes as configured; 0 for a quarter of this machine's, or container's, memory
   */
  static MemoryBudget outside(long megabytes) {
    long bytes = megabytes << 20;
    if (bytes == 0
        && ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system) {
      bytes = system.getTotalMemorySize() / 4;
    }
    return new MemoryBudget("it outside of the heap; seamark.native.megabytes allows more", bytes);
  }
}
