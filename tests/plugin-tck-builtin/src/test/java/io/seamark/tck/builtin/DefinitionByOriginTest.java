package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.task.DefinitionByOriginProvider;
import io.seamark.tck.TaskDefinitionContract;

/** {@code TaskDefinitionByOrigin}. */
class DefinitionByOriginTest
    extends TaskDefinitionContract<DefinitionByOriginProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskDefinition, DefinitionByOriginProvider.Hyperparameters> provider() {
    return new DefinitionByOriginProvider();
  }
}
