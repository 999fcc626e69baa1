package io.seamark.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Trains a model step by step. Not thread-safe; holds native memory until closed. */
public interface ModelTrainer extends AutoCloseable {
  /**
   * One update of the weights.
   *
   * @param samples 1 to {@link TrainerOptions#batch}, of the trainer's size
   * @param learningRate of this step, above 0
   * @return mean loss before the update; not finite if training has diverged
   */
  double step(List<TrainingSample> samples, double learningRate);

  /**
   * The model as it is now.
   *
   * @return stays as it is when training goes on
   */
  TrainableModel snapshot();

  /**
   * The mean of the models so far, the newest weighing most (Polyak and Juditsky 1992).
   *
   * @return empty without {@link TrainerOptions#averaging}, or for a model that keeps no average
   */
  default Optional<TrainableModel> averaged() {
    return Optional.empty();
  }

  /**
   * How many bits a number has where most of the computing is done.
   *
   * @return 32 unless stated otherwise
   */
  default int arithmeticBits() {
    return 32;
  }

  /**
   * Writes all that later steps depend on, so that {@link TrainableModel#resume} goes on from here
   * as this trainer does. Unless stated otherwise it writes nothing: then the training cannot go on
   * in another process.
   *
   * @param file to be written; not there yet
   * @throws IOException if it cannot be written
   */
  default void checkpoint(Path file) throws IOException {}

  /** Frees native memory. Closing twice does nothing. */
  @Override
  void close();
}
