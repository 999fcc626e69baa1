package io.seamark.buffer;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Counts what work takes from the heap, whether or not it gives it back. */
public final class Allocated {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocated() {}

  /** Work that is counted. */
  public interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  /** Bytes that this thread allocated while it did the work. */
  public static long by(Work work) throws IOException {
    long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    work.run();
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }
}
