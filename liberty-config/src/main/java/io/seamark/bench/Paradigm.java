package io.seamark.bench;

import io.seamark.bench.IanvsJob.Mode;
import io.seamark.bench.SampleIndex.Entry;
import io.seamark.bench.SampleIndex.Labelled;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.cli.CommonOptions.Workplace;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.UnseenTaskProcessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays the rounds of lifelong learning for one test case, as Ianvs does (kubeedge/ianvs, {@code
 * core/testcasecontroller/algorithm/paradigm/lifelong_learning}).
 *
 * <p>{@code accuracy} is the mean IoU of what the system answers on the test set at the end: where
 * frames are mined, the cloud's answer for hard ones and the edge's for the others. {@code
 * task_avg_acc} is the mean over the tasks of the edge model's own mean IoU on it.
 */
final class Paradigm implements AutoCloseable {
  private final IanvsJob job;
  private final TestCase test;
  private final Workplace workplace;
  private final Path folder;
  private final boolean curve;
  private final Consumer<String> log;
  private final HardExampleMining miner;
  private final Traffic traffic = new Traffic();
  private @Nullable UnseenTaskProcessing cloud;
  private Path model;
  private int inferred;
  private int transferred;
  private int unreadable;

  /**
   * A case that can be played once.
   *
   * @param job the job
   * @param test the case
   * @param workplace its plugins
   * @param model to start from
   * @param folder the case's own, for models and answers
   * @param curve whether the cloud answers every test frame, so that a sweep can be drawn
   * @param log told what happens
   */
  Paradigm(
      IanvsJob job,
      TestCase test,
      Workplace workplace,
      Path model,
      Path folder,
      boolean curve,
      Consumer<String> log) {
    this.job = job;
    this.test = test;
    this.workplace = workplace;
    this.model = model;
    this.folder = folder;
    this.curve = curve;
    this.log = log;
    this.miner = workplace.plugins().create(PluginKind.HARD_EXAMPLE_MINING);
  }

  /**
   * What came of a case.
   *
   * @param metrics by name: numbers, and MATRIX a map of lists
   * @param sweep mean IoU of the system with the k hardest of n test frames uploaded; empty if none
   *     was made
   * @param uploadShare share of the test frames that were hard; NaN where nothing is mined
   */
  record Played(Map<String, Object> metrics, List<Double> sweep, double uploadShare) {}

  private static final class Traffic {
    private long up;
    private long down;
    private long frames;
    private double seconds;
    private double cpu;
  }

  Played play() throws IOException {
    warn();
    List<Splitting.Chunk<Entry>> chunks =
        test.splitting().split(job.train().entries(), test.trainRatio(), job.rounds());
    Map<String, TransferMatrix> matrix =
        job.mode() == Mode.PLAIN ? plain(chunks) : withMatrix(chunks);
    Test end = test();
    Map<String, Object> all = new LinkedHashMap<>();
    TransferMatrix of = matrix.get("all");
    for (String metric : job.metrics()) {
      Object value =
          switch (metric) {
            case "accuracy" -> end.system();
            case "task_avg_acc" -> Math.round(1e3 * end.taskAverage()) / 1e3;
            case "samples_transfer_ratio" ->
                Math.round(1e4 * ((double) transferred / (inferred + 1))) / 1e4;
            case "BWT" -> of == null ? Double.NaN : of.backwardIanvs();
            case "FWT" -> of == null ? Double.NaN : of.forwardIanvs();
            case "BWT_usual" -> of == null ? Double.NaN : of.backwardUsual();
            case "FWT_usual" -> of == null ? Double.NaN : of.forwardUsual();
            case "MATRIX" -> {
              Map<String, Object> rows = new LinkedHashMap<>();
              matrix.forEach((task, m) -> rows.put(task, m.reported()));
              yield rows;
            }
            default -> throw new IllegalStateException("no metric " + metric);
          };
      all.put(metric, value);
    }
    if (of != null) {
      all.putIfAbsent("BWT_usual", of.backwardUsual());
      all.putIfAbsent("FWT_usual", of.forwardUsual());
    }
    all.put("edge_accuracy", end.edge());
    all.put("latency_ms", 1e3 * traffic.seconds / Math.max(1, traffic.frames));
    all.put("cpu_seconds_per_frame", traffic.cpu / Math.max(1, traffic.frames));
    all.put("upload_bytes", traffic.up);
    all.put("download_bytes", traffic.down);
    all.put("peak_memory_bytes", ProcessResources.now().peakResidentBytes());
    all.put("unreadable_frames", unreadable);
    UploadSweep sweep = end.sweep();
    if (sweep != null) {
      all.put("upload_curve_area", sweep.area());
    }
    return new Played(
        all,
        sweep == null ? List.of() : Arrays.stream(sweep.meanIou()).boxed().toList(),
        end.share());
  }

