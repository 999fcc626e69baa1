package io.seamark.bench;

import io.seamark.bench.IanvsJob.Mode;
import io.seamark.bench.IndexSamples.Target;
import io.seamark.bench.SampleIndex.Entry;
import io.seamark.bench.SampleIndex.Labelled;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.cli.CommonOptions.Workplace;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.knowledge.training.TaskModels;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Prediction;
import io.seamark.perception.ScoreNotes;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Metric;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.UnseenTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Plays the rounds of lifelong learning for one test case, as Ianvs does (kubeedge/ianvs, {@code
 * core/testcasecontroller/algorithm/paradigm/lifelong_learning}).
 *
 * <p>Tasks, the groups of them that share a model, and the samples that train each model come from
 * the task plugins; model 0 is the global one, which serves small groups and unknown tasks. What is
 * hard is uploaded; what re-recognition then calls seen keeps the edge's answer and teaches
 * nothing.
 *
 * <p>{@code accuracy} is the metric of what the system answers on the test set at the end: where
 * frames are mined, the cloud's answer for hard ones and the edge's for the others. {@code
 * task_avg_acc} is the mean over the tasks of the edge model's own metric on it. The metric, of
 * which the matrix is made too, is the first that {@code seamark.metric} names: mean IoU unless
 * set. A metric that the job or {@code seamark.metric} names gets a column of its own, computed as
 * {@code accuracy} is.
 */
final class Paradigm implements AutoCloseable {
  private static final String ALL = "all";
  private static final String EDGE = "bench";

  private final IanvsJob job;
  private final TestCase test;
  private final Workplace workplace;
  private final CaseFolder folder;
  private final boolean curve;
  private final Consumer<String> log;
  private final Metric accuracy;
  private final HardExampleMining miner;
  private final DepthScale scale;
  private final RoundTrainer trainer;
  private final Traffic traffic = new Traffic();
  private @Nullable FrameProcessing cloud;
  private final UnseenTasks unseenTasks;
  // The global model first.
  private final List<Path> models = new ArrayList<>();
  private final Map<String, Integer> modelOfGroup = new HashMap<>();
  private final Map<String, Integer> modelOfTask = new LinkedHashMap<>();
  private final List<Target> hardSoFar = new ArrayList<>();
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
   * @param learning how it trains where the case says nothing
   * @param folder the case's own, for models and answers
   * @param curve whether the cloud answers every test frame, so that a sweep can be drawn
   * @param log told what happens
   */
  Paradigm(
      IanvsJob job,
      TestCase test,
      Workplace workplace,
      Path model,
      RoundSettings learning,
      CaseFolder folder,
      boolean curve,
      Consumer<String> log) {
    this.job = job;
    this.test = test;
    this.workplace = workplace;
    this.models.add(model);
    this.folder = folder;
    this.curve = curve;
    this.log = log;
    // One key says what depth images hold, wherever they are listed.
    this.scale = DepthScale.parse(workplace.text("sample_source.image_folder.depth.scale"));
    ConfiguredPlugins plugins = workplace.plugins();
    this.trainer = new RoundTrainer(learning, test.training(), plugins, scale);
    this.accuracy = metric(plugins.name(PluginKind.METRIC));
    this.miner = plugins.create(PluginKind.HARD_EXAMPLE_MINING);
    this.unseenTasks = new UnseenTasks(plugins);
  }

  /**
   * What came of a case.
   *
   * @param metrics by name: numbers, and MATRIX a map of lists
   * @param sweep mean IoU of the system with the k hardest of n test frames uploaded; empty if none
   *     was made
   * @param uploadShare share of the test frames that were hard; NaN where nothing is mined
   * @param notes what the file says that means something else here, and what is odd about the score
   *     on the test set
   */
  record Played(
      Map<String, Object> metrics, List<Double> sweep, double uploadShare, List<String> notes) {}

