package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deals readable frames at random, each once before any comes again. */
public final class ShuffledFrames {
  private static final Logger LOG = LoggerFactory.getLogger(ShuffledFrames.class);

  /** Frames tried in a row before a source is given up. */
  private static final int MAX_UNREADABLE = 16;

  private final LabelledFrames frames;
  final SplittableRandom random;
  private final ShuffledIndices indices;
  int unreadable;

  /**
   * All of the frames, none dealt yet.
   *
   * @param frames at least one; for a trainer, all of its size
   * @param random deals them
   */
  public ShuffledFrames(LabelledFrames frames, SplittableRandom random) {
    this.frames = frames;
    this.random = random;
    this.indices = new ShuffledIndices(frames.size(), random);
  }

  /**
   * The next frame that can be read.
   *
   * @return of its own size
   * @throws IOException if too many in a row cannot
   */
  public LabelledFrame read() throws IOException {
    @Nullable IOException last = null;
    for (int tried = 0; tried < MAX_UNREADABLE; tried++) {
      int index = indices.next();
      try {
        return frames.read(index);
      } catch (IOException e) {
        unreadable++;
        last = e;
        LOG.warn("frame {} of the {} is skipped: {}", index, frames.source(), e.getMessage());
      }
    }
    throw new IOException(
        MAX_UNREADABLE + " frames in a row of the " + frames.source() + " cannot be read", last);
  }

  /**
   * The next frame as a trainer takes it.
   *
   * @param depth whether they have depth; 0 everywhere where the frame has none
   * @return of its own size
   * @throws IOException as {@link #read}
   */
  public TrainingSample sample(boolean depth) throws IOException {
    return sample(read(), depth);
  }

  /**
   * A certain frame as a trainer takes it, or the next one where it cannot be read.
   *
   * @param index of the frame, from 0
   * @param depth as with {@link #sample(boolean)}
   * @return of its own size
   * @throws IOException as {@link #read}
   */
  TrainingSample sample(int index, boolean depth) throws IOException {
    try {
      return sample(frames.read(index), depth);
    } catch (IOException e) {
      unreadable++;
      LOG.warn("frame {} of the {} is skipped: {}", index, frames.source(), e.getMessage());
      return sample(depth);
    }
  }

  private static TrainingSample sample(LabelledFrame frame, boolean depth) {
    return new TrainingSample(depth ? withDepth(frame.frame()) : frame.frame(), frame.target());
  }

  /** Depth 0 is unknown, which is what a frame without depth has everywhere. */
  private static Frame withDepth(Frame frame) {
    return frame.depth() != null
        ? frame
        : new Frame(
            frame.width(), frame.height(), frame.rgb(), new byte[frame.width() * frame.height()]);
  }
}
