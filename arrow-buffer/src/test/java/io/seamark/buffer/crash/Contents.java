package io.seamark.buffer.crash;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** What a record of a number holds: always the same, so that nothing has to be remembered of it. */
final class Contents {
  private static final String ID = "frame-";

  /** More than a disk is given at a time, so that a kill can tear it. */
  private static final int LARGE = 300_000;

  private static final int WIDTH = 8;
  private static final int HEIGHT = 6;

  private Contents() {}

  static byte[] bytes(long number) {
    Random random = new Random(number);
    byte[] bytes = new byte[number % 32 == 31 ? LARGE : 64 + random.nextInt(900)];
    random.nextBytes(bytes);
    return bytes;
  }

  static String edge(long number) {
    return "edge-" + number % 3;
  }

  static String id(long number) {
    return ID + number;
  }

  /** The number of a record by its name. */
  static long number(String id) {
    if (!id.startsWith(ID)) {
      throw new AssertionError("'" + id + "' was never written");
    }
    return Long.parseLong(id.substring(ID.length()));
  }

  static HardSample sample(long number) {
    byte[] image = bytes(number);
    byte[] depth = number % 3 == 0 ? Arrays.copyOf(image, 40) : null;
    // One value a class, which eight bits keep as it is.
    float[] logits = {number * 0.5f, -number};
    return new HardSample(
        id(number),
        edge(number),
        number % 2 == 0 ? "day" : "dusk",
        number,
        WIDTH,
        HEIGHT,
        new EncodedImage(EncodedImage.JPEG, image),
        depth,
        new ClassScores(2, 1, 1, logits),
        "v" + number % 5,
        "miner",
        number * 0.25,
        0.5);
  }

  static BufferedSample buffered(long number) {
    byte[] classes = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) ((i + number) % 3 == 2 ? ClassMap.IGNORE : (i + number) % 3);
    }
    return new BufferedSample(
        sample(number),
        new FusedAnswer(
            new ClassMap(WIDTH, HEIGHT, classes),
            (int) (number % 50),
            "fusion",
            Map.of("encode", number * 0.125)));
  }

  /**
   * Holds a sample against the one that was written.
   *
   * @return its number
   */
  static long require(HardSample actual) {
    long number = number(actual.id());
    HardSample expected = sample(number);
    boolean same =
        expected.edge().equals(actual.edge())
            && expected.domain().equals(actual.domain())
            && expected.capturedMillis() == actual.capturedMillis()
            && expected.width() == actual.width()
            && expected.height() == actual.height()
            && expected.image().mediaType().equals(actual.image().mediaType())
            && expected.showsWhat(actual)
            && expected.scores().classes() == actual.scores().classes()
            && Arrays.equals(expected.scores().logits(), actual.scores().logits())
            && expected.modelVersion().equals(actual.modelVersion())
            && expected.miner().equals(actual.miner())
            && expected.score() == actual.score()
            && expected.threshold() == actual.threshold();
    if (!same) {
      throw new AssertionError("sample " + number + " is not as it was written: " + actual);
    }
    return number;
  }

  /** The same for a sample with its answer. */
  static long require(BufferedSample actual) {
    long number = require(actual.sample());
    BufferedSample expected = buffered(number);
    FusedAnswer answer = actual.answer();
    boolean same =
        Arrays.equals(expected.answer().classMap().classes(), answer.classMap().classes())
            && expected.answer().masks() == answer.masks()
            && expected.answer().processing().equals(answer.processing())
            && expected.answer().seconds().equals(answer.seconds())
            && actual.segments() == null
            && actual.look() == null;
    if (!same) {
      throw new AssertionError("the answer to sample " + number + " is not as it was written");
    }
    return number;
  }
}
