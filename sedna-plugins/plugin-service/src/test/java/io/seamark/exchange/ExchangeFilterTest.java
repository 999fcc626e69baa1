package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExchangeFilterTest {
  private static final int ANSWER = 100_000;

  private final MemoryBudget memory = new MemoryBudget("tests", 10 << 20);

  private final ExchangeFilter filter =
      new ExchangeFilter() {
        @Override
        protected Limits limits() {
          return new Limits(1000, Duration.ofSeconds(30), 10, 20);
        }

        @Override
        protected MemoryBudget memory() {
          return memory;
        }
      };

  /** Takes nothing before it is let. */
  private static final class SlowReceiver extends ServletOutputStream {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger taken = new AtomicInteger();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
      taken.addAndGet(length);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}
  }

  @Test
  @DisplayName("while a slow client takes its answer, only that answer is held for it")
  void slowReceiver_holdsNothingOfItsRequest() throws Exception {
    SlowReceiver receiver = new SlowReceiver();
    CountDownLatch completed = new CountDownLatch(1);
    Map<String, Object> attributes = new HashMap<>();
    HttpServletRequest request =
        Containers.of(
            HttpServletRequest.class,
            Map.of(
                "getMethod", arguments -> "GET",
                "getRemoteAddr", arguments -> "10.0.0.1",
                "getAttribute", arguments -> attributes.get(arguments[0]),
                "setAttribute", arguments -> attributes.put((String) arguments[0], arguments[1]),
                "startAsync",
                    arguments ->
                        Containers.of(
                            jakarta.servlet.AsyncContext.class,
                            Map.of(
                                "complete",
                                none -> {
                                  completed.countDown();
                                  return null;
                                }))));
    HttpServletResponse response =
        Containers.of(HttpServletResponse.class, Map.of("getOutputStream", arguments -> receiver));
    try {
      filter.doFilter(
          request,
          response,
          (asked, answered) -> {
            Exchange.of(asked).memory().grow(5 << 20);
            answered.getOutputStream().write(new byte[ANSWER]);
          });
      assertTrue(receiver.begun.await(30, TimeUnit.SECONDS));
      assertEquals(ANSWER - (16 << 10), memory.held());
      receiver.go.countDown();
      assertTrue(completed.await(30, TimeUnit.SECONDS));
      assertEquals(ANSWER, receiver.taken.get());
      assertEquals(0, memory.held());
    } finally {
      receiver.go.countDown();
      filter.destroy();
    }
  }
}
