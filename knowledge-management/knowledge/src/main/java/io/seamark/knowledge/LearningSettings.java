package io.seamark.knowledge;

import io.seamark.buffer.BufferOptions;
import io.seamark.configuration.SettingKeys;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.BufferSettings;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.KnowledgeSettings;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
 * @param knowledge when a round begins, and what is kept in mind
 * @param round how a round trains and judges
 * @param bounds how much the replay buffer keeps, where the samples of replicas are brought into it
 */
public record LearningSettings(
    Path buffer,
    List<Path> replicas,
    Path models,
    @Nullable Path edgeModel,
    KnowledgeSettings knowledge,
    RoundSettings round,
    BufferOptions bounds) {
  /** Value of {@link KnowledgeSettings#retain} for frames of the procedural street by day. */
  public static final String PROCEDURAL = "procedural";

  /** Value of {@link KnowledgeSettings#retain} for no retained frames. */
  public static final String NO_FRAMES = "none";

  private static final String REPLICAS = "seamark.replica.buffers";

  /** Checks that the buffers are different folders. */
  public LearningSettings {
    replicas = List.copyOf(replicas);
    Set<Path> folders = new HashSet<>(Set.of(absolute(buffer)));
    for (Path replica : replicas) {
      if (!folders.add(absolute(replica))) {
        throw new IllegalArgumentException(
            REPLICAS
                + " names "
                + replica
                + (absolute(replica).equals(absolute(buffer))
                    ? ", but that is where their samples are brought"
                    : " twice"));
      }
    }
  }

  private static Path absolute(Path folder) {
    return folder.toAbsolutePath().normalize();
  }

  /**
   * Where the labels of the retained frames are.
   *
   * @return a folder, or null for the sibling {@code FOLDERannot}
   */
  public @Nullable Path retainLabels() {
    return isSet(knowledge.retainLabels()) ? knowledge.retainLabels() : null;
  }

  /**
   * The least time from the end of a round to the beginning of the next.
   *
   * @return 0 to a day
   */
  public Duration minInterval() {
    return Duration.ofSeconds(knowledge.minInterval());
  }

  /**
   * Reads configuration; every key has a default except {@code seamark.data}.
   *
   * @param config where the keys are
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static LearningSettings from(Config config) {
    return from(SettingKeys.lookup(config));
  }

  /**
   * Reads the same from any lookup.
   *
   * @param lookup value of a key, empty if it is not set
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static LearningSettings from(Function<String, Optional<String>> lookup) {
    List<String> failures = new ArrayList<>();
    if (lookup.apply(CommonSettings.DATA).orElse("").isBlank()) {
      failures.add(
          CommonSettings.DATA + " is not set, but must name the folder of buffer and models");
    }
    CommonSettings common = SettingGroup.COMMON.read(lookup, failures);
    EdgeSettings edge = SettingGroup.EDGE.read(lookup, failures);
    KnowledgeSettings knowledge = SettingGroup.KNOWLEDGE.read(lookup, failures);
    List<Path> replicas =
        knowledge == null ? List.of() : paths(knowledge.replicaBuffers(), failures);
    TrainingSettings training = SettingGroup.TRAINING.read(lookup, failures);
    AppealNetSettings appealNet = SettingGroup.APPEALNET.read(lookup, failures);
    BufferSettings buffer = SettingGroup.BUFFER.read(lookup, failures);
    if (common == null
        || edge == null
        || knowledge == null
        || training == null
        || appealNet == null
        || buffer == null
        || !failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return new LearningSettings(
        common.data().resolve("buffer"),
        replicas,
        common.data().resolve("models"),
        isSet(edge.model()) ? edge.model() : null,
        knowledge,
        RoundSettings.of(common, training, appealNet),
        BufferOptions.of(buffer));
  }

  private static boolean isSet(Path path) {
    return !path.toString().isEmpty();
  }

  private static List<Path> paths(String text, List<String> failures) {
    List<Path> paths = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      if (!one.isBlank()) {
        try {
          paths.add(NamedPath.of(one.strip()));
        } catch (IllegalArgumentException e) {
          failures.add(REPLICAS + ": " + e.getMessage());
        }
      }
    }
    return paths;
  }
}