  private Map<String, TransferMatrix> withMatrix(List<Splitting.Chunk<Entry>> chunks)
      throws IOException {
    int rounds = job.rounds();
    Map<String, double[][]> rows = new LinkedHashMap<>();
    Map<String, double[]> before = new LinkedHashMap<>();
    evaluate(chunks, 0, (task, j, value) -> before.computeIfAbsent(task, this::row)[j] = value);
    for (int r = 0; r <= rounds; r++) {
      List<Entry> train = chunks.get(r).train();
      if (r == 0 || job.mode() == Mode.NO_INFERENCE) {
        train(labels(train), List.of(), r);
      } else {
        train(mine(train, r), labels(chunks.get(0).train()), r);
      }
      int round = r;
      evaluate(
          chunks,
          r,
          (task, j, value) -> rows.computeIfAbsent(task, t -> table(rounds))[round][j] = value);
      double[][] all = rows.get("all");
      log.accept("round " + r + ": accuracy by chunk " + (all == null ? "none" : shown(all[r])));
    }
    Map<String, TransferMatrix> matrix = new LinkedHashMap<>();
    rows.forEach(
        (task, values) ->
            matrix.put(task, new TransferMatrix(before.getOrDefault(task, row(task)), values)));
    return matrix;
  }

  private Map<String, TransferMatrix> plain(List<Splitting.Chunk<Entry>> chunks)
      throws IOException {
    train(labels(chunks.get(0).train()), List.of(), 1);
    for (int r = 2; r <= job.rounds(); r++) {
      train(mine(chunks.get(r - 1).train(), r), labels(chunks.get(0).train()), r);
    }
    return Map.of();
  }

  private double[] row(String task) {
    double[] row = new double[job.rounds()];
    Arrays.fill(row, Double.NaN);
    return row;
  }

  private double[][] table(int rounds) {
    double[][] table = new double[rounds + 1][];
    Arrays.setAll(table, i -> row(""));
    return table;
  }

  private static String shown(double[] row) {
    List<String> values = new ArrayList<>();
    for (double v : row) {
      values.add(String.format(Locale.ROOT, "%.4f", v));
    }
    return String.join(" ", values);
  }

  private interface Cell {
    void set(String task, int column, double value);
  }

  private void evaluate(List<Splitting.Chunk<Entry>> chunks, int round, Cell cell)
      throws IOException {
    try (LiveModel live = open("round " + round)) {
      for (int j = 1; j <= job.rounds(); j++) {
        Map<String, ConfusionMatrix> byTask = new TreeMap<>();
        ConfusionMatrix all = new ConfusionMatrix(live.classes().size());
        for (Entry entry : chunks.get(j).eval()) {
          Labelled sample = read(entry);
          if (sample != null) {
            ClassMap answer = live.infer(sample.frame()).prediction().classMap();
            all.add(sample.label(), answer);
            byTask
                .computeIfAbsent(test.task(entry), t -> new ConfusionMatrix(all.classes()))
                .add(sample.label(), answer);
          }
        }
        cell.set("all", j - 1, all.meanIou());
        if (!test.origins().isEmpty()) {
          double sum = 0;
          for (String task : test.origins()) {
            ConfusionMatrix counts = byTask.get(task);
            cell.set(task, j - 1, counts == null ? Double.NaN : counts.meanIou());
            sum += counts == null ? 0 : counts.meanIou();
          }
          cell.set("task_avg", j - 1, byTask.isEmpty() ? Double.NaN : sum / byTask.size());
        } else {
          cell.set("task_avg", j - 1, all.meanIou());
        }
      }
    }
  }

  /** A low figure should not be a riddle. */
  private void warn() throws IOException {
    try (var opened = EdgeModel.open(model)) {
      if (EdgeModel.describe(model, opened).depth()
          && job.test().entries().stream().anyMatch(e -> e.depth() == null)) {
        log.accept(
            "the base model has a branch for depth, but the index names no depth images"
                + " (IMAGE DEPTH LABEL): expect low accuracy");
      }
    }
  }

  private LiveModel open(String version) throws IOException {
    return new LiveModel(workplace.plugins().create(PluginKind.BASEMODEL), version, model);
  }

  private @Nullable Labelled read(Entry entry) {
    try {
      return entry.read();
    } catch (IOException e) {
      unreadable++;
      log.accept("skipped " + entry.line() + ": " + e.getMessage());
      return null;
    }
  }

  private static List<RoundTrainer.Target> labels(List<Entry> entries) {
    return entries.stream().map(e -> new RoundTrainer.Target(e, null)).toList();
  }

  private void train(
      List<RoundTrainer.Target> fresh, List<RoundTrainer.Target> rehearsal, int round)
      throws IOException {
    if (fresh.isEmpty()) {
      log.accept("round " + round + ": nothing to train on; the model stays");
      return;
    }
    Path to = Files.createDirectories(folder.resolve("output/train/" + round));
    Path trained = to.resolve("model.safetensors");
    log.accept(
        "round "
            + round
            + ": "
            + new RoundTrainer(test.training(), workplace.seed() + round, workplace.threads())
                .train(model, fresh, test.training().rehearsal() ? rehearsal : List.of(), trained));
    model = trained;
  }

