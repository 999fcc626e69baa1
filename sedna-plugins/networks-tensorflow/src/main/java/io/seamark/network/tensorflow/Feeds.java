package io.seamark.network.tensorflow;

import io.seamark.perception.Frame;
import java.util.List;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TUint8;

/** What trainers feed their graphs with. */
final class Feeds {
  private Feeds() {}

  /** Joins arrays to a tensor that the caller closes. */
  static TUint8 bytes(List<byte[]> parts, Shape shape) {
    return Tensor.of(
        TUint8.class,
        shape,
        tensor -> {
          ByteDataBuffer data = tensor.asRawTensor().data();
          long at = 0;
          for (byte[] part : parts) {
            data.offset(at).write(part);
            at += part.length;
          }
        });
  }

  static void checkSize(Frame frame, int width, int height) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          String.format(
              "a frame is %dx%d, but the trainer was made for %dx%d",
              frame.width(), frame.height(), width, height));
    }
  }
}
