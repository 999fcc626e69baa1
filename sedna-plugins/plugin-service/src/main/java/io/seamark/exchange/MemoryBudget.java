package io.seamark.exchange;

import java.util.Locale;

/**
 * Memory that requests share. Whoever is about to allocate asks first, and gives back once nothing
 * refers to it any more. It counts what it is told, so estimates must be upper bounds. Thread-safe.
 */
public final class MemoryBudget {
  private final String what;
  private final long size;
  private long held;

  /**
   * With nothing in use.
   *
   * @param what it is for, as in "this service has 100 MB for {@code what}"
   * @param size in bytes, at least 0
   */
  public MemoryBudget(String what, long size) {
    this.what = what;
    this.size = size;
  }

  /**
   * All there is.
   *
   * @return in bytes
   */
  public long size() {
    return size;
  }

  /**
   * A budget for the same, without a part that is for something else. Nothing is in use of it.
   *
   * @param part bytes, at most {@link #size}
   * @return to be used instead of this one
   */
  public MemoryBudget less(long part) {
    return new MemoryBudget(what, size - part);
  }

  /**
   * What is in use.
   *
   * @return in bytes, 0 to {@link #size}
   */
  public synchronized long held() {
    return held;
  }

  /**
   * A share, empty at first.
   *
   * @return to be closed
   */
  public Claim claim() {
    return new Claim();
  }

  /**
   * Refuses what could not be had even if nothing else were in use.
   *
   * @param bytes wanted in all
   * @param of what needs them, the subject of the message
   * @throws RefusedException {@link RefusedException#TOO_LARGE}, with both figures
   */
  public void check(long bytes, String of) {
    if (bytes > size) {
      throw new RefusedException(
          RefusedException.TOO_LARGE,
          String.format(
              Locale.ROOT,
              "%s needs %s of memory, but this service has %s for %s",
              of,
              megabytes(bytes),
              megabytes(size),
              what));
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1048576.0);
  }

  /** One request's share. */
  public final class Claim implements AutoCloseable {
    private long bytes;

    private Claim() {}

    /**
     * Asks for more.
     *
     * @param more bytes, at least 0
     * @throws RefusedException {@link RefusedException#TOO_LARGE} if there never is that much, else
     *     {@link RefusedException#BUSY} if it is not there now; nothing is taken then
     */
    public void grow(long more) {
      synchronized (MemoryBudget.this) {
        check(bytes + more, "the request");
        if (!tryGrow(more)) {
          throw new RefusedException(
              RefusedException.BUSY,
              String.format(
                  Locale.ROOT,
                  "requests hold %s of the %s there is for %s, and this one needs %s more",
                  megabytes(held),
                  megabytes(size),
                  what,
                  megabytes(more)));
        }
      }
    }

    /**
     * Asks for more, and takes it or leaves it.
     *
     * @param more bytes, at least 0
     * @return whether it was there
     */
    public boolean tryGrow(long more) {
      if (more < 0) {
        throw new IllegalArgumentException("more is " + more + ", but must be at least 0");
      }
      synchronized (MemoryBudget.this) {
        if (more > size - held) {
          return false;
        }
        held += more;
        bytes += more;
        return true;
      }
    }

    /**
     * Gives some back.
     *
     * @param less bytes; more than it has counts as all
     */
    public void shrink(long less) {
      synchronized (MemoryBudget.this) {
        long given = Math.max(0, Math.min(less, bytes));
        held -= given;
        bytes -= given;
      }
    }

    /**
     * What it has.
     *
     * @return in bytes
     */
    public long bytes() {
      synchronized (MemoryBudget.this) {
        return bytes;
      }
    }

    /** Gives all back. It may be used again. */
    @Override
    public void close() {
      shrink(Long.MAX_VALUE);
    }
  }
}
