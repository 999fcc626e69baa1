package io.seamark.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A body to be read as it comes, which is given up where nothing comes for a while, or less than
 * {@value #LEAST_RATE} bytes a second after the first minute. So reading it ends, whatever its
 * size.
 */
final class TimedBody extends InputStream implements BodySubscriber<InputStream> {
  private static final int LEAST_RATE = 1024;
  private static final long GRACE = TimeUnit.SECONDS.toNanos(60);

  /** Stands for the end, or for the failure. */
  private static final List<ByteBuffer> END = List.of();

  private final Duration quiet;
  private final BlockingQueue<List<ByteBuffer>> come = new LinkedBlockingQueue<>();
  private final long start = System.nanoTime();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable failure;
  private @Nullable ByteBuffer current;
  private List<ByteBuffer> rest = List.of();
  private long length;
  private boolean ended;

  TimedBody(Duration quiet) {
    this.quiet = quiet;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    come.add(List.copyOf(buffers));
  }

  @Override
  public void onError(Throwable thrown) {
    failure = thrown;
    come.add(END);
  }

  @Override
  public void onComplete() {
    come.add(END);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int most) throws IOException {
    if (most == 0) {
      return 0;
    }
    ByteBuffer buffer = buffer();
    if (buffer == null) {
      return -1;
    }
    int n = Math.min(most, buffer.remaining());
    buffer.get(into, from, n);
    length += n;
    return n;
  }

  private @Nullable ByteBuffer buffer() throws IOException {
    while (current == null || !current.hasRemaining()) {
      if (ended) {
        return null;
      }
      if (rest.isEmpty()) {
        rest = next();
        if (ended) {
          return null;
        }
      } else {
        current = rest.get(0);
        rest = rest.subList(1, rest.size());
      }
    }
    return current;
  }

  private List<ByteBuffer> next() throws IOException {
    long elapsed = System.nanoTime() - start;
    if (elapsed > GRACE && length < TimeUnit.NANOSECONDS.toSeconds(elapsed) * LEAST_RATE) {
      throw givenUp("comes at less than " + LEAST_RATE + " bytes a second");
    }
    List<ByteBuffer> buffers;
    try {
      buffers = come.poll(quiet.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new InterruptedIOException("reading an answer was interrupted");
    }
    if (buffers == null) {
      throw givenUp("has stopped: nothing for " + quiet.toSeconds() + " s");
    }
    if (buffers.isEmpty()) {
      Throwable why = failure;
      if (why != null) {
        throw new IOException(why.getMessage(), why);
      }
      ended = true;
      return List.of();
    }
    Flow.Subscription from = subscription;
    if (from != null) {
      from.request(1);
    }
    return buffers;
  }

  private HttpTimeoutException givenUp(String why) {
    close();
    return new HttpTimeoutException("the answer " + why);
  }

  /** Closes the connection where the body is not whole. */
  @Override
  public void close() {
    Flow.Subscription from = subscription;
    if (from != null) {
      from.cancel();
    }
  }
}
