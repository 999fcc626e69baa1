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
   * @throws UnfitScoresException if no frame can be answered with such scores, with the reason: the
   *     one exception that is the sender's matter and not the plugin's failure
   * @throws IllegalArgumentException if a logit is not finite
   */
  Answer process(Frame frame, ClassScores scores);

  /**
   * Scores for a frame that came without any, from an edge model of the cloud's own.
   *
   * @param frame what the camera saw
   * @return the model's logits, fit for {@link #process}
   * @throws IllegalStateException with the reason that {@link #unlabelled} gives
   */
  default ClassScores label(Frame frame) {
    throw new IllegalStateException(unlabelled());
  }

  /**
   * Whether there is an edge model for {@link #label}, if not now then once its file is there.
   *
   * @return false if frames must always bring their scores
   */
  default boolean labels() {
    return false;
  }

  /**
   * Why frames need scores of their own.
   *
   * @return one line for people; empty if {@link #label} makes them now
   */
  default String unlabelled() {
    return "this service holds no edge model";
  }

  /**
   * What keeps every frame from being answered, such as a file that has become unreadable.
   *
   * @return one line for people; empty if nothing does
   */
  default String failure() {
    return "";
  }

  /**
   * What labelling and answering a frame takes, besides the frame and the scores that came with it.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param classes of the scores, or 0 for {@link #label} alone
   * @return an upper bound; unless stated otherwise, the scores twice at the frame's size and 64
   *     bytes a pixel
   */
  default MemoryNeed memory(int width, int height, int classes) {
    return MemoryNeed.ofHeap((long) width * height * (8L * classes + 64));
  }

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
