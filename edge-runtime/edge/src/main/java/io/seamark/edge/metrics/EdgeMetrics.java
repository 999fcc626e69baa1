package io.seamark.edge.metrics;

import io.seamark.buffer.Outbox;
import io.seamark.plugin.MiningDecision;
import io.smallrye.metrics.SharedMetricRegistries;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The edge's figures as MicroProfile Metrics, in the application scope. Counters count since the
 * process started. Thread-safe.
 */
public final class EdgeMetrics {
  private static final String MODEL = "seamark.edge.model";

  /** Model versions that are shown at once. */
  private static final int VERSIONS = 8;

  private final MetricRegistry registry;
  private final Counter frames;
  private final Counter hard;
  private final Counter skipped;
  private final Counter answers;
  private final Counter audited;
  private final Counter refused;
  private final Counter retries;
  private final Counter notStored;
  private final Counter answersDropped;
  private final Counter bytesUp;
  private final Counter bytesDown;
  private final Counter swaps;
  private final Counter syncFailures;
  private final Counter shadowFrames;
  private final Counter shadowRefused;
  private final Counter cpu;
  private final Timer inference;
  private final Timer answer;
  private final Timer cloud;
  private final Mean easyAgreement = new Mean();
  private final Mean hardAgreement = new Mean();
  private final Deque<String> versions = new ArrayDeque<>();
  private final Totals before;
  private volatile @Nullable MiningDecision lastDecision;
  private volatile @Nullable ShadowComparison lastComparison;

  /** Of the values so far; not a number before the first. */
  private static final class Mean {
    private double sum;
    private long values;

    synchronized void add(double value) {
      if (Double.isFinite(value)) {
        sum += value;
        values++;
      }
    }

    synchronized double value() {
      return values == 0 ? Double.NaN : sum / values;
    }
  }

  /** Registers the metrics. */
  public EdgeMetrics() {
    registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
    frames = counter("seamark.edge.frames", "Frames answered.", MetricUnits.NONE);
    hard = counter("seamark.edge.hard", "Frames found hard.", MetricUnits.NONE);
    skipped = counter("seamark.edge.skipped", "Frames that could not be read.", MetricUnits.NONE);
    answers =
        counter("seamark.edge.cloud.answers", "Hard frames the cloud answered.", MetricUnits.NONE);
    audited =
        counter(
            "seamark.edge.audited", "Easy frames that the cloud looked at too.", MetricUnits.NONE);
    refused =
        counter(
            "seamark.edge.cloud.refused",
            "Frames set aside: the cloud refused them, or they alone kept failing.",
            MetricUnits.NONE);
    retries = counter("seamark.edge.cloud.retries", "Exchanges tried again.", MetricUnits.NONE);
    notStored =
        counter(
            "seamark.edge.outbox.rejected",
            "Hard frames the outbox could not take.",
            MetricUnits.NONE);
    answersDropped =
        counter(
            "seamark.edge.answers.dropped",
            "Answers on the device that went for newer ones.",
            MetricUnits.NONE);
    bytesUp = counter("seamark.edge.sent", "Bytes sent to the cloud.", MetricUnits.BYTES);
    bytesDown =
        counter(
            "seamark.edge.received",
            "Bytes received from the cloud, models included.",
            MetricUnits.BYTES);
    swaps = counter("seamark.edge.model.updates", "Models taken over.", MetricUnits.NONE);
    syncFailures =
        counter("seamark.edge.model.failures", "Failed attempts to update.", MetricUnits.NONE);
    shadowFrames =
        counter(
            "seamark.edge.shadow.frames",
            "Frames on which new models were compared with the one in service.",
            MetricUnits.NONE);
    shadowRefused =
        counter(
            "seamark.edge.shadow.refused",
            "New models refused after the comparison.",
            MetricUnits.NONE);
    inference = timer("seamark.edge.inference", "Time of a frame in the model.");
    answer = timer("seamark.edge.answer", "Time from frame to answer.");
    cloud = timer("seamark.edge.cloud.exchange", "Time from sending a frame to its answer.");
    cpu =
        counter(
            "seamark.edge.process.cpu",
            "Processor time of the process, as of the last frame or exchange.",
            MetricUnits.SECONDS);
    gauge(
        "seamark.edge.process.resident",
        "Memory of the process in RAM.",
        MetricUnits.BYTES,
        () -> ProcessResources.now().residentBytes());
    gauge(
        "seamark.edge.mining.threshold",
        "What the last frame's score was held against.",
        MetricUnits.NONE,
        () -> lastDecision(MiningDecision::threshold));
    gauge(
        "seamark.edge.mining.score",
        "The last frame's score; higher is easier.",
        MetricUnits.NONE,
        () -> lastDecision(MiningDecision::score));
    gauge(
        "seamark.edge.audit.agreement",
        "Mean share of pixels on which edge and cloud agree in easy frames; NaN before the first.",
        MetricUnits.NONE,
        easyAgreement::value);
    gauge(
        "seamark.edge.hard.agreement",
        "Mean share of pixels on which edge and cloud agree in hard frames; NaN before the first.",
        MetricUnits.NONE,
        hardAgreement::value);
    watchComparison();
    before = counts();
    countCpu();
  }

