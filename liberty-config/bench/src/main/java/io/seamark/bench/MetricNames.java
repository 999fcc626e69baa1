package io.seamark.bench;

import io.seamark.ianvs.YamlSection;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.PluginRegistry;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The names of figures that Ianvs's files may ask for. */
final class MetricNames {
  /** Those that need a matrix of accuracies by round. */
  static final List<String> OF_THE_MATRIX =
      List.of("BWT", "FWT", "MATRIX", "BWT_usual", "FWT_usual");

  /** Names that Ianvs had before, and that examples of it still write. */
  private static final Map<String, String> EARLIER =
      Map.of("Matrix", "MATRIX", "Task_Avg_Acc", "task_avg_acc");

  private MetricNames() {}

  /** Ianvs's figures, and the metrics there are. */
  static List<String> known(PluginRegistry registry) {
    return Stream.concat(IanvsJob.METRICS.stream(), registry.names(PluginKind.METRIC).stream())
        .distinct()
        .toList();
  }

  /** Today's name of a figure. */
  static String current(String name) {
    return EARLIER.getOrDefault(name, name);
  }

  /** These, and the earlier names of those that have one. */
  static List<String> withEarlier(List<String> names) {
    return Stream.concat(
            names.stream(),
            EARLIER.entrySet().stream()
                .filter(entry -> names.contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .sorted())
        .toList();
  }

  /** Today's name of the figure that a key of a file names; the first if it names none. */
  static String read(YamlSection section, String key, List<String> known) {
    String text = section.text(key);
    return text != null && withEarlier(known).contains(text)
        ? current(text)
        : section.choice(key, known.get(0), known);
  }
}
