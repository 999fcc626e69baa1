package io.seamark.unknown.service;

import jakarta.ws.rs.core.Response.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Reads the bodies of requests before they stand in any line, so that a slow sender holds up
 * nobody. What all requests hold together is bounded; a body counts as it arrives, whatever its
 * headers claim. Thread-safe.
 */
final class BodyReader {
  private static final int UNIT = 1024;
  private static final int CHUNK = 16 * UNIT;

  private final int limit;
  private final Duration patience;
  private final int units;
  private final Semaphore memory;
  private final Supplier<BusyException> busy;

  /**
   * With nothing to read.
   *
   * @param limit the most bytes of a body
   * @param patience how long a body may take to arrive
   * @param memory the most bytes that all requests may hold together
   * @param busy what to throw if that is not enough
   */
  BodyReader(int limit, Duration patience, long memory, Supplier<BusyException> busy) {
    this.limit = limit;
    this.patience = patience;
    this.units = (int) Math.min(Integer.MAX_VALUE, memory / UNIT);
    this.memory = new Semaphore(units);
    this.busy = busy;
  }

  /** A body that was read, and the memory it holds until it is closed. */
  final class Body implements AutoCloseable {
    private byte[] bytes = new byte[0];
    private int held;

    byte[] bytes() {
      return bytes;
    }

    /**
     * Counts what was made from the body.
     *
     * @param more bytes
     * @throws BusyException if there is no memory for them now
     * @throws BadSampleException if there never is
     */
    void hold(long more) {
      long wanted = (more + UNIT - 1) / UNIT;
      if (held + wanted > units) {
        throw new BadSampleException(
            Status.REQUEST_ENTITY_TOO_LARGE,
            "the request needs more than the "
                + (units >> 10)
                + " MB that this service has for requests");
      }
      if (!memory.tryAcquire((int) wanted)) {
        throw busy.get();
      }
      held += (int) wanted;
    }

    @Override
    public void close() {
      memory.release(held);
      held = 0;
      bytes = new byte[0];
    }
  }

  /**
   * Reads a body to its end.
   *
   * @param in not closed
   * @return to be closed once the request is answered
   * @throws BadSampleException if it is too large (413), too slow (408) or ends early (400)
   * @throws BusyException if there is no memory for it now
   */
  Body read(InputStream in) {
    Body body = new Body();
    try {
      body.bytes = read(in, body);
      return body;
    } catch (RuntimeException e) {
      body.close();
      throw e;
    }
  }

  private byte[] read(InputStream in, Body body) {
    long deadline = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    // The growing array may be twice as long as what is in it.
    body.hold(2 * CHUNK);
    int counted = CHUNK;
    try {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        bytes.write(chunk, 0, n);
        if (bytes.size() > limit) {
          throw new BadSampleException(
              Status.REQUEST_ENTITY_TOO_LARGE, "the body has more than " + limit + " bytes");
        }
        while (bytes.size() > counted) {
          body.hold(2 * CHUNK);
          counted += CHUNK;
        }
        if (System.nanoTime() - deadline > 0) {
          throw late();
        }
      }
    } catch (java.net.SocketTimeoutException e) {
      throw late();
    } catch (IOException e) {
      throw new BadSampleException("the body ended early: " + e.getMessage());
    }
    return bytes.toByteArray();
  }

  private BadSampleException late() {
    return new BadSampleException(
        Status.REQUEST_TIMEOUT,
        "the body did not arrive within " + patience.toSeconds() + " s, or came to a halt");
  }
}
