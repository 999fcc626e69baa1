package io.seamark.plugin;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.util.List;
import java.util.Map;

/** Finds masks that have no class. */
public interface MaskGenerator extends AutoCloseable {
  /**
   * Finds the masks of a frame. May be called from several threads; calls wait for each other.
   *
   * @param frame what the camera saw; depth is not used
   * @return masks at the frame's size, in the generator's order, with the seconds each stage took
   */
  Generated generate(Frame frame);

  /**
   * Finds the masks of a frame, and may look harder where the edge model was unsure. A generator
   * that makes no use of scores finds what it finds without.
   *
   * @param frame what the camera saw
   * @param scores the edge model's logits, at any resolution
   * @return as {@link #generate(Frame)}
   */
  default Generated generate(Frame frame, ClassScores scores) {
    return generate(frame);
  }

  /**
   * What finding a frame's masks takes, the masks that come out of it among that.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @return an upper bound; unless stated otherwise, 256 masks and as much again
   */
  default MemoryNeed memory(int width, int height) {
    return MemoryNeed.ofHeap(64L * width * height);
  }

  /** Frees native memory. Closing twice does nothing. */
  @Override
  void close();

  /**
   * What a generator found.
   *
   * @param masks in the generator's order
   * @param seconds time by stage, such as {@code encoder}, {@code decoder}, {@code filter}
   */
  record Generated(List<SegmentMask> masks, Map<String, Double> seconds) {
    /** Copies the collections. */
    public Generated {
      masks = List.copyOf(masks);
      seconds = Map.copyOf(seconds);
    }
  }
}
