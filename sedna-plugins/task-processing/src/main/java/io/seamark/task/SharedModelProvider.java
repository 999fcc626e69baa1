package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRelationshipDiscovery;
import java.util.List;

/** {@code shared_model}: All tasks share one model. */
public final class SharedModelProvider
    implements PluginProvider<TaskRelationshipDiscovery, NoHyperparameters> {
  @Override
  public PluginKind<TaskRelationshipDiscovery> kind() {
    return PluginKind.TASK_RELATIONSHIP_DISCOVERY;
  }

  @Override
  public String name() {
    return "shared_model";
  }

  @Override
  public String text() {
    return "All tasks share one model.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public TaskRelationshipDiscovery create(NoHyperparameters none, PluginContext context) {
    return tasks -> tasks.isEmpty() ? List.of() : List.of(new TaskGroup("shared_model", tasks));
  }
}
