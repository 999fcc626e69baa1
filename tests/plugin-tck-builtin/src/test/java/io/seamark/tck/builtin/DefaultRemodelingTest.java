package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskRemodeling;
import io.seamark.task.DefaultRemodelingProvider;
import io.seamark.tck.TaskRemodelingContract;

/** {@code DefaultTaskRemodeling}. */
class DefaultRemodelingTest extends TaskRemodelingContract<NoHyperparameters> {
  @Override
  protected PluginProvider<TaskRemodeling, NoHyperparameters> provider() {
    return new DefaultRemodelingProvider();
  }
}
