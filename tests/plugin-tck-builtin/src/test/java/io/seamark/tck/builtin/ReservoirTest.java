package io.seamark.tck.builtin;

import io.seamark.knowledge.replay.ReservoirProvider;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.tck.ReplayPolicyContract;
import java.util.Map;

/** {@code reservoir}. */
class ReservoirTest extends ReplayPolicyContract<ReservoirProvider.Parameters> {
  @Override
  protected PluginProvider<ReplayPolicy, ReservoirProvider.Parameters> provider() {
    return new ReservoirProvider();
  }

  @Override
  protected Map<String, String> hyperparameters() {
    return Map.of("capacity", "32");
  }

  @Override
  protected int capacity() {
    return 32;
  }

  @Override
  protected boolean drawsAtRandom() {
    return true;
  }
}
