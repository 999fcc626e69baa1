package io.seamark.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbedModelTest {
  @TempDir Path folder = Path.of("");

  /**
   * A network of one weight, the number in its file: two classes, the second one's score the weight
   * times a pixel's red.
   */
  private static final class Weighted implements BaseModel {
    private final AtomicInteger opened = new AtomicInteger();

    @Override
    public MemoryNeed memory(Path model, int width, int height, boolean depth) {
      return new MemoryNeed(1, (long) width * height);
    }

    @Override
    public Session open(Path model, int width, int height, boolean depth) throws IOException {
      opened.incrementAndGet();
      float weight = Float.parseFloat(Files.readString(model));
      return new Session() {
        @Override
        public Prediction infer(Frame frame) {
          float[] logits = new float[2 * width * height];
          for (int i = 0; i < width * height; i++) {
            logits[width * height + i] = weight * (frame.rgb()[3 * i] & 0xFF);
          }
          ClassScores scores = new ClassScores(2, width, height, logits);
          return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
        }

        @Override
        public void close() {}
      };
    }
  }

  private Path model(String weight) throws IOException {
    return Files.writeString(folder.resolve("model"), weight);
  }

  private static Frame frame(int red) {
    byte[] rgb = new byte[3 * 16];
    java.util.Arrays.fill(rgb, (byte) red);
    return new Frame(4, 4, rgb, new byte[16]);
  }

  @Test
  void aModelIsTriedOnceBeforeItIsOpened() throws IOException {
    Weighted plugin = new Weighted();
    ProbedModel probed = ProbedModel.of(plugin);
    Path file = model("0.5");
    probed.open(file, 4, 4, false).close();
    assertEquals(2, plugin.opened.get());
    probed.open(file, 4, 4, false).close();
    ProbedModel.of(plugin).open(file, 8, 8, true).close();
    assertEquals(4, plugin.opened.get());
    // Another content is another model.
    probed.open(model("0.25"), 4, 4, false).close();
    assertEquals(6, plugin.opened.get());
    assertSame(probed, ProbedModel.of(probed));
  }

  @Test
  void nothingOfThePluginIsHidden() throws Exception {
    for (Method method : BaseModel.class.getMethods()) {
      assertEquals(
          ProbedModel.class,
          ProbedModel.class
              .getMethod(method.getName(), method.getParameterTypes())
              .getDeclaringClass(),
          method.toString());
    }
    assertEquals(
        new MemoryNeed(1, 6), ProbedModel.of(new Weighted()).memory(model("1"), 2, 3, false));
  }

  @Test
  void scoresThatAreNotFiniteKeepAModelOut() throws IOException {
    ProbedModel probed = ProbedModel.of(new Weighted());
    for (String weight : List.of("NaN", "Infinity", "-Infinity", "3e38")) {
      Path file = model(weight);
      IOException e = assertThrows(IOException.class, () -> probed.open(file, 4, 4, false));
      assertTrue(
          String.valueOf(e.getMessage())
              .matches(
                  java.util.regex.Pattern.quote(file.toString())
                      + " cannot be used: its scores of a probe frame are not finite: \\d+ of 8192"
                      + " are NaN or infinite"),
          e.getMessage());
    }
    Path gone = folder.resolve("gone");
    assertEquals(
        "edge model " + gone + " does not exist or is not a file",
        assertThrows(IOException.class, () -> probed.probe(gone)).getMessage());
  }

  @Test
  void aFrameWhoseScoresAreNotFiniteIsAnErrorAndNoClass() throws IOException {
    // Finite on the probe's reds, which a plugin cannot know; beyond range on the brightest.
    float weight = Float.MAX_VALUE / 254.5f;
    BaseModel capped =
        (model, width, height, depth) -> {
          BaseModel.Session session = new Weighted().open(model, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              return width == 64 ? prediction(width, height) : session.infer(frame);
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    try (BaseModel.Session session =
        ProbedModel.of(capped).open(model(Float.toString(weight)), 4, 4, false)) {
      ClassMap map = session.infer(frame(200)).classMap();
      assertEquals(1, map.at(0, 0));
      assertEquals(
          "the model's scores of this frame are not finite: 16 of 32 are NaN or infinite",
          assertThrows(NonFiniteScoresException.class, () -> session.infer(frame(255)))
              .getMessage());
    }
  }

  private static Prediction prediction(int width, int height) {
    ClassScores scores = new ClassScores(1, width, height, new float[width * height]);
    return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
  }

  @Test
  void scoresThatAreTheSameEverywhereAreFoundOut() throws IOException {
    ProbedModel probed = ProbedModel.of(new Weighted());
    assertTrue(probed.probe(model("0")).constant());
    assertFalse(probed.probe(model("1")).constant());
  }

  /** Provides the network above. */
  private static final class Provider implements PluginProvider<BaseModel, Provider.None> {
    /** No hyperparameters. */
    record None() {}

    @Override
    public PluginKind<BaseModel> kind() {
      return PluginKind.BASEMODEL;
    }

    @Override
    public String name() {
      return "weighted";
    }

    @Override
    public String text() {
      return "One weight.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public BaseModel create(None hyperparameters, PluginContext context) {
      return new Weighted();
    }
  }

  @Test
  void everyBaseModelThatIsConfiguredTriesItsFiles() throws IOException {
    PluginRegistry registry = PluginRegistry.of(List.of(new Provider()));
    Path file = model("NaN");
    BaseModel made = registry.create(PluginKind.BASEMODEL, "weighted", Map.of(), 1, 1);
    assertThrows(IOException.class, () -> made.open(file, 4, 4, false));
  }
}
