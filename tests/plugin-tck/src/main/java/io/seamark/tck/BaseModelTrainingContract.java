package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.plugin.BaseModelTraining;
import io.seamark.plugin.HeadTrainer;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.ModelTrainer;
import io.seamark.plugin.TrainableModel;
import io.seamark.plugin.TrainerOptions;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the training of every base model keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class BaseModelTrainingContract<H extends Record>
    extends PluginContract<BaseModelTraining, H> {
  private static final int WIDTH = 48;
  private static final int HEIGHT = 32;
  private static final int STEPS = 8;

  @TempDir private Path folder = Path.of("");

  /** For subclasses. */
  protected BaseModelTrainingContract() {}

  /**
   * A model file that the plugin reads.
   *
   * @return its path
   * @throws IOException if it cannot be made
   */
  protected abstract Path model() throws IOException;

  /**
   * A learning rate at which a few steps on one frame lower the loss.
   *
   * @return above 0
   */
  protected double learningRate() {
    return 1e-3;
  }

  private TrainerOptions options() {
    return new TrainerOptions(WIDTH, HEIGHT, true, 2, learningRate(), List.of(), 0, SEED, 1);
  }

  /** A frame whose upper and lower half are of two classes. */
  private static TrainingSample sample(int seed) {
    byte[] target = new byte[WIDTH * HEIGHT];
    for (int i = target.length / 2; i < target.length; i++) {
      target[i] = 1;
    }
    target[0] = (byte) ClassMap.IGNORE;
    return new TrainingSample(
        Scenes.frame(seed, WIDTH, HEIGHT, true), new ClassMap(WIDTH, HEIGHT, target));
  }

  private List<Double> losses(ModelTrainer trainer, int steps) {
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      losses.add(trainer.step(List.of(sample(1), sample(2)), learningRate()));
    }
    return losses;
  }

  private byte[] saved(TrainableModel model, String name) throws IOException {
    Path file = folder.resolve(name);
    model.save(file, Map.of());
    return Files.readAllBytes(file);
  }

  @Test
  @DisplayName("steps on the same frames lower the loss, and the same steps give the same losses")
  final void learns() throws IOException {
    TrainableModel start = create(SEED).load(model());
    try (ModelTrainer one = start.trainer(options());
        ModelTrainer other = start.trainer(options())) {
      List<Double> losses = losses(one, STEPS);
      assertTrue(losses.stream().allMatch(Double::isFinite), losses::toString);
      assertTrue(losses.get(STEPS - 1) < losses.get(0), losses::toString);
      assertEquals(losses, losses(other, STEPS));
    }
  }

  @Test
  @DisplayName("neither the model that training began with nor a snapshot changes")
  final void modelsStay() throws IOException {
    TrainableModel start = create(SEED).load(model());
    byte[] before = saved(start, "before");
    try (ModelTrainer trainer = start.trainer(options())) {
      losses(trainer, 2);
      TrainableModel snapshot = trainer.snapshot();
      byte[] then = saved(snapshot, "then");
      losses(trainer, 2);
      assertArrayEquals(then, saved(snapshot, "later"));
    }
    assertArrayEquals(before, saved(start, "after"));
  }

  @Test
  @DisplayName("a training that can go on from a checkpoint goes on as if it had never ended")
  final void resumes() throws IOException {
    TrainableModel start = create(SEED).load(model());
    Path file = folder.resolve("checkpoint");
    List<Double> rest;
    byte[] end;
    try (ModelTrainer trainer = start.trainer(options())) {
      losses(trainer, 2);
      trainer.checkpoint(file);
      rest = losses(trainer, 2);
      end = saved(trainer.snapshot(), "end");
    }
    if (!Files.exists(file)) {
      Path other = Files.writeString(folder.resolve("other"), "no checkpoint");
      assertTrue(start.resume(options(), other).isEmpty(), "resumes without writing checkpoints");
      return;
    }
    try (ModelTrainer resumed = start.resume(options(), file).orElseThrow()) {
      assertEquals(rest, losses(resumed, 2));
      assertArrayEquals(end, saved(resumed.snapshot(), "resumed"));
    }
    Path text = Files.writeString(folder.resolve("notes.txt"), "no checkpoint, but some text");
    IOException thrown = assertThrows(IOException.class, () -> start.resume(options(), text));
    assertTrue(String.valueOf(thrown.getMessage()).contains("notes.txt"), thrown.getMessage());
  }

  @Test
  @DisplayName("a saved model is read again with its facts")
  final void savesAndLoads() throws IOException {
    BaseModelTraining training = create(SEED);
    TrainableModel start = training.load(model());
    Path file = folder.resolve("saved");
    start.save(file, Map.of(TrainableModel.VERSION, "v1", TrainableModel.PROVENANCE, "{\"a\":1}"));
    assertEquals(start.facts().classes(), training.load(file).facts().classes());
    assertEquals(start.facts().depth(), training.load(file).facts().depth());
    assertEquals(start.facts().outputs(), training.load(file).facts().outputs());
    assertTrue(start.memory(WIDTH, HEIGHT, 1) > 0);
    assertTrue(start.memory(2 * WIDTH, HEIGHT, 2) >= start.memory(WIDTH, HEIGHT, 1));
  }

  @Test
  @DisplayName("a head that can be trained gives what it is for")
  final void heads() throws IOException {
    TrainableModel start = create(SEED).load(model());
    for (ModelOutput output : ModelOutput.values()) {
      Optional<HeadTrainer> found = start.head(output, options());
      if (found.isPresent()) {
        try (HeadTrainer head = found.get()) {
          for (int i = 0; i < 3; i++) {
            double loss = head.examine(sample(i));
            assertTrue(loss >= 0 && loss <= 1, output + " " + loss);
          }
          HeadTrainer.Trained trained = head.train(5, 0.2);
          assertTrue(trained.model().facts().outputs().contains(output), output::text);
          assertTrue(Double.isFinite(trained.firstLoss()) && Double.isFinite(trained.lastLoss()));
        }
      } else {
        assertFalse(start.facts().outputs().contains(output), output + " cannot be renewed");
      }
    }
  }

  @Test
  @DisplayName("a file that is missing or no model is refused by name")
  final void refusesOtherFiles() throws IOException {
    BaseModelTraining training = create(SEED);
    Path text = Files.writeString(folder.resolve("notes.txt"), "not a model, but some text");
    for (Path file : List.of(text, folder.resolve("missing.bin"))) {
      IOException thrown = assertThrows(IOException.class, () -> training.load(file));
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains(String.valueOf(file.getFileName())), message);
    }
  }

  @Test
  @DisplayName("a trainer can be closed twice")
  final void trainerClosesTwice() throws IOException {
    ModelTrainer trainer = create(SEED).load(model()).trainer(options());
    trainer.close();
    assertDoesNotThrow(trainer::close);
  }
}
