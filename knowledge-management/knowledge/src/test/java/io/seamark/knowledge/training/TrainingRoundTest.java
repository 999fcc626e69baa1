package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.Street;
import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.frames.BufferedFrames;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.network.EdgeModel;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folder and calls the set-up.
@SuppressWarnings("NullAway.Init")
class TrainingRoundTest {
  private static final RoundSettings QUICK =
      new RoundSettings(40, 4, 5e-3, 5, 8, 4, true, 5, 1, AppealNetSettings.DEFAULTS);

  @TempDir private Path folder;
  private Path buffer;

  @BeforeEach
  void fillBuffer() throws IOException {
    buffer = Street.buffer(folder.resolve("buffer"), 20);
  }

  private ModelRegistry registry() throws IOException {
    ModelRegistry registry =
        ModelRegistry.open(Street.storage(), folder.resolve("models"), Clock.systemUTC());
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
                  LabelledFrames.NONE,
                  List.of(),
                  BufferedFrames.answers(samples, heldOut),
                  () -> false,
                  done -> {})
              .orElseThrow()
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
            "task_update_decision.evaluation_gate.max-loss", "1");
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
    assertEquals(List.of(1, 4, 6, 9), TrainingRound.spread(ten, 4));
    assertEquals(ten, TrainingRound.spread(ten, 10));
    assertEquals(List.of(9), TrainingRound.spread(ten, 1));
  }
}
