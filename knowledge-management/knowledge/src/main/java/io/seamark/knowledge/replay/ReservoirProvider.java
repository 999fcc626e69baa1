package io.seamark.knowledge.replay;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.ReplayPolicy;

/** The replay policy {@code reservoir}. */
public final class ReservoirProvider
    implements PluginProvider<ReplayPolicy, ReservoirProvider.Parameters> {
  /**
   * Hyperparameters.
   *
   * @param capacity samples kept at most
   */
  public record Parameters(
      @Hyperparameter(
              text = "Samples that training draws from at most; the buffer itself keeps them all.",
              defaultValue = "512",
              min = 1,
              max = 1_000_000,
              unit = "samples",
              source = "Vitter 1985, Random Sampling with a Reservoir, algorithm R")
          int capacity) {}

  @Override
  public PluginKind<ReplayPolicy> kind() {
    return PluginKind.REPLAY_POLICY;
  }

  @Override
  public String name() {
    return "reservoir";
  }

  @Override
  public String text() {
    return "Keeps a uniform random choice of all buffered samples (reservoir sampling).";
  }

  @Override
  public Class<Parameters> hyperparameters() {
    return Parameters.class;
  }

  @Override
  public ReplayPolicy create(Parameters hyperparameters, PluginContext context) {
    return new Reservoir(hyperparameters.capacity(), context.seed());
  }
}
