package io.seamark.plugin;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.util.List;
import java.util.Map;

/** Answers a hard frame in the cloud. */
public interface UnseenTaskProcessing extends AutoCloseable {
  /**
   * Answers a frame.
   *
   * @param frame what the camera saw
   * @param scores the edge model's logits for it, at any resolution
   * @return the better answer
   */
  Answer process(Frame frame, ClassScores scores);

  /** Frees native memory. Closing twice does nothing. */
  @Override
  void close();

  /**
   * The cloud's answer.
   *
   * @param classMap of the frame's size; undecided pixels are {@link ClassMap#IGNORE}: training
   *     passes over them, and the device keeps its own class there ({@link ClassMap#orElse})
   * @param masks what it rests on, largest first
   * @param seconds time spent by stage, such as {@code encoder}, {@code decoder}, {@code filter},
   *     {@code fusion}
   */
  record Answer(ClassMap classMap, List<SegmentMask> masks, Map<String, Double> seconds) {
    /** Copies the collections. */
    public Answer {
      masks = List.copyOf(masks);
      seconds = Map.copyOf(seconds);
    }
  }
}
