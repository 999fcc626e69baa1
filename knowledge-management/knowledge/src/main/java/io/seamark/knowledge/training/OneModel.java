package io.seamark.knowledge.training;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** One model is deployed, so groups that ask for more are refused. */
record OneModel(ConfiguredPlugins plugins) implements TaskModels {
  /**
   * Refuses a configuration that asks for a model per task before any round begins: two tasks of
   * enough samples are tried.
   *
   * @throws IllegalArgumentException if they are given a model each
   */
  void check() {
    List<TaskSample> two =
        LongStream.range(0, 2L * TaskGroup.MIN_TRAIN_SAMPLE)
            .mapToObj(s -> new TaskSample(s, Map.of()))
            .toList();
    assign(
        plugins
            .create(PluginKind.TASK_RELATIONSHIP_DISCOVERY)
            .discover(
                List.of(
                    new Task("one", two.subList(0, TaskGroup.MIN_TRAIN_SAMPLE)),
                    new Task("other", two.subList(TaskGroup.MIN_TRAIN_SAMPLE, two.size())))));
  }

  /** The model that each sample's group asks for; small groups share the global one, 0. */
  @Override
  public Map<Long, Integer> assign(List<TaskGroup> groups) {
    Map<Long, Integer> modelOf = new HashMap<>();
    int own = 0;
    boolean shared = false;
    for (TaskGroup group : groups) {
      List<TaskSample> samples = group.samples();
      boolean small = groups.size() > 1 && samples.size() < TaskGroup.MIN_TRAIN_SAMPLE;
      shared |= small;
      int model = small ? 0 : own++;
      samples.forEach(s -> modelOf.put(s.sequence(), model));
    }
    if (own + (shared ? 1 : 0) > 1) {
      throw new IllegalArgumentException(
          String.format(
              "%s is '%s', which makes %d groups of tasks with a model each, but one model is"
                  + " deployed: choose shared_model",
              ConfiguredPlugins.selectionKey(PluginKind.TASK_RELATIONSHIP_DISCOVERY),
              plugins.name(PluginKind.TASK_RELATIONSHIP_DISCOVERY),
              own + (shared ? 1 : 0)));
    }
    return modelOf;
  }

  @Override
  public int count() {
    return 1;
  }
}
