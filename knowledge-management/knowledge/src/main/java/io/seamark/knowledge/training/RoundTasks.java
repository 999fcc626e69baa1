package io.seamark.knowledge.training;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRemodeling.ModelSamples;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tasks of a round's samples and the models that they train.
 *
 * @param byTask sequences of each task, those held out included
 * @param taskOf the task of each sequence
 * @param modelOf the model that each sequence's group asks for; 0 where it is missing
 * @param trained sequences that train each model, ascending
 */
record RoundTasks(
    Map<String, List<Long>> byTask,
    Map<Long, String> taskOf,
    Map<Long, Integer> modelOf,
    Map<Integer, List<Long>> trained) {
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
   * @param models which model each group trains
   * @param samples of the round, those held out included, ascending
   * @param train sequences that may be trained on
   * @throws IllegalArgumentException if the groups need more models than there can be
   */
  static RoundTasks of(
      ConfiguredPlugins plugins, TaskModels models, List<TaskSample> samples, Set<Long> train) {
    List<Task> tasks = plugins.create(PluginKind.TASK_DEFINITION).define(samples);
    List<TaskGroup> groups = plugins.create(PluginKind.TASK_RELATIONSHIP_DISCOVERY).discover(tasks);
    Map<Long, Integer> modelOf = models.assign(groups);
    List<TaskSample> trainable =
        samples.stream().filter(s -> train.contains(s.sequence())).toList();
    List<Integer> asked =
        trainable.stream().map(s -> modelOf.getOrDefault(s.sequence(), 0)).toList();
    int count = models.count();
    Map<Integer, List<Long>> trained = new TreeMap<>();
    for (ModelSamples gathered :
        plugins.create(PluginKind.TASK_REMODELING).remodel(trainable, asked, count)) {
      if (gathered.model() >= 0 && gathered.model() < count && !gathered.samples().isEmpty()) {
        List<Long> sequences = trained.computeIfAbsent(gathered.model(), m -> new ArrayList<>());
        gathered.samples().forEach(sample -> sequences.add(sample.sequence()));
      }
    }
    trained.values().forEach(sequences -> sequences.sort(null));
    Map<String, List<Long>> byTask = new TreeMap<>();
    Map<Long, String> taskOf = new HashMap<>();
    for (Task task : tasks) {
      for (TaskSample sample : task.samples()) {
        byTask.computeIfAbsent(task.entry(), t -> new ArrayList<>()).add(sample.sequence());
        taskOf.put(sample.sequence(), task.entry());
      }
    }
    return new RoundTasks(byTask, taskOf, modelOf, trained);
  }

  /**
   * What trains a model.
   *
   * @param model its index
   * @return sequences, ascending; empty if nothing does
   */
  List<Long> trained(int model) {
    return trained.getOrDefault(model, List.of());
  }

  /**
   * The sequences to draw from in turn: one list for each task with enough of them, and one for all
   * smaller tasks together.
   *
   * @param model that is trained on them
   * @return at least one list where anything is trained on, none empty
   */
  List<List<Long>> draws(int model) {
    Map<String, List<Long>> trainedByTask = new TreeMap<>();
    for (long sequence : trained(model)) {
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
    Set<Long> train = new HashSet<>();
    trained.values().forEach(train::addAll);
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
