package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.ModelOutput;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every edge model keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class BaseModelContract<H extends Record> extends PluginContract<BaseModel, H> {
  @TempDir private Path folder = Path.of("");

  /** For subclasses. */
  protected BaseModelContract() {}

  /**
   * A model file that the plugin reads.
   *
   * @return its path
   * @throws IOException if it cannot be made
   */
  protected abstract Path model() throws IOException;

  @Test
  @DisplayName("class map, scores and confidence fit the frame and each other")
  final void predictionsAreSound() throws IOException {
    sound(48, 32, true);
    sound(48, 32, false);
  }

  @Test
  @DisplayName("frames of one pixel and of odd sizes are labelled")
  final void oddSizes() throws IOException {
    for (int[] size : Scenes.SIZES) {
      sound(size[0], size[1], true);
    }
  }

  @Test
  @DisplayName("the same frame gives the same prediction, also in another session")
  final void deterministic() throws IOException {
    BaseModel base = create(SEED);
    Frame frame = Scenes.frame(1, 24, 16, true);
    try (BaseModel.Session one = base.open(model(), 24, 16, true);
        BaseModel.Session other = base.open(model(), 24, 16, true)) {
      List<?> first = content(one.infer(frame));
      one.infer(Scenes.frame(2, 24, 16, true));
      assertEquals(first, content(one.infer(frame)));
      assertEquals(first, content(other.infer(frame)));
    }
  }

  @Test
  @DisplayName("a prediction stays as it was when the next is made")
  final void predictionsAreApart() throws IOException {
    try (BaseModel.Session session = create(SEED).open(model(), 24, 16, true)) {
      Prediction first = session.infer(Scenes.frame(3, 24, 16, true));
      List<?> then = content(first);
      session.infer(Scenes.frame(4, 24, 16, true));
      assertEquals(then, content(first));
    }
  }

  @Test
  @DisplayName("the frame is not changed")
  final void inputIsLeftAlone() throws IOException {
    Frame frame = Scenes.frame(5, 24, 16, false);
    byte[] rgb = frame.rgb().clone();
    try (BaseModel.Session session = create(SEED).open(model(), 24, 16, false)) {
      session.infer(frame);
    }
    assertArrayEquals(rgb, frame.rgb());
  }

  @Test
  @DisplayName("sessions on several threads give what one gives")
  final void severalThreads() throws Exception {
    BaseModel base = create(SEED);
    List<Callable<List<?>>> tasks = new ArrayList<>();
    List<List<?>> expected = new ArrayList<>();
    for (int i = 0; i < Scenes.THREADS; i++) {
      Frame frame = Scenes.frame(i, 24, 16, true);
      Callable<List<?>> task =
          () -> {
            try (BaseModel.Session session = base.open(model(), 24, 16, true)) {
              return content(session.infer(frame));
            }
          };
      expected.add(task.call());
      tasks.add(task);
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  @Test
  @DisplayName("what is said of a model holds of its predictions")
  final void factsHold() throws IOException {
    BaseModel base = create(SEED);
    ModelFacts facts = base.describe(model());
    try (BaseModel.Session session = base.open(model(), 24, 16, facts.depth())) {
      Prediction prediction = session.infer(Scenes.frame(8, 24, 16, facts.depth()));
      assertEquals(prediction.scores().classes(), facts.classes().size());
      assertEquals(prediction.appealNet() != null, facts.outputs().contains(ModelOutput.APPEAL));
    }
  }

  @Test
  @DisplayName("a file that is missing or no model is refused by name")
  final void refusesOtherFiles() throws IOException {
    BaseModel base = create(SEED);
    Path text = Files.writeString(folder.resolve("notes.txt"), "not a model, but some text");
    Path empty = Files.write(folder.resolve("empty.bin"), new byte[0]);
    for (Path file : List.of(text, empty, folder.resolve("missing.bin"))) {
      IOException thrown = assertThrows(IOException.class, () -> base.open(file, 24, 16, false));
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains(String.valueOf(file.getFileName())), message);
      assertThrows(IOException.class, () -> base.describe(file));
    }
  }

  @Test
  @DisplayName("a frame of another size than the model was opened for is refused")
  final void refusesOtherSizes() throws IOException {
    try (BaseModel.Session session = create(SEED).open(model(), 24, 16, false)) {
      assertThrows(
          IllegalArgumentException.class, () -> session.infer(Scenes.frame(6, 16, 24, false)));
    }
  }

  @Test
  @DisplayName("a session can be closed twice")
  final void sessionClosesTwice() throws IOException {
    BaseModel.Session session = create(SEED).open(model(), 24, 16, false);
    session.close();
    assertDoesNotThrow(session::close);
  }

  private void sound(int width, int height, boolean depth) throws IOException {
    try (BaseModel.Session session = create(SEED).open(model(), width, height, depth)) {
      Prediction prediction = session.infer(Scenes.frame(7, width, height, depth));
      assertEquals(width, prediction.classMap().width());
      assertEquals(height, prediction.classMap().height());
      int classes = prediction.scores().classes();
      for (byte value : prediction.classMap().classes()) {
        assertTrue((value & 0xFF) < classes, "class " + (value & 0xFF) + " of " + classes);
      }
      for (float logit : prediction.scores().logits()) {
        assertTrue(Float.isFinite(logit), "logit " + logit);
      }
      var confidence = prediction.confidence();
      for (int i = 0; i < confidence.top().length; i++) {
        float top = confidence.top()[i];
        float second = confidence.second()[i];
        float entropy = confidence.entropy()[i];
        assertTrue(top <= 1 + 1e-5 && second <= top + 1e-6 && second >= 0, top + " then " + second);
        assertTrue(entropy >= -1e-6 && entropy <= 1 + 1e-4, "entropy " + entropy);
      }
    }
  }

  private static List<?> content(Prediction prediction) {
    return List.of(
        Scenes.content(prediction.classMap()),
        FloatBuffer.wrap(prediction.scores().logits().clone()),
        FloatBuffer.wrap(prediction.confidence().top().clone()),
        FloatBuffer.wrap(prediction.confidence().second().clone()),
        FloatBuffer.wrap(prediction.confidence().entropy().clone()));
  }
}
