package io.seamark.unknown;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.UnseenTaskProcessing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frame's masks and gives each a class from the edge model's scores, or from those of a
 * longer look with the same model. Thread-safe where the generator and the fusion are.
 */
public final class SamFusion implements UnseenTaskProcessing {
  private final MaskGenerator generator;
  private final MaskFusion fusion;
  private final @Nullable EdgeViews views;

  /**
   * Composes the two steps.
   *
   * @param generator finds masks; closed with this
   * @param fusion gives them classes; closed with this if it can be closed
   */
  public SamFusion(MaskGenerator generator, MaskFusion fusion) {
    this(generator, fusion, null);
  }

  SamFusion(MaskGenerator generator, MaskFusion fusion, @Nullable EdgeViews views) {
    this.generator = generator;
    this.fusion = fusion;
    this.views = views;
  }

  /**
   * Answers a frame.
   *
   * @param frame what the camera saw
   * @param scores the edge model's logits, at any resolution; enlarged to the frame's size as the
   *     edge model itself does
   * @return the fused classes, the masks largest first, and the seconds of the generator's stages
   *     and of {@code fusion}, with those of {@code views} where the edge model looked again
   */
  @Override
  public Answer process(Frame frame, ClassScores scores) {
    MaskGenerator.Generated generated = generator.generate(frame, scores);
    Map<String, Double> seconds = new HashMap<>(generated.seconds());
    long start = System.nanoTime();
    ClassScores best = scores;
    if (views != null) {
      best = views.look(frame, scores);
      seconds.put("views", (System.nanoTime() - start) / 1e9);
      start = System.nanoTime();
    }
    List<SegmentMask> masks = new ArrayList<>(generated.masks());
    masks.sort(Comparator.comparingInt(SegmentMask::area).reversed());
    ClassMap fused = fusion.fuse(best.resize(frame.width(), frame.height()), masks);
    seconds.put("fusion", (System.nanoTime() - start) / 1e9);
    return new Answer(fused, masks, seconds);
  }

  @Override
  public ClassScores label(Frame frame) {
    EdgeViews model = views;
    if (model == null) {
      throw new IllegalStateException(unlabelled());
    }
    return model.label(frame);
  }

  @Override
  public boolean labels() {
    return views != null;
  }

  @Override
  public String unlabelled() {
    return views == null
        ? "this service holds no edge model: unseen_task_processing.sam_fusion.edge-model is not set"
        : views.unlabelled();
  }

  @Override
  public String failure() {
    return views == null ? "" : views.failure();
  }

  /**
   * The masks are held while the edge model looks, and then while they are fused with the scores at
   * the frame's size.
   */
  @Override
  public MemoryNeed memory(int width, int height, int classes) {
    MemoryNeed look = views == null ? MemoryNeed.NONE : views.memory(width, height, classes);
    if (classes == 0) {
      return look;
    }
    MemoryNeed fused =
        MemoryNeed.ofHeap(4L * classes * width * height)
            .plus(fusion.memory(width, height, classes));
    return generator.memory(width, height).plus(look.then(fused));
  }

  @Override
  public void close() {
    generator.close();
    if (views != null) {
      views.close();
    }
    if (fusion instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("cannot close " + fusion.getClass().getName(), e);
      }
    }
  }
}
