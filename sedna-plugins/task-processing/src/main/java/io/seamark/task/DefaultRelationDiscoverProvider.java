package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRelationshipDiscovery;
import java.util.List;

/** {@code DefaultTaskRelationDiscover}: Each task is a group, and so a model, of its own. */
public final class DefaultRelationDiscoverProvider
    implements PluginProvider<TaskRelationshipDiscovery, NoHyperparameters> {
  @Override
  public PluginKind<TaskRelationshipDiscovery> kind() {
    return PluginKind.TASK_RELATIONSHIP_DISCOVERY;
  }

  @Override
  public String name() {
    return "DefaultTaskRelationDiscover";
  }

  @Override
  public String text() {
    return "Each task is a group, and so a model, of its own.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public TaskRelationshipDiscovery create(NoHyperparameters none, PluginContext context) {
    return tasks -> tasks.stream().map(t -> new TaskGroup(t.entry(), List.of(t))).toList();
  }
}
