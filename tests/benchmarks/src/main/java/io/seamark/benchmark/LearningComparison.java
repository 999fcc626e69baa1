package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.Images;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.knowledge.training.TrainingRound;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.ModelTrainer;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TrainableModel;
import io.seamark.plugin.TrainerOptions;
import io.seamark.plugin.TrainingSample;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.FrameSize;
import io.seamark.setting.SettingGroup;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.HardSamples;
import io.seamark.unknown.processing.UnseenTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What each part of a round is worth: a round as it is and without one part at a time, from the
 * same model on the same stream. Prints mean IoU on the stream, whose labels no round sees, and on
 * other labelled frames, such as those of the world that is to be kept, with the seconds that
 * training took; and both along the round, where that is asked for.
 *
 * <p>The stream goes the way of the service: the edge's scores and the cloud's masks and fusion, by
 * the real plugins, into a real replay buffer, from which {@link Learner} trains as in a round. The
 * cloud takes seconds a frame, so its buffers are kept in a folder; change the plugins' settings
 * only with a fresh one.
 */
public final class LearningComparison {
  /** The masks that a sample of the buffer has room for. */
  private static final int MASKS = 254;

  private static final Map<String, Arm> ARMS = arms();

  private final PluginRegistry registry;
  private final Map<String, String> settings;
  private final Path model;
  private final LabelledFrames retained;
  private final LabelledFrames stream;
  private final LabelledFrames others;
  private final Path work;
  private final int every;

  /** A line for each class, of the model that was looked at last. */
  private List<String> byClass = List.of();

  /** Where the answers and masks of a round come from. */
  private enum Answers {
    /** From the cloud as it is, with its longer look at each frame. */
    LOOK,
    /** From the cloud with the edge's scores as they are. */
    PLAIN,
    /** Those of {@link #LOOK} with the labels' own segments as masks: what a perfect SAM finds. */
    PERFECT
  }

  /**
   * A way to make a round.
   *
   * @param answers what the buffer holds
   * @param rehearses whether it has the retained frames
   * @param settings that differ from the default
   */
  private record Arm(Answers answers, boolean rehearses, Map<String, String> settings) {}

  private LearningComparison(PluginRegistry registry, Map<String, String> settings, String[] given)
      throws IOException {
    this.registry = registry;
    this.settings = settings;
    this.model = Path.of(given[0]);
    this.retained = RetainedFolder.open(given[1], null);
    this.stream = RetainedFolder.open(given[2], null);
    this.others = RetainedFolder.open(given[3], null);
    this.work = Files.createDirectories(Path.of(given[4]));
    this.every = Integer.parseInt(given[7]);
  }

  private static Map<String, Arm> arms() {
    Map<String, String> masks = Map.of("seamark.training.relabel-masks", "true");
    Map<String, String> answers = Map.of("seamark.training.relabel-frames", "0");
    Map<String, Arm> arms = new LinkedHashMap<>();
    arms.put("default", new Arm(Answers.LOOK, true, Map.of()));
    arms.put(
        "no-restyling",
        new Arm(Answers.LOOK, true, Map.of("sample_augmentation.restyle.share", "0")));
    arms.put(
        "no-rare-classes",
        new Arm(Answers.LOOK, true, Map.of("seamark.training.rare-classes", "0")));
    arms.put(
        "no-averaging", new Arm(Answers.LOOK, true, Map.of("seamark.training.averaging", "0")));
    arms.put(
        "no-masks", new Arm(Answers.LOOK, true, Map.of("seamark.training.relabel-masks", "false")));
    arms.put("masks", new Arm(Answers.LOOK, true, masks));
    arms.put("perfect-masks", new Arm(Answers.PERFECT, true, masks));
    arms.put(
        "no-stream", new Arm(Answers.LOOK, true, Map.of("seamark.training.relabel-after", "1")));
    arms.put("cloud-answers", new Arm(Answers.LOOK, true, answers));
    arms.put("cloud-answers-no-longer-look", new Arm(Answers.PLAIN, true, answers));
    arms.put("no-rehearsal", new Arm(Answers.LOOK, false, Map.of()));
    arms.put("no-rehearsal-no-longer-look", new Arm(Answers.PLAIN, false, Map.of()));
    return arms;
  }

