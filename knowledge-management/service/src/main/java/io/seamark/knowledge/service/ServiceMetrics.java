package io.seamark.knowledge.service;

import io.seamark.knowledge.LearningState;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Verdict;
import io.seamark.knowledge.sedna.KnowledgeBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The service's metrics, from what the registry and the learning know, so that they are right after
 * a restart too. What only rises is a counter; the rest are gauges.
 */
@ApplicationScoped
public class ServiceMetrics {
  private final @Nullable MetricRegistry metrics;
  private final List<Rising> rising = new CopyOnWriteArrayList<>();

  /** A counter and what it should have counted. */
  private record Rising(Counter counter, DoubleSupplier total) {
    /** Called by the thread that learns and by those that ask. */
    void raise() {
      // Asked for without a lock, since the answer may need one that the caller's other side holds.
      long now = (long) total.getAsDouble();
      synchronized (counter) {
        long more = now - counter.getCount();
        if (more > 0) {
          counter.inc(more);
        }
      }
    }
  }

  /** For the container's proxy. */
  protected ServiceMetrics() {
    this.metrics = null;
  }

  /**
   * Made by the container.
   *
   * @param metrics the application's
   */
  @Inject
  public ServiceMetrics(MetricRegistry metrics) {
    this.metrics = metrics;
  }

  /**
   * Registers every metric.
   *
   * @param learning what they show
   */
  void register(LifelongLearning learning) {
    counter(
        "rounds",
        "Rounds that ended with a judged version, over the life of the registry.",
        MetricUnits.NONE,
        () -> learning.state().completed());
    counter(
        "accepted",
        "Versions that took over.",
        MetricUnits.NONE,
        () -> learning.state().accepted());
    counter(
        "rejected", "Versions that did not.", MetricUnits.NONE, () -> learning.state().rejected());
    counter(
        "failed",
        "Rounds that failed since the start.",
        MetricUnits.NONE,
        () -> learning.state().failed());
    counter(
        "idle",
        "Rounds since the start that had too few samples.",
        MetricUnits.NONE,
        () -> learning.state().idle());
    counter(
        "dropped",
        "Samples dropped since the start to keep the gathered buffer within its bounds.",
        MetricUnits.NONE,
        learning::dropped);
    counter(
        "training",
        "Time spent training, over all versions.",
        MetricUnits.SECONDS,
        () ->
            learning.registry().versions().stream()
                .mapToDouble(v -> v.provenance().training().getOrDefault("seconds", 0.0))
                .sum());
    learning.whenCounted(() -> rising.forEach(Rising::raise));
    state(learning, "samples", "Samples in the replay buffer.", s -> s.samples());
    state(
        learning,
        "samples_trained",
        "Samples the buffer held when the last round began.",
        s -> s.trainedOn());
    gauge(
        "drift",
        "How far light and colours of the newest samples are from those of the retained frames, in"
            + " deviations of these; NaN where that is not known.",
        MetricUnits.NONE,
        learning::drift);
    gauge(
        "edges_held_out",
        "Edges that the newest judged round held out: their samples agree far less with the serving"
            + " model than those of the others.",
        MetricUnits.NONE,
        () -> {
          List<ModelVersion> versions = learning.registry().versions();
          return (double) versions.get(versions.size() - 1).provenance().heldOutEdges();
        });
    state(learning, "progress", "Progress of the running round, 0 to 1.", LearningState::progress);
    gauge(
        "champion_version",
        "Number of the version that serves.",
        MetricUnits.NONE,
        () -> learning.registry().champion().map(ModelVersion::number).orElse(-1).doubleValue());
    figure(
        learning,
        "agreement",
        "Mean IoU with the judged models' consensus on held-out new frames",
        Figures::newAgreement);
    figure(
        learning,
        "retained_mean_iou",
        "Mean IoU on held-out retained frames",
        Figures::retainedMeanIou);
  }

  /**
   * Registers those of Sedna's knowledge base.
   *
   * @param base what they show
   */
  void register(KnowledgeBase base) {
    gauge(
        "base_bytes",
        "Bytes that Sedna's knowledge base keeps.",
        MetricUnits.BYTES,
        () -> (double) base.bytes());
    gauge(
        "base_files",
        "Files that Sedna's knowledge base keeps.",
        MetricUnits.NONE,
        () -> (double) base.index().files().size());
  }

  /**
   * Counts what was stored in Sedna's knowledge base.
   *
   * @param kind file or index
   */
  void uploaded(String kind) {
    registry()
        .counter(
            metadata(
                "base_uploads",
                "Files and indices that Sedna's workers stored since the start.",
                MetricUnits.NONE),
            new Tag("kind", kind))
        .inc();
  }

  /**
   * Counts a request to Sedna's knowledge base that was not answered. A body that was too large or
   * too slow never comes so far.
   *
   * @param reason missing, bad, full or not_found
   */
  void refused(String reason) {
    registry()
        .counter(
            metadata(
                "base_refused",
                "Requests to Sedna's knowledge base that were refused since the start.",
                MetricUnits.NONE),
            new Tag("reason", reason))
        .inc();
  }

  private void state(
      LifelongLearning learning, String name, String text, ToDoubleFunction<LearningState> value) {
    gauge(name, text, MetricUnits.NONE, () -> value.applyAsDouble(learning.state()));
  }

  /** A figure of the newest version that was judged, and of the model it was held against. */
  private void figure(
      LifelongLearning learning,
      String name,
      String text,
      Function<Figures, @Nullable Double> value) {
    gauge(
        "candidate_" + name,
        text + ", newest version judged; NaN before the first.",
        MetricUnits.NONE,
        () -> newest(learning, ModelVersion::candidate, value));
    gauge(
        "serving_" + name,
        text + ", the model it was held against; NaN before the first.",
        MetricUnits.NONE,
        () -> newest(learning, ModelVersion::serving, value));
  }

  private static double newest(
      LifelongLearning learning,
      Function<ModelVersion, @Nullable Figures> side,
      Function<Figures, @Nullable Double> value) {
    List<ModelVersion> versions = learning.registry().versions();
    ModelVersion version = versions.get(versions.size() - 1);
    Figures figures = version.verdict() == Verdict.INITIAL ? null : side.apply(version);
    Double figure = figures == null ? null : value.apply(figures);
    return figure == null ? Double.NaN : figure;
  }

  private void gauge(String name, String text, String unit, Supplier<Double> value) {
    registry().gauge(metadata(name, text, unit), value);
  }

  private void counter(String name, String text, String unit, DoubleSupplier total) {
    Rising counter = new Rising(registry().counter(metadata(name, text, unit)), total);
    counter.raise();
    rising.add(counter);
  }

  private MetricRegistry registry() {
    if (metrics == null) {
      throw new IllegalStateException("made without a metric registry");
    }
    return metrics;
  }

  private static Metadata metadata(String name, String text, String unit) {
    return Metadata.builder()
        .withName("seamark_knowledge_" + name)
        .withDescription(text)
        .withUnit(unit)
        .build();
  }
}
