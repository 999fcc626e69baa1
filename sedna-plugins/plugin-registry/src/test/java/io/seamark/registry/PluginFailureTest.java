package io.seamark.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.failure.FailureKind;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnfitScoresException;
import io.seamark.plugin.UnseenTaskProcessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginFailureTest {
  private static final Frame FRAME = new Frame(4, 2, new byte[24], new byte[8]);
  private static final ClassScores SCORES = new ClassScores(2, 4, 2, new float[16]);

  /** No hyperparameters. */
  record None() {}

  /** Provides what a function makes. */
  private record Provider<P>(PluginKind<P> kind, String name, Function<PluginContext, P> made)
      implements PluginProvider<P, None> {
    @Override
    public String text() {
      return "For this test.";
    }

    @Override
    public Class<None> hyperparameters() {
      return None.class;
    }

    @Override
    public P create(None hyperparameters, PluginContext context) {
      return made.apply(context);
    }
  }

  private static MaskGenerator generator(Supplier<List<SegmentMask>> masks) {
    return new MaskGenerator() {
      @Override
      public Generated generate(Frame frame) {
        return new Generated(masks.get(), Map.of());
      }

      @Override
      public void close() {}
    };
  }

  private static SegmentMask mask(int width, int height) {
    BitSet all = new BitSet();
    all.set(0, width * height);
    Box box = new Box(0, 0, width, height);
    return new SegmentMask(width, height, all, width * height, box, 1, 1, 0, 0, box);
  }

  /** Composes both, as {@code sam_fusion} does. */
  private static UnseenTaskProcessing composed(MaskGenerator generator, MaskFusion fusion) {
    List<PluginProvider<?, ?>> providers =
        List.of(
            new Provider<>(PluginKind.MASK_GENERATOR, "masks", context -> generator),
            new Provider<>(PluginKind.MASK_FUSION, "fuses", context -> fusion),
            new Provider<>(
                PluginKind.UNSEEN_TASK_PROCESSING,
                "both",
                context -> {
                  MaskGenerator finds = context.plugin(PluginKind.MASK_GENERATOR);
                  MaskFusion fuses = context.plugin(PluginKind.MASK_FUSION, "fuses");
                  return new UnseenTaskProcessing() {
                    @Override
                    public Answer process(Frame frame, ClassScores scores) {
                      List<SegmentMask> masks = finds.generate(frame, scores).masks();
                      return new Answer(fuses.fuse(scores, masks), masks, Map.of());
                    }

                    @Override
                    public void close() {}
                  };
                }));
    Map<String, String> chosen =
        Map.of("seamark.mask_generator", "masks", "seamark.unseen_task_processing", "both");
    return new ConfiguredPlugins(PluginRegistry.of(providers), chosen, 1, 1)
        .create(PluginKind.UNSEEN_TASK_PROCESSING);
  }

  private static void fails(String message, UnseenTaskProcessing processing) {
    PluginFailedException e =
        assertThrows(PluginFailedException.class, () -> processing.process(FRAME, SCORES));
    assertEquals(message, e.getMessage());
    assertEquals(FailureKind.OUR_FAULT, e.kind());
  }

  @Test
  @DisplayName("what a plugin is composed of fails under its own name, whatever it throws")
  void composed_failuresHaveTheNameOfThePart() {
    MaskFusion argmax = (scores, masks) -> scores.argmax();
    fails(
        "mask_generator 'masks' failed: IllegalArgumentException: point 9",
        composed(
            generator(
                () -> {
                  throw new IllegalArgumentException("point 9");
                }),
            argmax));
    fails(
        "mask_generator 'masks' failed: StackOverflowError",
        composed(
            generator(
                () -> {
                  throw new StackOverflowError();
                }),
            argmax));
    fails(
        "mask_fusion 'fuses' failed: NoClassDefFoundError: gone/Away",
        composed(
            generator(List::of),
            (scores, masks) -> {
              throw new NoClassDefFoundError("gone/Away");
            }));
  }

  @Test
  @DisplayName("what is given in a wrong size is a failure of whoever gave it")
  void composed_wrongSizesAreFailures() {
    fails(
        "mask_generator 'masks' gave a mask of 2x4 for a frame of 4x2",
        composed(
            generator(() -> List.of(mask(4, 2), mask(2, 4))), (scores, masks) -> scores.argmax()));
    fails(
        "mask_fusion 'fuses' gave an answer of 1x1 for a frame of 4x2",
        composed(generator(List::of), (scores, masks) -> new ClassMap(1, 1, new byte[1])));
  }

  @Test
  @DisplayName("a fusion's refusal of what it must refuse passes as it is")
  void composed_refusalsPass() {
    IllegalArgumentException refusal = new IllegalArgumentException("not finite");
    UnseenTaskProcessing processing =
        composed(
            generator(List::of),
            (scores, masks) -> {
              throw refusal;
            });
    ClassScores broken = new ClassScores(1, 4, 2, new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0});
    assertSame(
        refusal,
        assertThrows(IllegalArgumentException.class, () -> processing.process(FRAME, broken)));
    fails("mask_fusion 'fuses' failed: IllegalArgumentException: not finite", processing);
  }

  @Test
  @DisplayName("a base model's failures have its name, and a frame of another size is the caller's")
  void baseModel_failuresHaveItsName(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "any");
    BaseModel plugin =
        (model, width, height, depth) ->
            new BaseModel.Session() {
              @Override
              public Prediction infer(Frame frame) {
                if (width == 64) {
                  ClassScores scores = new ClassScores(1, 64, 64, new float[64 * 64]);
                  return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
                }
                throw new IllegalArgumentException("frame of " + frame.width());
              }

              @Override
              public void close() {}
            };
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(
            PluginRegistry.of(
                List.of(new Provider<>(PluginKind.BASEMODEL, "odd", context -> plugin))),
            Map.of("seamark.basemodel", "odd"),
            1,
            1);
    try (BaseModel.Session session = plugins.create(PluginKind.BASEMODEL).open(file, 4, 2, false)) {
      assertEquals(
          "basemodel 'odd' failed: IllegalArgumentException: frame of 4",
          assertThrows(PluginFailedException.class, () -> session.infer(FRAME)).getMessage());
      Frame other = new Frame(1, 1, new byte[3], new byte[1]);
      assertEquals(
          "frame of 1",
          assertThrows(IllegalArgumentException.class, () -> session.infer(other)).getMessage());
    }
  }

  @Test
  @DisplayName("what has a meaning of its own passes as it is; nothing at all is a failure")
  void run_letsPassWhatIsNoFailure() {
    PluginCall call = PluginCall.of(PluginKind.MASK_FUSION, "x");
    for (Throwable own :
        List.of(
            new OutOfMemoryError("heap"),
            new UncheckedIOException(new IOException("disk")),
            new UnfitScoresException("2 classes"),
            new NonFiniteScoresException("NaN"),
            call.failed("gave up"))) {
      assertSame(own, assertThrows(own.getClass(), () -> call.run(() -> thrown(own))));
    }
    assertEquals(
        "mask_fusion 'x' gave nothing",
        assertThrows(PluginFailedException.class, () -> call.run(() -> null)).getMessage());
  }

  private static Object thrown(Throwable own) {
    if (own instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) own;
  }
}