  /**
   * Prints a line for each figure, below it the IoU of each class on the stream and on the others,
   * then the means over the seeds.
   *
   * @param arguments edge model; folders of labelled frames, each {@code FOLDER} or {@code
   *     FOLDER:GLOB,GLOB}: retained ones, the stream, others to look at; folder for buffers; arms
   *     with commas between, or {@code all}; seeds with commas between; after every how many steps
   *     to look, 0 for at the end; then settings of training and plugins as {@code KEY=VALUE}
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 8) {
      throw new IllegalArgumentException(
          "usage: LearningComparison MODEL RETAINED STREAM OTHERS WORK ARM,ARM|all SEED,SEED EVERY"
              + " [KEY=VALUE...]; arms are "
              + ARMS.keySet());
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : Arrays.asList(arguments).subList(8, arguments.length)) {
      settings.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    List<String> names =
        arguments[5].equals("all") ? List.copyOf(ARMS.keySet()) : List.of(arguments[5].split(","));
    for (String name : names) {
      if (!ARMS.containsKey(name)) {
        throw new IllegalArgumentException(
            "there is no arm '" + name + "', but only " + ARMS.keySet());
      }
    }
    PluginRegistry registry =
        PluginRegistry.discover(null, LearningComparison.class.getClassLoader());
    new LearningComparison(registry, settings, arguments)
        .compare(names, Arrays.stream(arguments[6].split(",")).map(Long::valueOf).toList());
  }

  private ConfiguredPlugins plugins(Map<String, String> other, long seed) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(other);
    return new ConfiguredPlugins(registry, all, seed, SettingGroup.COMMON.defaults().computing());
  }

  private void compare(List<String> names, List<Long> seeds) throws IOException {
    double[] before = look(plugins(Map.of(), 1), model);
    System.out.println("arm seed step stream others seconds");
    print("start", 0, 0, before, 0);
    byClass.forEach(System.out::println);
    Map<String, double[]> sums = new LinkedHashMap<>();
    for (String name : names) {
      for (long seed : seeds) {
        double[] figures = round(name, Objects.requireNonNull(ARMS.get(name)), seed);
        double[] sum = sums.computeIfAbsent(name, n -> new double[figures.length]);
        Arrays.setAll(sum, i -> sum[i] + figures[i] / seeds.size());
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%nmean over %d seeds%n%-30s %7s %7s %8s%n%-30s %7.4f %7.4f%n",
        seeds.size(),
        "arm",
        "stream",
        "others",
        "seconds",
        "start",
        before[0],
        before[1]);
    sums.forEach(
        (name, mean) ->
            System.out.printf(
                Locale.ROOT, "%-30s %7.4f %7.4f %8.1f%n", name, mean[0], mean[1], mean[2]));
  }

  private static void print(String arm, long seed, int step, double[] iou, double seconds) {
    System.out.printf(
        Locale.ROOT, "%s %d %d %.4f %.4f %.1f%n", arm, seed, step, iou[0], iou[1], seconds);
  }

  /** Returns mean IoU on the stream and on the others, and the seconds of training. */
  private double[] round(String name, Arm arm, long seed) throws IOException {
    ConfiguredPlugins plugins = plugins(arm.settings(), seed);
    Map<String, String> given = new LinkedHashMap<>(settings);
    given.putAll(arm.settings());
    given.put("seamark.seed", Long.toString(seed));
    RoundSettings how =
        RoundSettings.of(
            SettingGroup.COMMON.read(key -> Optional.ofNullable(given.get(key))),
            SettingGroup.TRAINING.read(key -> Optional.ofNullable(given.get(key))),
            SettingGroup.APPEALNET.read(key -> Optional.ofNullable(given.get(key))));
    LabelledFrames kept = arm.rehearses() ? retained : LabelledFrames.NONE;
    TrainableModel start = plugins.create(PluginKind.BASEMODEL_TRAINING).load(model);
    // The same size for all arms.
    FrameSize size = new TrainingRound(how, plugins, retained).size(start);
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(buffer(arm.answers()))) {
      Learner.Plan plan = new TrainingRound(how, plugins, kept).plan(size, buffer);
      Optional<String> idle = plan.idle(0);
      if (idle.isPresent()) {
        throw new IOException("a round of arm '" + name + "' is idle: " + idle.get());
      }
      Watched watched = new Watched(start, name, seed, plugins);
      long begun = System.nanoTime();
      TrainableModel learnt =
          plan.train(
                  0,
                  watched,
                  how.training().steps(),
                  RoundControl.QUIET,
                  new TreeMap<String, Double>())
              .orElseThrow()
              .get(0)
              .model();
      double seconds = (System.nanoTime() - begun - watched.looking) / 1e9;
      double[] iou = look(plugins, learnt);
      print(name, seed, how.training().steps(), iou, seconds);
      byClass.forEach(System.out::println);
      return new double[] {iou[0], iou[1], seconds};
    }
  }

  /** Looks at the model from time to time while it learns. */
  private final class Watched implements TrainableModel {
    private final TrainableModel inner;
    private final String arm;
    private final long seed;
    private final ConfiguredPlugins plugins;
    private final long begun = System.nanoTime();

    /** Nanoseconds that are not training's. */
    private long looking;

    Watched(TrainableModel inner, String arm, long seed, ConfiguredPlugins plugins) {
      this.inner = inner;
      this.arm = arm;
      this.seed = seed;
      this.plugins = plugins;
    }

    @Override
    public ModelFacts facts() {
      return inner.facts();
    }

    @Override
    public long memory(int width, int height, int batch) {
      return inner.memory(width, height, batch);
    }

    @Override
    public void save(Path file, Map<String, String> metadata) throws IOException {
      inner.save(file, metadata);
    }

    @Override
    public ModelTrainer trainer(TrainerOptions options) {
      ModelTrainer trainer = inner.trainer(options);
      return every == 0 ? trainer : watched(trainer);
    }

    private ModelTrainer watched(ModelTrainer trainer) {
      return new ModelTrainer() {
        private int done;

        @Override
        public double step(List<TrainingSample> samples, double learningRate) {
          // Before the step, so that the last look is not the round's result once more.
          if (done > 0 && done % every == 0) {
            long from = System.nanoTime();
            try {
              double[] iou = look(plugins, averaged().orElseGet(this::snapshot));
              print(arm, seed, done, iou, (from - begun - looking) / 1e9);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            looking += System.nanoTime() - from;
          }
          done++;
          return trainer.step(samples, learningRate);
        }

        @Override
        public TrainableModel snapshot() {
          return trainer.snapshot();
        }

        @Override
        public Optional<TrainableModel> averaged() {
          return trainer.averaged();
        }

        @Override
        public void close() {
          trainer.close();
        }
      };
    }
  }

  private double[] look(ConfiguredPlugins plugins, TrainableModel learnt) throws IOException {
    Path file = Files.createTempFile(work, "learnt", ".model");
    try {
      learnt.save(file, Map.of());
      return look(plugins, file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Mean IoU on the stream and on the others. */
  private double[] look(ConfiguredPlugins plugins, Path file) throws IOException {
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "look", file)) {
      ConfusionMatrix onStream = counts(live, stream);
      ConfusionMatrix onOthers = counts(live, others);
      byClass =
          IntStream.range(0, live.classes().size())
              .mapToObj(
                  c ->
                      String.format(
                          Locale.ROOT,
                          "  %s %.3f %.3f",
                          live.classes().names().get(c),
                          onStream.iou(c),
                          onOthers.iou(c)))
              .toList();
      return new double[] {onStream.meanIou(), onOthers.meanIou()};
    }
  }

  /** The mean IoU of a model's answers to frames. */
  static double meanIou(LiveModel live, LabelledFrames frames) throws IOException {
    return counts(live, frames).meanIou();
  }

  private static ConfusionMatrix counts(LiveModel live, LabelledFrames frames) throws IOException {
    ConfusionMatrix counts = new ConfusionMatrix(live.classes().size());
    for (int i = 0; i < frames.size(); i++) {
      LabelledFrame frame = frames.read(i);
      counts.add(frame.target(), live.infer(frame.frame()).prediction().classMap());
    }
    return counts;
  }

  /** The folder of a buffer; filled where it is not yet. */
  private Path buffer(Answers answers) throws IOException {
    Path folder = work.resolve(answers.name().toLowerCase(Locale.ROOT));
    if (answers == Answers.PERFECT) {
      perfect(buffer(Answers.LOOK), folder);
      return folder;
    }
    Map<String, String> look =
        answers == Answers.LOOK
            ? Map.of("unseen_task_processing.sam_fusion.edge-model", model.toString())
            : Map.of();
    ConfiguredPlugins plugins = plugins(look, 1);
    try (HardSamples cloud =
            new HardSamples(
                FrameProcessing.open(plugins),
                new UnseenTasks(plugins),
                ReplayBuffer.open(folder, BufferOptions.unbounded()));
        LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "v0", model)) {
      for (int i = 0; i < stream.size(); i++) {
        // As the device sends it and the cloud decodes it.
        if (cloud.buffer().find("edge", id(i)).isEmpty()) {
          Frame frame = stream.read(i).frame();
          cloud.keep(cloud.answer(sample(i, frame, live), frame, Map.of()));
        }
      }
    }
    return folder;
  }

  private static String id(int index) {
    return "frame-" + index;
  }

  private static HardSample sample(int index, Frame frame, LiveModel live) throws IOException {
    return new HardSample(
        id(index),
        "edge",
        "stream",
        0,
        frame.width(),
        frame.height(),
        new EncodedImage(EncodedImage.PNG, Images.encodePng(frame)),
        null,
        live.infer(frame).prediction().scores(),
        "v0",
        "none",
        0,
        1);
  }

  private void perfect(Path from, Path to) throws IOException {
    try (ReplayBuffer cloud = ReplayBuffer.openReadOnly(from);
        ReplayBufferWriter perfect = ReplayBuffer.open(to, BufferOptions.unbounded())) {
      for (int i = 0; i < stream.size(); i++) {
        BufferedSample sample = cloud.read(cloud.find("edge", id(i)).orElseThrow());
        perfect.append(
            new BufferedSample(
                sample.sample(),
                sample.answer(),
                numbers(stream.read(i).target(), sample.sample().scores().classes()),
                sample.look()));
      }
    }
  }

  /** The largest connected regions of the labels, numbered. */
  private static ClassMap numbers(ClassMap label, int classes) {
    byte[] numbers = new byte[label.classes().length];
    Arrays.fill(numbers, (byte) ClassMap.IGNORE);
    List<SegmentMask> regions = new ArrayList<>(FusionComparison.segments(label, classes));
    regions.sort(Comparator.comparingInt(SegmentMask::area).reversed());
    for (int m = 0; m < Math.min(MASKS, regions.size()); m++) {
      byte number = (byte) m;
      regions.get(m).pixels().stream().forEach(i -> numbers[i] = number);
    }
    return new ClassMap(label.width(), label.height(), numbers);
  }
}
