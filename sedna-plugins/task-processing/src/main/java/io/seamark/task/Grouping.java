package io.seamark.task;

import io.seamark.plugin.Task;
import io.seamark.plugin.TaskSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tasks by a name computed from each sample. */
final class Grouping {
  /** Stands for an attribute that a sample does not have. */
  static final String UNKNOWN = "unknown";

  static final String REAL = "real";
  static final String SIM = "sim";

  /** Cityscapes's cities, as Sedna lists them. */
  static final String CITIES =
      "aachen,berlin,bochum,bremen,cologne,darmstadt,dusseldorf,erfurt,hamburg,hanover,jena,"
          + "krefeld,monchengladbach,strasbourg,stuttgart,tubingen,ulm,weimar,zurich";

  /** The domains of Ianvs's example robot-cityscapes-synthia. */
  static final String DOMAINS = "Cityscapes,Synthia,Cloud-Robotics";

  private Grouping() {}

  /**
   * The values of attributes, joined by underscores.
   *
   * @param attributes their names, with commas between them
   * @throws IllegalArgumentException if they are no names
   */
  static Function<TaskSample, String> byAttributes(String attributes) {
    List<String> names = parts("attribute", attributes);
    return sample ->
        names.stream()
            .map(name -> sample.attributes().getOrDefault(name, UNKNOWN))
            .collect(Collectors.joining("_"));
  }

  /**
   * {@link #REAL} for samples whose id holds a name, where that is one of the origins; for the
   * others the first of the origins that the id holds, or else the last.
   *
   * @param real the names, with commas between them
   * @param origins with commas between them; empty for {@link #REAL} and {@link #SIM}
   * @throws IllegalArgumentException if they are no names
   */
  static Function<TaskSample, String> byOrigin(String real, String origins) {
    List<String> names = parts("real", real);
    if (origins.isBlank()) {
      return sample -> names.stream().anyMatch(id(sample)::contains) ? REAL : SIM;
    }
    List<String> tasks = parts("origins", origins);
    String last = tasks.get(tasks.size() - 1);
    return sample ->
        tasks.contains(REAL) && names.stream().anyMatch(id(sample)::contains)
            ? REAL
            : held(tasks, sample, last);
  }

  /**
   * The first of the domains that a sample's id holds, or else the first of them.
   *
   * @param domains with commas between them
   * @throws IllegalArgumentException if they are no names
   */
  static Function<TaskSample, String> byDomain(String domains) {
    List<String> tasks = parts("origins", domains);
    return sample -> held(tasks, sample, tasks.get(0));
  }

  private static String held(List<String> tasks, TaskSample sample, String otherwise) {
    return tasks.stream().filter(id(sample)::contains).findFirst().orElse(otherwise);
  }

  private static String id(TaskSample sample) {
    return sample.attributes().getOrDefault(TaskSample.ID, "");
  }

  /** In the order of the names, so that it does not depend on which sample came first. */
  static List<Task> by(List<TaskSample> samples, Function<TaskSample, String> name) {
    Map<String, List<TaskSample>> byName = new TreeMap<>();
    for (TaskSample sample : samples) {
      byName.computeIfAbsent(name.apply(sample), n -> new ArrayList<>()).add(sample);
    }
    return byName.entrySet().stream().map(e -> new Task(e.getKey(), e.getValue())).toList();
  }

  /** The index of each sample's task; 0 for a task that the extractor does not have. */
  static List<Integer> indices(
      Map<String, Integer> extractor, List<TaskSample> samples, Function<TaskSample, String> name) {
    return samples.stream().map(sample -> extractor.getOrDefault(name.apply(sample), 0)).toList();
  }

  /** The parts of a comma-separated list, without blanks around them. */
  private static List<String> parts(String what, String list) {
    List<String> parts = List.of(list.split(",", -1)).stream().map(String::strip).toList();
    if (parts.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          what + " is '" + list + "', but must be names with commas between them");
    }
    return parts;
  }
}
