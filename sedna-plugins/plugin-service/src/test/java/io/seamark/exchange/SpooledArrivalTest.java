package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SpooledArrivalTest {
  private static final int MOST = 100_000;

  private final MemoryBudget memory = new MemoryBudget("tests", 0);
  private final Exchange exchange = new Exchange(memory.claim());
  private final Kept spool = new Kept();
  private final Given in = new Given();
  private int dispatched;

  private final SpooledArrival arrival =
      new SpooledArrival(
          Containers.async(() -> dispatched++),
          in,
          exchange,
          new ExchangeFilter.Limits(MOST, Duration.ofSeconds(30), 4, 8),
          new Transfers<>(Arrival::bytes),
          "client",
          spool);

  SpooledArrivalTest() {
    exchange.spooled(spool);
    arrival.start();
  }

  /** Keeps what comes, or fails. */
  private static final class Kept implements Spool {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private @Nullable Exception failure;
    private boolean closed;

    @Override
    public long most() {
      return MOST;
    }

    @Override
    public Duration patience() {
      return Duration.ofSeconds(30);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      bytes.write(from, at, length);
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes.toByteArray());
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** So many bytes, and no more for now. */
  private static final class Given extends ServletInputStream {
    private int left;

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return left > 0;
    }

    @Override
    public void setReadListener(ReadListener listener) {}

    @Override
    public int read() {
      throw new IllegalStateException("read in chunks");
    }

    @Override
    public int read(byte[] into, int at, int length) {
      int n = Math.min(left, length);
      left -= n;
      return n;
    }
  }

  private void send(int bytes) throws IOException {
    in.left = bytes;
    arrival.onDataAvailable();
  }

  private int status() {
    RefusedException refusal = exchange.refusal();
    return refusal == null ? 0 : refusal.status();
  }

  @Test
  @DisplayName("a body goes to the spool without memory, and comes from there")
  void arrives() throws IOException {
    send(60_000);
    send(40_000);
    arrival.onAllDataRead();
    assertNull(exchange.refusal());
    assertEquals(1, dispatched);
    assertEquals(0, memory.held());
    assertArrayEquals(new byte[MOST], exchange.open().readAllBytes());
    assertFalse(spool.closed);
    exchange.keepOnly(0);
    assertTrue(spool.closed);
  }

  @Test
  @DisplayName("a body that is too long is refused and thrown away, whatever follows")
  void tooLong() throws IOException {
    send(MOST + 1);
    assertEquals(413, status());
    assertTrue(spool.closed);
    arrival.onAllDataRead();
    assertEquals(1, dispatched);
  }

  @Test
  @DisplayName("where there is no room the reason is said; where writing fails, that it did")
  void noRoom() throws IOException {
    spool.failure = new FailedException(FailureKind.OUT_OF_STORAGE, "full");
    send(10);
    assertEquals(507, status());
    assertEquals("full", String.valueOf(exchange.refusal()).replaceFirst(".*: ", ""));
    assertTrue(spool.closed);
  }

  @Test
  @DisplayName("a failing disk refuses the body and says no path")
  void failingDisk() throws IOException {
    spool.failure = new IOException("/secret/folder: Input/output error");
    send(10);
    assertEquals(507, status());
    assertFalse(String.valueOf(exchange.refusal()).contains("secret"));
  }

  @Test
  @DisplayName("a sender that hangs up, comes too late or gives way leaves nothing")
  void givenUp() throws IOException {
    send(10);
    arrival.onError(new IOException("reset"));
    assertEquals(400, status());
    assertTrue(spool.closed);
    arrival.giveWay();
    assertEquals(400, status());
    assertEquals(1, dispatched);
  }

  @Test
  @DisplayName("where the container ends the request before it is there, the spool is closed")
  void endedByTheContainer() throws IOException {
    send(10);
    arrival.onComplete(new jakarta.servlet.AsyncEvent(Containers.async(() -> {})));
    assertTrue(spool.closed);
  }
}