  private double lastDecision(ToDoubleFunction<MiningDecision> figure) {
    MiningDecision decision = lastDecision;
    return decision == null ? Double.NaN : figure.applyAsDouble(decision);
  }

  private void watchComparison() {
    comparison(
        "agreement",
        "Share of pixels on which the last new model and the one in service agreed; NaN before.",
        ShadowComparison::agreement);
    comparison("margin", "Mean score margin of that new model.", ShadowComparison::margin);
    comparison(
        "serving.margin",
        "Mean score margin of the model that was in service then.",
        ShadowComparison::servingMargin);
    comparison("time", "Time of a frame in that new model.", ShadowComparison::seconds);
    comparison(
        "serving.time",
        "Time of a frame in the model that was in service then.",
        ShadowComparison::servingSeconds);
  }

  private void comparison(String name, String text, ToDoubleFunction<ShadowComparison> figure) {
    gauge(
        "seamark.edge.shadow." + name,
        text,
        name.endsWith("time") ? MetricUnits.SECONDS : MetricUnits.NONE,
        () -> {
          ShadowComparison last = lastComparison;
          return last == null ? Double.NaN : figure.applyAsDouble(last);
        });
  }

  private Counter counter(String name, String text, String unit) {
    return registry.counter(metadata(name, text, unit));
  }

  private Timer timer(String name, String text) {
    return registry.timer(metadata(name, text, MetricUnits.SECONDS));
  }

  private static Metadata metadata(String name, String text, String unit) {
    return Metadata.builder().withName(name).withDescription(text).withUnit(unit).build();
  }

  private void gauge(String name, String text, String unit, Supplier<Number> value) {
    registry.gauge(metadata(name, text, unit), value);
  }

  /**
   * Watches an outbox.
   *
   * @param outbox open as long as this is read
   */
  public void watchOutbox(Outbox outbox) {
    gauge(
        "seamark.edge.outbox.depth",
        "Frames that wait for the cloud.",
        MetricUnits.NONE,
        outbox::pending);
    gauge("seamark.edge.outbox.bytes", "Size of the outbox.", MetricUnits.BYTES, outbox::bytes);
    gauge(
        "seamark.edge.outbox.oldest",
        "How long the oldest frame has waited; 0 if none waits.",
        MetricUnits.SECONDS,
        () -> outbox.oldestWait().toMillis() / 1e3);
    gauge(
        "seamark.edge.outbox.set.aside",
        "Frames that could not be delivered and hold up no other.",
        MetricUnits.NONE,
        outbox::setAsideCount);
    gauge(
        "seamark.edge.outbox.lost",
        "Frames lost to damage, or dropped after they were set aside, since the start.",
        MetricUnits.NONE,
        () -> outbox.lost() + outbox.dropped());
  }

  /**
   * Names a model in service; 1 for the one that answers now, 0 for the few before: the cloud may
   * send versions without end.
   *
   * @param version its name
   * @param inService the name of the one in service
   */
  public synchronized void watchModel(String version, Supplier<String> inService) {
    versions.remove(version);
    versions.addLast(version);
    if (versions.size() > VERSIONS) {
      registry.remove(new MetricID(MODEL, new Tag("version", versions.removeFirst())));
    }
    registry.gauge(
        metadata(MODEL, "1 for the model version in service.", MetricUnits.NONE),
        () -> inService.get().equals(version) ? 1 : 0,
        new Tag("version", version));
  }

  /**
   * A frame was answered.
   *
   * @param decision whether it goes to the cloud
   * @param inferSeconds time of the inference
   * @param totalSeconds time from the frame to the answer
   */
  public void answered(MiningDecision decision, double inferSeconds, double totalSeconds) {
    frames.inc();
    if (decision.hard()) {
      hard.inc();
    }
    lastDecision = decision;
    inference.update(nanos(inferSeconds));
    answer.update(nanos(totalSeconds));
    countCpu();
  }

