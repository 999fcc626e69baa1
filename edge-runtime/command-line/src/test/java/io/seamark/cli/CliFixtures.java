package io.seamark.cli;

import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** Small frames and models for the tests of the verbs. */
final class CliFixtures {
  static final int WIDTH = 64;
  static final int HEIGHT = 48;
  private static final int CLASSES = 3;

  private CliFixtures() {}

  /** A narrow RFNet with random weights, in a file. */
  static Path model(Path folder, String name, long seed) throws IOException {
    return model(folder, name, seed, false);
  }

  /** The same with a branch for depth. */
  static Path depthModel(Path folder, String name, long seed) throws IOException {
    return model(folder, name, seed, true);
  }

  private static Path model(Path folder, String name, long seed, boolean depth) throws IOException {
    Path file = folder.resolve(name + ".safetensors");
    EdgeModel.of(RfNetWeights.initial(seed, CLASSES, 4, depth)).save(file, Precision.F32);
    return file;
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  static Frame frame(long seed) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(seed).nextBytes(rgb);
    return new Frame(WIDTH, HEIGHT, rgb, null);
  }
}
