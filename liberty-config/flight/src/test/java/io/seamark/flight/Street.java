package io.seamark.flight;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Samples with real pictures, the same for the same number. */
final class Street {
  private Street() {}

  static BufferedSample sample(int number, int width, int height) {
    Random random = new Random(number);
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    byte[] depth = new byte[width * height];
    random.nextBytes(depth);
    Frame frame = new Frame(width, height, rgb, depth);
    byte[] picture = Images.encodePng(frame);
    float[] logits = new float[3 * 4];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    byte[] classes = new byte[width * height];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) (i % 5 == 4 ? 255 : i % 3);
    }
    HardSample sample =
        new HardSample(
            "frame-" + number,
            "edge-" + number % 2,
            number % 3 == 0 ? "dusk" : "rain/heavy",
            1_700_000_000_000L + number,
            width,
            height,
            new EncodedImage(EncodedImage.PNG, picture),
            number % 2 == 0 ? Images.encodeDepth(frame) : null,
            new ClassScores(3, 2, 2, logits),
            "v1",
            "score_margin",
            number / 8.0,
            0.5);
    return new BufferedSample(
        sample,
        new FusedAnswer(
            new ClassMap(width, height, classes),
            7,
            "sam_fusion",
            Map.of("fuse", 0.25, "look", 1.0)),
        number % 2 == 0 ? new ClassMap(width, height, classes) : null,
        number % 4 == 0 ? null : Look.of(frame));
  }

  static void fill(Path folder, int from, int to, int width, int height) throws IOException {
    try (ReplayBufferWriter writer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      for (int i = from; i < to; i++) {
        writer.append(sample(i, width, height));
      }
      writer.seal();
    }
  }
}
