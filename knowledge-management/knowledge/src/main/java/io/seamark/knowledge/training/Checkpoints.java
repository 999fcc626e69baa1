package io.seamark.knowledge.training;

import io.seamark.plugin.ModelTrainer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a training keeps how far it is, so that it can go on when its process was killed. */
interface Checkpoints {
  /** Keeps nothing. */
  Checkpoints NONE = new Checkpoints() {};

  /**
   * A checkpoint on disk.
   *
   * @param progress that it was written at
   * @param trainer the trainer's state
   * @param labeller the model that labelled the stream anew; null where none had
   */
  record Kept(TrainingProgress progress, Path trainer, @Nullable Path labeller) {}

  /**
   * The newest checkpoint of this training.
   *
   * @return empty if it is to begin anew
   */
  default Optional<Kept> last() {
    return Optional.empty();
  }

  /**
   * Whether a checkpoint should be written.
   *
   * @param progress of the training
   * @return true after the last step and every so many steps
   */
  default boolean due(TrainingProgress progress) {
    return false;
  }

  /**
   * Writes a checkpoint in place of the one before; one that cannot be written is said and let be.
   *
   * @param progress of the training
   * @param trainer of it
   */
  default void keep(TrainingProgress progress, ModelTrainer trainer) {}

  /**
   * Keeps the model that labels the stream anew, for all checkpoints to come.
   *
   * @param model its file, which is copied
   */
  default void labelledBy(Path model) {}

  /** Forgets what was kept: it cannot be gone on with. */
  default void forget() {}
}
