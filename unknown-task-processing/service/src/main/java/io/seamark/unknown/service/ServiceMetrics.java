package io.seamark.unknown.service;

import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.RetentionSchedule;
import io.seamark.exchange.Exhaustion;
import io.seamark.exchange.RefusedException;
import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service's metrics; all names begin with {@code seamark_unknown_}. */
@ApplicationScoped
public class ServiceMetrics {
  private static final String PREFIX = "seamark_unknown_";

  /** Reason of what was refused for want of memory. */
  private static final String MEMORY = "memory";

  private static final Logger LOG = LoggerFactory.getLogger(ServiceMetrics.class);

  @Inject MetricRegistry metrics;

  private @Nullable ReplayBufferWriter buffer;
  private long dropped;

  /** Counts an answered request and times its stages. */
  void answered(TaskProcessor.Outcome outcome) {
    countDropped();
    counter("frames", "Requests answered, resent ones too.", MetricUnits.NONE).inc();
    counter("received", "Bytes of the requests answered.", MetricUnits.BYTES)
        .inc(outcome.received());
    counter("sent", "Bytes of the answers.", MetricUnits.BYTES).inc(outcome.reply().length);
    if (outcome.resent()) {
      counter("resent", "Requests whose sample had been answered before.", MetricUnits.NONE).inc();
    } else {
      if (outcome.sequence() >= 0) {
        counter("stored", "Samples stored in the replay buffer.", MetricUnits.NONE).inc();
      }
      counter("masks", "Masks fused.", MetricUnits.NONE).inc(outcome.answer().masks());
    }
    stage("wait", outcome.waited());
    outcome.seconds().forEach(this::stage);
  }

  /** Counts a request whose frames are not kept, and times their stages. */
  void predicted(String contract, TaskProcessor.Answers answers) {
    metrics
        .counter(
            Metadata.builder()
                .withName(PREFIX + "predicted")
                .withDescription("Frames answered and not kept.")
                .build(),
            new Tag("contract", contract))
        .inc(answers.answers().size());
    stage("wait", answers.waited());
    answers.answers().forEach(answer -> answer.seconds().forEach(this::stage));
  }

  private void stage(String stage, double seconds) {
    metrics
        .timer(
            Metadata.builder()
                .withName(PREFIX + "stage")
                .withDescription("Time of each stage of an answer.")
                .build(),
            new Tag("stage", stage))
        .update(Duration.ofNanos(Math.round(seconds * 1e9)));
  }

  /** What answers a request. */
  interface Work {
    /**
     * Answers.
     *
     * @throws IOException if the answer cannot be kept or written
     */
    Response answer() throws IOException;
  }

  /** Does work, and counts it if it refuses the request. */
  Response counting(Work work) throws IOException {
    try {
      return work.answer();
    } catch (IOException | RuntimeException | Error e) {
      String reason = reason(e);
      if (reason != null) {
        refused(reason);
      }
      if (MEMORY.equals(reason) && !(e instanceof RefusedException)) {
        // All that the request held is garbage from here on; the process goes on.
        LOG.warn("not enough memory for a request: {}", e.toString());
        throw new RefusedException(
            RefusedException.UNAVAILABLE,
            "there was not enough memory for this request; a smaller frame needs less");
      }
      throw e;
    }
  }

  /** Why a request is refused; null where the fault is ours. */
  private static @Nullable String reason(Throwable thrown) {
    if (thrown instanceof ClientErrorException) {
      return "bad";
    }
    if (thrown instanceof FailedException failed && failed.kind() != FailureKind.OUR_FAULT) {
      return switch (failed.kind()) {
        case BUSY -> "busy";
        case NOT_READY -> "not_ready";
        case OUT_OF_RESOURCES -> MEMORY;
        default -> "bad";
      };
    }
    return Exhaustion.caused(thrown) ? MEMORY : null;
  }

  /** Counts a request that was not answered. */
  void refused(String reason) {
    metrics
        .counter(
            Metadata.builder()
                .withName(PREFIX + "refused")
                .withDescription("Requests not answered.")
                .build(),
            new Tag("reason", reason))
        .inc();
  }

  /** What the buffer has dropped since it was last looked at. */
  private synchronized void countDropped() {
    long now = buffer == null ? 0 : buffer.dropped();
    counter("dropped", "Samples dropped to keep the buffer within its bounds.", MetricUnits.NONE)
        .inc(now - dropped);
    dropped = now;
  }

  /** Registers the gauges. */
  synchronized void register(
      TaskProcessor processor, ServiceMemory memory, RetentionSchedule retention) {
    buffer = processor.buffer();
    gauge("buffer_bytes", "Size of the replay buffer on disk.", processor.buffer()::bytes);
    gauge(
        "buffer_damages",
        "Damages found in the buffer since it was opened.",
        () -> processor.buffer().report().damages().size());
    gauge(
        "buffer_expired",
        "Samples dropped for their age since the start.",
        () -> retention.state().dropped());
    gauge(
        "buffer_remains",
        "Files that may hold bytes of dropped samples still.",
        () -> retention.state().remains().size());
    gauge(
        "memory_requests", "Bytes that requests hold, as counted.", () -> memory.requests().held());
    gauge(
        "memory_work",
        "Bytes that the frame in work takes at most, as counted.",
        () -> memory.work().held());
    gauge("buffered", "Samples in the replay buffer.", processor::buffered);
    gauge("waiting", "Frames that wait or are being answered.", processor::waiting);
    countDropped();
  }

  /** A counter's value; 0 if nothing was counted. */
  long count(String name) {
    Counter counter = metrics.getCounter(new MetricID(PREFIX + name));
    return counter == null ? 0 : counter.getCount();
  }

  private Counter counter(String name, String text, String unit) {
    return metrics.counter(
        Metadata.builder().withName(PREFIX + name).withDescription(text).withUnit(unit).build());
  }

  private void gauge(String name, String text, Supplier<? extends Number> value) {
    metrics.gauge(
        Metadata.builder().withName(PREFIX + name).withDescription(text).build(), value::get);
  }
}
