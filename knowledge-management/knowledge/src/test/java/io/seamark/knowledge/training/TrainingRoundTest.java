package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.durable.DurableFiles;
import io.seamark.knowledge.Street;
import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.frames.BufferedFrames;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.network.EdgeModel;
import io.seamark.network.tensorflow.RfNetTraining;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TrainableModel;
import io.seamark.setting.FrameSize;
import io.seamark.setting.SettingGroup;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folder and calls the set-up.
@SuppressWarnings("NullAway.Init")
class TrainingRoundTest {
  private static final RoundSettings QUICK = Street.round(60, 4);

  @TempDir private Path folder;
  private Path buffer;

  @BeforeEach
  void fillBuffer() throws IOException {
    buffer = Street.buffer(folder.resolve("buffer"), 20);
  }

  private ModelRegistry registry() throws IOException {
    ModelRegistry registry =
        ModelRegistry.open(Street.storage(), folder.resolve("models"), 16, Clock.systemUTC());
    if (registry.versions().isEmpty()) {
      registry.begin(Street.model(folder.resolve("street.safetensors")));
    }
    return registry;
  }

  private RoundResult run(
      ModelRegistry registry,
      RoundSettings settings,
      Map<String, String> plugins,
      LabelledFrames retained,
      RoundControl control)
      throws IOException {
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      return new TrainingRound(settings, Street.plugins(plugins), retained)
          .run(registry, samples, control);
    }
  }

  private static LabelledFrames day() {
    return new ProceduralDay(5, 10, Street.WIDTH, Street.HEIGHT);
  }

  /** First and second version on the held-out samples, whose answers are the labels here. */
  private List<Evaluation> byLabel(ModelRegistry registry) throws IOException {
    Holdout holdout = new Holdout(5);
    List<Long> heldOut = LongStream.range(0, 20).filter(holdout::holds).boxed().toList();
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      return new ModelJudge(Street.plugins(Map.of()).create(PluginKind.BASEMODEL), 11)
              .judge(
                  List.of(
                      registry.weights("v0").orElseThrow().file(),
                      registry.weights("v1").orElseThrow().file()),
                  List.of(ModelJudge.Panel.all(2, ModelJudge.Consensus.VIEWS)),
                  LabelledFrames.NONE,
                  List.of(),
                  BufferedFrames.answers(samples, heldOut),
                  () -> false,
                  done -> {})
              .orElseThrow()
              .get(0)
              .stream()
              .map(ModelJudge.Judgement::evaluation)
              .toList();
    }
  }

  @Test
  void roundLearnsWhatHoldsOnFramesItNeverTrainedOn() throws IOException {
    // Random weights are sure of what they say, so that only an open gate lets their pupil through.
    Map<String, String> openGate =
        Map.of(
            "task_update_decision.evaluation_gate.min-gain", "-1",
            "task_update_decision.evaluation_gate.max-loss", "1",
            "task_update_decision.evaluation_gate.max-class-loss", "1");
    try (ModelRegistry registry = registry()) {
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class, run(registry, QUICK, openGate, day(), RoundControl.QUIET));
      ModelVersion version = judged.version();
      assertTrue(judged.accepted(), version.reason());
      assertEquals(4, Objects.requireNonNull(version.candidate()).newFrames());
      assertEquals(2, Objects.requireNonNull(version.candidate()).retainedFrames());
      assertEquals("v1", registry.champion().orElseThrow().version());
      Map<String, Double> figures = version.provenance().training();
      double drawn = 0;
      double heldOut = 0;
      for (Map.Entry<String, Double> figure : figures.entrySet()) {
        drawn += figure.getKey().endsWith(".trained") ? figure.getValue() : 0;
        heldOut += figure.getKey().endsWith(".held_out") ? figure.getValue() : 0;
      }
      assertEquals(16, drawn, figures.toString());
      assertEquals(4, heldOut, figures.toString());
      assertTrue(figures.keySet().stream().anyMatch(f -> f.endsWith(".candidate")));
      List<Evaluation> byLabel = byLabel(registry);
      assertTrue(
          byLabel.get(1).retainedMeanIou() > byLabel.get(0).retainedMeanIou() + 0.05,
          byLabel.toString());

      Provenance.BufferUse use = Objects.requireNonNull(version.provenance().buffer());
      Holdout holdout = new Holdout(5);
      List<Long> trained =
          use.trained().stream()
              .flatMapToLong(r -> LongStream.rangeClosed(r.first(), r.last()))
              .boxed()
              .toList();
      assertEquals(16, trained.size());
      assertTrue(trained.stream().noneMatch(holdout::holds));
      EdgeModel champion = EdgeModel.load(registry.folder().resolve("champion.safetensors"));
      assertEquals("v1", champion.weights().metadata().get(EdgeModel.VERSION));
      assertEquals("v0", champion.weights().metadata().get(EdgeModel.PARENT));
    }
  }

  @Test
  void withoutRetainedFramesNothingIsLabelledAnew() throws IOException {
    try (ModelRegistry registry = registry()) {
      RoundSettings settings = Street.round(10, 2, Street.WIDTH + "x" + Street.HEIGHT, 256);
      RoundResult.Judged alone =
          assertInstanceOf(
              RoundResult.Judged.class,
              run(registry, settings, Map.of(), LabelledFrames.NONE, RoundControl.QUIET));
      assertEquals(
          0.0,
          alone.version().provenance().training().get("relabelled"),
          "without retained frames nothing knows the new look");
    }
  }

  @Test
  void theStreamIsLabelledAnewTheBestCandidateChosenAndTheOthersOnRecord() throws IOException {
    try (ModelRegistry registry = registry()) {
      RoundSettings settings = Street.round(10, 2, Street.WIDTH + "x" + Street.HEIGHT, 256);
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class,
              run(registry, settings, Map.of(), day(), RoundControl.QUIET));
      Provenance provenance = judged.version().provenance();
      assertEquals(16.0, provenance.training().get("relabelled"));
      List<Provenance.Candidate> candidates = provenance.candidates();
      assertEquals(
          Set.of("averaged", "last", "restyled", "halfway"),
          candidates.stream().map(Provenance.Candidate::name).collect(Collectors.toSet()));
      for (Provenance.Candidate candidate : candidates) {
        double agreement = Objects.requireNonNull(candidate.agreement());
        assertTrue(agreement > 0 && agreement <= 1, candidate.toString());
        assertTrue(Objects.requireNonNull(candidate.viewAgreement()) > 0, candidate.toString());
        assertTrue(Objects.requireNonNull(candidate.retainedMeanIou()) >= 0, candidate.toString());
      }
      Provenance.Candidate chosen =
          candidates.stream()
              .filter(candidate -> candidate.outcome().startsWith("accepted"))
              .findFirst()
              .orElse(candidates.get(0));
      assertEquals(chosen.name(), provenance.chosen());
      assertTrue(chosen.outcome().endsWith(judged.version().reason()), chosen.outcome());
      try (Stream<Path> files = Files.list(registry.folder())) {
        assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith(".staged")));
      }
    }
  }

  @Test
  void aVersionIsMadeAgainFromItsProvenance() throws IOException {
    Provenance provenance;
    List<Float> weights;
    try (ModelRegistry registry = registry()) {
      RoundSettings settings = Street.round(8, 2, Street.WIDTH + "x" + Street.HEIGHT, 256);
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class,
              run(
                  registry,
                  settings,
                  Map.of("sample_augmentation.restyle.share", "0.5"),
                  day(),
                  RoundControl.QUIET));
      provenance = judged.version().provenance();
      assertEquals(registry.version("v0").orElseThrow().sha256(), provenance.parentSha256());
      weights = weights(registry, judged.version());
    }
    Map<String, String> said = new HashMap<>(provenance.hyperparameters());
    said.put("seamark.seed", Long.toString(provenance.seed()));
    List<String> failures = new ArrayList<>();
    Function<String, Optional<String>> lookup = key -> Optional.ofNullable(said.get(key));
    RoundSettings again =
        RoundSettings.of(
            Objects.requireNonNull(SettingGroup.COMMON.read(lookup, failures)),
            Objects.requireNonNull(SettingGroup.TRAINING.read(lookup, failures)),
            Objects.requireNonNull(SettingGroup.APPEALNET.read(lookup, failures)));
    assertEquals(List.of(), failures);
    try (ModelRegistry registry =
        ModelRegistry.open(Street.storage(), folder.resolve("again"), 16, Clock.systemUTC())) {
      registry.begin(Street.model(folder.resolve("street.safetensors")));
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class,
              run(registry, again, provenance.plugins(), day(), RoundControl.QUIET));
      assertEquals(weights, weights(registry, judged.version()));
      assertEquals(provenance.candidates(), judged.version().provenance().candidates());
    }
  }

  private static List<Float> weights(ModelRegistry registry, ModelVersion version)
      throws IOException {
    List<Float> all = new ArrayList<>();
    EdgeModel.load(registry.weights(version.version()).orElseThrow().file())
        .weights()
        .tensors()
        .values()
        .forEach(
            tensor -> {
              for (float value : tensor.values()) {
                all.add(value);
              }
            });
    return all;
  }

  @Test
  void provenanceHasTheDigestsOfTheSealedSegmentsThatWereRead() throws IOException {
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      samples.seal();
      Street.append(samples, 20, 1);
      samples.seal();
      Street.append(samples, 21, 4);
    }
    RoundSettings brief = Street.round(2, 4);
    try (ModelRegistry registry = registry()) {
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class,
              run(registry, brief, Map.of(), LabelledFrames.NONE, RoundControl.QUIET));
      Provenance.BufferUse use = Objects.requireNonNull(judged.version().provenance().buffer());
      // The rest of the samples is in the journal.
      assertEquals(
          Map.of(
              "0000000000.arrow", DurableFiles.sha256(buffer.resolve("0000000000.arrow")),
              "0000000001.arrow", DurableFiles.sha256(buffer.resolve("0000000001.arrow"))),
          use.segments());
      assertTrue(Files.exists(buffer.resolve("0000000002.journal")));
    }
  }

  @Test
  void stopsInTheMiddleWithoutATrace() throws IOException {
    try (ModelRegistry registry = registry()) {
      int[] steps = {0};
      RoundControl stopAtThree =
          new RoundControl() {
            @Override
            public boolean cancelled() {
              return steps[0] == 3;
            }

            @Override
            public void trained(int done, int all, double loss) {
              steps[0] = done;
            }
          };
      assertInstanceOf(
          RoundResult.Cancelled.class,
          run(registry, QUICK, Map.of(), LabelledFrames.NONE, stopAtThree));
      assertEquals(1, registry.versions().size());
      try (Stream<Path> files = Files.list(registry.folder())) {
        assertTrue(files.noneMatch(f -> f.getFileName().toString().contains("v1")));
      }
    }
  }

  /** A picture of one colour and a large size, which compresses to a few kilobytes. */
  private static void appendHuge(ReplayBufferWriter into, int id) throws IOException {
    int side = 4000;
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_BINARY);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    assertTrue(png.size() < 10_000, "a picture of " + png.size() + " bytes");
    HardSample sample =
        new HardSample(
            "huge_" + id,
            "anybody",
            "dusk",
            0,
            side,
            side,
            new EncodedImage(EncodedImage.PNG, png.toByteArray()),
            null,
            new ClassScores(11, 2, 2, new float[44]),
            "v0",
            "score_margin",
            0.4,
            0.6);
    ClassMap answer = new ClassMap(side, side, new byte[side * side]);
    into.append(new BufferedSample(sample, new FusedAnswer(answer, 1, "sam_fusion", Map.of())));
  }

  @Test
  void framesOfAnonymousEdgesDecideOnNoSizeAndNoMemory() throws IOException {
    buffer = folder.resolve("hostile");
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < 5; i++) {
        appendHuge(samples, i);
      }
      Street.append(samples, 0, 5);
    }
    Set<String> given = new HashSet<>();
    RoundSettings brief = Street.round(2, 4);
    try (ModelRegistry registry = registry();
        ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class,
              new TrainingRound(brief, Street.plugins(Map.of()), LabelledFrames.NONE)
                  .run(registry, samples, RoundControl.QUIET));
      Provenance provenance = judged.version().provenance();
      assertEquals("96x64", provenance.hyperparameters().get("seamark.training.size"));
      assertEquals(0, provenance.training().get("unreadable"));
      LabelledFrames read =
          BufferedFrames.answers(samples, LongStream.range(0, 10).boxed().toList());
      ShuffledFrames supply = new ShuffledFrames(read.at(new FrameSize(96, 64)), new Draws(1));
      for (int i = 0; i < read.size(); i++) {
        Frame frame = supply.sample(i, false).frame();
        given.add(frame.width() + "x" + frame.height());
      }
    }
    assertEquals(Set.of("96x64"), given);
  }

  @Test
  void withoutRetainedFramesTheSizeIsTheStatedOneWhateverIsInTheBuffer() throws IOException {
    TrainableModel model = new RfNetTraining().load(Street.model(folder.resolve("m.safetensors")));
    RoundSettings plain = Street.round(1, 2, "");
    TrainingRound none = new TrainingRound(plain, Street.plugins(Map.of()), LabelledFrames.NONE);
    assertEquals(new FrameSize(480, 360), none.size(model));
    TrainingRound retained = new TrainingRound(plain, Street.plugins(Map.of()), day());
    assertEquals(new FrameSize(Street.WIDTH, Street.HEIGHT), retained.size(model));
  }

  @Test
  void largeSamplesWeighNoMoreThanOthersInTheClassWeights() throws IOException {
    buffer = folder.resolve("one-large");
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      Street.append(samples, 0, 9);
      appendHuge(samples, 0);
    }
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      long[] pixels =
          Learner.pixels(
              new BufferedSamples(samples),
              LongStream.range(0, 10).boxed().collect(Collectors.toSet()),
              new FrameSize(10, 10),
              11);
      assertEquals(1000.0, (double) Arrays.stream(pixels).sum(), 20);
      assertTrue(pixels[0] < 600, Arrays.toString(pixels));
    }
  }

  @Test
  void tooFewSamplesAreNoFailure() throws IOException {
    buffer = Street.buffer(folder.resolve("small"), 1);
    try (ModelRegistry registry = registry()) {
      RoundResult.Idle idle =
          assertInstanceOf(
              RoundResult.Idle.class, run(registry, QUICK, Map.of(), day(), RoundControl.QUIET));
      assertEquals("0 samples to train on and 1 held out, but both are needed", idle.reason());
    }
  }

  @Test
  void spreadsJudgedFramesOverTheBuffer() {
    List<Integer> ten = IntStream.range(0, 10).boxed().toList();
    assertEquals(List.of(1, 4, 6, 9), Learner.spread(ten, 4));
    assertEquals(ten, Learner.spread(ten, 10));
    assertEquals(List.of(9), Learner.spread(ten, 1));
  }
}
