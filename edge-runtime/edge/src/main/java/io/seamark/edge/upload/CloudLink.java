package io.seamark.edge.upload;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.upload.CloudExchange.Reply;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.Optional;
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
 * stores none twice.
 *
 * <p>A frame is set aside in the outbox, named and counted, where the service's own document
 * refuses it for good ({@link CloudProtocol#refuses}), or where it alone is what fails: it has
 * failed {@value #TRIES} times in a row, or {@value #LONG_TRIES} times over a minute, then the
 * frame behind it works, and it fails once more. So nothing is set aside because a link or a cloud
 * is away, no frame holds up the others without end, and the others keep their order.
 */
public final class CloudLink implements AutoCloseable {
  /** Path of the resource that takes hard frames. */
  public static final String PATH = "unknown-tasks";

  private static final Logger LOG = LoggerFactory.getLogger(CloudLink.class);
  private static final int TRIES = 8;

  /** The same where each takes long, as with a body that stalls. */
  private static final int LONG_TRIES = 4;

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int TOO_MANY_REQUESTS = 429;
  private static final double JITTER = 0.2;

  private final CloudExchange cloud;
  private final Outbox outbox;
  private final Receiver receiver;
  private final EdgeMetrics metrics;
  private final Options options;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** A frame that was answered before its turn; of the delivery thread. */
  private @Nullable Attempt ahead;

  private volatile State state = State.UNTRIED;
  private volatile String trouble = "";
  private volatile boolean started;
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
     * The frame was set aside: the cloud refused it for good, or it fails where others do not.
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

  /** An answer that nobody on this device takes: neither the link's fault nor the cloud's. */
  private static final class NotTaken extends IOException {
    private static final long serialVersionUID = 1;

    NotTaken(Throwable cause) {
      super("its answer is not taken on this device: " + cause, cause);
    }
  }

  /** It is this very frame that fails, or that is refused. */
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
    this.cloud = new CloudExchange(service, options);
    this.outbox = outbox;
    this.receiver = receiver;
    this.metrics = metrics;
    this.options = options;
    this.thread = new Thread(this::deliver, "seamark-delivery");
    this.thread.setDaemon(true);
  }

  /** Starts to deliver. */
  public void start() {
    started = true;
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
   * What keeps this device from delivering, whatever the cloud does.
   *
   * @return one line for people; empty if nothing does
   */
  public String trouble() {
    boolean dead = started && !closed && !thread.isAlive();
    return dead ? "the delivery thread has ended" : trouble;
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
          new Delivery(pending.get()).run();
        } else {
          awaitOffer();
        }
        trouble = "";
      } catch (InterruptedException e) {
        return;
      } catch (Throwable e) {
        // An Error too, of want of memory or of a plugin: this thread must not end while frames
        // wait.
        if (closed || e.getCause() instanceof InterruptedException) {
          return;
        }
        pauseAfter(e);
      }
    }
  }

  /** What fails here is on this device, such as the disk: say so, and try again in a while. */
  private void pauseAfter(Throwable e) {
    trouble = e.toString();
    LOG.error("event=delivery_failed reason=\"{}\"", trouble, e);
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

  private RetryPolicy<Reply> policy() {
    return RetryPolicy.<Reply>builder()
        .handle(IOException.class)
        .handleResultIf(reply -> reply != null && !reply.isAnswer())
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
            event -> failed(event.getLastResult(), event.getLastException(), event.getDelay()))
        .build();
  }

  /** The delivery of the frame that is next. */
  private final class Delivery {
    private final Attempt frame;
    private final long start = System.nanoTime();
    private int failures;

    /** The frame behind it that was tried last. */
    private long tried;

    /** Whether a frame behind it worked where it failed. */
    private boolean alone;

    Delivery(Outbox.Pending pending) {
      Attempt early = ahead;
      frame = early != null && early.sequence == pending.sequence() ? early : new Attempt(pending);
      tried = frame.sequence;
    }

    void run() throws IOException {
      try {
        Failsafe.with(policy()).get(this::deliver);
        outbox.acknowledge(frame.sequence);
      } catch (FrameFails e) {
        setAside(String.valueOf(e.getMessage()));
      }
      signal();
    }

    private void setAside(String reason) throws IOException {
      outbox.setAside(frame.sequence, reason);
      LOG.warn("event=frame_set_aside id={} reason=\"{}\"", frame.sample.id(), reason);
      metrics.refused(frame.sent);
      try {
        receiver.refused(frame.sample.id(), reason);
      } catch (RuntimeException | Error e) {
        LOG.warn("event=refusal_not_taken id={} reason=\"{}\"", frame.sample.id(), e, e);
      }
    }

    /** One try, which is repeated until it gives an answer. */
    private Reply deliver() throws IOException, InterruptedException {
      Reply reply;
      try {
        reply = frame.ask();
        if (reply.isAnswer()) {
          frame.handOn();
          return reply;
        }
      } catch (ConnectException | HttpConnectTimeoutException e) {
        // Nobody has seen the frame, so it is not at fault.
        throw e;
      } catch (IOException e) {
        count(e.getMessage() == null ? e.toString() : e.getMessage());
        throw e;
      }
      if (options.protocol.refuses(reply.status(), reply.type(), reply.body())) {
        throw new FrameFails(reply.describe());
      }
      if (reply.status() != TOO_MANY_REQUESTS) {
        count(reply.describe());
      }
      return reply;
    }

    /** Counts a failure, and sees whether it is the frame's own once that is likely. */
    private void count(String reason) throws IOException, InterruptedException {
      if (alone) {
        throw new FrameFails(reason);
      }
      failures++;
      boolean slow = failures >= LONG_TRIES && System.nanoTime() - start >= LONG.toNanos();
      alone = (failures >= TRIES || slow) && otherWorks();
    }

    /** Whether a frame behind this one works where this one fails. */
    private boolean otherWorks() throws IOException, InterruptedException {
      Optional<Outbox.Pending> next = outbox.after(tried);
      if (next.isEmpty()) {
        // Around: the one behind may have been the next to fail.
        next = outbox.after(frame.sequence);
      }
      if (next.isEmpty()) {
        return false;
      }
      tried = next.get().sequence();
      Attempt attempt = new Attempt(next.get());
      try {
        if (!attempt.ask().isAnswer()) {
          return false;
        }
        if (frame.isAnswered()) {
          attempt.handOn();
        }
        ahead = attempt;
        return true;
      } catch (IOException e) {
        LOG.debug("event=other_frame_fails id={} reason=\"{}\"", attempt.sample.id(), e.toString());
        return false;
      }
    }
  }

  /** A frame on its way. */
  private final class Attempt {
    private final long sequence;
    private final HardSample sample;
    private @Nullable Reply reply;
    private @Nullable CloudAnswer answer;
    private boolean handedOn;

    /** Size of the question; 0 before it was put. */
    private int sent;

    Attempt(Outbox.Pending pending) {
      sequence = pending.sequence();
      sample = pending.sample();
    }

    boolean isAnswered() {
      return answer != null;
    }

    /** What the cloud says; not asked again once it has answered. */
    Reply ask() throws IOException, InterruptedException {
      Reply known = reply;
      if (known != null) {
        return known;
      }
      byte[] question = question();
      sent = question.length;
      Reply got = cloud.put(question);
      if (got.isAnswer()) {
        FusedAnswer fused = options.protocol.answer(sample, got.body());
        if (state == State.UNTRIED || state == State.AWAY) {
          LOG.info("event=cloud_reachable url={}", cloud.address());
        }
        state = State.REACHABLE;
        ClassMap own = sample.scores().resize(sample.width(), sample.height()).argmax();
        double agreement = fused.classMap().agreement(own);
        int down = got.body().length;
        metrics.exchanged(sample.audited(), agreement, question.length, down, got.seconds());
        answer =
            new CloudAnswer(
                sample, decided(own, fused), agreement, got.seconds(), question.length, down);
        reply = got;
      }
      return got;
    }

    private byte[] question() throws IOException {
      try {
        return options.protocol.question(sample);
      } catch (RuntimeException e) {
        throw new IOException("the frame cannot be put: " + e, e);
      }
    }

    void handOn() throws NotTaken {
      CloudAnswer got = answer;
      if (got == null || handedOn) {
        return;
      }
      try {
        receiver.answered(got);
        handedOn = true;
      } catch (RuntimeException | Error e) {
        throw new NotTaken(e);
      }
    }
  }

  /** What the cloud leaves undecided stays as the edge model sees it. */
  private static FusedAnswer decided(ClassMap own, FusedAnswer answer) {
    return new FusedAnswer(
        answer.classMap().orElse(own), answer.masks(), answer.processing(), answer.seconds());
  }

  /** A try has failed, and there will be another one. */
  private void failed(@Nullable Reply reply, @Nullable Throwable failure, Duration pause) {
    metrics.retried();
    String reason =
        failure != null ? failure.toString() : reply == null ? "unknown" : reply.describe();
    State now = State.AWAY;
    if (failure instanceof NotTaken) {
      now = state;
      trouble = reason;
      LOG.warn("event=answer_not_taken reason=\"{}\"", reason);
    } else if (reply != null && reply.status() == TOO_MANY_REQUESTS) {
      // No outage: frames wait in the outbox, and whoever waits for room there goes on waiting.
      now = State.BUSY;
    }
    if (now == State.AWAY && state != State.AWAY) {
      LOG.warn(
          "event=cloud_away url={} reason=\"{}\" retry_in_ms={}",
          cloud.address(),
          reason,
          pause.toMillis());
    }
    state = now;
    signal();
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
