package io.seamark.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.knowledge.LearningState.Phase;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundResult;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.setting.KnowledgeSettings;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folder.
@SuppressWarnings("NullAway.Init")
@Timeout(300)
class LifelongLearningTest {
  @TempDir private Path folder;

  private LearningSettings settings(int trigger, int steps) throws IOException {
    return settings(trigger, steps, List.of());
  }

  private LearningSettings settings(int trigger, int steps, List<Path> replicas)
      throws IOException {
    return settings(trigger, steps, replicas, Duration.ZERO);
  }

  private LearningSettings settings(
      int trigger, int steps, List<Path> replicas, Duration minInterval) throws IOException {
    return settings(trigger, steps, replicas, minInterval, BufferOptions.defaults());
  }

  private LearningSettings settings(
      int trigger, int steps, List<Path> replicas, Duration minInterval, BufferOptions bounds)
      throws IOException {
    Path model = folder.resolve("street.safetensors");
    if (!model.toFile().exists()) {
      Street.model(model);
    }
    return new LearningSettings(
        folder.resolve("buffer"),
        replicas,
        folder.resolve("models"),
        model,
        new KnowledgeSettings(
            "",
            LearningSettings.NO_FRAMES,
            Path.of(""),
            8,
            trigger,
            Math.toIntExact(minInterval.toSeconds()),
            16),
        Street.round(steps, 2),
        bounds);
  }

  private static LifelongLearning started(LearningSettings settings) throws IOException {
    return started(settings, Clock.systemUTC());
  }

  private static LifelongLearning started(LearningSettings settings, Clock clock)
      throws IOException {
    LifelongLearning learning = LifelongLearning.open(settings, Street.plugins(Map.of()), clock);
    learning.start();
    return learning;
  }

  /** Stands still unless it is told otherwise. */
  private static final class SetClock extends Clock {
    private volatile Instant now = Instant.parse("2026-06-01T12:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private static LearningState await(LifelongLearning learning, Predicate<LearningState> until) {
    LearningState state = learning.state();
    while (!until.test(state)) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      state = learning.state();
    }
    return state;
  }

  /** Writes over the first weight of a model's file. */
  private static void spoil(Path model, float value) throws IOException {
    byte[] bytes = Files.readAllBytes(model);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putFloat(8 + (int) content.getLong(0), value);
    Files.write(model, bytes);
  }

  @Test
  void aModelWithoutFiniteScoresIsNeitherBegunWithNorServed() throws IOException {
    LearningSettings settings = settings(10, 4);
    Path model = Objects.requireNonNull(settings.edgeModel());
    for (float value : new float[] {Float.NaN, Float.MAX_VALUE}) {
      spoil(model, value);
      IOException e =
          assertThrows(
              IOException.class,
              () -> LifelongLearning.open(settings, Street.plugins(Map.of()), Clock.systemUTC()));
      String message = String.valueOf(e.getMessage());
      assertTrue(
          message.startsWith(model.toString())
              && (message.contains("has 1 value that is not a number")
                  || message.contains("its scores of a probe frame are not finite")),
          message);
    }
    Street.model(model);
    LifelongLearning.open(settings, Street.plugins(Map.of()), Clock.systemUTC()).close();
  }

  @Test
  void trainsWhenEnoughSamplesHaveComeAndRemembersItOverARestart() throws IOException {
    LearningSettings settings = settings(12, 4);
    try (LifelongLearning learning = started(settings)) {
      assertEquals(Phase.IDLE, learning.state().state());
      assertEquals(LifelongLearning.Request.NO_SAMPLES, learning.request(false).outcome());
      try (ReplayBufferWriter buffer =
          ReplayBuffer.open(settings.buffer(), BufferOptions.defaults())) {
        Street.append(buffer, 0, 6);
        LearningState waiting = await(learning, s -> s.samples() == 6);
        assertEquals(Phase.WAITING, await(learning, s -> s.state() != Phase.IDLE).state());
        assertEquals(0, waiting.completed());
        Street.append(buffer, 6, 6);
        LearningState done = await(learning, s -> s.completed() == 1);
        assertEquals(12, done.trainedOn());
      }
    }
    try (LifelongLearning learning = started(settings)) {
      LearningState state = await(learning, s -> s.samples() == 12);
      assertEquals(1, state.completed());
      assertEquals(12, state.trainedOn());
      assertEquals(Phase.IDLE, state.state());
      assertEquals("v1", Objects.requireNonNull(state.last()).version());
    }
  }

