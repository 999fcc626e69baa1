package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.task.DefinitionByDataAttrProvider;
import io.seamark.tck.TaskDefinitionContract;

/** {@code TaskDefinitionByDataAttr}. */
class DefinitionByDataAttrTest
    extends TaskDefinitionContract<DefinitionByDataAttrProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskDefinition, DefinitionByDataAttrProvider.Hyperparameters>
      provider() {
    return new DefinitionByDataAttrProvider();
  }
}
