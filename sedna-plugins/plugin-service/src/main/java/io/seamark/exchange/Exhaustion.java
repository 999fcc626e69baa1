package io.seamark.exchange;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells what went wrong for want of memory, on the heap or outside of it. */
public final class Exhaustion {
  /** What a process must be able to allocate to go on. */
  private static final int BREATH = 8 << 20;

  private static final int DEEPEST = 16;

  private static final long PAUSE = Duration.ofSeconds(5).toNanos();
  private static final AtomicLong TRIED = new AtomicLong(System.nanoTime() - 2 * PAUSE);
  private static volatile boolean exhausted;

  private Exhaustion() {}

  /**
   * Whether there was not enough memory.
   *
   * @param thrown with its causes
   * @return true if one of them says so
   */
  public static boolean caused(@Nullable Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < DEEPEST; t = t.getCause(), depth++) {
      String text = String.valueOf(t.getMessage());
      if (t instanceof OutOfMemoryError
          || t.getClass().getSimpleName().equals("OutOfMemoryException")
          // ONNX Runtime says no more than this.
          || text.contains("bad_alloc")
          || text.contains("bad allocation")
          || text.contains("Failed to allocate memory")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a process has so little memory left that only a new one helps. Tried at most every few
   * seconds, however often it is asked: trying takes memory itself.
   *
   * @return as of the last try
   */
  public static boolean complete() {
    long now = System.nanoTime();
    long before = TRIED.get();
    if (now - before > PAUSE && TRIED.compareAndSet(before, now)) {
      try {
        exhausted = new byte[BREATH].length != BREATH;
      } catch (OutOfMemoryError e) {
        exhausted = true;
      }
    }
    return exhausted;
  }
}
