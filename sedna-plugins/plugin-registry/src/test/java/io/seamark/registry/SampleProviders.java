package io.seamark.registry;

import io.seamark.perception.ClassMap;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.Metric;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.nio.file.Path;

/** Small providers that the tests put on a class path or into a jar. */
final class SampleProviders {
  private SampleProviders() {}

  /** How a sample miner rounds. */
  enum Rounding {
    UP,
    HALF_EVEN
  }

  /** One hyperparameter of each type. */
  record EveryType(
      @Hyperparameter(
              text = "Grid points a side.",
              defaultValue = "32",
              min = 1,
              max = 64,
              unit = "points")
          int pointsPerSide,
      @Hyperparameter(text = "A size.", defaultValue = "4000000000", min = 0) long size,
      @Hyperparameter(text = "A threshold.", defaultValue = "0.5", min = 0, max = 1.5)
          double threshold,
      @Hyperparameter(text = "A switch.", defaultValue = "false") boolean invert,
      @Hyperparameter(text = "A text.", defaultValue = "", name = "Label") String label,
      @Hyperparameter(text = "A folder.", defaultValue = "") Path folder,
      @Hyperparameter(text = "A choice.", defaultValue = "half_even") Rounding rounding) {
    EveryType {
      if (invert && threshold == 0) {
        throw new IllegalArgumentException("invert needs a threshold above 0");
      }
    }
  }

  /** A miner that tells its hyperparameters. */
  record TellingMiner(EveryType hyperparameters, long seed, int threads)
      implements HardExampleMining {
    @Override
    public MiningDecision mine(io.seamark.perception.Prediction prediction) {
      return new MiningDecision.Easy(threads, hyperparameters.threshold(), hyperparameters + "");
    }
  }

  /** No hyperparameters. */
  record None() {}

  /** Provides {@link TellingMiner}. */
  public static final class Telling implements PluginProvider<HardExampleMining, EveryType> {
    @Override
    public PluginKind<HardExampleMining> kind() {
      return PluginKind.HARD_EXAMPLE_MINING;
    }

    @Override
    public String name() {
      return "telling";
    }

    @Override
    public String text() {
      return "Tells its hyperparameters.";
    }

    @Override
    public Class<EveryType> hyperparameters() {
      return EveryType.class;
    }

    @Override
    public HardExampleMining create(EveryType hyperparameters, PluginContext context) {
      return new TellingMiner(hyperparameters, context.seed(), context.threads());
    }
  }

  /** A second miner, without hyperparameters. */
  public static final class Tolling implements PluginProvider<HardExampleMining, None> {
    @Override
    public PluginKind<HardExampleMining> kind() {
      return PluginKind.HARD_EXAMPLE_MINING;
    }

    @Override
    public String name() {
      return "tolling";
    }

    @Override
    public String text() {
      return "Calls everything easy.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public HardExampleMining create(None hyperparameters, PluginContext context) {
      return prediction -> new MiningDecision.Easy(1, 0, "easy");
    }
  }

  /** A metric composed of the configured miner. */
  public static final class Composed implements PluginProvider<Metric, None> {
    @Override
    public PluginKind<Metric> kind() {
      return PluginKind.METRIC;
    }

    @Override
    public String name() {
      return "composed";
    }

    @Override
    public String text() {
      return "The threshold of the configured miner.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public Metric create(None hyperparameters, PluginContext context) {
      return context.plugin(PluginKind.HARD_EXAMPLE_MINING) instanceof TellingMiner miner
          ? counts -> miner.hyperparameters().threshold()
          : counts -> Double.NaN;
    }
  }

  /** A metric composed of a miner it names itself. */
  public static final class Naming implements PluginProvider<Metric, None> {
    @Override
    public PluginKind<Metric> kind() {
      return PluginKind.METRIC;
    }

    @Override
    public String name() {
      return "naming";
    }

    @Override
    public String text() {
      return "The threshold of the telling miner, whichever is configured.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public Metric create(None hyperparameters, PluginContext context) {
      return context.plugin(PluginKind.HARD_EXAMPLE_MINING, "telling") instanceof TellingMiner miner
          ? counts -> miner.hyperparameters().threshold()
          : counts -> Double.NaN;
    }
  }

  /** A fusion that asks for itself. */
  public static final class Circular implements PluginProvider<MaskFusion, None> {
    @Override
    public PluginKind<MaskFusion> kind() {
      return PluginKind.MASK_FUSION;
    }

    @Override
    public String name() {
      return "circular";
    }

    @Override
    public String text() {
      return "Cannot be made.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public MaskFusion create(None hyperparameters, PluginContext context) {
      return context.plugin(PluginKind.MASK_FUSION);
    }
  }

  /** A record that breaks the rules of {@link Hyperparameter}. */
  record WrongDefault(
      @Hyperparameter(text = "A number.", defaultValue = "2", max = 1) double ratio) {}

  /** A provider whose default is out of its own range. */
  public static final class Broken implements PluginProvider<MaskFusion, WrongDefault> {
    @Override
    public PluginKind<MaskFusion> kind() {
      return PluginKind.MASK_FUSION;
    }

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String text() {
      return "Cannot be loaded.";
    }

    @Override
    public Class<WrongDefault> hyperparameters() {
      return WrongDefault.class;
    }

    @Override
    public MaskFusion create(WrongDefault hyperparameters, PluginContext context) {
      return (scores, masks) -> new ClassMap(1, 1, new byte[1]);
    }
  }
}