  /** A counter cannot be asked for a value of its own at a scrape, so it is raised meanwhile. */
  private synchronized void countCpu() {
    long seconds = (long) ProcessResources.cpuSecondsNow();
    if (seconds > cpu.getCount()) {
      cpu.inc(seconds - cpu.getCount());
    }
  }

  /** A sample could not be read. */
  public void skipped() {
    skipped.inc();
  }

  /** A hard frame found no room in the outbox. */
  public void notStored() {
    notStored.inc();
  }

  /**
   * Answers on the device went for newer ones.
   *
   * @param files how many
   */
  public void answersDropped(int files) {
    answersDropped.inc(files);
  }

  /**
   * A frame was answered by the cloud.
   *
   * @param audit whether it is an easy one
   * @param agreement share of the pixels decided by the cloud that the edge says the same of; not a
   *     number where there are none
   * @param up bytes sent
   * @param down bytes received
   * @param seconds from sending to answer
   */
  public void exchanged(boolean audit, double agreement, long up, long down, double seconds) {
    (audit ? audited : answers).inc();
    (audit ? easyAgreement : hardAgreement).add(agreement);
    bytesUp.inc(up);
    bytesDown.inc(down);
    cloud.update(nanos(seconds));
    countCpu();
  }

  /**
   * A frame was set aside.
   *
   * @param up bytes sent
   */
  public void refused(long up) {
    refused.inc();
    bytesUp.inc(up);
  }

  /** An exchange failed and is tried again. */
  public void retried() {
    retries.inc();
  }

  /**
   * A model was fetched.
   *
   * @param bytes size of its file
   */
  public void modelFetched(long bytes) {
    bytesDown.inc(bytes);
    countCpu();
  }

  /**
   * A new model ran beside the one in service.
   *
   * @param found what came of it
   */
  public void compared(ShadowComparison found) {
    shadowFrames.inc(found.frames());
    if (found.refusal() != null) {
      shadowRefused.inc();
    }
    lastComparison = found;
  }

  /** A model was put in line. */
  public void modelTaken() {
    swaps.inc();
    countCpu();
  }

  /** An attempt to update failed. */
  public void syncFailed() {
    syncFailures.inc();
  }

  /**
   * The counters as they stand.
   *
   * @return since this object was made: the registry's own are the process's
   */
  public Totals totals() {
    return counts().minus(before);
  }

  private Totals counts() {
    return new Totals(
        frames.getCount(),
        hard.getCount(),
        skipped.getCount(),
        answers.getCount(),
        audited.getCount(),
        easyAgreement.value(),
        hardAgreement.value(),
        refused.getCount(),
        retries.getCount(),
        notStored.getCount(),
        bytesUp.getCount(),
        bytesDown.getCount(),
        swaps.getCount());
  }

  private static java.time.Duration nanos(double seconds) {
    return java.time.Duration.ofNanos((long) (seconds * 1e9));
  }

  /**
   * Counters.
   *
   * @param frames answered
   * @param hard of them, found hard
   * @param skipped unreadable
   * @param answers from the cloud to hard frames
   * @param audited easy frames that the cloud looked at too
   * @param easyAgreement mean share of pixels on which both agree in these, since the object was
   *     made; not a number without any
   * @param hardAgreement the same of hard frames
   * @param refused frames that were set aside
   * @param retries of exchanges
   * @param notStored hard frames the outbox could not take
   * @param bytesUp to the cloud
   * @param bytesDown from the cloud, models included
   * @param modelUpdates models taken over
   */
  public record Totals(
      long frames,
      long hard,
      long skipped,
      long answers,
      long audited,
      double easyAgreement,
      double hardAgreement,
      long refused,
      long retries,
      long notStored,
      long bytesUp,
      long bytesDown,
      long modelUpdates) {
    Totals minus(Totals o) {
      return new Totals(
          frames - o.frames,
          hard - o.hard,
          skipped - o.skipped,
          answers - o.answers,
          audited - o.audited,
          easyAgreement,
          hardAgreement,
          refused - o.refused,
          retries - o.retries,
          notStored - o.notStored,
          bytesUp - o.bytesUp,
          bytesDown - o.bytesDown,
          modelUpdates - o.modelUpdates);
    }
  }
}
