package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskRelationshipDiscovery;
import io.seamark.task.DefaultRelationDiscoverProvider;
import io.seamark.tck.TaskRelationshipDiscoveryContract;

/** {@code DefaultTaskRelationDiscover}. */
class DefaultRelationDiscoverTest extends TaskRelationshipDiscoveryContract<NoHyperparameters> {
  @Override
  protected PluginProvider<TaskRelationshipDiscovery, NoHyperparameters> provider() {
    return new DefaultRelationDiscoverProvider();
  }
}
