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
   * The first of the origins that a sample's id holds, or else the last; without origins {@link
   * #REAL} for samples whose id holds a name, {@link #SIM} for the others.
   *
   * @param real the names, with commas between them
   * @param origins with commas between them, or empty
   * @throws IllegalArgumentException if they are no names
   */
  static Function<TaskSample, String> byOrigin(String real, String origins) {
    List<String> names = parts("real", real);
    if (!origins.isBlank()) {
      List<String> tasks = parts("origins", origins);
      return sample -> {
        String id = sample.attributes().getOrDefault(TaskSample.ID, "");
        return tasks.stream().filter(id::contains).findFirst().orElse(tasks.get(tasks.size() - 1));
      };
    }
    return sample -> {
      String id = sample.attributes().getOrDefault(TaskSample.ID, "");
      return names.stream().anyMatch(id::contains) ? REAL : SIM;
    };
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