  @Test
  void sameSamplesAreNotTrainedAgainUnlessSomebodyInsistsAlsoAfterARestart() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    LearningSettings settings = settings(10, 2);
    try (LifelongLearning learning = started(settings)) {
      // Whatever the verdict: a rejected version has used the samples up too.
      await(learning, s -> s.completed() == 1 && s.state() == Phase.IDLE);
      for (int i = 0; i < 20; i++) {
        assertEquals(LifelongLearning.Request.NO_NEW_SAMPLES, learning.request(false).outcome());
      }
      LearningState.LastRequest request = Objects.requireNonNull(learning.state().lastRequest());
      assertEquals(LifelongLearning.Request.NO_NEW_SAMPLES, request.outcome());
      assertEquals(
          "no sample has come since the last version was trained and judged on 10; force=true"
              + " trains on the same ones again",
          request.reason());
      assertEquals(1, learning.state().completed());
    }
    try (LifelongLearning learning = started(settings)) {
      await(learning, s -> s.samples() == 10);
      assertEquals(0, learning.state().newSamples());
      assertEquals(LifelongLearning.Request.NO_NEW_SAMPLES, learning.request(false).outcome());
      assertEquals(LifelongLearning.Request.STARTED, learning.request(true).outcome());
      await(learning, s -> s.completed() == 2 && s.state() == Phase.IDLE);
      try (ReplayBufferWriter buffer =
          ReplayBuffer.open(settings.buffer(), BufferOptions.defaults())) {
        Street.append(buffer, 10, 1);
      }
      assertEquals(LifelongLearning.Request.STARTED, learning.request(false).outcome());
      await(learning, s -> s.completed() == 3 && s.state() == Phase.IDLE);
      assertEquals(LifelongLearning.Request.NO_NEW_SAMPLES, learning.request(false).outcome());
    }
  }

  @Test
  void aBufferInThePlaceOfTheOldOneIsNew() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    try (LifelongLearning learning = started(settings(10, 2))) {
      await(learning, s -> s.completed() == 1);
    }
    Files.move(folder.resolve("buffer"), folder.resolve("old"));
    Street.buffer(folder.resolve("buffer"), 8);
    try (LifelongLearning learning = started(settings(10, 2))) {
      assertEquals(8, await(learning, s -> s.samples() == 8).newSamples());
      assertEquals(LifelongLearning.Request.STARTED, learning.request(false).outcome());
      await(learning, s -> s.completed() == 2 && s.state() == Phase.IDLE);
      assertEquals(LifelongLearning.Request.NO_NEW_SAMPLES, learning.request(false).outcome());
    }
  }

  @Test
  void betweenTwoRoundsIsTheLeastIntervalWhoeverAsksAlsoOverARestart() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    SetClock clock = new SetClock();
    LearningSettings settings = settings(10, 2, List.of(), Duration.ofSeconds(60));
    try (LifelongLearning learning = started(settings, clock)) {
      await(learning, s -> s.completed() == 1 && s.state() == Phase.IDLE);
    }
    try (LifelongLearning learning = started(settings, clock)) {
      try (ReplayBufferWriter buffer =
          ReplayBuffer.open(settings.buffer(), BufferOptions.defaults())) {
        Street.append(buffer, 10, 10);
      }
      // Enough have come, but the time has not.
      await(learning, s -> s.state() == Phase.WAITING && s.samples() == 20);
      clock.now = clock.now.plusSeconds(15);
      LifelongLearning.Requested asked = learning.request(false);
      assertEquals(LifelongLearning.Request.TOO_SOON, asked.outcome());
      assertEquals(Duration.ofSeconds(45), asked.retryAfter());
      assertTrue(asked.reason().endsWith("is 60 seconds, of which 45 are left"), asked.reason());
      assertEquals(LifelongLearning.Request.TOO_SOON, learning.request(true).outcome());
      assertEquals(1, learning.state().completed());
      clock.now = clock.now.plusSeconds(45);
      await(learning, s -> s.completed() == 2);
      // A clock that is set back holds nothing up.
      clock.now = clock.now.minusSeconds(7200);
      await(learning, s -> s.state() == Phase.IDLE);
      assertEquals(LifelongLearning.Request.STARTED, learning.request(true).outcome());
    }
  }

  @Test
  void everyRoundIsTold() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    AtomicInteger told = new AtomicInteger();
    try (LifelongLearning learning =
        LifelongLearning.open(settings(10, 2), Street.plugins(Map.of()), Clock.systemUTC())) {
      learning.whenCounted(told::incrementAndGet);
      learning.start();
      await(learning, s -> told.get() == 1);
      assertEquals(1, learning.state().completed());
    }
  }

  @Test
  void aSizeThatTakesTooMuchMemoryIsRefusedAtTheStart() throws IOException {
    LearningSettings small = settings(10, 2);
    RoundSettings round = small.round();
    LearningSettings large =
        new LearningSettings(
            small.buffer(),
            small.replicas(),
            small.models(),
            small.edgeModel(),
            small.knowledge(),
            new RoundSettings(
                SettingGroup.TRAINING.with(
                    round.training(),
                    Map.of(
                        TrainingSettings.SIZE,
                        "4000x4000",
                        TrainingSettings.MAX_BYTES,
                        Long.toString(1L << 30))),
                round.appealNet(),
                round.seed(),
                round.threads()),
            small.bounds());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> LifelongLearning.open(large, Street.plugins(Map.of()), Clock.systemUTC()));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("seamark.training.size is 4000x4000: with 2"),
        e.getMessage());
    // Nothing is left locked.
    LifelongLearning.open(small, Street.plugins(Map.of()), Clock.systemUTC()).close();
  }

  @Test
  void learnsFromTheBuffersOfAllReplicas() throws IOException {
    List<Path> replicas = List.of(folder.resolve("one/buffer"), folder.resolve("two/buffer"));
    LearningSettings settings = settings(12, 4, replicas);
    try (LifelongLearning learning = started(settings)) {
      try (ReplayBufferWriter one = ReplayBuffer.open(replicas.get(0), BufferOptions.defaults())) {
        Street.append(one, 0, 7);
        assertEquals(0, await(learning, s -> s.samples() == 7).completed());
        try (ReplayBufferWriter two =
            ReplayBuffer.open(replicas.get(1), BufferOptions.defaults())) {
          // One is sent to both.
          Street.append(two, 6, 6);
          assertEquals(12, await(learning, s -> s.completed() == 1).trainedOn());
        }
      }
    }
    try (LifelongLearning learning = started(settings)) {
      LearningState state = await(learning, s -> s.samples() == 12);
      assertEquals(1, state.completed());
      assertEquals(12, state.trainedOn());
    }
  }

  @Test
  void whatAGatheredBufferDropsIsCountedAndTold() throws IOException {
    Path replica = Street.buffer(folder.resolve("one/buffer"), 10);
    AtomicInteger told = new AtomicInteger();
    BufferOptions bounds = BufferOptions.defaults().withMaxSamples(4, 4, 4);
    try (LifelongLearning learning =
        LifelongLearning.open(
            settings(100, 2, List.of(replica), Duration.ZERO, bounds),
            Street.plugins(Map.of()),
            Clock.systemUTC())) {
      learning.whenCounted(told::incrementAndGet);
      assertEquals(0, learning.dropped());
      learning.start();
      await(learning, s -> told.get() == 1);
      assertEquals(6, learning.dropped());
      assertEquals(4, learning.state().samples());
    }
  }

  @Test
  void stopsInTheMiddleOfARoundAndStartsItAgainLater() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    try (LifelongLearning learning = started(settings(10, 100_000))) {
      await(learning, s -> s.state() == Phase.TRAINING && s.progress() > 0);
      assertEquals(LifelongLearning.Request.RUNNING, learning.request(false).outcome());
    }
    try (LifelongLearning learning = started(settings(10, 2))) {
      assertEquals(0, learning.state().completed());
      await(learning, s -> s.state() == Phase.TRAINING);
    }
  }

  @Test
  void aRoundThatWasCutShortGoesOnAtTheStartWithoutWaitingForSamples() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    LearningSettings settings = settings(100, 300);
    try (LifelongLearning learning = started(settings)) {
      await(learning, s -> s.samples() == 10);
      assertEquals(LifelongLearning.Request.STARTED, learning.request(false).outcome());
      await(learning, s -> s.progress() > 0.01);
    }
    assertTrue(Files.exists(settings.models().resolve(".round/round.json")));
    try (LifelongLearning learning = started(settings)) {
      await(learning, s -> s.state() == Phase.TRAINING && s.progress() > 0.01);
      assertEquals(LifelongLearning.Request.RUNNING, learning.request(false).outcome());
    }
  }

  @Test
  void aCancelledRoundKeepsNothingAndItsSamplesStartNoOther() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    LearningSettings settings = settings(10, 100_000);
    try (LifelongLearning learning = started(settings)) {
      LearningState running = await(learning, s -> s.stepsPerSecond() != null);
      double left = (100_000 - 1) / Objects.requireNonNull(running.stepsPerSecond());
      assertTrue(Objects.requireNonNull(running.secondsLeft()) <= left, running.toString());
      assertTrue(learning.cancel());
      LearningState ended = await(learning, s -> s.last() != null);
      assertEquals("cancelled by a request", Objects.requireNonNull(ended.last()).reason());
      assertEquals(List.of(0, 0, 0), List.of(ended.completed(), ended.failed(), ended.idle()));
      assertFalse(Files.exists(settings.models().resolve(".round")));
      assertEquals(10, await(learning, s -> s.state() == Phase.IDLE).newSamples());
      assertFalse(learning.cancel());
      assertEquals(LifelongLearning.Request.STARTED, learning.request(false).outcome());
      await(learning, s -> s.state() == Phase.TRAINING);
    }
  }

  @Test
  void roundThatFailsLeavesTheChampionServing() throws IOException {
    Street.buffer(folder.resolve("buffer"), 10);
    LearningSettings settings = settings(10, 2);
    try (LifelongLearning learning =
        LifelongLearning.open(settings, Street.plugins(Map.of()), Clock.systemUTC())) {
      Files.delete(settings.models().resolve("v0.safetensors"));
      learning.start();
      LearningState state = await(learning, s -> s.failed() == 1);
      assertTrue(state.last() != null && state.last().reason().startsWith("failed: weights of v0"));
      assertTrue(learning.alive());
    }
  }

  @Test
  void trainsOfflineAndKeepsARejectedVersionWithoutServingIt() throws IOException {
    Street.buffer(folder.resolve("buffer"), 20);
    LearningSettings settings = settings(1, 1);
    RoundResult.Judged judged =
        assertInstanceOf(
            RoundResult.Judged.class,
            LifelongLearning.train(
                settings,
                Street.plugins(Map.of("task_update_decision.evaluation_gate.min-gain", "0.9")),
                RoundControl.QUIET));
    assertFalse(judged.accepted());
    try (ModelRegistry registry =
        ModelRegistry.open(Street.storage(), settings.models(), 16, Clock.systemUTC())) {
      assertEquals("v0", registry.champion().orElseThrow().version());
      assertTrue(Files.isRegularFile(registry.weights("v1").orElseThrow().file()));
    }
  }

  @Test
  void refusesAnotherInitialModelThanItBeganWith() throws IOException {
    LearningSettings settings = settings(10, 2);
    LifelongLearning.open(settings, Street.plugins(Map.of()), Clock.systemUTC()).close();
    EdgeModel.of(RfNetWeights.initial(2, 11, 4, false))
        .save(folder.resolve("street.safetensors"), Precision.F32);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> LifelongLearning.open(settings, Street.plugins(Map.of()), Clock.systemUTC()));
    assertTrue(String.valueOf(e.getMessage()).contains("descend from another model"));
  }
}
