package io.seamark.knowledge.augmentation;

import io.seamark.perception.Look;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.plugin.TrainingSample;
import java.util.random.RandomGenerator;

/**
 * Gives a labelled frame the {@link Look} of a frame of the stream: what is in it stays, so its
 * labels stay true. It knows nothing of dusk or rain: each brings its own statistics. Other frames
 * can be darkened, whatever the stream looks like.
 */
public final class Restyle implements SampleAugmentation {
  /** Gammas are drawn from this range, evenly in their logarithm. */
  private static final double LEAST_GAMMA = 1.5;

  private static final double MOST_GAMMA = 4;

  private final double share;
  private final double darken;

  /**
   * Restyles.
   *
   * @param share of the frames that are restyled, 0 to 1; the others keep the old look known
   * @param darken of the frames that are darkened instead, 0 to 1
   */
  public Restyle(double share, double darken) {
    this.share = share;
    this.darken = darken;
  }

  @Override
  public TrainingSample augment(
      TrainingSample labelled, TrainingSample stream, RandomGenerator random) {
    // Without it nothing is drawn for it, so that equal seeds go on to give equal models.
    if (darken > 0 && random.nextDouble() < darken) {
      double gamma = LEAST_GAMMA * Math.pow(MOST_GAMMA / LEAST_GAMMA, random.nextDouble());
      return new TrainingSample(labelled.frame().withGamma(gamma), labelled.target());
    }
    return random.nextDouble() >= share
        ? labelled
        : new TrainingSample(Look.of(stream.frame()).givenTo(labelled.frame()), labelled.target());
  }
}
