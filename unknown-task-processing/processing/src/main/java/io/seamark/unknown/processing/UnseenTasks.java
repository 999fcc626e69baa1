package io.seamark.unknown.processing;

import io.seamark.buffer.FusedAnswer;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks again at samples that an edge calls unseen, or that are audited: of the former, those that
 * are seen after all are answered with the edge model's own classes, all others by masks and
 * fusion. Of these it names the tasks where their source does not say their domain. Not
 * thread-safe.
 */
public final class UnseenTasks {
  /** Stands in the answer for the processing of a sample that was called seen. */
  public static final String SEEN = "seen: edge scores";

  private final UnseenSampleReRecognition reRecognition;
  private final PluginCall recognising;
  private final UnseenTaskAllocation allocation;
  private final PluginCall allocating;
  private long looked;

  /**
   * What is looked at.
   *
   * @param attributes what is known of it, see {@link TaskSample}
   * @param frame its pixels
   * @param scores the edge model's logits for it, at any resolution
   * @param before seconds of the stages that led to this
   * @param audited whether the cloud is to answer it in any case: what it says of an edge's easy
   *     frames is worth nothing where it says what the edge says
   */
  public record Sample(
      Map<String, String> attributes,
      Frame frame,
      ClassScores scores,
      Map<String, Double> before,
      boolean audited) {
    /** Copies the maps. */
    public Sample {
      attributes = Map.copyOf(attributes);
      before = Map.copyOf(before);
    }
  }

  /**
   * What came of a sample.
   *
   * @param answer of the frame's size
   * @param unseen whether it stays unseen, so that it is worth keeping
   * @param domain its own, else its task's name; empty if it has neither, or is seen
   * @param segments the masks that the answer rests on, see {@link
   *     io.seamark.buffer.BufferedSample#segments}
   */
  public record Answered(
      FusedAnswer answer, boolean unseen, String domain, @Nullable ClassMap segments) {}

  /**
   * With the configured plugins.
   *
   * @param plugins name them and make them
   */
  public UnseenTasks(ConfiguredPlugins plugins) {
    this(
        plugins.name(PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION),
        plugins.create(PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION),
        plugins.name(PluginKind.UNSEEN_TASK_ALLOCATION),
        plugins.create(PluginKind.UNSEEN_TASK_ALLOCATION));
  }

  /**
   * With two plugins.
   *
   * @param recogniser what the first is configured by
   * @param reRecognition looks at each sample again
   * @param allocator what the second is configured by
   * @param allocation names the task of those that have no domain
   */
  public UnseenTasks(
      String recogniser,
      UnseenSampleReRecognition reRecognition,
      String allocator,
      UnseenTaskAllocation allocation) {
    this.reRecognition = reRecognition;
    this.recognising = PluginCall.of(PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION, recogniser);
    this.allocation = allocation;
    this.allocating = PluginCall.of(PluginKind.UNSEEN_TASK_ALLOCATION, allocator);
  }

  /**
   * Answers a sample.
   *
   * @param sample to be looked at
   * @param processing answers it if it is unseen; asked for no earlier
   * @param tasks names those that are known; asked for if it has no domain
   * @return the answer
   * @throws io.seamark.failure.FailedException as {@link FrameProcessing#answer}, and if one of the
   *     plugins fails
   */
  public Answered answer(
      Sample sample, Supplier<FrameProcessing> processing, Supplier<List<String>> tasks) {
    TaskSample known = new TaskSample(looked++, sample.attributes());
    Frame frame = sample.frame();
    ClassScores scores = sample.scores();
    if (!sample.audited() && !recognising.run(() -> reRecognition.unseen(known, scores))) {
      // It teaches nothing new, so the edge model's own answer stands.
      ClassMap own = scores.resize(frame.width(), frame.height()).argmax();
      return new Answered(new FusedAnswer(own, 0, SEEN, sample.before()), false, "", null);
    }
    FrameProcessing.Fused fused = processing.get().fused(frame, scores, sample.before());
    return new Answered(fused.answer(), true, domain(known, tasks), fused.segments());
  }

  private String domain(TaskSample sample, Supplier<List<String>> tasks) {
    String own = sample.attributes().getOrDefault(TaskSample.DOMAIN, "");
    if (!own.isEmpty()) {
      return own;
    }
    List<String> known = tasks.get();
    if (known.isEmpty()) {
      return "";
    }
    Map<String, Integer> extractor = new HashMap<>();
    known.forEach(task -> extractor.put(task, extractor.size()));
    return allocating.run(
        () -> {
          List<Integer> indices = allocation.allocate(Map.copyOf(extractor), List.of(sample));
          // As in Sedna, an index that no task has means the first.
          int index = indices.size() == 1 ? indices.get(0) : 0;
          return known.get(index >= 0 && index < known.size() ? index : 0);
        });
  }
}
