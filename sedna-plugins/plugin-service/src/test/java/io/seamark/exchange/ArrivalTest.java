package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArrivalTest {
  private static final int CHUNK = 16 << 10;
  private static final ExchangeFilter.Limits LIMITS =
      new ExchangeFilter.Limits(1 << 20, Duration.ofSeconds(30), 256, 512);

  private final MemoryBudget memory = new MemoryBudget("tests", 16L * CHUNK);
  private final Transfers<Arrival> others = new Transfers<>(Arrival::bytes);
  private final List<String> dispatched = new ArrayList<>();

  /** So many bytes, and no more for now. */
  private static final class Bytes extends ServletInputStream {
    private int left;
    private Runnable before = () -> {};

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
      before.run();
      int n = Math.min(left, length);
      left -= n;
      return n;
    }
  }

  private final class Sender {
    private final Bytes in = new Bytes();
    private final Exchange exchange = new Exchange(memory.claim());
    private final Arrival arrival;

    Sender(String client, int most) {
      arrival =
          new Arrival(
              Containers.async(() -> dispatched.add(client)),
              in,
              exchange,
              LIMITS,
              others,
              client) {
            @Override
            byte[] allocate(int bytes) {
              if (bytes > most) {
                throw new OutOfMemoryError("Java heap space");
              }
              return super.allocate(bytes);
            }
          };
      arrival.start();
    }

    Sender(String client) {
      this(client, Integer.MAX_VALUE);
    }

    void send(int bytes) throws IOException {
      in.left = bytes;
      arrival.onDataAvailable();
    }

    int status() {
      RefusedException refusal = exchange.refusal();
      return refusal == null ? 0 : refusal.status();
    }
  }

  @Test
  @DisplayName("the client that holds most bytes makes room, and not the one with most bodies")
  void makeRoom_byBytes() throws IOException {
    List<Sender> small = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      small.add(new Sender("small"));
    }
    small.get(0).send(10);
    Sender large = new Sender("large");
    large.send(7 * CHUNK);
    assertEquals(16L * CHUNK, memory.held());

    Sender next = new Sender("next");
    next.send(10);

    assertEquals(429, large.status());
    assertEquals(0, small.get(0).status());
    assertEquals(0, next.status());
    assertEquals(List.of("large"), dispatched);
    assertEquals(4L * CHUNK, memory.held());
  }

  @Test
  @DisplayName("where no body holds anything, the one that needs room gives way")
  void makeRoom_nobodyHoldsAny() throws IOException {
    MemoryBudget.Claim answers = memory.claim();
    answers.grow(memory.size());
    Sender idle = new Sender("idle");
    Sender next = new Sender("next");
    next.send(10);
    assertEquals(429, next.status());
    assertEquals(0, idle.status());
    assertEquals(memory.size(), memory.held());
  }

  @Test
  @DisplayName("one that was told to give way drives out nobody else, and holds nothing")
  void makeRoom_notForOneThatIsOver() throws IOException {
    Sender other = new Sender("other");
    other.send(7 * CHUNK);
    Sender leaving = new Sender("leaving");
    leaving.send(CHUNK);
    leaving.in.before = leaving.arrival::giveWay;
    leaving.send(CHUNK);
    assertEquals(429, leaving.status());
    assertEquals(0, other.status());
    assertEquals(14L * CHUNK, memory.held());
  }

  @Test
  @DisplayName("a body for which there is no heap left is refused, and gives all back")
  void onAllDataRead_outOfMemory() throws IOException {
    Sender sender = new Sender("a", 100);
    sender.send(200);
    sender.arrival.onAllDataRead();
    assertEquals(503, sender.status());
    assertEquals(List.of("a"), dispatched);
    assertEquals(0, memory.held());
    assertEquals(0, others.size());
  }

  @Test
  @DisplayName("so is one that runs out of memory while it comes")
  void onDataAvailable_outOfMemory() throws IOException {
    Sender sender = new Sender("a");
    sender.in.before =
        () -> {
          throw new OutOfMemoryError("Java heap space");
        };
    sender.send(200);
    assertEquals(503, sender.status());
    assertEquals(0, others.size());
  }

  @Test
  @DisplayName("a body that came whole is there, and is counted once")
  void onAllDataRead() throws IOException {
    Sender sender = new Sender("a");
    sender.send(CHUNK + 5);
    sender.arrival.onAllDataRead();
    assertNull(sender.exchange.refusal());
    assertEquals(CHUNK + 5, sender.exchange.body().length);
    assertEquals(CHUNK + 5, memory.held());
    sender.exchange.refuse(new RefusedException(408, "late"));
    assertThrows(RefusedException.class, sender.exchange::body);
  }
}
