package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.DepthScale;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Sample;
import io.seamark.plugin.Metric;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.ModelDownload;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The evaluation of an evaluation worker: every model on every labelled sample, each sample once,
 * by the configured metrics, over all samples and by task.
 */
final class Evaluation {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluation.class);
  private static final String ACCURACY = "accuracy";

  private final Worker worker;
  private final CommonOptions.Workplace workplace;
  private final RemoteFiles files;
  private final OutputFolder out;
  private final Map<String, Metric> metrics = new LinkedHashMap<>();

  Evaluation(
      Worker worker, CommonOptions.Workplace workplace, RemoteFiles files, OutputFolder out) {
    this.worker = worker;
    this.workplace = workplace;
    this.files = files;
    this.out = out;
    ConfiguredPlugins plugins = workplace.plugins();
    for (String name : plugins.names(PluginKind.METRIC)) {
      metrics.put(metrics.isEmpty() ? ACCURACY : name, plugins.create(PluginKind.METRIC, name));
    }
  }

  /**
   * What was found of a model.
   *
   * @param index that names it, its tasks dropped or not
   * @param metrics over all samples, by name; empty where no sample could be scored
   * @param dropped tasks, and the group where all of its tasks are
   */
  record Evaluated(JobIndex index, Map<String, Double> metrics, List<String> dropped) {}

  /**
   * Evaluates.
   *
   * @return the best model, by the first metric
   * @throws IOException if an index, its model or the samples cannot be read
   */
  Evaluated run() throws IOException {
    List<String> indices = worker.indices();
    List<LocalSample> samples = samples();
    ScoreFilter filter =
        new ScoreFilter(worker.told().operator().strip(), worker.told().modelThreshold());
    Evaluated best = null;
    for (String url : indices) {
      Evaluated next = evaluate(url, samples, filter);
      best = best == null || first(next) > first(best) ? next : best;
    }
    return Objects.requireNonNull(best, "there is an index");
  }

  private static double first(Evaluated of) {
    return of.metrics().getOrDefault(ACCURACY, Double.NEGATIVE_INFINITY);
  }

  private List<LocalSample> samples() throws IOException {
    String index = worker.told().testDataset().strip();
    List<LocalSample> all =
        new SampleFetch(
                files,
                out.path().resolve("samples"),
                DepthScale.parse(workplace.text("sample_source.image_folder.depth.scale")))
            .all(
                "TEST_DATASET_URL " + index,
                SampleList.read("TEST_DATASET_URL", index, worker.told().originalDataset(), files));
    List<LocalSample> labelled = all.stream().filter(LocalSample::labelled).toList();
    if (labelled.size() < all.size()) {
      LOG.warn(
          "event=samples_passed_over samples={} reason=\"they have no label to be held against\"",
          all.size() - labelled.size());
    }
    if (labelled.isEmpty()) {
      LOG.warn("event=nothing_scored then=\"no task is dropped, and no metric reported\"");
    }
    return labelled;
  }

  private Evaluated evaluate(String url, List<LocalSample> samples, ScoreFilter filter)
      throws IOException {
    JobIndex index = JobIndex.read(url, files.read(url, JobIndex.MAX_BYTES));
    Path model =
        new ModelDownload(files, workplace.settings(SettingGroup.EDGE).modelMaxBytes())
            .local(index.model(), out.path().resolve("models"));
    Map<Integer, String> taskOf = tasks(samples);
    Map<String, ConfusionMatrix> byTask = new TreeMap<>();
    ConfusionMatrix all = null;
    int unreadable = 0;
    try (LiveModel live =
        new LiveModel(
            workplace.plugins().create(PluginKind.BASEMODEL),
            index.model().announced().version(),
            model)) {
      int classes = live.classes().size();
      SeenTaskInference inference =
          new SeenTaskInference(
              SeenTaskInference.Parts.of(workplace.plugins()), List.of(live), worker.name());
      for (int i = 0; i < samples.size(); i++) {
        ConfusionMatrix one = score(samples.get(i), inference, classes);
        if (one == null) {
          unreadable++;
          continue;
        }
        all = all == null ? new ConfusionMatrix(classes) : all;
        all.add(one);
        byTask
            .computeIfAbsent(taskOf.getOrDefault(i, "all"), t -> new ConfusionMatrix(classes))
            .add(one);
      }
    }
    if (all == null && !samples.isEmpty()) {
      throw new IOException("none of the " + unreadable + " labelled samples could be scored");
    }
    return judged(index, all, byTask, filter);
  }

  private @Nullable ConfusionMatrix score(
      LocalSample sample, SeenTaskInference inference, int classes) {
    try {
      Sample read = sample.sample();
      ClassMap label = read.label();
      if (label == null) {
        return null;
      }
      ConfusionMatrix one = new ConfusionMatrix(classes);
      one.add(label, inference.infer(read.frame(), sample.attributes()).prediction().classMap());
      return one;
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn(
          "event=sample_not_scored line=\"{}\" reason=\"{}\"", sample.line(), Seamark.message(e));
      return null;
    }
  }

  private Map<Integer, String> tasks(List<LocalSample> samples) {
    List<TaskSample> described = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      described.add(new TaskSample(i, samples.get(i).attributes()));
    }
    Map<Integer, String> taskOf = new TreeMap<>();
    if (!described.isEmpty()) {
      for (Task task : workplace.plugins().create(PluginKind.TASK_DEFINITION).define(described)) {
        task.samples().forEach(s -> taskOf.put((int) s.sequence(), task.entry()));
      }
    }
    return taskOf;
  }

  private Evaluated judged(
      JobIndex index,
      @Nullable ConfusionMatrix all,
      Map<String, ConfusionMatrix> byTask,
      ScoreFilter filter) {
    String group = index.seen().groups().get(0).entry();
    Map<String, JobIndex.Task> tasks = new TreeMap<>();
    index.seen().groups().get(0).tasks().forEach(task -> tasks.put(task.entry(), task));
    List<String> dropped = new ArrayList<>();
    byTask.forEach(
        (entry, counts) -> {
          Map<String, Double> scores = scores(counts);
          boolean drop = filter.drops(scores.values());
          LOG.info("event=task_scored task={} scores={} dropped={}", entry, scores, drop);
          int known = tasks.containsKey(entry) ? tasks.get(entry).samples() : 0;
          tasks.put(entry, new JobIndex.Task(entry, known, drop));
          if (drop) {
            dropped.add(entry.replace(',', '_'));
          }
        });
    if (!dropped.isEmpty() && dropped.size() == byTask.size()) {
      dropped.add(group);
    }
    if (!dropped.isEmpty()) {
      LOG.warn(
          "event=tasks_dropped tasks=\"{}\" rule=\"{}\"{}",
          String.join(",", dropped),
          filter,
          filter.dropsTheGood()
              ? " note=\"this drops tasks for being good: set operator to < to drop bad ones\""
              : "");
    }
    return new Evaluated(
        index.withTasks(List.copyOf(tasks.values())),
        all == null ? Map.of() : scores(all),
        dropped);
  }

  private Map<String, Double> scores(ConfusionMatrix counts) {
    Map<String, Double> scores = new LinkedHashMap<>();
    metrics.forEach(
        (name, metric) -> {
          double value = metric.compute(counts);
          if (Double.isFinite(value)) {
            scores.put(name, value);
          }
        });
    return scores;
  }
}
