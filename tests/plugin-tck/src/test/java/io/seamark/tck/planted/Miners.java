package io.seamark.tck.planted;

import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import java.util.Random;

/** Miners, sound and faulty. */
final class Miners {
  private Miners() {}

  /** The mean of the highest probability. */
  public static final class Sound extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public Sound() {
      super(
          PluginKind.HARD_EXAMPLE_MINING,
          context -> prediction -> decision(finite(mean(prediction.confidence().top()))));
    }
  }

  /** Draws from its seed, one call at a time. */
  public static final class SoundRandom extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public SoundRandom() {
      super(PluginKind.HARD_EXAMPLE_MINING, context -> drawing(new Random(context.seed())));
    }
  }

  /** Works in an array that it keeps, where two threads mix theirs. */
  public static final class SharedArray extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public SharedArray() {
      super(
          PluginKind.HARD_EXAMPLE_MINING,
          context ->
              new HardExampleMining() {
                private final float[] work = new float[1 << 14];

                @Override
                public MiningDecision mine(Prediction prediction) {
                  float[] top = prediction.confidence().top();
                  System.arraycopy(top, 0, work, 0, top.length);
                  double sum = 0;
                  for (int i = 0; i < top.length; i++) {
                    sum += work[i];
                  }
                  return decision(finite(sum / top.length));
                }
              });
    }
  }

  /** A comparison with NaN is false, so this calls it easy. */
  public static final class EasyNan extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public EasyNan() {
      super(
          PluginKind.HARD_EXAMPLE_MINING,
          context -> prediction -> decision(mean(prediction.confidence().top())));
    }
  }

  /** Draws from a seed of its own making. */
  public static final class OwnSeed extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public OwnSeed() {
      super(PluginKind.HARD_EXAMPLE_MINING, context -> drawing(new Random()));
    }
  }

  /** Draws from one seed, whatever it is given. */
  public static final class FixedSeed extends PlantedProvider<HardExampleMining> {
    /** Made by the service loader. */
    public FixedSeed() {
      super(PluginKind.HARD_EXAMPLE_MINING, context -> drawing(new Random(1)));
    }
  }

  private static HardExampleMining drawing(Random random) {
    return prediction -> {
      finite(mean(prediction.confidence().top()));
      synchronized (random) {
        return decision(random.nextDouble());
      }
    };
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double finite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("the prediction cannot be judged: its mean is " + value);
    }
    return value;
  }

  private static MiningDecision decision(double score) {
    return score < 0.8
        ? new MiningDecision.Hard(score, 0.8, "below")
        : new MiningDecision.Easy(score, 0.8, "not below");
  }
}
