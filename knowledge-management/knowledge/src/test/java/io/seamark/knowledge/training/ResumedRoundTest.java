package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Provenance.Phase;
import io.seamark.knowledge.training.RoundFolder.Unfinished;
import io.seamark.network.Safetensors;
import io.seamark.network.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds whose process ends in the middle, a checkpoint every second step. */
// JUnit sets the folder and calls the set-up.
@SuppressWarnings("NullAway.Init")
class ResumedRoundTest {
  private static final int STEPS = 10;

  /** Relabels before the fifth step, the first being 0. */
  private static final RoundSettings SETTINGS =
      Street.round(STEPS, 2, Street.WIDTH + "x" + Street.HEIGHT, 256);

  @TempDir private Path folder;
  private Path buffer;
  private int registries;

  /** Ends the round as the end of its process would: nothing of it is tidied up. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Ends the round after so many steps, or before judging at the end of them. */
  private static class KilledAfter implements RoundControl {
    private final int steps;
    private int resumedAt;

    KilledAfter(int steps) {
      this.steps = steps;
    }

    @Override
    public void resumed(int done, int all) {
      resumedAt = done;
    }

    @Override
    public void trained(int done, int all, double loss) {
      if (done == steps) {
        throw new Killed();
      }
    }

    @Override
    public void judged(int done, int frames) {
      if (steps > STEPS && done == 1) {
        throw new Killed();
      }
    }
  }

  @BeforeEach
  void fillBuffer() throws IOException {
    buffer = Street.buffer(folder.resolve("buffer"), 20);
  }

  private Path models() throws IOException {
    Path models = folder.resolve("models" + registries++);
    try (ModelRegistry registry = open(models)) {
      registry.begin(Street.model(folder.resolve("street.safetensors")));
    }
    return models;
  }

  private static ModelRegistry open(Path models) throws IOException {
    return ModelRegistry.open(Street.storage(), models, 16, Clock.systemUTC());
  }

  private RoundResult run(Path models, RoundSettings settings, RoundControl control)
      throws IOException {
    try (ModelRegistry registry = open(models);
        ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      return round(settings).run(registry, samples, control);
    }
  }

  private static TrainingRound round(RoundSettings settings) {
    return new TrainingRound(
        settings, Street.plugins(Map.of()), new ProceduralDay(5, 10, Street.WIDTH, Street.HEIGHT));
  }

  private ModelVersion judged(Path models, RoundControl control) throws IOException {
    return assertInstanceOf(RoundResult.Judged.class, run(models, SETTINGS, control)).version();
  }

  private void kill(Path models, int steps, int resumedAt) {
    KilledAfter control = new KilledAfter(steps);
    assertThrows(Killed.class, () -> run(models, SETTINGS, control));
    assertEquals(resumedAt, control.resumedAt);
  }

