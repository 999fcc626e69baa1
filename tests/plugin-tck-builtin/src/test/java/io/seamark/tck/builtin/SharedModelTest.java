package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskRelationshipDiscovery;
import io.seamark.task.SharedModelProvider;
import io.seamark.tck.TaskRelationshipDiscoveryContract;

/** {@code shared_model}. */
class SharedModelTest extends TaskRelationshipDiscoveryContract<NoHyperparameters> {
  @Override
  protected PluginProvider<TaskRelationshipDiscovery, NoHyperparameters> provider() {
    return new SharedModelProvider();
  }
}
