package io.seamark.network.tensorflow;

import java.util.List;

/**
 * How a network is trained. Start from {@link #fineTuning} or {@link #fromScratch} and change what
 * differs.
 *
 * @param learningRate of AdamW, above 0; a step may be given another
 * @param weightDecay decoupled, per step as {@code learningRate x weightDecay x weight} (Loshchilov
 *     and Hutter 2019), on kernels and matrices only; 0 or more
 * @param batch largest number of samples in a step, at least 1
 * @param seed of everything random that training itself draws
 * @param threads TensorFlow's, at least 1
 * @param batchNorm which statistics normalise
 * @param momentum share of a batch in each update of running statistics, 0 to 1; only for {@link
 *     BatchNormMode#BATCH}
 * @param clipNorm gradients are scaled down to this global norm; 0 for no limit
 * @param classWeights weight of each class in the cross-entropy, or empty for 1 each
 * @param averaging share that the newest weights have in the averaged ones at every step, 0 to 1;
 *     more at the beginning, so that the start does not weigh; 0 for no average
 * @param bfloat16 whether convolutions and products of matrices compute in bfloat16, 8 bits of
 *     mantissa, with sums, weights and all else in float32
 */
public record TrainingOptions(
    double learningRate,
    double weightDecay,
    int batch,
    long seed,
    int threads,
    BatchNormMode batchNorm,
    double momentum,
    double clipNorm,
    List<Double> classWeights,
    double averaging,
    boolean bfloat16) {
  /** Checks the ranges. */
  public TrainingOptions {
    classWeights = List.copyOf(classWeights);
    check(learningRate > 0, "learningRate", learningRate, "above 0");
    check(weightDecay >= 0, "weightDecay", weightDecay, "0 or more");
    check(batch >= 1, "batch", batch, "at least 1");
    check(threads >= 1, "threads", threads, "at least 1");
    check(momentum >= 0 && momentum <= 1, "momentum", momentum, "0 to 1");
    check(clipNorm >= 0, "clipNorm", clipNorm, "0 or more");
    check(averaging >= 0 && averaging <= 1, "averaging", averaging, "0 to 1");
    for (double w : classWeights) {
      check(w >= 0, "a class weight", w, "0 or more");
    }
  }

  private static void check(boolean ok, String name, Object value, String rule) {
    if (!ok) {
      throw new IllegalArgumentException(name + " is " + value + ", but must be " + rule);
    }
  }

  /**
   * Careful steps from good weights: frozen statistics, clipped gradients.
   *
   * @param learningRate as above
   * @param batch as above
   * @param seed as above
   * @param threads as above
   * @return options
   */
  public static TrainingOptions fineTuning(double learningRate, int batch, long seed, int threads) {
    return new TrainingOptions(
        learningRate, 1e-4, batch, seed, threads, BatchNormMode.FROZEN, 0, 5, List.of(), 0, false);
  }

  /**
   * From random weights: statistics of the batch.
   *
   * @param learningRate as above
   * @param batch as above
   * @param seed as above
   * @param threads as above
   * @return options
   */
  public static TrainingOptions fromScratch(
      double learningRate, int batch, long seed, int threads) {
    return new TrainingOptions(
        learningRate,
        1e-2,
        batch,
        seed,
        threads,
        BatchNormMode.BATCH,
        0.05,
        5,
        List.of(),
        0,
        false);
  }

  /**
   * The same with class weights.
   *
   * @param weights one per class, or empty
   * @return options
   */
  public TrainingOptions withClassWeights(List<Double> weights) {
    return new TrainingOptions(
        learningRate,
        weightDecay,
        batch,
        seed,
        threads,
        batchNorm,
        momentum,
        clipNorm,
        weights,
        averaging,
        bfloat16);
  }

  /**
   * The same with averaged weights.
   *
   * @param share as above
   * @return options
   */
  public TrainingOptions withAveraging(double share) {
    return new TrainingOptions(
        learningRate,
        weightDecay,
        batch,
        seed,
        threads,
        batchNorm,
        momentum,
        clipNorm,
        classWeights,
        share,
        bfloat16);
  }

  /**
   * The same with another weight decay.
   *
   * @param decay as above
   * @return options
   */
  public TrainingOptions withWeightDecay(double decay) {
    return new TrainingOptions(
        learningRate,
        decay,
        batch,
        seed,
        threads,
        batchNorm,
        momentum,
        clipNorm,
        classWeights,
        averaging,
        bfloat16);
  }

  /**
   * The same in another arithmetic.
   *
   * @param narrow whether in bfloat16
   * @return options
   */
  public TrainingOptions withBfloat16(boolean narrow) {
    return new TrainingOptions(
        learningRate,
        weightDecay,
        batch,
        seed,
        threads,
        batchNorm,
        momentum,
        clipNorm,
        classWeights,
        averaging,
        narrow);
  }

  /**
   * Learning rate that warms up linearly and then falls along half a cosine to a hundredth of the
   * peak.
   *
   * @param peak highest rate
   * @param step from 0
   * @param warmUp steps of the rise
   * @param steps in all
   * @return rate of this step, above 0
   */
  public static double cosine(double peak, int step, int warmUp, int steps) {
    if (step < warmUp) {
      return peak * (step + 1) / (warmUp + 1);
    }
    double done = Math.min(1, (double) (step - warmUp) / Math.max(1, steps - warmUp));
    return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * done)));
  }
}
