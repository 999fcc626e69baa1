package io.seamark.unknown;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MemoryNeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeViewsTest {
  private static final int WIDTH = 4;

  @TempDir private Path folder = Path.of("");

  /** Class 1's logit is the red value less 64, and one more in the left column. */
  private static final class Reds implements BaseModel {
    private final List<Integer> seen = new ArrayList<>();
    private int open;

    @Override
    public MemoryNeed memory(Path model, int width, int height, boolean depth) throws IOException {
      if (Files.size(model) == 0) {
        throw new IOException("no model");
      }
      return BaseModel.super.memory(model, width, height, depth);
    }

    @Override
    public Session open(Path model, int width, int height, boolean depth) throws IOException {
      if (Files.size(model) == 0) {
        throw new IOException("no model");
      }
      open++;
      return new Session() {
        @Override
        public Prediction infer(Frame frame) {
          seen.add(frame.rgb()[0] & 0xFF);
          ClassScores scores = scores(frame);
          int cells = scores.width() * scores.height();
          return new Prediction(
              scores.argmax(),
              scores,
              new PixelConfidence(
                  scores.width(),
                  scores.height(),
                  new float[cells],
                  new float[cells],
                  new float[cells]));
        }

        @Override
        public void close() {
          open--;
        }
      };
    }
  }

  private static ClassScores scores(Frame frame) {
    int plane = frame.width() * frame.height();
    float[] logits = new float[2 * plane];
    for (int i = 0; i < plane; i++) {
      logits[plane + i] = (frame.rgb()[3 * i] & 0xFF) - 64 + (i % frame.width() == 0 ? 1 : 0);
    }
    return new ClassScores(2, frame.width(), frame.height(), logits);
  }

  private static Frame grey(int value) {
    byte[] rgb = new byte[3 * WIDTH];
    java.util.Arrays.fill(rgb, (byte) value);
    return new Frame(WIDTH, 1, rgb, null);
  }

  private Path file() throws IOException {
    return Files.write(folder.resolve("edge.safetensors"), new byte[] {1});
  }

  @Test
  void darkFrame_isBrightenedAndMirrored() throws IOException {
    Reds model = new Reds();
    try (EdgeViews views = new EdgeViews(model, file(), 0.4)) {
      ClassScores better = views.look(grey(26), scores(grey(26)));
      // A grey frame becomes the grey asked for: 0.4 * 255 = 102, 38 above 64; the mean of the left
      // column's one more and none is a half, on both sides.
      assertArrayEquals(new float[] {0, 0, 0, 0, 38.5f, 38, 38, 38.5f}, better.logits(), 1e-4f);
      assertEquals(List.of(26, 102, 102), model.seen);
    }
    assertEquals(0, model.open);
  }

  @Test
  void brightFrame_isOnlyMirrored() throws IOException {
    Reds model = new Reds();
    try (EdgeViews views = new EdgeViews(model, file(), 0.4)) {
      ClassScores better = views.look(grey(164), scores(grey(164)));
      assertArrayEquals(new float[] {0, 0, 0, 0, 100.5f, 100, 100, 100.5f}, better.logits(), 1e-4f);
      assertEquals(List.of(164, 164), model.seen);
      assertEquals(1, views.gamma(grey(0xFF)));
    }
  }

  @Test
  void blackFrame_brightnessZero() throws IOException {
    try (EdgeViews views = new EdgeViews(new Reds(), file(), 0.4);
        EdgeViews plain = new EdgeViews(new Reds(), file(), 0)) {
      assertTrue(views.gamma(grey(0)) > 0);
      assertEquals(1, plain.gamma(grey(0)));
    }
  }

  @Test
  void scoresOfAnotherModel_stand() throws IOException {
    try (EdgeViews views = new EdgeViews(new Reds(), file(), 0.4)) {
      ClassScores other = scores(grey(200));
      assertSame(other, views.look(grey(26), other));
      ClassScores coarse = new ClassScores(2, 2, 1, new float[4]);
      assertSame(coarse, views.look(grey(26), coarse));
    }
  }

  @Test
  void scoresOfAnotherNumberOfClasses_areRefusedByName() throws IOException {
    Path file = file();
    try (EdgeViews views = new EdgeViews(new Reds(), file, 0.4)) {
      ClassScores more = new ClassScores(3, WIDTH, 1, new float[3 * WIDTH]);
      assertEquals(
          "scores have 3 classes, but sam_fusion's edge model " + file + " has 2",
          assertThrows(IllegalArgumentException.class, () -> views.look(grey(26), more))
              .getMessage());
    }
  }

  @Test
  void frameWithoutScores_isLabelledOnceAndLookedAtAgain() throws IOException {
    Reds model = new Reds();
    try (EdgeViews views = new EdgeViews(model, file(), 0.4)) {
      assertEquals("", views.unlabelled());
      ClassScores own = views.label(grey(26));
      assertArrayEquals(scores(grey(26)).logits(), own.logits());
      assertEquals(38.5f, views.look(grey(26), own).logits()[WIDTH], 1e-4f);
      assertEquals(List.of(26, 102, 102), model.seen);
    }
  }

  @Test
  void modelThatIsMissingOrBroken_isSaid() throws IOException {
    Path file = folder.resolve("champion.safetensors");
    try (EdgeViews views = new EdgeViews(new Reds(), file, 0.4)) {
      String missing = "sam_fusion's edge model " + file + " is not there yet";
      assertEquals(missing, views.unlabelled());
      assertEquals("", views.failure());
      assertEquals(MemoryNeed.NONE, views.memory(100, 100, 2));
      assertEquals(
          missing,
          assertThrows(IllegalStateException.class, () -> views.label(grey(26))).getMessage());
      Files.write(file, new byte[] {1});
      assertEquals("", views.unlabelled());
      assertTrue(views.memory(100, 100, 2).outside() > 0);
      Files.write(file, new byte[0]);
      assertEquals("cannot open sam_fusion's edge model " + file + ": no model", views.failure());
      assertEquals(views.failure(), views.unlabelled());
      Files.write(file, new byte[] {1});
      assertEquals("", views.failure());
    }
  }

  @Test
  void modelThatIsReadButDoesNotOpen_isSaid() throws IOException {
    Path file = Files.write(folder.resolve("champion.safetensors"), new byte[] {1});
    BaseModel scoresNothing =
        (model, width, height, depth) -> {
          throw new IOException("its scores of a probe frame are not finite");
        };
    try (EdgeViews views = new EdgeViews(scoresNothing, file, 0.4)) {
      String why =
          "cannot open sam_fusion's edge model "
              + file
              + ": its scores of a probe frame are not finite";
      assertEquals(why, views.failure());
      assertEquals(why, views.unlabelled());
    }
  }

  @Test
  void fileThatIsNotThereYet_edgesScoresStand() throws IOException {
    Reds model = new Reds();
    Path file = folder.resolve("champion.safetensors");
    try (EdgeViews views = new EdgeViews(model, file, 0.4)) {
      ClassScores edge = scores(grey(26));
      assertSame(edge, views.look(grey(26), edge));
      Files.write(file, new byte[] {1});
      assertEquals(38.5f, views.look(grey(26), edge).logits()[WIDTH], 1e-4f);
    }
  }

  @Test
  void changedFileAndOtherSize_openAgain_brokenFileIsNamed() throws IOException {
    Reds model = new Reds();
    Path file = file();
    try (EdgeViews views = new EdgeViews(model, file, 0.4)) {
      views.look(grey(26), scores(grey(26)));
      views.look(grey(26), scores(grey(26)));
      assertEquals(1, model.open);
      Frame wide = new Frame(2 * WIDTH, 1, new byte[6 * WIDTH], null);
      views.look(wide, scores(wide));
      assertEquals(1, model.open);
      Files.write(file, new byte[0]);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
      UncheckedIOException e =
          assertThrows(UncheckedIOException.class, () -> views.look(grey(26), scores(grey(26))));
      assertTrue(String.valueOf(e.getMessage()).contains(file.toString()));
      assertEquals(0, model.open);
    }
  }
}
