package io.seamark.edge.upload;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.host.HttpClients;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the outbox to unknown-task-processing, in order, one frame at a time, for as long as it
 * takes: a cloud that is away is asked again with growing pauses, never more often than it asks for
 * itself. A frame leaves the outbox once its answer is here and has been handed on, so that a crash
 * at any point sends it again rather than losing it; the cloud knows frames by edge and id and
 * stores none twice. Only a frame that the cloud refuses for good is dropped, and counted.
 */
public final class CloudLink implements AutoCloseable {
  /** Path of the resource that takes hard frames. */
  public static final String PATH = "unknown-tasks";

  private static final Logger LOG = LoggerFactory.getLogger(CloudLink.class);
  private static final int ERROR_LIMIT = 64 * 1024;
  private static final int TRIES_IN_TURN = 8;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final double JITTER = 0.2;
  // Whatever else comes is worth another try: nothing says that the frame itself is at fault.
  private static final Set<Integer> FOR_GOOD = Set.of(400, 413, 415, 422);

  private final URI address;
  private final Outbox outbox;
  private final Receiver receiver;
  private final EdgeMetrics metrics;
  private final Options options;
  private final HttpClient client;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile State state = State.UNTRIED;
  private volatile boolean closed;

  /** Whether the cloud answers. */
  public enum State {
    /** Nothing was sent yet. */
    UNTRIED,
    /** The last exchange worked. */
    REACHABLE,
    /** It is there, but has as many frames as it takes; asked again when it says. */
    BUSY,
    /** The last exchange failed and is tried again. */
    AWAY
  }

  /** Takes what comes back, on the delivery thread. */
  public interface Receiver {
    /**
     * The cloud's answer. If this throws, the frame stays in the outbox and is sent again.
     *
     * @param answer the answer
     */
    void answered(CloudAnswer answer);

    /**
     * The cloud refused the frame for good.
     *
     * @param id of the frame
     * @param reason one line for people
     */
    void refused(String id, String reason);
  }

  /**
   * How patiently and how much.
   *
   * @param firstPause before the first retry; doubled for each further one
   * @param longestPause upper bound of the pauses
   * @param timeout for one exchange, answer included
   * @param answerLimit largest answer in bytes
   * @param protocol how frames are put to the cloud
   */
  public record Options(
      Duration firstPause,
      Duration longestPause,
      Duration timeout,
      int answerLimit,
      CloudProtocol protocol) {
    /** For a service a network away: 0.25 s to 15 s pauses, 2 minutes a frame, 64 MiB. */
    public static final Options DEFAULT =
        new Options(
            Duration.ofMillis(250),
            Duration.ofSeconds(15),
            Duration.ofMinutes(2),
            64 << 20,
            new ArrowProtocol());

    /** Checks the ranges. */
    public Options {
      if (firstPause.isNegative()
          || firstPause.isZero()
          || longestPause.compareTo(firstPause) <= 0) {
        throw new IllegalArgumentException(
            "pauses are " + firstPause + " to " + longestPause + ", but must be positive and grow");
      }
    }

    /**
     * The same with another protocol.
     *
     * @param other how frames are put to the cloud
     * @return as patient as this
     */
    public Options with(CloudProtocol other) {
      return new Options(firstPause, longestPause, timeout, answerLimit, other);
    }
  }

  /** One exchange: status, body, and how long the service asks to wait. */
  private record Reply(int status, byte[] body, @Nullable Duration retryAfter, double seconds) {
    boolean worthRetrying() {
      return status != 200 && !FOR_GOOD.contains(status);
    }
  }

  /** A body that the service declared fine but that is none. */
  private static final class BadAnswer extends IOException {
    private static final long serialVersionUID = 1;

    BadAnswer(String message) {
      super(message);
    }
  }

  /** The service is there, but fails on this very frame. */
  private static final class FrameFails extends RuntimeException {
    private static final long serialVersionUID = 1;

    FrameFails(String message) {
      super(message);
    }
  }

