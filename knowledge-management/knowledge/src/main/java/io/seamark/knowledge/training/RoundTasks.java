package io.seamark.knowledge.training;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRemodeling;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * The tasks of a round's samples and what they mean for the one model that is deployed.
 *
 * @param byTask sequences of each task, those held out included
 * @param taskOf the task of each sequence
 * @param trained sequences that train the model, ascending
 */
record RoundTasks(Map<String, List<Long>> byTask, Map<Long, String> taskOf, List<Long> trained) {
  /** The kinds that take part. */
  static final List<PluginKind<?>> KINDS =
      List.of(
          PluginKind.TASK_DEFINITION,
          PluginKind.TASK_RELATIONSHIP_DISCOVERY,
          PluginKind.TASK_REMODELING);

  /**
   * Asks the plugins.
   *
   * @param plugins the three task kinds
   * @param samples of the round, those held out included, ascending
   * @param train sequences that may be trained on
   * @throws IllegalArgumentException if the groups need more than one model
   */
  static RoundTasks of(ConfiguredPlugins plugins, List<TaskSample> samples, Set<Long> train) {
    List<Task> tasks = plugins.create(PluginKind.TASK_DEFINITION).define(samples);
    List<TaskGroup> groups = plugins.create(PluginKind.TASK_RELATIONSHIP_DISCOVERY).discover(tasks);
    Map<Long, Integer> modelOf = models(plugins, groups);
    List<TaskSample> trainable =
        samples.stream().filter(s -> train.contains(s.sequence())).toList();
    List<Integer> asked =
        trainable.stream().map(s -> modelOf.getOrDefault(s.sequence(), 0)).toList();
    List<Long> trained =
        plugins.create(PluginKind.TASK_REMODELING).remodel(trainable, asked, 1).stream()
            .filter(gathered -> gathered.model() == 0)
            .map(TaskRemodeling.ModelSamples::samples)
            .flatMap(List::stream)
            .map(TaskSample::sequence)
            .sorted()
            .toList();
    Map<String, List<Long>> byTask = new TreeMap<>();
    Map<Long, String> taskOf = new HashMap<>();
    for (Task task : tasks) {
      for (TaskSample sample : task.samples()) {
        byTask.computeIfAbsent(task.entry(), t -> new ArrayList<>()).add(sample.sequence());
        taskOf.put(sample.sequence(), task.entry());
      }
    }
    return new RoundTasks(byTask, taskOf, trained);
  }

  /**
   * Refuses a configuration that asks for a model per task before any round begins: two tasks of
   * enough samples are tried.
   *
   * @param plugins the three task kinds
   * @throws IllegalArgumentException if they are given a model each
   */
  static void check(ConfiguredPlugins plugins) {
    List<TaskSample> two =
        LongStream.range(0, 2L * TaskGroup.MIN_TRAIN_SAMPLE)
            .mapToObj(s -> new TaskSample(s, Map.of()))
            .toList();
    models(
        plugins,
        plugins
            .create(PluginKind.TASK_RELATIONSHIP_DISCOVERY)
            .discover(
                List.of(
                    new Task("one", two.subList(0, TaskGroup.MIN_TRAIN_SAMPLE)),
                    new Task("other", two.subList(TaskGroup.MIN_TRAIN_SAMPLE, two.size())))));
  }

  /** The model that each sample's group asks for; small groups share the global one, 0. */
  private static Map<Long, Integer> models(ConfiguredPlugins plugins, List<TaskGroup> groups) {
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

  /**
   * The sequences to draw from in turn: one list for each task with enough of them, and one for all
   * smaller tasks together.
   *
   * @return at least one list where anything is trained on, none empty
   */
  List<List<Long>> draws() {
    Map<String, List<Long>> trainedByTask = new TreeMap<>();
    for (long sequence : trained) {
      trainedByTask
          .computeIfAbsent(taskOf.getOrDefault(sequence, ""), t -> new ArrayList<>())
          .add(sequence);
    }
    List<List<Long>> draws = new ArrayList<>();
    List<Long> small = new ArrayList<>();
    for (List<Long> sequences : trainedByTask.values()) {
      if (sequences.size() < TaskGroup.MIN_TRAIN_SAMPLE) {
        small.addAll(sequences);
      } else {
        draws.add(sequences);
      }
    }
    if (!small.isEmpty()) {
      draws.add(small);
    }
    return draws;
  }

  /**
   * Number of samples of each task.
   *
   * @return figures named {@code task.ENTRY.trained} and {@code task.ENTRY.held_out}
   */
  Map<String, Double> figures() {
    Set<Long> train = Set.copyOf(trained);
    Map<String, Double> figures = new TreeMap<>();
    byTask.forEach(
        (task, sequences) -> {
          long drawn = sequences.stream().filter(train::contains).count();
          figures.put("task." + task + ".trained", (double) drawn);
          figures.put("task." + task + ".held_out", (double) (sequences.size() - drawn));
        });
    return figures;
  }
}
