package io.seamark.knowledge.augmentation;

import io.seamark.perception.Look;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.plugin.TrainingSample;
import java.util.random.RandomGenerator;

/**
 * Gives a labelled frame the {@link Look} of a frame of the stream: what is in it stays, so its
 * labels stay true. It knows nothing of dusk or rain: each brings its own statistics.
 */
public final class Restyle implements SampleAugmentation {
  private final double share;

  /**
   * Restyles.
   *
   * @param share of the frames that are restyled, 0 to 1; the others keep the old look known
   */
  public Restyle(double share) {
    this.share = share;
  }

  @Override
  public TrainingSample augment(
      TrainingSample labelled, TrainingSample stream, RandomGenerator random) {
    return random.nextDouble() >= share
        ? labelled
        : new TrainingSample(Look.of(stream.frame()).givenTo(labelled.frame()), labelled.target());
  }
}
