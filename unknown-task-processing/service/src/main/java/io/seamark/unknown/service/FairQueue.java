package io.seamark.unknown.service;

import io.seamark.failure.NotReadyException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Lets requests in by turns of their edges: each edge has a line of its own, and the lines are
 * served one after the other. Where no more may wait, the newest of the longest line gives way to
 * an edge whose line is shorter by two or more (longest queue drop), so that an edge that floods
 * the service is refused itself and does not keep others out. Thread-safe.
 */
final class FairQueue {
  private final int atOnce;
  private final int capacity;
  private final int queue;
  // In the order in which they are served next; an edge that was served goes to the end.
  private final Map<String, ArrayDeque<CompletableFuture<Boolean>>> lines = new LinkedHashMap<>();
  private int inWork;
  private int waiting;
  private volatile double meanSeconds = 1;

  /**
   * Empty.
   *
   * @param queue requests that may wait for the one that is answered, at least 0; the first of them
   *     is let in, so that it is ready when its turn comes
   */
  FairQueue(int queue) {
    this.queue = queue;
    this.atOnce = Math.min(2, 1 + queue);
    this.capacity = 1 + queue - atOnce;
  }

  /**
   * Waits for the turn; {@link #leave} must follow.
   *
   * @param edge whose line to stand in
   * @throws BusyException if no more may wait, or this one had to give way
   */
  void enter(String edge) {
    CompletableFuture<Boolean> turn = new CompletableFuture<>();
    synchronized (this) {
      if (inWork < atOnce) {
        inWork++;
        return;
      }
      if (waiting >= capacity) {
        dropFor(edge);
      }
      lines.computeIfAbsent(edge, name -> new ArrayDeque<>()).addLast(turn);
      waiting++;
    }
    boolean called;
    try {
      called = turn.get();
    } catch (InterruptedException e) {
      // A turn that came in this very moment must be passed on.
      if (!turn.complete(false) && turn.join()) {
        leave();
      } else {
        forget(edge, turn);
      }
      Thread.currentThread().interrupt();
      throw new NotReadyException("the service is stopping");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    if (!called) {
      throw busy();
    }
  }

  /** Lets the next one in. */
  synchronized void leave() {
    inWork--;
    while (inWork < atOnce && waiting > 0) {
      Iterator<Map.Entry<String, ArrayDeque<CompletableFuture<Boolean>>>> first =
          lines.entrySet().iterator();
      Map.Entry<String, ArrayDeque<CompletableFuture<Boolean>>> entry = first.next();
      String edge = entry.getKey();
      ArrayDeque<CompletableFuture<Boolean>> line = entry.getValue();
      first.remove();
      CompletableFuture<Boolean> turn = line.removeFirst();
      if (!line.isEmpty()) {
        lines.put(edge, line);
      }
      waiting--;
      if (turn.complete(true)) {
        inWork++;
      }
    }
  }

  /** Takes the seconds that an answer took into the estimate for {@code Retry-After}. */
  synchronized void took(double seconds) {
    meanSeconds = 0.8 * meanSeconds + 0.2 * seconds;
  }

  /** Requests that wait or are being answered. */
  synchronized int waiting() {
    return inWork + waiting;
  }

  /** Requests that may wait for the one that is answered. */
  int queue() {
    return queue;
  }

  /** How things stand, for one that cannot be taken. */
  synchronized BusyException busy() {
    int behind = Math.max(0, inWork + waiting - 1);
    return busy(
        inWork == 0
            ? "as many requests are being unpacked as may be"
            : "1 frame is in work and " + behind + " wait");
  }

  private synchronized BusyException busy(String state) {
    int all = inWork + waiting;
    long seconds = (long) Math.ceil(meanSeconds * Math.max(1, all));
    return new BusyException(state, all, queue, Math.max(1, Math.min(seconds, 600)));
  }

  private synchronized void forget(String edge, CompletableFuture<Boolean> turn) {
    ArrayDeque<CompletableFuture<Boolean>> line = lines.get(edge);
    if (line != null && line.removeIf(other -> other == turn)) {
      waiting--;
      if (line.isEmpty()) {
        lines.remove(edge);
      }
    }
  }

  private void dropFor(String edge) {
    int mine = lines.getOrDefault(edge, new ArrayDeque<>()).size();
    Map.Entry<String, ArrayDeque<CompletableFuture<Boolean>>> longest = null;
    for (Map.Entry<String, ArrayDeque<CompletableFuture<Boolean>>> line : lines.entrySet()) {
      if (longest == null || line.getValue().size() > longest.getValue().size()) {
        longest = line;
      }
    }
    if (longest == null || longest.getValue().size() < mine + 2) {
      throw busy();
    }
    longest.getValue().removeLast().complete(false);
    waiting--;
  }
}
