package io.seamark.knowledge;

import io.seamark.buffer.BufferOptions;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.training.AppealNetSettings;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.knowledge.training.TrainingSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * What lifelong learning is configured with.
 *
 * @param buffer folder of the replay buffer, which another process may be writing; need not exist
 *     yet
 * @param replicas folders of other replay buffers, such as those of several replicas of
 *     unknown-task processing, whose samples are brought into this one; empty if another process
 *     writes it
 * @param models folder of the model registry
 * @param edgeModel the initial model, or null for the embedded one
 * @param retain labelled frames of the first world: {@code FOLDER}, {@code FOLDER:GLOB,GLOB},
 *     {@link #PROCEDURAL}, {@link #NO_FRAMES}, or empty for procedural frames with the embedded
 *     model and none with a brought one, which never saw the procedural street
 * @param retainLabels folder of their labels, or null for the sibling {@code FOLDERannot}
 * @param retainFrames number of procedural frames, at least 1
 * @param triggerSamples new samples that start a round, at least 1 (Sedna's {@code num_of_samples})
 * @param minInterval least time from the end of a round to the beginning of the next, 0 to a day
 * @param rejectedKept rejected versions whose weights are kept, the newest ones, at least 0; those
 *     of accepted versions are all kept
 * @param round how a round trains and judges
 * @param bounds how much the replay buffer keeps, where the samples of replicas are brought into it
 */
public record LearningSettings(
    Path buffer,
    List<Path> replicas,
    Path models,
    @Nullable Path edgeModel,
    String retain,
    @Nullable Path retainLabels,
    int retainFrames,
    int triggerSamples,
    Duration minInterval,
    int rejectedKept,
    RoundSettings round,
    BufferOptions bounds) {
  /** What {@link #minInterval} is where configuration says nothing. */
  public static final Duration DEFAULT_MIN_INTERVAL = Duration.ofSeconds(60);

  /** Value of {@link #retain} for frames of the procedural street by day. */
  public static final String PROCEDURAL = "procedural";

  /** Value of {@link #retain} for no retained frames. */
  public static final String NO_FRAMES = "none";

  /** Checks the ranges, and that the buffers are different folders. */
  public LearningSettings {
    replicas = List.copyOf(replicas);
    Set<Path> folders = new HashSet<>(Set.of(absolute(buffer)));
    for (Path replica : replicas) {
      if (!folders.add(absolute(replica))) {
        throw new IllegalArgumentException(
            "seamark.replica.buffers names "
                + replica
                + (absolute(replica).equals(absolute(buffer))
                    ? ", but that is where their samples are brought"
                    : " twice"));
      }
    }
    if (retainFrames < 1 || retainFrames > 100_000) {
      throw new IllegalArgumentException(
          "seamark.retain.frames is " + retainFrames + ", but must be 1 to 100000");
    }
    if (triggerSamples < 1) {
      throw new IllegalArgumentException(
          "seamark.training.trigger.samples is " + triggerSamples + ", but must be at least 1");
    }
    if (minInterval.isNegative() || minInterval.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "seamark.training.min-interval is "
              + minInterval.toSeconds()
              + ", but must be 0 to 86400 seconds");
    }
    if (rejectedKept < 0) {
      throw new IllegalArgumentException(
          "seamark.models.rejected is " + rejectedKept + ", but must be at least 0");
    }
  }

  private static Path absolute(Path folder) {
    return folder.toAbsolutePath().normalize();
  }

  /**
   * Reads configuration; every key has a default except {@code seamark.data}.
   *
   * @param config where the keys are
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static LearningSettings from(Config config) {
    return from(key -> config.getOptionalValue(key, String.class));
  }

  /**
   * Reads the same from any lookup.
   *
   * @param lookup value of a key, empty if it is not set
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static LearningSettings from(Function<String, Optional<String>> lookup) {
    Reader in = new Reader(lookup);
    RoundSettings byDefault = RoundSettings.DEFAULTS;
    Path data = in.path("seamark.data");
    if (data == null) {
      in.failures.add("seamark.data is not set, but must name the folder of buffer and models");
      data = Path.of("");
    }
    List<Path> replicas = in.paths("seamark.replica.buffers");
    Path edgeModel = in.path("seamark.edge.model");
    Path retainLabels = in.path("seamark.retain.labels");
    int retainFrames = (int) in.integer("seamark.retain.frames", 64);
    int trigger = (int) in.integer("seamark.training.trigger.samples", 32);
    long interval = in.integer64("seamark.training.min-interval", DEFAULT_MIN_INTERVAL.toSeconds());
    int rejected = (int) in.integer("seamark.models.rejected", ModelRegistry.DEFAULT_REJECTED_KEPT);
    int threads =
        (int)
            in.integer("seamark.threads", Math.min(2, Runtime.getRuntime().availableProcessors()));
    int steps = (int) in.integer("seamark.training.steps", byDefault.steps());
    int batch = (int) in.integer("seamark.training.batch", byDefault.batch());
    double rate = in.number("seamark.training.learning-rate", byDefault.learningRate());
    int holdout = (int) in.integer("seamark.training.holdout", byDefault.holdout());
    int judged = (int) in.integer("seamark.training.judge-frames", byDefault.judgeFrames());
    int judgedOld = (int) in.integer("seamark.training.judge-retained", byDefault.judgeRetained());
    boolean weights = in.flag("seamark.training.class-weights", byDefault.classWeights());
    int trainingThreads = (int) in.integer("seamark.training.threads", threads);
    long seed = in.integer64("seamark.seed", byDefault.seed());
    AppealNetSettings appealNet = in.collect(() -> AppealNetSettings.from(lookup));
    TrainingSize size = in.collect(() -> TrainingSize.from(lookup));
    RoundSettings round =
        in.collect(
            () ->
                new RoundSettings(
                    steps,
                    batch,
                    rate,
                    holdout,
                    judged,
                    judgedOld,
                    weights,
                    seed,
                    trainingThreads,
                    appealNet == null ? byDefault.appealNet() : appealNet,
                    size == null ? byDefault.size() : size));
    RoundSettings checked = round == null ? byDefault : round;
    Path root = data;
    BufferOptions bounds = BufferOptions.from(lookup, in.failures);
    LearningSettings settings =
        in.collect(
            () ->
                new LearningSettings(
                    root.resolve("buffer"),
                    replicas,
                    root.resolve("models"),
                    edgeModel,
                    in.text("seamark.retain"),
                    retainLabels,
                    retainFrames,
                    trigger,
                    Duration.ofSeconds(interval),
                    rejected,
                    checked,
                    bounds));
    if (settings == null || !in.failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", in.failures));
    }
    return settings;
  }

  /** Reads values and keeps what is wrong with them. */
  private static final class Reader {
    private final Function<String, Optional<String>> lookup;
    private final List<String> failures = new ArrayList<>();

    Reader(Function<String, Optional<String>> lookup) {
      this.lookup = lookup;
    }

    String text(String key) {
      return lookup.apply(key).map(String::strip).orElse("");
    }

    @Nullable Path path(String key) {
      return path(key, text(key));
    }

    List<Path> paths(String key) {
      return Arrays.stream(text(key).split(","))
          .map(part -> path(key, part.strip()))
          .filter(Objects::nonNull)
          .toList();
    }

    private @Nullable Path path(String key, String text) {
      if (text.isEmpty()) {
        return null;
      }
      try {
        return NamedPath.of(text);
      } catch (IllegalArgumentException e) {
        failures.add(key + ": " + e.getMessage());
        return null;
      }
    }

    long integer(String key, int byDefault) {
      long value = integer64(key, byDefault);
      if (value != (int) value) {
        failures.add(key + " is " + value + ", but must fit 32 bits");
      }
      return value;
    }

    long integer64(String key, long byDefault) {
      String text = text(key);
      try {
        return text.isEmpty() ? byDefault : Long.parseLong(text);
      } catch (NumberFormatException e) {
        failures.add(key + " is '" + text + "', but must be a whole number");
        return byDefault;
      }
    }

    double number(String key, double byDefault) {
      String text = text(key);
      try {
        return text.isEmpty() ? byDefault : Double.parseDouble(text);
      } catch (NumberFormatException e) {
        failures.add(key + " is '" + text + "', but must be a number");
        return byDefault;
      }
    }

    boolean flag(String key, boolean byDefault) {
      String text = text(key);
      if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
        failures.add(key + " is '" + text + "', but must be true or false");
      }
      return text.isEmpty() ? byDefault : text.equals("true");
    }

    <T> @Nullable T collect(Supplier<T> value) {
      try {
        return value.get();
      } catch (IllegalArgumentException e) {
        failures.add(String.valueOf(e.getMessage()));
        return null;
      }
    }
  }
}