  /**
   * A link that is not yet running.
   *
   * @param service base address of the cloud, as the protocol has it
   * @param outbox what to carry
   * @param receiver takes the answers
   * @param metrics counts what goes over the network
   * @param options how patiently
   */
  public CloudLink(
      URI service, Outbox outbox, Receiver receiver, EdgeMetrics metrics, Options options) {
    this.address = options.protocol.address(service);
    this.outbox = outbox;
    this.receiver = receiver;
    this.metrics = metrics;
    this.options = options;
    this.client =
        HttpClients.builder(service)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    this.thread = new Thread(this::deliver, "seamark-delivery");
    this.thread.setDaemon(true);
  }

  /** Starts to deliver. */
  public void start() {
    thread.start();
  }

  /** Says that the outbox has grown. */
  public void offered() {
    signal();
  }

  /**
   * Whether the cloud answers.
   *
   * @return as of the last exchange
   */
  public State state() {
    return state;
  }

  /**
   * Waits while the cloud is at work on as many frames as it may have before it; not at all while
   * it is away.
   *
   * @param window most frames that may wait for an answer
   * @param atMost when to give up
   * @throws InterruptedException if the thread was interrupted
   */
  public void awaitRoom(int window, Duration atMost) throws InterruptedException {
    await(() -> state == State.AWAY || outbox.pending() < window, atMost);
  }

