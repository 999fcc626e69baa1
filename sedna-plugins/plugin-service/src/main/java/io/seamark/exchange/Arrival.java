package io.seamark.exchange;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body under way. It counts as it arrives, whatever its headers claim, and goes to the resources
 * once it is there, or with the reason why it never will be. Called by the container's threads, by
 * a timer, and by other requests that need its room.
 */
class Arrival implements ReadListener, AsyncListener {
  private static final int CHUNK = 16 << 10;

  private final AsyncContext async;
  private final ServletInputStream in;
  private final Exchange exchange;
  private final ExchangeFilter.Limits limits;
  private final Transfers<Arrival> others;
  private final String client;
  private final List<byte[]> chunks = new ArrayList<>();
  private int inLast;
  private int size;
  private boolean over;
  private volatile boolean dispatched;

  Arrival(
      AsyncContext async,
      ServletInputStream in,
      Exchange exchange,
      ExchangeFilter.Limits limits,
      Transfers<Arrival> others,
      String client) {
    this.async = async;
    this.in = in;
    this.exchange = exchange;
    this.limits = limits;
    this.others = others;
    this.client = client;
  }

  void start() {
    others.enter(client, this);
    Arrival surplus = others.surplus(client, limits.perClient(), limits.all());
    if (surplus != null) {
      surplus.giveWay();
    }
    if (!over()) {
      in.setReadListener(this);
    }
  }

  final synchronized boolean over() {
    return over;
  }

  @Override
  public void onDataAvailable() throws IOException {
    try {
      byte[] chunk = new byte[CHUNK];
      while (!over() && in.isReady()) {
        int n = in.read(chunk);
        if (n < 0 || !take(chunk, n)) {
          return;
        }
      }
    } catch (OutOfMemoryError e) {
      end(RefusedException.exhausted());
    }
  }

  /** Keeps what came; whether there may be more. */
  boolean take(byte[] from, int n) {
    int at = 0;
    while (at < n) {
      if (size() + n - at > limits.body()) {
        end(ExchangeFilter.tooLarge("more than " + limits.body() + " bytes"));
        return false;
      }
      if (lastIsFull() && !makeRoom()) {
        return false;
      }
      synchronized (this) {
        if (over) {
          return false;
        }
        if (chunks.isEmpty() || inLast == CHUNK) {
          chunks.add(new byte[CHUNK]);
          inLast = 0;
        }
        int part = Math.min(n - at, CHUNK - inLast);
        System.arraycopy(from, at, chunks.get(chunks.size() - 1), inLast, part);
        inLast += part;
        size += part;
        at += part;
      }
    }
    return true;
  }

  /** What it holds, as counted. */
  long bytes() {
    return exchange.memory().bytes();
  }

  private synchronized int size() {
    return size;
  }

  private synchronized boolean lastIsFull() {
    return chunks.isEmpty() || inLast == CHUNK;
  }

  /** Room for a chunk, and for it once more in the whole body. */
  private boolean makeRoom() {
    while (!over() && !exchange.memory().tryGrow(2 * CHUNK)) {
      Arrival first = others.heaviest();
      (first == null ? this : first).giveWay();
    }
    synchronized (this) {
      if (over) {
        // Its own memory was given back when it ended; what came after that goes too.
        exchange.memory().shrink(2 * CHUNK);
      }
      return !over;
    }
  }

  /** Refuses this one for the sake of others. */
  void giveWay() {
    end(
        new RefusedException(
            RefusedException.BUSY,
            "as many bodies are under way as there is room for, and this one was the oldest or"
                + " largest of the client that has most"));
  }

  @Override
  public void onAllDataRead() {
    if (complete()) {
      leave();
    }
  }

  /** Hands the body over; whether it was not refused before or at that. */
  boolean complete() {
    byte @Nullable [] all;
    synchronized (this) {
      if (over) {
        return false;
      }
      try {
        all = allocate(size);
      } catch (OutOfMemoryError e) {
        all = null;
      }
      if (all != null) {
        over = true;
        for (int i = 0; i < chunks.size(); i++) {
          int at = i * CHUNK;
          System.arraycopy(chunks.get(i), 0, all, at, Math.min(CHUNK, size - at));
        }
        exchange.memory().shrink(2L * CHUNK * chunks.size() - size);
        chunks.clear();
      }
    }
    if (all == null) {
      end(RefusedException.exhausted());
      return false;
    }
    exchange.arrived(all);
    return true;
  }

  /** Whether it was not over before. */
  final synchronized boolean endWell() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** Room for the whole body. */
  byte[] allocate(int bytes) {
    return new byte[bytes];
  }

  /** Ends the wait with a refusal; only the first end counts. */
  final void end(RefusedException why) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      chunks.clear();
    }
    exchange.memory().close();
    exchange.refuse(why);
    leave();
  }

  private void leave() {
    others.leave(client, this);
    dispatch();
  }

  /** To the resources, which answer what arrived, or why it did not. */
  private void dispatch() {
    try {
      async.dispatch();
      dispatched = true;
    } catch (IllegalStateException e) {
      // The container has run out of patience just now, and its own thread comes to onTimeout.
      dispatched = false;
    }
  }

  private RefusedException late() {
    return new RefusedException(
        RefusedException.TOO_SLOW,
        "the body did not arrive within "
            + limits.patience().toSeconds()
            + " s, or came to a halt");
  }

  @Override
  public void onError(Throwable thrown) {
    end(
        thrown instanceof java.net.SocketTimeoutException
            ? late()
            : new RefusedException(400, "the body ended early: " + thrown.getMessage()));
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    end(late());
    if (!dispatched) {
      dispatch();
    }
  }

  @Override
  public void onError(AsyncEvent event) {
    end(new RefusedException(400, "the body ended early"));
  }

  @Override
  public void onComplete(AsyncEvent event) {
    others.leave(client, this);
    if (!dispatched) {
      // The container has ended it before it came to the resources.
      exchange.forgetBody();
    }
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // The answer's own asynchronous part has a listener of its own.
  }
}
