package io.seamark.edge;

import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.PluginRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Small real parts for the tests of the edge. */
public final class EdgeFixtures {
  public static final int WIDTH = 64;
  public static final int HEIGHT = 48;
  private static final int CLASSES = 3;

  private EdgeFixtures() {}

  /** A narrow RFNet with random weights, in a file. */
  public static Path model(Path folder, String name, long seed) throws IOException {
    Path file = folder.resolve(name + ".safetensors");
    EdgeModel.of(RfNetWeights.initial(seed, CLASSES, 4, false)).save(file, Precision.F32);
    return file;
  }

  public static BaseModel rfnet() {
    return PluginRegistry.discover(null, EdgeFixtures.class.getClassLoader())
        .create(PluginKind.BASEMODEL, "rfnet", Map.of(), 1, 1);
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  public static Frame frame(long seed) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(seed).nextBytes(rgb);
    return new Frame(WIDTH, HEIGHT, rgb, null);
  }

  public static Sample sample(int number) {
    return new Sample("frame-" + number, "day", frame(number), null, null);
  }

  public static HardSample hardSample(int number) {
    Frame frame = frame(number);
    int w = WIDTH / 4;
    int h = HEIGHT / 4;
    return new HardSample(
        "frame-" + number,
        "edge",
        "day",
        number,
        WIDTH,
        HEIGHT,
        new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame, 0.9f)),
        null,
        new ClassScores(CLASSES, w, h, new float[CLASSES * w * h]),
        "v0",
        "score_margin",
        0.1,
        0.6);
  }

  public static FusedAnswer answer(HardSample sample) {
    return new FusedAnswer(
        new ClassMap(sample.width(), sample.height(), new byte[sample.width() * sample.height()]),
        3,
        "sam_fusion",
        Map.of("encoder", 0.1));
  }

  /** A source over a list. */
  public static SampleSource source(List<? extends SourceItem> items) {
    Iterator<? extends SourceItem> rest = items.iterator();
    return new SampleSource() {
      @Override
      public Optional<SourceItem> next() {
        return rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
      }

      @Override
      public OptionalInt size() {
        return OptionalInt.of(items.size());
      }

      @Override
      public void close() {}
    };
  }
}
