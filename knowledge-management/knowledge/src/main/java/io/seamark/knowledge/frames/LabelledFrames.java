package io.seamark.knowledge.frames;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;

/** Frames with true classes, read one at a time so that only those in use are in memory. */
public interface LabelledFrames {
  /**
   * A frame and what is in it.
   *
   * @param frame the pixels
   * @param target class of each pixel, of the frame's size; {@link ClassMap#IGNORE} where unknown
   */
  record LabelledFrame(Frame frame, ClassMap target) {
    /** Checks that both have one size. */
    public LabelledFrame {
      if (frame.width() != target.width() || frame.height() != target.height()) {
        throw new IllegalArgumentException(
            String.format(
                "target is %dx%d, but its frame is %dx%d",
                target.width(), target.height(), frame.width(), frame.height()));
      }
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
}
