package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.task.DefinitionByLookProvider;
import io.seamark.tck.TaskDefinitionContract;

/** {@code TaskDefinitionByLook}. */
class DefinitionByLookTest
    extends TaskDefinitionContract<DefinitionByLookProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskDefinition, DefinitionByLookProvider.Hyperparameters> provider() {
    return new DefinitionByLookProvider();
  }
}
