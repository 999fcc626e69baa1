package io.seamark.unknown;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.unknown.fusion.ScoreSum;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamFusionTest {
  private static SegmentMask mask(int from, int to) {
    BitSet bits = new BitSet();
    bits.set(from, to);
    Box box = new Box(from, 0, to - from, 1);
    return new SegmentMask(8, 2, bits, to - from, box, 0.9f, 1, 0, 0, new Box(0, 0, 8, 2));
  }

  private static final class FixedMasks implements MaskGenerator {
    private int closed;

    @Override
    public Generated generate(Frame frame) {
      return new Generated(List.of(mask(0, 2), mask(0, 8)), Map.of("encoder", 1.5));
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static final class ClosingFusion implements MaskFusion, AutoCloseable {
    private boolean closed;

    @Override
    public io.seamark.perception.ClassMap fuse(ClassScores scores, List<SegmentMask> masks) {
      return scores.argmax();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static UnseenTaskProcessing create(MaskGenerator generator, MaskFusion fusion) {
    PluginContext context =
        new PluginContext() {
          @Override
          public long seed() {
            return 1;
          }

          @Override
          public int threads() {
            return 1;
          }

          @Override
          public <Q> Q plugin(PluginKind<Q> kind) {
            return kind.type().cast(kind.equals(PluginKind.MASK_GENERATOR) ? generator : fusion);
          }

          @Override
          public <Q> Q plugin(PluginKind<Q> kind, String name) {
            return plugin(kind);
          }
        };
    return new SamFusionProvider()
        .create(new SamFusionProvider.Parameters(Path.of(""), 0.42), context);
  }

  @Test
  void enlargesScores_fusesLargestFirst_reportsStages() {
    Frame frame = new Frame(8, 2, new byte[48], new byte[16]);
    // Class 1 leads on the left half, class 0 on the right, and by more.
    ClassScores quarter = new ClassScores(2, 2, 1, new float[] {0, 5, 1, 0});
    try (UnseenTaskProcessing processing = create(new FixedMasks(), new ScoreSum())) {
      UnseenTaskProcessing.Answer answer = processing.process(frame, quarter);
      assertEquals(List.of(8, 2), answer.masks().stream().map(SegmentMask::area).toList());
      assertEquals(Set.of("encoder", "fusion"), answer.seconds().keySet());
      assertEquals(1.5, answer.seconds().get("encoder"));
      assertEquals(8, answer.classMap().width());
      assertArrayEquals(
          new byte[] {1, 1, 0, 0, 0, 0, 0, 0},
          java.util.Arrays.copyOf(answer.classMap().classes(), 8));
    }
  }

  @Test
  void close_closesWhatItComposes() {
    FixedMasks masks = new FixedMasks();
    ClosingFusion fusion = new ClosingFusion();
    create(masks, fusion).close();
    assertEquals(1, masks.closed);
    assertTrue(fusion.closed);
  }

  @Test
  void providersAreRegistered() {
    Set<String> names = new HashSet<>();
    for (PluginProvider<?, ?> provider : ServiceLoader.load(PluginProvider.class)) {
      names.add(provider.kind() + "." + provider.name());
    }
    assertTrue(
        names.containsAll(
            Set.of(
                "unseen_task_processing.sam_fusion",
                "mask_fusion.score_sum",
                "mask_fusion.majority_vote",
                "mask_generator.segment_anything")),
        names.toString());
  }
}
