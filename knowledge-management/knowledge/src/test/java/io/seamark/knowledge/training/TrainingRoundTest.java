package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.network.EdgeModel;
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
  private static final RoundSettings QUICK = new RoundSettings(40, 4, 5e-3, 5, 8, 4, true, 5, 1);

  @TempDir private Path folder;
  private Path buffer;

  @BeforeEach
  void fillBuffer() throws IOException {
    buffer = Street.buffer(folder.resolve("buffer"), 20);
  }

  private ModelRegistry registry() throws IOException {
    ModelRegistry registry = ModelRegistry.open(folder.resolve("models"), Clock.systemUTC());
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

  @Test
  void roundImprovesTheAgreementOnFramesItNeverTrainedOn() throws IOException {
    try (ModelRegistry registry = registry()) {
      RoundResult.Judged judged =
          assertInstanceOf(
              RoundResult.Judged.class, run(registry, QUICK, Map.of(), day(), RoundControl.QUIET));
      ModelVersion version = judged.version();
      Figures before = Objects.requireNonNull(version.serving());
      Figures after = Objects.requireNonNull(version.candidate());
      assertTrue(judged.accepted(), version.reason());
      assertTrue(
          Objects.requireNonNull(after.newAgreement())
              > Objects.requireNonNull(before.newAgreement()) + 0.05,
          version.reason());
      assertEquals(4, after.newFrames());
      assertEquals(2, after.retainedFrames());
      assertEquals("v1", registry.champion().orElseThrow().version());

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
