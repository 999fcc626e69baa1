package io.seamark.bench;

import io.seamark.bench.IanvsJob.Mode;
import io.seamark.ianvs.YamlSection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code testenv.yaml} holds.
 *
 * @param train the training index
 * @param test the test index
 * @param mode the flow of the rounds
 * @param metrics names of the figures that were asked for
 * @param rounds number of rounds
 */
record TestEnvironment(
    SampleIndex train, SampleIndex test, Mode mode, List<String> metrics, int rounds) {
  static TestEnvironment read(@Nullable Path file, List<String> known, List<String> failures) {
    SampleIndex none = new SampleIndex(Path.of(""), List.of());
    if (file == null) {
      return new TestEnvironment(none, none, Mode.HARD_EXAMPLE_MINING, List.of(), 2);
    }
    YamlSection env = YamlSection.read(file, "testenv", failures);
    env.keys(
        "dataset",
        "model_eval",
        "metrics",
        "incremental_rounds",
        "round",
        "client_number",
        "use_gpu");
    SampleIndex train = none;
    SampleIndex test = none;
    YamlSection dataset = env.section("dataset");
    if (dataset == null) {
      env.fail("dataset", "must be given");
    } else {
      dataset.keys("train_index", "test_index", "train_url", "test_url", "label");
      train = index(dataset, "train_index", "train_url", failures);
      test = index(dataset, "test_index", "test_url", failures);
    }
    List<String> metrics = new ArrayList<>();
    for (YamlSection metric : env.sections("metrics")) {
      metric.keys("name", "url", "mode");
      if (metric.has("name")) {
        metrics.add(MetricNames.read(metric, "name", known));
      } else {
        metric.fail("name", "must be given");
      }
    }
    if (metrics.isEmpty()) {
      metrics.add("accuracy");
    }
    Mode mode = Mode.PLAIN;
    YamlSection eval = env.section("model_eval");
    if (eval != null) {
      eval.keys("model_metric", "threshold", "operator");
      eval.number("threshold", 0.9, -1e9, 1e9);
      eval.choice("operator", ">", List.of(">", ">=", "<", "<=", "="));
      YamlSection metric = eval.section("model_metric");
      if (metric != null) {
        metric.keys("mode", "name", "url");
        metric.choice("name", "accuracy", List.of("accuracy"));
        mode =
            switch (metric.choice("mode", "", List.of("no-inference", "hard-example-mining"))) {
              case "no-inference" -> Mode.NO_INFERENCE;
              case "hard-example-mining" -> Mode.HARD_EXAMPLE_MINING;
              default -> Mode.PLAIN;
            };
      }
    }
    if (mode == Mode.PLAIN) {
      List<String> needing = ofTheMatrix(metrics);
      if (!needing.isEmpty()) {
        env.fail(
            "metrics",
            String.join(", ", needing)
                + " need model_eval.model_metric.mode no-inference or hard-example-mining, which"
                + " make a matrix");
      }
    }
    int rounds = env.integer("incremental_rounds", 2, 2, 10_000);
    return new TestEnvironment(train, test, mode, metrics, rounds);
  }

  private static SampleIndex index(
      YamlSection dataset, String key, String old, List<String> failures) {
    if (dataset.has(key) && dataset.has(old)) {
      dataset.fail(old, "is the old name of " + key + ", which is given too: keep one");
    }
    Path file = IanvsJob.found(dataset, dataset.has(key) || !dataset.has(old) ? key : old);
    return file == null
        ? new SampleIndex(Path.of(""), List.of())
        : SampleIndex.read(file, failures);
  }

  private static List<String> ofTheMatrix(List<String> metrics) {
    return metrics.stream().filter(MetricNames.OF_THE_MATRIX::contains).toList();
  }

  /** The figures that need a matrix. */
  List<String> ofTheMatrix() {
    return ofTheMatrix(metrics);
  }
}
