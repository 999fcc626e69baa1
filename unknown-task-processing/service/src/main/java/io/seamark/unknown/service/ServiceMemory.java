package io.seamark.unknown.service;

import io.seamark.exchange.MemoryBudget;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;

/**
 * How the heap is shared out. What requests take is counted in one of three shares before it is
 * allocated: what they hold while they arrive, wait and are answered; the one that is decoded while
 * another is in work; and the one in work.
 */
@ApplicationScoped
public class ServiceMemory {
  /** What the server itself holds, and as much again for what its collector cannot use. */
  private static final long SERVER = 96L << 20;

  private final MemoryBudget requests;
  private final MemoryBudget ahead;
  private final MemoryBudget work;

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
    long all = Math.max(heap / 2, heap - SERVER);
    requests = new MemoryBudget("requests; a larger heap (-Xmx) allows more", all / 10 * 3);
    ahead = new MemoryBudget("the next frame", all / 28);
    work =
        new MemoryBudget(
            "a frame in work; a larger heap (-Xmx) allows more",
            all - requests.size() - ahead.size());
  }

  /** For what requests hold from their first byte to the last one of their answer. */
  MemoryBudget requests() {
    return requests;
  }

  /** For the frame that is decoded while another is in work; what does not fit waits. */
  MemoryBudget ahead() {
    return ahead;
  }

  /** For the frame in work, decoded and everything that is made of it. */
  MemoryBudget work() {
    return work;
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
