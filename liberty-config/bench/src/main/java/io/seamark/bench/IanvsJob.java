package io.seamark.bench;

import io.seamark.ianvs.YamlSection;
import io.seamark.registry.NearestName;
import io.seamark.registry.PluginRegistry;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A job of Ianvs for lifelong learning: {@code benchmarkingjob.yaml} with the files it names.
 *
 * <p>A relative path in these files is relative to the working folder, as in Ianvs; if there is
 * nothing there, to the folder of the file that names it. {@code train_url} and {@code test_url},
 * which Ianvs's examples still write, mean {@code train_index} and {@code test_index}; {@code
 * Matrix} and {@code Task_Avg_Acc} mean {@code MATRIX} and {@code task_avg_acc}.
 *
 * @param name the job's
 * @param workspace where results go
 * @param train the training index
 * @param test the test index
 * @param mode the flow of the rounds
 * @param metrics names of the figures that were asked for: of {@link #METRICS} or of plugins
 * @param rounds number of rounds
 * @param cases every combination of modules and values
 * @param rank how results are sorted and shown
 */
public record IanvsJob(
    String name,
    Path workspace,
    SampleIndex train,
    SampleIndex test,
    Mode mode,
    List<String> metrics,
    int rounds,
    List<TestCase> cases,
    Ranking rank) {
  /** Figures that a job may ask for, besides the plugins of kind {@code metric}. */
  public static final List<String> METRICS =
      List.of(
          "accuracy",
          "task_avg_acc",
          "BWT",
          "FWT",
          "MATRIX",
          "samples_transfer_ratio",
          "BWT_usual",
          "FWT_usual");

  private static final String ALL = "all";
  private static final int MOST_CASES = 10_000;

  /** Copies the lists. */
  public IanvsJob {
    metrics = List.copyOf(metrics);
    cases = List.copyOf(cases);
  }

  /** The flow of the rounds, by {@code model_metric.mode}. */
  public enum Mode {
    /** Every round trains on its chunk's labels; nothing is inferred. */
    NO_INFERENCE,
    /** Round 0 trains; later rounds infer, and train on hard samples only. */
    HARD_EXAMPLE_MINING,
    /** Without a mode: round 1 trains, later rounds infer and train on hard samples; no matrix. */
    PLAIN
  }

  /**
   * How results are ranked.
   *
   * @param sortBy metric names, the most important first; true where the lowest comes first
   * @param paradigms shown, or {@code all}
   * @param modules types shown, or {@code all}
   * @param hyperparameters shown, or {@code all}
   * @param metrics shown, or {@code all}
   * @param saveAll whether all_rank.csv is written
   * @param picture whether the picture is drawn
   */
  public record Ranking(
      Map<String, Boolean> sortBy,
      List<String> paradigms,
      List<String> modules,
      List<String> hyperparameters,
      List<String> metrics,
      boolean saveAll,
      boolean picture) {
    /**
     * Whether a list shows everything.
     *
     * @param list one of them
     * @return true for {@code [all]}
     */
    public static boolean all(List<String> list) {
      return list.equals(List.of(ALL));
    }
  }

  /**
   * Reads a job.
   *
   * @param file its {@code benchmarkingjob.yaml}
   * @param registry the plugins that modules may name
   * @return the job
   * @throws IllegalArgumentException if anything is wrong: one line for each failure, with file,
   *     key, value and rule
   */
  public static IanvsJob read(Path file, PluginRegistry registry) {
    List<String> failures = new ArrayList<>();
    YamlSection job = YamlSection.read(file, "benchmarkingjob", failures);
    job.keys("name", "workspace", "testenv", "test_object", "rank", "simulation");
    String name = job.required("name");
    if ((!name.isEmpty() && !name.matches("[^/\\\\\\x00-\\x1f]{1,100}")) || name.matches("\\.+")) {
      job.fail("name", "must be a folder's name");
    }
    String workspace = job.text("workspace");
    if (job.has("simulation")) {
      job.fail("simulation", "is not supported: Seamark starts no cluster; leave it out");
    }
    List<String> known = MetricNames.known(registry);
    TestEnvironment env = TestEnvironment.read(found(job, "testenv"), known, failures);
    List<TestCase> cases = new ArrayList<>();
    YamlSection object = job.section("test_object");
    if (object == null) {
      job.fail("test_object", "must be given");
    } else {
      object.keys("type", "algorithms");
      object.choice("type", "algorithms", List.of("algorithms"));
      Set<String> names = new LinkedHashSet<>();
      for (YamlSection algorithm : object.sections("algorithms")) {
        algorithm.keys("name", "url");
        String algorithmName = algorithm.required("name");
        if (!algorithmName.matches("[A-Za-z0-9]([A-Za-z0-9._ -]{0,98}[A-Za-z0-9._-])?")) {
          algorithm.fail(
              "name", "must be letters, digits, dots, dashes, underscores and blanks between them");
        } else if (!names.add(algorithmName)) {
          algorithm.fail("name", "must be another name: two algorithms have this one");
        }
        Path url = found(algorithm, "url");
        if (url != null) {
          cases.addAll(new TestCases(algorithmName, url, registry, env, failures).cases());
        }
      }
      if (cases.isEmpty() && failures.isEmpty()) {
        object.fail("algorithms", "must name at least one algorithm");
      }
    }
    if (failures.isEmpty() && env.mode() != Mode.PLAIN) {
      cases.stream()
          .filter(test -> test.splitting().hasRoundZero())
          .flatMap(test -> emptyRounds(test, env).stream())
          .distinct()
          .forEach(failures::add);
    }
    if (failures.isEmpty()) {
      cases.stream()
          .filter(test -> test.splitting() == Splitting.CITY)
          .flatMap(test -> nothingSimulated(test, env).stream())
          .distinct()
          .forEach(failures::add);
    }
    Ranking ranking = ranking(job, cases, known);
    if (cases.size() > MOST_CASES) {
      failures.add(file + ": " + cases.size() + " test cases, but at most " + MOST_CASES);
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(
          failures.stream().distinct().collect(Collectors.joining("\n")));
    }
    return new IanvsJob(
        name,
        Path.of(workspace == null ? "./workspace" : workspace),
        env.train(),
        env.test(),
        env.mode(),
        env.metrics(),
        env.rounds(),
        cases,
        ranking);
  }

  /** A round without a frame to evaluate makes every figure of the matrix no number. */
  private static Optional<String> emptyRounds(TestCase test, TestEnvironment env) {
    int samples = env.train().entries().size();
    Splitting splitting = test.splitting();
    double ratio = test.trainRatio();
    if (splitting.fills(samples, ratio, env.rounds(), false)) {
      return Optional.empty();
    }
    int fewer =
        least(
            0,
            env.rounds() - 1,
            lost -> splitting.fills(samples, ratio, env.rounds() - lost, true));
    int rounds = env.rounds() - fewer;
    int high = Math.max(1, samples);
    while (!splitting.fills(high, ratio, env.rounds(), true)) {
      high *= 2;
    }
    int enough = least(samples, high, more -> splitting.fills(more, ratio, env.rounds(), true));
    return Optional.of(
        String.format(
            Locale.ROOT,
            "testenv.incremental_rounds is %d, but %s has %d samples, of which %s with train_ratio"
                + " %s leaves some rounds nothing to evaluate, so BWT, FWT and MATRIX would be no"
                + " numbers: must be %s%d samples",
            env.rounds(),
            env.train().file(),
            samples,
            splitting.id(),
            ratio,
            rounds > 1 ? "at most " + rounds + ", or have an index of at least " : "with at least ",
            enough));
  }

  /** Without leading simulated frames, {@link Splitting#CITY} has no first round. */
  private static Optional<String> nothingSimulated(TestCase test, TestEnvironment env) {
    List<SampleIndex.Entry> samples = env.train().entries();
    Splitting.Chunk<SampleIndex.Entry> first =
        test.splitting().split(samples, test.trainRatio(), env.rounds()).get(0);
    int leading = first.train().size() + first.eval().size();
    return first.train().isEmpty()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s has %d leading lines that hold '%s' and others after them, of which train_ratio"
                    + " %s leaves round 1 of %s nothing to train on: sort the index so that"
                    + " simulated frames come first, or name another splitting_method",
                env.train().file(),
                leading,
                Splitting.SIMULATED,
                test.trainRatio(),
                test.splitting().id()))
        : Optional.empty();
  }

  /** The least number from {@code low} on that does; so do all above it, {@code high} for one. */
  private static int least(int low, int high, IntPredicate does) {
    int from = low;
    int to = high;
    while (from < to) {
      int middle = from + (to - from) / 2;
      if (does.test(middle)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  private static Ranking ranking(YamlSection job, List<TestCase> cases, List<String> metrics) {
    List<String> all = List.of(ALL);
    YamlSection rank = job.section("rank");
    if (rank == null) {
      job.fail("rank", "must be given");
      return new Ranking(Map.of(), all, all, all, all, true, true);
    }
    rank.keys("sort_by", "visualization", "selected_dataitem", "save_mode");
    Map<String, Boolean> sortBy = new LinkedHashMap<>();
    List<String> figures = RankFiles.figures(metrics);
    for (YamlSection by : rank.sections("sort_by")) {
      by.keys(MetricNames.withEarlier(figures).toArray(String[]::new));
      for (String metric : by.names()) {
        String order = by.choice(metric, "descend", List.of("ascend", "descend"));
        sortBy.put(MetricNames.current(metric), order.equals("ascend"));
      }
    }
    YamlSection visualization = rank.section("visualization");
    if (visualization != null) {
      visualization.keys("mode", "method");
      visualization.choice("mode", "selected_only", List.of("selected_only"));
      visualization.choice("method", "print_table", List.of("print_table"));
    }
    String save =
        rank.choice(
            "save_mode",
            "selected_and_all",
            List.of("selected_and_all", "selected_only", "selected_and_all_and_picture"));
    YamlSection selected = rank.section("selected_dataitem");
    if (selected == null) {
      return new Ranking(sortBy, all, all, all, all, !save.equals("selected_only"), true);
    }
    selected.keys("paradigms", "modules", "hyperparameters", "metrics");
    Set<String> types = new LinkedHashSet<>(ModuleNames.types());
    Set<String> hyperparameters = new LinkedHashSet<>();
    cases.forEach(c -> hyperparameters.addAll(c.hyperparameters().keySet()));
    Set<String> known = new LinkedHashSet<>(hyperparameters);
    hyperparameters.forEach(h -> known.add(h.substring(h.indexOf('-') + 1)));
    return new Ranking(
        sortBy,
        chosen(selected, "paradigms", List.of(TestCases.PARADIGM)),
        chosen(selected, "modules", List.copyOf(types)),
        chosen(selected, "hyperparameters", List.copyOf(known)),
        chosen(selected, "metrics", MetricNames.withEarlier(figures)).stream()
            .map(MetricNames::current)
            .toList(),
        !save.equals("selected_only"),
        true);
  }

  private static List<String> chosen(YamlSection selected, String key, List<String> right) {
    List<String> names = selected.texts(key, List.of(ALL));
    if (!names.equals(List.of(ALL))) {
      for (String name : names) {
        if (!right.contains(name) && !right.isEmpty()) {
          selected.fail(key, "'" + name + "' must be all or: " + NearestName.mustBe(name, right));
        }
      }
    }
    return names;
  }

  /** The file that a key names, in the working folder or beside the file that names it. */
  static @Nullable Path found(YamlSection section, String key) {
    String text = section.required(key);
    if (text.isEmpty()) {
      return null;
    }
    try {
      Path path = Path.of(text);
      Path beside = section.file().resolveSibling(path);
      if (Files.isRegularFile(path) || !Files.isRegularFile(beside)) {
        if (!Files.isRegularFile(path)) {
          section.fail(
              key, "there is no such file in the working folder or beside " + section.file());
          return null;
        }
        return path;
      }
      return beside;
    } catch (InvalidPathException e) {
      section.fail(key, "must be a path");
      return null;
    }
  }

  /**
   * Name of a mode as Ianvs writes it.
   *
   * @param mode any
   * @return such as {@code no-inference}
   */
  static String id(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