  private Metric metric(String name) {
    return workplace.plugins().create(PluginKind.METRIC, name);
  }

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
        switch (job.mode()) {
          case PLAIN -> plain(chunks);
          case NO_INFERENCE ->
              test.splitting().hasRoundZero() ? withMatrix(chunks) : onLabels(chunks);
          case HARD_EXAMPLE_MINING -> withMatrix(chunks);
        };
    Test end = test();
    Map<String, Object> all = new LinkedHashMap<>();
    TransferMatrix of = matrix.get(ALL);
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
            default -> metric(metric).compute(end.counts());
          };
      all.put(metric, value);
    }
    if (of != null) {
      all.putIfAbsent("BWT_usual", of.backwardUsual());
      all.putIfAbsent("FWT_usual", of.forwardUsual());
    }
    // What a person chose stands there whatever the file asks for.
    if (!workplace.text(ConfiguredPlugins.selectionKey(PluginKind.METRIC)).isEmpty()) {
      for (String name : workplace.plugins().names(PluginKind.METRIC)) {
        all.putIfAbsent(name, metric(name).compute(end.counts()));
      }
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
        end.share(),
        Stream.concat(test.remarks().stream(), end.notes().stream()).toList());
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
        trainOnLabels(labels(train), r);
      } else {
        trainOnHard(mine(train, r), labels(chunks.get(0).train()), r);
      }
      int round = r;
      evaluate(
          chunks,
          r,
          (task, j, value) -> rows.computeIfAbsent(task, t -> table(rounds))[round][j] = value);
      double[][] all = rows.get(ALL);
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
    trainOnLabels(labels(chunks.get(0).train()), 1);
    for (int r = 2; r <= job.rounds(); r++) {
      trainOnHard(mine(chunks.get(r - 1).train(), r), labels(chunks.get(0).train()), r);
    }
    return Map.of();
  }

  /** Without a round 0 there is nothing to compare with, and so no matrix. */
  private Map<String, TransferMatrix> onLabels(List<Splitting.Chunk<Entry>> chunks)
      throws IOException {
    for (int r = 1; r <= job.rounds(); r++) {
      trainOnLabels(labels(chunks.get(r - 1).train()), r);
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
    List<Entry> judged = new ArrayList<>();
    chunks.subList(1, job.rounds() + 1).forEach(chunk -> judged.addAll(chunk.eval()));
    Map<Entry, String> taskOf = tasks(judged);
    try (Opened opened = open("round " + round)) {
      for (int j = 1; j <= job.rounds(); j++) {
        Map<String, ConfusionMatrix> byTask = new TreeMap<>();
        ConfusionMatrix all = new ConfusionMatrix(opened.classes());
        for (Entry entry : chunks.get(j).eval()) {
          Labelled sample = read(entry);
          if (sample != null) {
            ClassMap answer =
                opened.inference.infer(sample.frame(), entry.attributes()).prediction().classMap();
            all.add(sample.label(), answer);
            byTask
                .computeIfAbsent(
                    taskOf.getOrDefault(entry, ALL), t -> new ConfusionMatrix(all.classes()))
                .add(sample.label(), answer);
          }
        }
        cell.set(ALL, j - 1, accuracy.compute(all));
        if (test.definesTasks()) {
          for (String task : new TreeSet<>(taskOf.values())) {
            ConfusionMatrix counts = byTask.get(task);
            cell.set(task, j - 1, counts == null ? Double.NaN : accuracy.compute(counts));
          }
        }
        cell.set("task_avg", j - 1, average(byTask));
      }
    }
  }

  /** NaN if there are none. */
  private double average(Map<String, ConfusionMatrix> byTask) {
    return byTask.values().stream().mapToDouble(accuracy::compute).average().orElse(Double.NaN);
  }

  /** The task of each sample; of samples that stand twice it is the same. */
  private Map<Entry, String> tasks(List<Entry> entries) {
    List<Map<String, String>> attributes = entries.stream().map(Entry::attributes).toList();
    Map<Entry, String> taskOf = new HashMap<>();
    for (Task task : define(known(attributes))) {
      task.samples().forEach(s -> taskOf.put(entries.get((int) s.sequence()), task.entry()));
    }
    return taskOf;
  }

  private List<Task> define(List<TaskSample> samples) {
    return test.definesTasks()
        ? workplace.plugins().create(PluginKind.TASK_DEFINITION).define(samples)
        : samples.isEmpty() ? List.of() : List.of(new Task(ALL, samples));
  }

  private static List<TaskSample> known(List<Map<String, String>> attributes) {
    List<TaskSample> samples = new ArrayList<>();
    attributes.forEach(each -> samples.add(new TaskSample(samples.size(), each)));
    return samples;
  }

  /** A low figure should not be a riddle. */
  private void warn() throws IOException {
    test.remarks().forEach(log);
    Path model = models.get(0);
    boolean depth = workplace.plugins().create(PluginKind.BASEMODEL).describe(model).depth();
    List<Entry> entries = job.test().entries();
    List<Entry> without = entries.stream().filter(e -> e.depth() == null).toList();
    if (depth && !without.isEmpty()) {
      log.accept(
          String.format(
              "the base model has a branch for depth, but %d of %d samples name no depth image"
                  + " (IMAGE DEPTH LABEL), such as %s: expect low accuracy",
              without.size(), entries.size(), without.get(0).line()));
    } else if (!depth && without.size() < entries.size()) {
      log.accept("depth is not used: the base model has no branch for it");
    }
  }

  /** The models of this time, ready to label. */
  private static final class Opened implements AutoCloseable {
    private final List<LiveModel> models;
    private final SeenTaskInference inference;

    Opened(List<LiveModel> models, SeenTaskInference inference) {
      this.models = models;
      this.inference = inference;
    }

    int classes() {
      return models.get(0).classes().size();
    }

    @Override
    public void close() {
      models.forEach(LiveModel::close);
    }
  }

  private Opened open(String version) throws IOException {
    ConfiguredPlugins plugins = workplace.plugins();
    List<LiveModel> opened = new ArrayList<>();
    // Nothing native is held before the first frame.
    for (Path model : models) {
      opened.add(new LiveModel(plugins.create(PluginKind.BASEMODEL), version, model));
    }
    SeenTaskInference.Parts parts =
        new SeenTaskInference.Parts(
            plugins.create(PluginKind.TASK_ALLOCATION),
            plugins.create(PluginKind.INFERENCE_INTEGRATE),
            modelOfTask);
    return new Opened(opened, new SeenTaskInference(parts, opened, EDGE));
  }

  private @Nullable Labelled read(Entry entry) {
    try {
      return entry.read(scale);
    } catch (IOException e) {
      unreadable++;
      log.accept("skipped " + entry.line() + ": " + Seamark.message(e));
      return null;
    }
  }

  private static List<Target> labels(List<Entry> entries) {
    return entries.stream().map(Target::label).toList();
  }

  private void trainOnLabels(List<Target> labelled, int round) throws IOException {
    if (labelled.isEmpty()) {
      nothing(round);
    } else {
      train(trainer.onLabels(labelled, new GroupModels(), models.get(0)), round);
    }
  }

  /** Without new samples there is no round, as in a service. */
  private void trainOnHard(List<Target> hard, List<Target> labelled, int round) throws IOException {
    hardSoFar.addAll(hard);
    if (hard.isEmpty()) {
      nothing(round);
    } else {
      List<Target> samples = test.training().replay() ? hardSoFar : hard;
      train(trainer.onHardSamples(samples, labelled, new GroupModels(), models.get(0)), round);
    }
  }

  private void nothing(int round) {
    log.accept("round " + round + ": nothing to train on; the model stays");
  }

  private void train(RoundTrainer.Round planned, int round) throws IOException {
    String files = "output/train/" + round + "/";
    if (planned.models().isEmpty()) {
      nothing(round);
    }
    for (int index : planned.models()) {
      String title = "round " + round + (models.size() > 1 ? ", model " + index : "") + ": ";
      Optional<String> idle = planned.idle(index);
      if (idle.isPresent()) {
        log.accept(title + idle.get() + "; the model stays");
        continue;
      }
      Path start = models.get(index);
      String name = files + (index == 0 ? "model.safetensors" : "model-" + index + ".safetensors");
      RoundTrainer.Trained made = folder.make(name, to -> planned.train(index, start, to));
      log.accept(title + made.done());
      Path trained = folder.path().resolve(name);
      Optional<Learner.Judged> judged = made.judged();
      judged.ifPresent(found -> log.accept(title + told(found.verdict())));
      if (judged.isEmpty() || judged.get().verdict() instanceof TaskUpdateDecision.Accepted) {
        models.set(index, trained);
      }
    }
    // The cloud looks again with the model that labels from now on.
    close();
  }

  private static String told(TaskUpdateDecision.Verdict verdict) {
    return (verdict instanceof TaskUpdateDecision.Accepted ? "accepted: " : "rejected: ")
        + verdict.reason();
  }

  /** A group with enough samples gets a model of its own, which begins as the global one. */
  private final class GroupModels implements TaskModels {
    @Override
    public Map<Long, Integer> assign(List<TaskGroup> groups) {
      Map<Long, Integer> modelOf = new HashMap<>();
      for (TaskGroup group : groups) {
        boolean global = groups.size() == 1 || group.samples().size() < TaskGroup.MIN_TRAIN_SAMPLE;
        Integer own = modelOfGroup.get(group.entry());
        if (own == null && !global) {
          own = models.size();
          models.add(models.get(0));
          modelOfGroup.put(group.entry(), own);
        }
        int model = own == null ? 0 : own;
        group.tasks().forEach(task -> modelOfTask.put(task.entry(), model));
        group.samples().forEach(sample -> modelOf.put(sample.sequence(), model));
      }
      return modelOf;
    }

    @Override
    public int count() {
      return models.size();
    }
  }

  /** Infers a chunk; what is hard is answered by the cloud, and is what the round trains on. */
  private List<Target> mine(List<Entry> entries, int round) throws IOException {
    String answers = "output/inference/answers/" + round + "/";
    Files.createDirectories(folder.path().resolve(answers));
    List<Target> hard = new ArrayList<>();
    int seen = 0;
    try (Opened opened = open("round " + round)) {
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        Labelled sample = read(entry);
        if (sample == null) {
          continue;
        }
        inferred++;
        Prediction prediction = infer(opened, entry, sample);
        MiningDecision decision = miner.mine(prediction);
        if (!decision.hard()) {
          continue;
        }
        transferred++;
        Uploaded uploaded = upload(entry, sample, prediction, decision, "r" + round + "-" + i);
        if (!uploaded.unseen) {
          seen++;
          continue;
        }
        Path target = null;
        if (test.training().target() == TrainingPlan.Target.CLOUD_ANSWERS) {
          target = folder.write(answers + i + ".png", Images.encodeClassMap(uploaded.answer));
        }
        hard.add(
            new Target(
                entry,
                target,
                uploaded.attributes,
                decision.score(),
                IndexSamples.count(
                    target == null ? sample.label() : uploaded.answer, opened.classes())));
      }
    }
    log.accept(
        String.format(
            "round %d: %d of %d frames hard%s",
            round,
            hard.size() + seen,
            entries.size(),
            seen == 0 ? "" : ", " + seen + " of them seen after all"));
    return hard;
  }

  private Prediction infer(Opened opened, Entry entry, Labelled sample) throws IOException {
    double cpu = ProcessResources.now().cpuSeconds();
    long start = System.nanoTime();
    Prediction prediction = opened.inference.infer(sample.frame(), entry.attributes()).prediction();
    traffic.seconds += (System.nanoTime() - start) / 1e9;
    traffic.cpu += ProcessResources.now().cpuSeconds() - cpu;
    traffic.frames++;
    return prediction;
  }

  /** What the cloud made of a hard frame. */
  private record Uploaded(ClassMap answer, boolean unseen, Map<String, String> attributes) {}

  private Uploaded upload(
      Entry entry, Labelled sample, Prediction prediction, MiningDecision decision, String id) {
    UnseenTasks.Answered answered =
        unseenTasks.answer(
            new UnseenTasks.Sample(
                entry.attributes(), sample.frame(), prediction.scores(), Map.of(), false),
            this::cloud,
            () -> List.copyOf(modelOfTask.keySet()));
    traffic.up +=
        ArrowMessages.encode(
                new HardSample(
                    id,
                    EDGE,
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
    traffic.down += ArrowMessages.encode(answered.answer()).length;
    Map<String, String> attributes = new HashMap<>(entry.attributes());
    if (!answered.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, answered.domain());
    }
    return new Uploaded(answered.answer().classMap(), answered.unseen(), attributes);
  }

  private FrameProcessing cloud() {
    FrameProcessing open = cloud;
    if (open == null) {
      // Where another model labelled a frame, that one's scores stand.
      open = FrameProcessing.open(workplace.plugins(ModelOptions.cloudLooksWith(models.get(0))));
      cloud = open;
    }
    return open;
  }

  private record Test(
      ConfusionMatrix counts,
      double system,
      double edge,
      double taskAverage,
      double share,
      @Nullable UploadSweep sweep,
      List<String> notes) {}

  private Test test() throws IOException {
    boolean mining = job.mode() != Mode.NO_INFERENCE;
    Map<String, ConfusionMatrix> byTask = new TreeMap<>();
    List<UploadSweep.Answered> answered = new ArrayList<>();
    int frames = 0;
    int hard = 0;
    Map<Entry, String> taskOf = tasks(job.test().entries());
    try (Opened opened = open("test")) {
      int classes = opened.classes();
      ConfusionMatrix system = new ConfusionMatrix(classes);
      ConfusionMatrix edge = new ConfusionMatrix(classes);
      for (Entry entry : job.test().entries()) {
        Labelled sample = read(entry);
        if (sample == null) {
          continue;
        }
        Prediction prediction = infer(opened, entry, sample);
        ClassMap answer = prediction.classMap();
        ConfusionMatrix own = new ConfusionMatrix(classes);
        own.add(sample.label(), answer);
        edge.add(own);
        byTask
            .computeIfAbsent(taskOf.getOrDefault(entry, ALL), t -> new ConfusionMatrix(classes))
            .add(own);
        ConfusionMatrix ofSystem = own;
        if (mining) {
          MiningDecision decision = miner.mine(prediction);
          ConfusionMatrix ofCloud = new ConfusionMatrix(classes);
          if (decision.hard()) {
            hard++;
            ofCloud.add(
                sample.label(),
                upload(entry, sample, prediction, decision, "test-" + frames)
                    .answer
                    .orElse(answer));
            ofSystem = ofCloud;
          } else if (curve) {
            ofCloud.add(
                sample.label(),
                cloud().answer(sample.frame(), prediction.scores()).classMap().orElse(answer));
          }
          answered.add(new UploadSweep.Answered(decision.score(), own, ofCloud));
        }
        system.add(ofSystem);
        frames++;
      }
      if (frames == 0) {
        throw new IOException("none of the frames of " + job.test().file() + " could be read");
      }
      List<String> notes = ScoreNotes.of(edge, opened.models.get(0).classes());
      notes.forEach(note -> log.accept("note: " + note));
      return new Test(
          system,
          accuracy.compute(system),
          accuracy.compute(edge),
          average(byTask),
          mining ? (double) hard / frames : Double.NaN,
          mining && curve ? new UploadSweep(answered) : null,
          notes);
    }
  }

  @Override
  public void close() {
    if (cloud != null) {
      cloud.close();
      cloud = null;
    }
  }
}