  private static void restore(Path models, Map<String, byte[]> files) throws IOException {
    Files.createDirectory(round(models));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(round(models).resolve(file.getKey()), file.getValue());
    }
  }

  private static Path round(Path models) {
    return models.resolve(".round");
  }

  /** Every weight's values by its name, without the metadata, which tell the time. */
  private static Map<String, List<Float>> weights(Path models, ModelVersion version)
      throws IOException {
    Map<String, List<Float>> weights = new TreeMap<>();
    Map<String, Tensor> tensors =
        Safetensors.read(models.resolve(version.version() + ".safetensors")).tensors();
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      List<Float> values = new ArrayList<>();
      for (float value : tensor.getValue().values()) {
        values.add(value);
      }
      weights.put(tensor.getKey(), values);
    }
    return weights;
  }

  private static List<Double> losses(ModelVersion version) {
    return version.provenance().curve().stream().map(Provenance.Point::loss).toList();
  }

  @Test
  @DisplayName("a round that was killed at any step, or while judging, ends with the same weights")
  void sameWeights() throws IOException {
    Path whole = models();
    ModelVersion expected = judged(whole, RoundControl.QUIET);
    Path killed = models();
    // Between two checkpoints, before and after the stream is labelled anew; then while judging.
    kill(killed, 3, 0);
    // What comes since is the next round's.
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      samples.seal();
      Street.append(samples, 20, 5);
    }
    kill(killed, 7, 2);
    kill(killed, STEPS + 1, 6);
    KilledAfter last = new KilledAfter(0);
    ModelVersion version = judged(killed, last);
    assertEquals(STEPS, last.resumedAt, "what was trained is not trained again");
    assertEquals("v1", version.version());
    assertEquals(weights(whole, expected), weights(killed, version));
    assertEquals(20, Objects.requireNonNull(version.provenance().buffer()).next());
    assertEquals(losses(expected), losses(version));
    assertEquals(STEPS, losses(version).size());
    assertEquals(
        List.of(Phase.RESTYLED, Phase.RELABELLED),
        version.provenance().curve().stream().map(Provenance.Point::phase).distinct().toList());
    Map<String, Double> figures = new TreeMap<>(version.provenance().training());
    Map<String, Double> same = new TreeMap<>(expected.provenance().training());
    figures.remove("seconds");
    same.remove("seconds");
    assertEquals(same, figures);
    assertFalse(Files.exists(round(killed)));
    assertFalse(Files.exists(round(whole)));
  }

  @Test
  @DisplayName("what is damaged, of another round, or of one that has ended is not gone on with")
  void notGoneOnWith() throws IOException {
    Path models = models();
    kill(models, 7, 0);
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("round.json", "trainer-6.state", "labeller.model")) {
      files.put(name, Files.readAllBytes(round(models).resolve(name)));
    }
    for (String name : files.keySet()) {
      byte[] damaged = files.get(name).clone();
      damaged[name.equals("round.json") ? 0 : damaged.length / 2] ^= 1;
      Files.write(round(models).resolve(name), damaged);
      assertFalse(RoundFolder.open(models, 2, 1).unfinished().isPresent(), name);
      assertFalse(Files.exists(round(models)), name);
      restore(models, files);
    }
    Unfinished found = RoundFolder.open(models, 2, 1).unfinished().orElseThrow();
    assertEquals(6, found.progress().done());
    assertEquals(Optional.empty(), found.otherThan(found.round()));

    RoundSettings longer = Street.round(STEPS + 1, 2, Street.WIDTH + "x" + Street.HEIGHT, 256);
    KilledAfter control = new KilledAfter(1);
    assertThrows(Killed.class, () -> run(models, longer, control));
    assertEquals(0, control.resumedAt);
    assertFalse(Files.exists(round(models)));

    restore(models, files);
    Path shorter = Street.buffer(folder.resolve("other"), 19);
    try (ModelRegistry registry = open(models);
        ReplayBuffer samples = ReplayBuffer.openReadOnly(shorter)) {
      assertTrue(round(SETTINGS).unfinished(registry));
      assertThrows(Killed.class, () -> round(SETTINGS).run(registry, samples, new KilledAfter(1)));
      assertFalse(round(SETTINGS).unfinished(registry));
    }
    assertFalse(Files.exists(round(models)));
    restore(models, files);
    assertFalse(RoundFolder.open(models, 2, 2).unfinished().isPresent(), "it was judged since");
    assertFalse(Files.exists(round(models)));
  }

  @Test
  @DisplayName("a stopped round keeps its last step; one that fails or is given up keeps nothing")
  void stopped() throws IOException {
    Path models = models();
    RoundControl stop =
        new RoundControl() {
          private int steps;

          @Override
          public boolean cancelled() {
            return steps == 3;
          }

          @Override
          public void trained(int done, int all, double loss) {
            steps = done;
          }
        };
    assertInstanceOf(RoundResult.Cancelled.class, run(models, SETTINGS, stop));
    int[] resumedAt = {0};
    RoundControl fails =
        new RoundControl() {
          @Override
          public void resumed(int done, int all) {
            resumedAt[0] = done;
            throw new IllegalStateException("as if something were wrong with a sample");
          }
        };
    try (ModelRegistry registry = open(models)) {
      assertTrue(round(SETTINGS).unfinished(registry));
    }
    assertThrows(IllegalStateException.class, () -> run(models, SETTINGS, fails));
    assertEquals(3, resumedAt[0]);
    assertFalse(Files.exists(round(models)));
    Files.createDirectory(round(models));
    try (ModelRegistry registry = open(models)) {
      round(SETTINGS).giveUp(registry);
    }
    assertFalse(Files.exists(round(models)));
  }

  @Test
  @DisplayName("each step draws what no other draws, in whatever order")
  void draws() {
    Draws draws = new Draws(7);
    assertEquals(draws.of(3).random().nextLong(), new Draws(7).of(3).random().nextLong());
    assertNotEquals(draws.of(3).random().nextLong(), draws.of(4).random().nextLong());
    ShuffledIndices indices = new ShuffledIndices(5, draws);
    List<Integer> second = List.of(5, 6, 7, 8, 9).stream().map(indices::at).toList();
    List<Integer> first = List.of(0, 1, 2, 3, 4).stream().map(indices::at).toList();
    assertEquals(List.of(0, 1, 2, 3, 4), first.stream().sorted().toList());
    assertEquals(List.of(0, 1, 2, 3, 4), second.stream().sorted().toList());
    assertNotEquals(first, second);
    assertEquals(second.get(2), new ShuffledIndices(5, draws).at(7));
  }
}
