package io.seamark.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * HTTP exchanges that end. The timeout of a {@link HttpRequest} is over once the headers have
 * arrived, so a body that stalls would be waited for without end; here each exchange has a deadline
 * as a whole, or its body a least speed.
 */
public final class WholeExchange {
  private WholeExchange() {}

  /**
   * Sends a request and waits for the whole answer.
   *
   * @param client sends it
   * @param request without a timeout of its own, or with a shorter one until the headers
   * @param body takes the answer's body, such as {@link #bytes} and {@link #into}; one that gives a
   *     stream to read from later would leave the body out of the deadline
   * @param deadline for request and answer together
   * @param <T> what the body becomes
   * @return the answer
   * @throws HttpTimeoutException if the deadline has passed
   * @throws IOException if the exchange fails, or the body is larger than it may be
   * @throws InterruptedException if the thread was interrupted; the exchange is given up then
   */
  public static <T> HttpResponse<T> send(
      HttpClient client, HttpRequest request, BodyHandler<T> body, Duration deadline)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, body);
    try {
      return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException(
          request.uri() + " has not answered as a whole within " + deadline.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      // Closes the connection of an exchange that is not over.
      answer.cancel(true);
    }
  }

  private static IOException failure(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }

  /**
   * A body in memory.
   *
   * @param most the most bytes that an answer of a status may have; what one of another status than
   *     200 has beyond is left out, since it is only for people
   * @return a handler whose exchange fails with {@link AnswerTooLargeException} where an answer of
   *     status 200 is larger
   */
  public static BodyHandler<byte[]> bytes(IntToLongFunction most) {
    return info -> {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      long limit = most.applyAsLong(info.statusCode());
      BodySubscriber<Long> sink = new Sink(bytes, limit, info.statusCode() != 200);
      return HttpResponse.BodySubscribers.mapping(sink, length -> bytes.toByteArray());
    };
  }

  /**
   * A body that goes elsewhere as it comes, on a thread of the client's.
   *
   * @param out is written to, and not closed; its failure is that of the exchange
   * @param most the most bytes of it
   * @return a subscriber that gives the number of bytes, and whose exchange fails with {@link
   *     AnswerTooLargeException} where there are more
   */
  public static BodySubscriber<Long> into(OutputStream out, long most) {
    return new Sink(out, most, false);
  }

  /**
   * A body that is read as it comes. Reading it ends: it fails where nothing comes for a while, or
   * less than 1,024 bytes a second after the first minute.
   *
   * @param quiet for how long nothing may come
   * @return a handler for {@link HttpClient#send}; the stream belongs to one thread and is closed
   *     by whoever reads it
   */
  public static BodyHandler<InputStream> stream(Duration quiet) {
    return info -> new TimedBody(quiet);
  }

  /** Writes what comes, up to a limit. */
  private static final class Sink implements BodySubscriber<Long> {
    private final CompletableFuture<Long> whole = new CompletableFuture<>();
    private final OutputStream out;
    private final long most;
    private final boolean cut;
    private long length;
    private Flow.@Nullable Subscription subscription;

    Sink(OutputStream out, long most, boolean cut) {
      this.out = out;
      this.most = most;
      this.cut = cut;
    }

    @Override
    public CompletionStage<Long> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      Flow.Subscription from = subscription;
      if (from == null || whole.isDone()) {
        return;
      }
      try {
        for (ByteBuffer buffer : buffers) {
          int fits = (int) Math.min(most - length, buffer.remaining());
          byte[] bytes = new byte[fits];
          buffer.get(bytes);
          out.write(bytes);
          length += fits;
          if (buffer.hasRemaining()) {
            if (!cut) {
              throw new AnswerTooLargeException("the answer has more than " + most + " bytes");
            }
            from.cancel();
            whole.complete(length);
            return;
          }
        }
        from.request(1);
      } catch (IOException | RuntimeException | Error e) {
        from.cancel();
        whole.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(length);
    }
  }
}