  /**
   * Waits for the outbox to become empty.
   *
   * @param atMost when to give up
   * @return whether it is empty
   * @throws InterruptedException if the thread was interrupted
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    return await(() -> outbox.pending() == 0, atMost);
  }

  private boolean await(java.util.function.BooleanSupplier done, Duration atMost)
      throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!done.getAsBoolean()) {
        if (closed || left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void deliver() {
    while (!closed) {
      try {
        Optional<Outbox.Pending> pending = outbox.peek();
        if (pending.isPresent()) {
          deliver(pending.get());
        } else {
          awaitOffer();
        }
      } catch (InterruptedException e) {
        return;
      } catch (FailsafeException e) {
        if (closed || e.getCause() instanceof InterruptedException) {
          return;
        }
        pauseAfter(e);
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        // Memory may be there again once the frame that took it is gone; this thread must not end.
        if (closed) {
          return;
        }
        pauseAfter(e);
      }
    }
  }

  /** What fails here is on this device, such as the disk: say so, and try again in a while. */
  private void pauseAfter(Throwable e) {
    LOG.error("event=delivery_failed reason=\"{}\"", e.toString(), e);
    try {
      await(() -> closed, options.longestPause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void awaitOffer() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      // The timeout is a safety net should a signal have come between peek and lock.
      long left = TimeUnit.SECONDS.toNanos(1);
      while (!closed && outbox.pending() == 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void deliver(Outbox.Pending pending) throws IOException {
    HardSample sample = pending.sample();
    byte[] body = options.protocol.question(sample);
    RetryPolicy<Reply> policy =
        RetryPolicy.<Reply>builder()
            .handle(IOException.class)
            .handleResultIf(reply -> reply != null && reply.worthRetrying())
            .withBackoff(options.firstPause, options.longestPause)
            .withJitter(JITTER)
            .withDelayFn(
                context -> {
                  Reply last = context.getLastResult();
                  Duration asked = last == null ? null : last.retryAfter();
                  // Jitter may take a part of the pause away, but never of what was asked for.
                  return asked == null
                      ? Duration.ofNanos(-1)
                      : Duration.ofNanos((long) Math.ceil(asked.toNanos() / (1 - JITTER)));
                })
            .withMaxRetries(-1)
            .onRetryScheduled(
                event -> {
                  Reply last = event.getLastResult();
                  if (event.getLastException() != null) {
                    away(event.getLastException().toString(), event.getDelay());
                  } else if (last != null && last.status() == TOO_MANY_REQUESTS) {
                    busy(last, event.getDelay());
                  } else {
                    away("HTTP status " + describe(last), event.getDelay());
                  }
                })
            .build();
    Attempt attempt = new Attempt(sample, body);
    Reply reply;
    try {
      reply = Failsafe.with(policy).get(attempt::exchange);
    } catch (FrameFails e) {
      // It must not hold up the frames behind it, and must not be lost either: to the end.
      LOG.warn("event=frame_deferred id={} reason=\"{}\"", sample.id(), e.getMessage());
      outbox.append(sample);
      outbox.acknowledge(pending.sequence());
      return;
    }
    if (state == State.UNTRIED || state == State.AWAY) {
      LOG.info("event=cloud_reachable url={}", address);
    }
    state = State.REACHABLE;
    FusedAnswer answer = attempt.answer;
    if (answer != null) {
      ClassMap own = sample.scores().resize(sample.width(), sample.height()).argmax();
      double agreement = answer.classMap().agreement(own);
      metrics.exchanged(
          sample.audited(), agreement, body.length, reply.body().length, reply.seconds());
      receiver.answered(
          new CloudAnswer(
              sample,
              decided(own, answer),
              agreement,
              reply.seconds(),
              body.length,
              reply.body().length));
    } else {
      String reason = "HTTP status " + describe(reply);
      LOG.warn("event=frame_refused id={} reason=\"{}\"", sample.id(), reason);
      metrics.refused(body.length);
      receiver.refused(sample.id(), reason);
    }
    outbox.acknowledge(pending.sequence());
    signal();
  }

  /** The tries of one frame. */
  private final class Attempt {
    private final HardSample sample;
    private final byte[] body;
    private int failures;
    private @Nullable FusedAnswer answer;

    Attempt(HardSample sample, byte[] body) {
      this.sample = sample;
      this.body = body;
    }

    Reply exchange() throws IOException, InterruptedException {
      String failure;
      Reply reply = CloudLink.this.exchange(body);
      if (reply.status() == 200) {
        try {
          answer = options.protocol.answer(sample, reply.body());
          return reply;
        } catch (IOException e) {
          failure = String.valueOf(e.getMessage());
        }
      } else if (reply.status() == 500) {
        failure = "HTTP status " + describe(reply);
      } else {
        return reply;
      }
      failures++;
      if (failures == TRIES_IN_TURN) {
        throw new FrameFails(failure);
      }
      throw new BadAnswer(failure);
    }
  }

  private Reply exchange(byte[] body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(options.timeout)
            .header("Content-Type", options.protocol.mediaType())
            .header("Accept", options.protocol.mediaType())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long start = System.nanoTime();
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    int limit = response.statusCode() == 200 ? options.answerLimit : ERROR_LIMIT;
    byte[] answer;
    try (InputStream in = response.body()) {
      answer = in.readNBytes(limit + 1);
    }
    if (answer.length > limit && response.statusCode() == 200) {
      throw new BadAnswer("the answer has more than " + limit + " bytes");
    }
    return new Reply(
        response.statusCode(),
        answer,
        response.headers().firstValue("Retry-After").map(this::seconds).orElse(null),
        (System.nanoTime() - start) / 1e9);
  }

  /** Retry-After in seconds; its other form, a date, is left to our own pauses. */
  private @Nullable Duration seconds(String value) {
    try {
      long asked = Long.parseLong(value.strip());
      return asked < 0 ? null : Duration.ofSeconds(Math.min(asked, 3600));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** What the cloud leaves undecided stays as the edge model sees it. */
  private static FusedAnswer decided(ClassMap own, FusedAnswer answer) {
    return new FusedAnswer(
        answer.classMap().orElse(own), answer.masks(), answer.processing(), answer.seconds());
  }

  /** No outage: frames wait in the outbox, and whoever waits for room there goes on waiting. */
  private void busy(Reply reply, Duration pause) {
    metrics.retried();
    LOG.debug(
        "event=cloud_busy url={} reason=\"{}\" retry_in_ms={}",
        address,
        describe(reply),
        pause.toMillis());
    state = State.BUSY;
    signal();
  }

  private void away(String reason, Duration pause) {
    metrics.retried();
    if (state != State.AWAY) {
      LOG.warn(
          "event=cloud_away url={} reason=\"{}\" retry_in_ms={}",
          address,
          reason,
          pause.toMillis());
    }
    state = State.AWAY;
    signal();
  }

  private static String describe(@Nullable Reply reply) {
    if (reply == null) {
      return "unknown";
    }
    String text =
        new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8)
            .replaceAll("\\s+", " ")
            .strip();
    return reply.status() + " " + text.substring(0, Math.min(300, text.length()));
  }

  /** Stops delivering; what is in the outbox stays there. */
  @Override
  public void close() {
    closed = true;
    signal();
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
