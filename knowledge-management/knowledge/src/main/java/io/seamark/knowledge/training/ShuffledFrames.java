package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals readable frames at random, each once before any comes again. Which frame has which number
 * depends on nothing that was dealt before.
 */
final class ShuffledFrames {
  private static final Logger LOG = LoggerFactory.getLogger(ShuffledFrames.class);

  /** Frames tried in a row before a source is given up. */
  private static final int MAX_UNREADABLE = 16;

  private final LabelledFrames frames;
  private final ShuffledIndices indices;
  private int unreadable;

  /**
   * All of the frames.
   *
   * @param frames at least one; for a trainer, all of its size
   * @param draws deal them
   */
  ShuffledFrames(LabelledFrames frames, Draws draws) {
    this.frames = frames;
    this.indices = new ShuffledIndices(frames.size(), draws);
  }

  /** Frames that could not be read so far. */
  int unreadable() {
    return unreadable;
  }

  /**
   * A frame, or where it cannot be read the next one that can.
   *
   * @param number how many are dealt before it, at least 0
   * @return of its own size
   * @throws IOException if too many in a row cannot be read
   */
  LabelledFrame read(long number) throws IOException {
    @Nullable IOException last = null;
    long deal = number - number % frames.size();
    for (int tried = 0; tried < MAX_UNREADABLE; tried++) {
      int index = indices.at(deal + (number + tried) % frames.size());
      try {
        return frames.read(index);
      } catch (IOException e) {
        skip(index, e);
        last = e;
      }
    }
    throw new IOException(
        MAX_UNREADABLE + " frames in a row of the " + frames.source() + " cannot be read", last);
  }

  private void skip(int index, IOException e) {
    unreadable++;
    LOG.warn("frame {} of the {} is skipped: {}", index, frames.source(), e.getMessage());
  }

  /**
   * A frame as a trainer takes it.
   *
   * @param number as in {@link #read}
   * @param depth whether they have depth; 0 everywhere where the frame has none
   * @return of its own size
   * @throws IOException as {@link #read}
   */
  TrainingSample sample(long number, boolean depth) throws IOException {
    return sample(read(number), depth);
  }

  /**
   * A certain frame as a trainer takes it, or another one where it cannot be read.
   *
   * @param index of the frame, from 0
   * @param number of the other one, as in {@link #read}
   * @param depth as with {@link #sample(long, boolean)}
   * @return of its own size
   * @throws IOException as {@link #read}
   */
  TrainingSample sample(int index, long number, boolean depth) throws IOException {
    try {
      return sample(frames.read(index), depth);
    } catch (IOException e) {
      skip(index, e);
      return sample(number, depth);
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
