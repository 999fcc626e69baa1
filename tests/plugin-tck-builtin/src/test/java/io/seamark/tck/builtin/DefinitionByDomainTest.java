package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.task.DefinitionByDomainProvider;
import io.seamark.tck.TaskDefinitionContract;

/** {@code TaskDefinitionByDomain}. */
class DefinitionByDomainTest
    extends TaskDefinitionContract<DefinitionByDomainProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskDefinition, DefinitionByDomainProvider.Hyperparameters> provider() {
    return new DefinitionByDomainProvider();
  }
}
