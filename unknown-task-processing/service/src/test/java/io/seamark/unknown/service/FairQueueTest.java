package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

// What a request that waits comes to shows in the order of those that were let in.
@SuppressWarnings("FutureReturnValueIgnored")
class FairQueueTest {
  private final ExecutorService edges = Executors.newCachedThreadPool();
  private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    edges.shutdownNow();
  }

  @Test
  void enter_servesEdgesByTurns() throws Exception {
    FairQueue queue = new FairQueue(6);
    queue.enter("x");
    queue.enter("x");
    for (String edge : List.of("a", "a", "a", "b", "c")) {
      waits(queue, edge);
    }

    assertEquals(List.of("a", "b", "c", "a", "a"), served(queue, 5));
  }

  @Test
  void enter_aFloodIsRefusedItself() throws Exception {
    FairQueue queue = new FairQueue(5);
    queue.enter("flood");
    queue.enter("flood");
    waits(queue, "flood");
    waits(queue, "flood");
    waits(queue, "flood");
    Future<?> newest = waits(queue, "flood");
    assertThrows(BusyException.class, () -> queue.enter("flood"));

    asks(queue, "quiet");

    assertInstanceOf(
        BusyException.class,
        assertThrows(ExecutionException.class, () -> newest.get(10, TimeUnit.SECONDS)).getCause());
    assertEquals(6, queue.waiting());
    assertEquals(List.of("flood", "quiet", "flood", "flood"), served(queue, 4));
  }

  @Test
  void enter_equalEdgesDoNotPushEachOtherOut() throws Exception {
    FairQueue queue = new FairQueue(3);
    queue.enter("x");
    queue.enter("x");
    waits(queue, "a");
    waits(queue, "b");

    BusyException busy = assertThrows(BusyException.class, () -> queue.enter("c"));

    assertEquals("1 frame is in work and 3 wait; try again in 4 s", busy.getMessage());
    assertEquals(4, busy.waiting());
    assertEquals(3, busy.queue());
  }

  @Test
  void busy_asksForAsLongAsTheQueueTakes() {
    FairQueue queue = new FairQueue(1);
    queue.enter("a");
    queue.enter("a");
    for (int i = 0; i < 60; i++) {
      queue.took(10);
    }

    assertEquals(20, assertThrows(BusyException.class, () -> queue.enter("b")).retrySeconds());
    queue.leave();
    queue.leave();
    assertEquals(0, queue.waiting());
  }

  @Test
  void enter_onceInterruptedHoldsNoPlace() throws Exception {
    FairQueue queue = new FairQueue(2);
    queue.enter("x");
    queue.enter("x");
    Future<?> gone = waits(queue, "a");

    gone.cancel(true);
    until(queue, 2);
    waits(queue, "b");

    assertEquals(List.of("b"), served(queue, 1));
  }

  /** Sends a request and waits until it stands in the queue. */
  private Future<?> waits(FairQueue queue, String edge) {
    int before = queue.waiting();
    Future<?> request = asks(queue, edge);
    until(queue, before + 1);
    return request;
  }

  private Future<?> asks(FairQueue queue, String edge) {
    return edges.submit(
        () -> {
          queue.enter(edge);
          entered.add(edge);
        });
  }

  private static void until(FairQueue queue, int waiting) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (queue.waiting() != waiting) {
      assertTrue(System.nanoTime() < end, "there are " + queue.waiting() + " and not " + waiting);
      Thread.onSpinWait();
    }
  }

  private List<String> served(FairQueue queue, int count) throws InterruptedException {
    List<String> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queue.leave();
      order.add(String.valueOf(entered.poll(20, TimeUnit.SECONDS)));
    }
    return order;
  }
}
