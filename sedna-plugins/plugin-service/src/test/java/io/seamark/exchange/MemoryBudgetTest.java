package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget("tests", 10 << 20);

  @Test
  @DisplayName("what is there is given, what is not now is busy, and what never is, is too large")
  void grow_tellsNowFromNever() {
    MemoryBudget.Claim first = budget.claim();
    MemoryBudget.Claim second = budget.claim();
    first.grow(8 << 20);
    RefusedException busy = assertThrows(RefusedException.class, () -> second.grow(3 << 20));
    assertEquals(429, busy.status());
    assertEquals(
        "requests hold 8.0 MB of the 10.0 MB there is for tests, and this one needs 3.0 MB more",
        busy.getMessage());
    RefusedException never = assertThrows(RefusedException.class, () -> second.grow(11 << 20));
    assertEquals(413, never.status());
    assertEquals(
        "the request needs 11.0 MB of memory, but this service has 10.0 MB for tests",
        never.getMessage());
    // What is held counts: first would need 11 MB in all.
    assertEquals(413, assertThrows(RefusedException.class, () -> first.grow(3 << 20)).status());
    first.close();
    second.grow(3 << 20);
    assertEquals(3 << 20, budget.held());
    second.close();
    second.close();
    assertEquals(0, budget.held());
  }

  @Test
  @DisplayName("nobody gives back more than it has")
  void shrink_isBounded() {
    MemoryBudget.Claim claim = budget.claim();
    claim.grow(100);
    claim.shrink(60);
    assertEquals(40, claim.bytes());
    claim.shrink(60);
    assertEquals(0, budget.held());
    assertThrows(IllegalArgumentException.class, () -> claim.grow(-1));
  }

  @Test
  @DisplayName("many threads never hold more than there is")
  void grow_fromManyThreads() throws Exception {
    MemoryBudget tight = new MemoryBudget("tests", 100);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        tasks.add(
            () -> {
              boolean within = true;
              for (int i = 0; i < 2000; i++) {
                try (MemoryBudget.Claim claim = tight.claim()) {
                  claim.tryGrow(40);
                  within &= tight.held() <= tight.size();
                }
              }
              return within;
            });
      }
      for (Future<Boolean> task : threads.invokeAll(tasks)) {
        assertTrue(task.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(0, tight.held());
  }

  @Test
  @DisplayName("bytes are counted before they are kept, and refused when there is no room")
  void countedBytes_growWithinTheBudget() {
    CountedBytes bytes = new CountedBytes(budget.claim());
    byte[] piece = new byte[1 << 20];
    piece[5] = 7;
    bytes.write(piece, 0, piece.length);
    bytes.write(9);
    byte[] all = bytes.exact();
    assertEquals(piece.length + 1, all.length);
    assertEquals(7, all[5]);
    assertEquals(9, all[piece.length]);
    assertEquals(all.length, budget.held());
    assertThrows(
        RefusedException.class,
        () -> {
          for (int i = 0; i < 10; i++) {
            bytes.write(piece, 0, piece.length);
          }
        });
  }

  @Test
  @DisplayName("there is always room for a small answer")
  void countedBytes_smallOnesAreFree() {
    MemoryBudget.Claim all = budget.claim();
    all.grow(budget.size());
    CountedBytes bytes = new CountedBytes(budget.claim(), 100);
    bytes.write(new byte[60], 0, 60);
    bytes.write(new byte[40], 0, 40);
    assertEquals(100, bytes.exact().length);
    assertThrows(RefusedException.class, () -> bytes.write(1));
    all.close();
    bytes.write(1);
    assertTrue(budget.held() > 0);
  }

  @Test
  @DisplayName("an exchange gives its body's memory back when it is released")
  void exchange_release() {
    Exchange exchange = new Exchange(budget, new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, exchange.body());
    assertNull(exchange.refusal());
    exchange.memory().grow(10);
    exchange.release();
    assertEquals(0, exchange.body().length);
    assertEquals(10, budget.held());
    exchange.refuse(new RefusedException(408, "late"));
    assertEquals("late", assertThrows(RefusedException.class, exchange::body).getMessage());
  }
}
