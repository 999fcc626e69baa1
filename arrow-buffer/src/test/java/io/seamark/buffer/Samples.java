package io.seamark.buffer;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Look;
import java.util.Map;
import java.util.Random;

/** Samples for tests, the same for the same number. */
final class Samples {
  static final Look LOOK = Look.ofValues(new float[] {-1.5f, 0.5f, 0.25f, 0.125f, -0.75f, 0f});

  private Samples() {}

  static HardSample sample(int number, int width, int height, int imageBytes) {
    Random random = new Random(number);
    byte[] image = new byte[imageBytes];
    random.nextBytes(image);
    byte[] depth = null;
    if (number % 2 == 0) {
      depth = new byte[imageBytes / 2 + 1];
      random.nextBytes(depth);
    }
    int w = (width + 3) / 4;
    int h = (height + 3) / 4;
    float[] logits = new float[11 * w * h];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian() * 8;
    }
    return new HardSample(
        "frame-" + number,
        "edge-" + number % 3,
        number % 2 == 0 ? "day" : "dusk",
        1_700_000_000_000L + number,
        width,
        height,
        new EncodedImage(EncodedImage.JPEG, image),
        depth,
        new ClassScores(11, w, h, logits),
        "v1",
        "score_margin",
        0.25 + number,
        0.6);
  }

  static HardSample small(int number) {
    return sample(number, 8, 6, 40);
  }

  static FusedAnswer answer(HardSample sample) {
    byte[] classes = new byte[sample.width() * sample.height()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) (i % 13 == 12 ? 255 : i % 11);
    }
    return new FusedAnswer(
        new ClassMap(sample.width(), sample.height(), classes),
        17,
        "sam_fusion",
        Map.of("encode", 0.5, "decode", 0.25));
  }

  static BufferedSample buffered(int number) {
    HardSample sample = small(number);
    return new BufferedSample(sample, answer(sample));
  }

  /** The same with masks in columns of three pixels, the last without one, and a look. */
  static BufferedSample withSegments(int number) {
    HardSample sample = small(number);
    byte[] numbers = new byte[sample.width() * sample.height()];
    for (int i = 0; i < numbers.length; i++) {
      int column = i % sample.width() / 3;
      numbers[i] = (byte) (column == 2 ? ClassMap.IGNORE : column);
    }
    return new BufferedSample(
        sample, answer(sample), new ClassMap(sample.width(), sample.height(), numbers), LOOK);
  }
}
