package io.seamark.knowledge.frames;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames with true classes, read one at a time so that only those in use are in memory. */
public interface LabelledFrames {
  /**
   * A frame and what is in it.
   *
   * @param frame the pixels
   * @param target class of each pixel, of the frame's size; {@link ClassMap#IGNORE} where unknown
   * @param segments number of the mask of each pixel, of the frame's size; {@link ClassMap#IGNORE}
   *     where it has none; null if masks are not known
   */
  record LabelledFrame(Frame frame, ClassMap target, @Nullable ClassMap segments) {
    /**
     * Checks that all have one size.
     *
     * @param frame see above
     * @param target see above
     * @param segments see above
     */
    // Written out, since a compact constructor's parameters lose their type annotations.
    public LabelledFrame(Frame frame, ClassMap target, @Nullable ClassMap segments) {
      check("target", target, frame);
      if (segments != null) {
        check("map of segments", segments, frame);
      }
      this.frame = frame;
      this.target = target;
      this.segments = segments;
    }

    /**
     * A frame whose masks are not known.
     *
     * @param frame the pixels
     * @param target class of each pixel, of the frame's size
     */
    public LabelledFrame(Frame frame, ClassMap target) {
      this(frame, target, null);
    }

    private static void check(String what, ClassMap map, Frame frame) {
      if (frame.width() != map.width() || frame.height() != map.height()) {
        throw new IllegalArgumentException(
            String.format(
                "%s is %dx%d, but its frame is %dx%d",
                what, map.width(), map.height(), frame.width(), frame.height()));
      }
    }

    /**
     * The same scaled to a size, whatever its own aspect ratio: by areas, classes, masks and depth
     * by the nearest pixel.
     *
     * @param size to bring it to
     * @return of that size; this one if it has it already
     */
    public LabelledFrame at(FrameSize size) {
      return frame.width() == size.width() && frame.height() == size.height()
          ? this
          : new LabelledFrame(
              Images.resize(frame, size.width(), size.height()),
              Images.resize(target, size.width(), size.height()),
              segments == null ? null : Images.resize(segments, size.width(), size.height()));
    }
  }

  /** No frames at all. */
  LabelledFrames NONE =
      new LabelledFrames() {
        @Override
        public int size() {
          return 0;
        }

        @Override
        public LabelledFrame read(int index) throws IOException {
          throw new IOException("there are no retained frames");
        }

        @Override
        public String source() {
          return "none";
        }
      };

  /**
   * How many there are.
   *
   * @return at least 0
   */
  int size();

  /**
   * Reads one.
   *
   * @param index from 0
   * @return frame and label
   * @throws IOException if it cannot be read; the message names the file
   */
  LabelledFrame read(int index) throws IOException;

  /**
   * What they are, for provenance.
   *
   * @return one line without machine-specific folders
   */
  String source();

  /**
   * Some of the frames.
   *
   * @param indices of them, in the order wanted
   * @param source what they are called
   * @return read when they are used
   */
  default LabelledFrames choose(List<Integer> indices, String source) {
    LabelledFrames all = this;
    return new LabelledFrames() {
      @Override
      public int size() {
        return indices.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        return all.read(indices.get(index));
      }

      @Override
      public String source() {
        return source;
      }
    };
  }

  /**
   * The same frames at one size, so that what is made of them depends on no frame's own.
   *
   * @param size of every frame
   * @return a view
   */
  default LabelledFrames at(FrameSize size) {
    LabelledFrames frames = this;
    return new LabelledFrames() {
      @Override
      public int size() {
        return frames.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        LabelledFrame frame = frames.read(index);
        DecodeBound.checkScaling(frame.frame().height(), size.width());
        return frame.at(size);
      }

      @Override
      public String source() {
        return frames.source();
      }
    };
  }
}
