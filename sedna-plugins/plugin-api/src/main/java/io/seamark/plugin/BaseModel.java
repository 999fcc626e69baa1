package io.seamark.plugin;

import io.seamark.perception.ClassSet;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Known-sample inference: opens an edge model's file and labels frames with it. */
public interface BaseModel {
  /**
   * Opens a model for frames of one size.
   *
   * @param model the model's file
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param depth whether the frames have depth; a model without a depth branch ignores it
   * @return an open model
   * @throws IOException if the file cannot be read or is no model of this kind; the message names
   *     file and rule
   */
  Session open(Path model, int width, int height, boolean depth) throws IOException;

  /**
   * What a model's file says of the model. Hosts ask this; none of them opens a model's file.
   *
   * @param model the model's file
   * @return its facts; unless stated otherwise, those that a grey frame of 64 x 64 pixels without
   *     depth shows: unnamed classes, and no use of depth
   * @throws IOException as {@link #open}
   */
  default ModelFacts describe(Path model) throws IOException {
    int side = 64;
    byte[] grey = new byte[3 * side * side];
    Arrays.fill(grey, (byte) 128);
    try (Session session = open(model, side, side, false)) {
      Prediction prediction = session.infer(new Frame(side, side, grey, null));
      return new ModelFacts(
          ClassSet.unnamed(prediction.scores().classes()),
          false,
          prediction.appealNet() == null ? Set.of() : Set.of(ModelOutput.APPEAL),
          List.of());
    }
  }

  /**
   * What opening a model and labelling one frame takes, the prediction among that.
   *
   * @param model the model's file
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param depth whether the frame has depth
   * @return an upper bound; unless stated otherwise, 32 bytes a pixel on the heap and 1 KiB a pixel
   *     outside of it
   * @throws IOException as {@link #open}, as far as it is known without opening
   */
  default MemoryNeed memory(Path model, int width, int height, boolean depth) throws IOException {
    long pixels = (long) width * height;
    return new MemoryNeed(32 * pixels, 1024 * pixels);
  }

  /** An open model. {@link #infer} is not thread-safe. */
  interface Session extends AutoCloseable {
    /**
     * Labels a frame.
     *
     * @param frame of the size the model was opened for
     * @return class map, scores and confidence
     */
    Prediction infer(Frame frame);

    /** Frees native memory. Closing twice does nothing. */
    @Override
    void close();
  }
}
