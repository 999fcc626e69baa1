package io.seamark.unknown;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.inference.RfNetModel;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MemoryNeed;
import io.seamark.setting.HyperparameterBinding;
import io.seamark.street.StreetModels;
import io.seamark.unknown.fusion.MajorityVote;
import io.seamark.unknown.fusion.QualitySum;
import io.seamark.unknown.fusion.ScoreSum;
import io.seamark.unknown.segment.SegmentAnything;
import io.seamark.unknown.segment.SegmentAnythingParameters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers frames in processes whose heap is as large as the bound, and little more. */
class MemoryNeedTest {
  /** What a process needs besides: Java, the open networks' tables, and the engine's classes. */
  private static final int BESIDES = 32 << 20;

  @TempDir private Path folder = Path.of("");

  /** The process: answers a frame, and says for how many pixels. */
  public static void main(String[] arguments) throws Exception {
    int width = Integer.parseInt(arguments[0]);
    int height = Integer.parseInt(arguments[1]);
    int classes = Integer.parseInt(arguments[2]);
    Path model = Path.of(arguments[4]);
    try (SamFusion processing = processing(arguments[3], model)) {
      Frame frame = noise(width, height);
      ClassScores scores =
          Files.exists(model) ? processing.label(frame) : scores(width, height, classes);
      System.out.println(processing.process(frame, scores).classMap().classes().length);
    }
  }

  private static SamFusion processing(String fusion, Path model) throws Exception {
    MaskFusion chosen =
        switch (fusion) {
          case "majority_vote" -> new MajorityVote();
          case "score_sum" -> new ScoreSum();
          default -> new QualitySum(8, 2);
        };
    return new SamFusion(
        SegmentAnything.open(
            new HyperparameterBinding<>(SegmentAnythingParameters.class).bind(Map.of()), 2),
        chosen,
        new EdgeViews(new RfNetModel(2), model, 0.42));
  }

  /** Blocks of noise, of which the segmenter makes many masks. */
  private static Frame noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    byte[] blocks = new byte[3 * 64 * 64];
    new Random(5).nextBytes(blocks);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * 64 / height * 64 + x * 64 / width);
        System.arraycopy(blocks, from, rgb, 3 * (y * width + x), 3);
      }
    }
    return new Frame(width, height, rgb, null);
  }

  private static ClassScores scores(int width, int height, int classes) {
    int w = (width + 3) / 4;
    int h = (height + 3) / 4;
    float[] logits = new float[classes * w * h];
    Random random = new Random(6);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = random.nextFloat();
    }
    return new ClassScores(classes, w, h, logits);
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 768, 1, quality_sum, false",
    "1024, 768, 19, score_sum, false",
    "1280, 720, 40, majority_vote, false",
    "1024, 768, 11, quality_sum, true"
  })
  @DisplayName("the bound for answering a frame is one, with and without the longer look")
  void memory_isEnough(int width, int height, int classes, String fusion, boolean look)
      throws Exception {
    Path model = look ? StreetModels.edgeModel(folder) : folder.resolve("none.safetensors");
    MemoryNeed need;
    try (SamFusion processing = processing(fusion, model)) {
      need = processing.memory(width, height, classes);
    }
    // The frame and its scores are the caller's.
    long heap = need.heap() + 3L * width * height + (long) classes * width * height / 4 + BESIDES;
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (heap >> 20) + "m",
                "-XX:+UseSerialGC",
                "-XX:MaxNewSize=4m",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryNeedTest.class.getName(),
                "" + width,
                "" + height,
                "" + classes,
                fusion,
                model.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertTrue(process.waitFor(10, TimeUnit.MINUTES), "still running");
    String text = Files.readString(said);
    assertTrue(
        text.lines().anyMatch(("" + width * height)::equals),
        () -> need + " was too little: " + text);
    assertEquals(0, process.exitValue());
  }
}