  /** Infers a chunk; what is hard is answered by the cloud, and is what the round trains on. */
  private List<RoundTrainer.Target> mine(List<Entry> entries, int round) throws IOException {
    Path answers = Files.createDirectories(folder.resolve("output/inference/answers/" + round));
    List<RoundTrainer.Target> hard = new ArrayList<>();
    try (LiveModel live = open("round " + round)) {
      for (int i = 0; i < entries.size(); i++) {
        Labelled sample = read(entries.get(i));
        if (sample == null) {
          continue;
        }
        inferred++;
        Prediction prediction = infer(live, sample);
        MiningDecision decision = miner.mine(prediction);
        if (decision.hard()) {
          transferred++;
          ClassMap answer = upload(sample, prediction, decision, "r" + round + "-" + i);
          Path target = null;
          if (test.training().target() == TrainingPlan.Target.CLOUD_ANSWERS) {
            target = answers.resolve(i + ".png");
            Files.write(target, Images.encodeClassMap(answer));
          }
          hard.add(new RoundTrainer.Target(entries.get(i), target));
        }
      }
    }
    log.accept("round " + round + ": " + hard.size() + " of " + entries.size() + " frames hard");
    return hard;
  }

  private Prediction infer(LiveModel live, Labelled sample) throws IOException {
    double cpu = ProcessResources.now().cpuSeconds();
    long start = System.nanoTime();
    Prediction prediction = live.infer(sample.frame()).prediction();
    traffic.seconds += (System.nanoTime() - start) / 1e9;
    traffic.cpu += ProcessResources.now().cpuSeconds() - cpu;
    traffic.frames++;
    return prediction;
  }

  private ClassMap upload(
      Labelled sample, Prediction prediction, MiningDecision decision, String id) {
    UnseenTaskProcessing.Answer answer = ask(sample, prediction);
    String processing = workplace.plugins().name(PluginKind.UNSEEN_TASK_PROCESSING);
    traffic.up +=
        ArrowMessages.encode(
                new HardSample(
                    id,
                    "bench",
                    "",
                    0,
                    sample.frame().width(),
                    sample.frame().height(),
                    sample.image(),
                    sample.depthPng(),
                    prediction.scores(),
                    "",
                    workplace.plugins().name(PluginKind.HARD_EXAMPLE_MINING),
                    decision.score(),
                    decision.threshold()))
            .length;
    traffic.down +=
        ArrowMessages.encode(
                new FusedAnswer(
                    answer.classMap(), answer.masks().size(), processing, answer.seconds()))
            .length;
    return answer.classMap();
  }

  private UnseenTaskProcessing.Answer ask(Labelled sample, Prediction prediction) {
    UnseenTaskProcessing processing = cloud;
    if (processing == null) {
      processing = workplace.plugins().create(PluginKind.UNSEEN_TASK_PROCESSING);
      cloud = processing;
    }
    return processing.process(sample.frame(), prediction.scores());
  }

  private record Test(
      double system, double edge, double taskAverage, double share, @Nullable UploadSweep sweep) {}

  private Test test() throws IOException {
    boolean mining = job.mode() != Mode.NO_INFERENCE;
    Map<String, ConfusionMatrix> byTask = new TreeMap<>();
    List<UploadSweep.Answered> answered = new ArrayList<>();
    int frames = 0;
    int hard = 0;
    try (LiveModel live = open("test")) {
      int classes = live.classes().size();
      ConfusionMatrix system = new ConfusionMatrix(classes);
      ConfusionMatrix edge = new ConfusionMatrix(classes);
      for (Entry entry : job.test().entries()) {
        Labelled sample = read(entry);
        if (sample == null) {
          continue;
        }
        Prediction prediction = infer(live, sample);
        ClassMap answer = prediction.classMap();
        ConfusionMatrix own = new ConfusionMatrix(classes);
        own.add(sample.label(), answer);
        edge.add(own);
        byTask.computeIfAbsent(test.task(entry), t -> new ConfusionMatrix(classes)).add(own);
        ConfusionMatrix ofSystem = own;
        if (mining) {
          MiningDecision decision = miner.mine(prediction);
          ConfusionMatrix ofCloud = new ConfusionMatrix(classes);
          if (decision.hard()) {
            hard++;
            ofCloud.add(sample.label(), upload(sample, prediction, decision, "test-" + frames));
            ofSystem = ofCloud;
          } else if (curve) {
            ofCloud.add(sample.label(), ask(sample, prediction).classMap());
          }
          answered.add(new UploadSweep.Answered(decision.score(), own, ofCloud));
        }
        system.add(ofSystem);
        frames++;
      }
      if (frames == 0) {
        throw new IOException("none of the frames of " + job.test().file() + " could be read");
      }
      double average =
          byTask.values().stream()
              .mapToDouble(ConfusionMatrix::meanIou)
              .average()
              .orElse(Double.NaN);
      return new Test(
          system.meanIou(),
          edge.meanIou(),
          average,
          mining ? (double) hard / frames : Double.NaN,
          mining && curve ? new UploadSweep(answered) : null);
    }
  }

  @Override
  public void close() {
    if (cloud != null) {
      cloud.close();
    }
  }
}
