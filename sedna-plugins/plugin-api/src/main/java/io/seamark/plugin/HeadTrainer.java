package io.seamark.plugin;

/**
 * Trains a head that predicts how far a model is wrong, on frames that the model has been examined
 * on. Not thread-safe; holds native memory until closed.
 */
public interface HeadTrainer extends AutoCloseable {
  /**
   * Examines the model on one more frame.
   *
   * @param sample of the trainer's size
   * @return how far the model's answer is from the target, 0 to 1
   */
  double examine(TrainingSample sample);

  /**
   * Trains the head on the frames so far.
   *
   * @param steps at least 1
   * @param cost what a frame sent to the cloud costs where an error costs 1, above 0
   * @return the model with the head
   * @throws IllegalStateException if there are no frames, or training diverges
   */
  Trained train(int steps, double cost);

  /**
   * What a training gave.
   *
   * @param model with the head, its other weights unchanged
   * @param firstLoss mean loss of the first tenth of the steps
   * @param lastLoss mean loss of the last tenth of the steps
   */
  record Trained(TrainableModel model, double firstLoss, double lastLoss) {}

  /** Frees native memory. Closing twice does nothing. */
  @Override
  void close();
}
