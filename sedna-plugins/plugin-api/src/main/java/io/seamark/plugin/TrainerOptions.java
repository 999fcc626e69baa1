package io.seamark.plugin;

import java.util.List;

/**
 * How a model is trained.
 *
 * @param width of every frame, in pixels, at least 1
 * @param height of every frame, in pixels, at least 1
 * @param depth whether every frame has depth; a model without use of depth ignores it
 * @param batch largest number of frames in a step, at least 1
 * @param learningRate peak rate, above 0; a step is given its own
 * @param classWeights weight of each class in the loss, or empty for 1 each
 * @param averaging share that the newest weights have in the averaged ones at every step, 0 to 1; 0
 *     for no average
 * @param seed of every random choice
 * @param threads that it may use, at least 1
 */
public record TrainerOptions(
    int width,
    int height,
    boolean depth,
    int batch,
    double learningRate,
    List<Double> classWeights,
    double averaging,
    long seed,
    int threads) {
  /** Checks the ranges and copies the list. */
  public TrainerOptions {
    if (width < 1 || height < 1 || batch < 1 || threads < 1 || !(learningRate > 0)) {
      throw new IllegalArgumentException(
          String.format(
              "frames of %dx%d, batch %d, %d threads and learning rate %s were given, but all must"
                  + " be above 0",
              width, height, batch, threads, learningRate));
    }
    if (!(averaging >= 0 && averaging <= 1)) {
      throw new IllegalArgumentException("averaging is " + averaging + ", but must be 0 to 1");
    }
    classWeights = List.copyOf(classWeights);
  }
}
