package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.edge.EdgeFixtures;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeamarkTest {
  @TempDir Path folder = Path.of("");

  /** What a command line did. */
  private record Ran(int status, String out, String err) {
    /** The error, which must be one line. */
    String line() {
      assertEquals("", out);
      assertEquals(1, err.lines().count(), err);
      return err.strip();
    }

    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }
  }

  private static Ran seamark(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Ran(status, out.toString(), err.toString());
  }

  private Path images(int good) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path labels = Files.createDirectories(folder.resolve("labels"));
    for (int i = 0; i < good; i++) {
      Files.write(
          images.resolve("day_" + i + ".jpg"), Images.encodeJpeg(EdgeFixtures.frame(i), 0.9f));
      Files.write(labels.resolve("day_" + i + ".png"), label(EdgeFixtures.WIDTH));
    }
    return images;
  }

  private static byte[] label(int width) {
    return Images.encodeClassMap(
        new ClassMap(width, EdgeFixtures.HEIGHT, new byte[width * EdgeFixtures.HEIGHT]));
  }

  @Test
  void helpGoesToStandardOutput() {
    Ran ran = seamark("--help");
    assertEquals(0, ran.status());
    assertTrue(ran.out().contains("predict") && ran.out().contains("edge"), ran.out());
    assertEquals("", ran.err());
    for (String verb : List.of("predict", "edge", "plugins", "doctor")) {
      Ran help = seamark(verb, "--help");
      assertEquals(0, help.status());
      assertTrue(help.out().startsWith("Usage: seamark " + verb), help.out());
    }
  }

  @Test
  void misuseIsOneLineAndStatus2() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path noModel = Files.writeString(folder.resolve("model.safetensors"), "no model at all");
    Path images = images(1);
    assertMisused("a verb is missing: must be one of");
    assertMisused("there is no verb 'frob': must be one of", "frob");
    assertMisused("Unknown option: '--frob'", "predict", "--frob");
    assertMisused("--images DIR is missing", "predict");
    assertMisused(
        "source '" + folder.resolve("nowhere") + "' does not exist",
        "predict",
        "--images",
        folder.resolve("nowhere"));
    assertMisused(empty.toString(), "predict", "--images", empty, "--edge-model", model());
    assertMisused(
        noModel + " is not an RFNet model", "predict", "--images", images, "--edge-model", noModel);
    assertMisused(
        "edge model " + folder.resolve("absent") + " does not exist",
        "predict",
        "--images",
        images,
        "--edge-model",
        folder.resolve("absent"));
    assertMisused(
        "seamark.hard_example_mining is 'guess', but must be one of CloudOnly, CrossEntropy,"
            + " EdgeOnly, IBT, Random, Threshold, ",
        "predict",
        "--images",
        images,
        "--hem",
        "guess");
    assertMisused(
        "hard_example_mining.score_margin.threshold is '9', but must be a number from 0 to 1",
        "predict",
        "--images",
        images,
        "--set",
        "hard_example_mining.score_margin.threshold=9");
    assertMisused(
        "has no hyperparameter 'threshhold'",
        "predict",
        "--images",
        images,
        "--set",
        "hard_example_mining.score_margin.threshhold=0.5");
    assertMisused(
        "--set sets 'mining.threshold'",
        "predict",
        "--images",
        images,
        "--set",
        "mining.threshold=1");
    assertMisused(
        "seamark.threads is '0', but must be a whole number from 1 to 256",
        "predict",
        "--images",
        images,
        "--threads",
        "0");
    assertMisused(
        "plugin folder " + folder.resolve("nowhere") + " is not a folder",
        "plugins",
        "list",
        "--plugins",
        folder.resolve("nowhere"));
    assertMisused("--cloud is 'cloud'", "edge", "--cloud", "cloud", "--edge-model", model());
    assertMisused(
        "no unseen_task_processing plugin is installed",
        "predict",
        "--images",
        images,
        "--edge-model",
        model(),
        "--cloud-path");
  }

  private static void assertMisused(String message, Object... arguments) {
    Ran ran = seamark(arguments);
    String line = ran.line();
    assertEquals(2, ran.status(), line);
    assertTrue(line.startsWith("seamark") && line.contains(message), line);
    assertFalse(line.contains("Exception"), line);
  }

  @Test
  void verboseAddsTheStackTrace() {
    Ran ran = seamark("predict", "--images", folder.resolve("nowhere"), "--verbose");
    assertEquals(2, ran.status());
    assertTrue(ran.err().contains("\tat io.seamark.cli.SourceOptions"), ran.err());
  }

  private Path model() throws IOException {
    return EdgeFixtures.model(folder, "rfnet", 1);
  }

  @Test
  void predictLabelsGoodImagesAndSkipsBadOnes() throws IOException {
    Path images = images(3);
    byte[] whole = Files.readAllBytes(images.resolve("day_0.jpg"));
    Files.write(images.resolve("day_truncated.jpg"), Arrays.copyOf(whole, whole.length / 2));
    Files.write(images.resolve("day_wrong.jpg"), whole);
    Files.write(folder.resolve("labels").resolve("day_wrong.png"), label(32));
    Files.writeString(images.resolve("day_text.png"), "no image", StandardCharsets.UTF_8);
    Path out = folder.resolve("out");
    Ran ran =
        seamark(
            "predict",
            "--images",
            images,
            "--labels",
            folder.resolve("labels"),
            "--edge-model",
            model(),
            "--hem",
            "score_margin",
            "--out",
            out,
            "--json");
    assertEquals(0, ran.status(), ran.err());
    JsonNode figures = ran.json();
    assertEquals(3, figures.path("images").asInt());
    assertEquals(3, figures.path("skipped").asInt());
    assertTrue(figures.path("mean_iou").isNumber() && figures.path("pixel_accuracy").isNumber());
    assertTrue(figures.path("median_ms").path("infer").asDouble() > 0);
    ClassMap map = Images.decodeClassMap(Files.readAllBytes(out.resolve("day_1.png")));
    assertEquals(EdgeFixtures.WIDTH, map.width());
    List<String> decisions = Files.readAllLines(out.resolve("decisions.csv"));
    assertEquals("image,score,threshold,hard,reason", decisions.get(0));
    assertEquals(4, decisions.size());
    assertTrue(
        decisions.get(1).matches("day_0(\\.jpg)?,[0-9.E-]+,0\\.87,(true|false),.+"),
        decisions.get(1));
    assertTrue(ran.err().contains("skipped day_truncated"), ran.err());
    assertFalse(ran.err().contains("\tat "), ran.err());
  }

  @Test
  void depthThatAModelLacksIsCountedAndNamed() throws IOException {
    Path images = images(3);
    Path depth = Files.createDirectories(folder.resolve("depth"));
    Files.write(depth.resolve("day_0.png"), label(EdgeFixtures.WIDTH));
    Path rgbd = EdgeFixtures.depthModel(folder, "rgbd", 1);
    Object[] predict = {
      "predict", "--images", images, "--edge-model", rgbd, "--out", folder.resolve("out"), "--json"
    };
    Ran none = seamark(predict);
    assertEquals(0, none.status(), none.err());
    assertEquals(3, none.json().path("without_depth").asInt());
    assertTrue(
        none.err()
            .contains(
                "the edge model has a branch for depth, but day_0 comes without any: what has none"
                    + " is labelled from colour alone, less accurately; --depth DIR names depth"
                    + " images"),
        none.err());
    Ran some = seamark(with(predict, "--depth", depth));
    assertEquals(2, some.json().path("without_depth").asInt());
    assertTrue(
        some.err().contains("2 of 3 images have no depth in " + depth + ", such as day_1.jpg"),
        some.err());
    assertTrue(
        some.err()
            .contains(
                "2 of 3 frames had no depth and were labelled from colour alone: day_1, day_2"),
        some.err());
    Ran edge =
        seamark(
            "edge",
            "--source",
            images,
            "--depth",
            depth,
            "--edge-model",
            rgbd,
            "--out",
            folder.resolve("edge"),
            "--json");
    assertEquals(2, edge.json().path("without_depth").asInt());
    assertTrue(edge.err().contains("alone: day_1, day_2"), edge.err());

    Ran unused =
        seamark(
            "predict",
            "--images",
            images,
            "--depth",
            depth,
            "--edge-model",
            model(),
            "--out",
            folder.resolve("out"),
            "--json");
    assertEquals(0, unused.json().path("without_depth").asInt());
    assertTrue(
        unused.err().contains("depth is not used: the edge model has no branch for it"),
        unused.err());
  }

  private static Object[] with(Object[] arguments, Object... more) {
    return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
  }

  @Test
  void sixteenBitDepthNeedsItsScale() throws IOException {
    Path images = images(1);
    Path depth = Files.createDirectories(folder.resolve("depth"));
    BufferedImage metres =
        new BufferedImage(EdgeFixtures.WIDTH, EdgeFixtures.HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
    ImageIO.write(metres, "png", depth.resolve("day_0.png").toFile());
    Object[] predict = {
      "predict",
      "--images",
      images,
      "--depth",
      depth,
      "--edge-model",
      EdgeFixtures.depthModel(folder, "rgbd", 1),
      "--out",
      folder.resolve("out")
    };
    Ran refused = seamark(predict);
    assertEquals(1, refused.status());
    assertTrue(
        refused.err().contains("depth/day_0.png: the depth image has 16 bits")
            && refused.err().contains("depth.scale in metres a unit"),
        refused.err());
    assertEquals(0, seamark(with(predict, "--depth-scale", "0.001")).status());
    assertMisused(
        "depth.scale is 'mm', but must be the metres", with(predict, "--depth-scale", "mm"));
    assertMisused(
        "depth.scale is '0.1', but depth names no folder",
        "predict",
        "--images",
        images,
        "--depth-scale",
        "0.1");
  }

  @Test
  void whatIsPassedOverIsSaid() throws IOException {
    Path images = images(1);
    Files.write(images.resolve("other.bmp"), new byte[9]);
    Files.createDirectories(images.resolve("night"));
    Files.copy(images.resolve("day_0.jpg"), images.resolve("night/n.JPG"));
    Object[] predict = {
      "predict",
      "--images",
      images,
      "--edge-model",
      model(),
      "--out",
      folder.resolve("out"),
      "--json"
    };
    String note =
        "passed over in "
            + images
            + ": 1 .bmp, 1 sub-folder(s) with images (--select '**' reads them)";
    Ran flat = seamark(predict);
    assertTrue(flat.err().contains(note), flat.err());
    assertEquals(note, flat.json().path("notes").path(0).asText());
    assertEquals(1, flat.json().path("images").asInt());
    assertEquals(2, seamark(with(predict, "--select", "**")).json().path("images").asInt());
    assertMisused(
        "labels.suffix is '_L', but labels names no folder",
        with(predict, "--labels-suffix", "_L"));
  }

  @Test
  void predictFailsWhereNothingCouldBeLabelled() throws IOException {
    Path images = Files.createDirectories(folder.resolve("bad"));
    Files.writeString(images.resolve("a.png"), "no image", StandardCharsets.UTF_8);
    Ran ran =
        seamark(
            "predict", "--images", images, "--edge-model", model(), "--out", folder.resolve("o"));
    assertEquals(1, ran.status());
    assertTrue(ran.err().contains("none of the 1 images could be labelled"), ran.err());
  }

  @Test
  void edgeRunsOnItsOwn() throws IOException {
    Ran ran =
        seamark(
            "edge",
            "--source",
            images(4),
            "--edge-model",
            model(),
            "--out",
            folder.resolve("edge"),
            "--port",
            "0",
            "--json");
    assertEquals(0, ran.status(), ran.err());
    assertEquals(4, ran.json().path("frames").asInt());
    assertTrue(Files.isRegularFile(folder.resolve("edge/answers/day_3.png")));
  }

  @Test
  void doctorFindsThisMachineHealthyAndABadModelIll() throws IOException {
    Ran well = seamark("doctor", "--edge-model", model(), "--source", images(1), "--json");
    assertEquals(0, well.status(), well.out());
    assertTrue(well.json().path("healthy").asBoolean());
    Path bad = Files.writeString(folder.resolve("bad.safetensors"), "x");
    Ran ill = seamark("doctor", "--edge-model", bad, "--source", images(1), "--json");
    assertEquals(1, ill.status());
    assertTrue(
        ill.out().contains("FAIL  edge model: " + bad + " is not an RFNet model"), ill.out());
  }

  @Test
  void configurationFileComesAfterTheCommandLine() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("seamark.properties"),
            "hard_example_mining.score_margin.threshold=0.25\nseamark.seed=7\n");
    Ran ran = seamark("plugins", "describe", "score_margin", "--config", file);
    assertTrue(ran.out().contains("configured: 0.25"), ran.out());
    Ran over =
        seamark(
            "plugins",
            "describe",
            "score_margin",
            "--config",
            file,
            "--set",
            "hard_example_mining.score_margin.threshold=0.5");
    assertTrue(over.out().contains("configured: 0.5"), over.out());
    Files.writeString(file, "seamark.sed=7\n");
    assertMisused("sets 'seamark.sed'", "plugins", "list", "--config", file);
  }

  @Test
  void everySourceOfConfigurationHasItsPlace() throws IOException {
    String key = "hard_example_mining.score_margin.threshold";
    Path algorithm =
        Files.writeString(
            folder.resolve("algorithm.yaml"),
            "algorithm:\n  modules:\n    - type: unseen_sample_recognition\n"
                + "      name: score_margin\n      hyperparameters:\n"
                + "        - threshold: {values: [0.1]}\n");
    Path file = Files.writeString(folder.resolve("seamark.properties"), key + "=0.2\n");
    Map<String, String> named = Map.of("seamark.ianvs.algorithm", algorithm.toString());
    Map<String, String> sedna = new HashMap<>();
    sedna.put("HEM_NAME", "score_margin");
    sedna.put("HEM_PARAMETERS", "[{\"key\":\"threshold\",\"value\":\"0.3\"}]");
    Map<String, String> defaults = Map.of(key, "0.05");

    assertEquals("0.05", Settings.build(Map.of(), null, defaults, Map.of()).getRawValue(key));
    assertEquals("0.1", Settings.build(named, null, defaults, Map.of()).getRawValue(key));
    assertEquals("0.2", Settings.build(named, file, defaults, Map.of()).getRawValue(key));
    assertEquals("0.3", Settings.build(named, file, defaults, sedna).getRawValue(key));
    sedna.put("HARD_EXAMPLE_MINING_SCORE_MARGIN_THRESHOLD", "0.4");
    assertEquals("0.4", Settings.build(named, file, defaults, sedna).getRawValue(key));
    System.setProperty(key, "0.5");
    try {
      assertEquals("0.5", Settings.build(named, file, defaults, sedna).getRawValue(key));
      Map<String, String> all = new HashMap<>(named);
      all.put(key, "0.6");
      assertEquals("0.6", Settings.build(all, file, defaults, sedna).getRawValue(key));
    } finally {
      System.clearProperty(key);
    }
  }

  @Test
  void algorithmFileChoosesAndSets() throws IOException {
    Path algorithm =
        Files.writeString(
            folder.resolve("algorithm.yaml"),
            "algorithm:\n  modules:\n    - type: unseen_sample_recognition\n"
                + "      name: score_margin\n      hyperparameters:\n"
                + "        - threshold: {values: [0.125]}\n");
    Ran ran = seamark("plugins", "list", "--algorithm", algorithm, "--json");
    assertEquals(0, ran.status(), ran.err());
    var miner =
        StreamSupport.stream(ran.json().path("plugins").spliterator(), false)
            .filter(p -> p.path("name").asText().equals("score_margin"))
            .findFirst()
            .orElseThrow();
    assertEquals("0.125", miner.path("hyperparameters").path("threshold").asText());
    assertTrue(miner.path("chosen").asBoolean());
    assertEquals("built-in", miner.path("origin").asText());
    Files.writeString(
        algorithm, "algorithm: {modules: [{type: hard_example_mining, name: score_margn}]}\n");
    assertMisused(
        "did you mean score_margin?) (set by Ianvs's algorithm file",
        "plugins",
        "list",
        "--algorithm",
        algorithm);
    assertMisused(
        "did you mean seamark.training.steps?)",
        "plugins",
        "list",
        "--set",
        "seamark.training.step=3");
  }

  @Test
  void checkSaysEverythingThatIsWrongWithAFolder() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Path broken = Files.writeString(plugins.resolve("broken.jar"), "x");
    assertMisused(broken + ": is not a jar", "plugins", "check", plugins);
    assertMisused(broken + ": is not a jar", "plugins", "check", broken);
    assertEquals(0, seamark("plugins", "check").status());
    Ran ill = seamark("doctor", "--plugins", folder.resolve("nowhere"));
    assertEquals(1, ill.status());
    assertTrue(ill.out().contains("FAIL  plugins: plugin folder"), ill.out());
  }

  @Test
  void messagesAreOneLine() {
    assertEquals("a; b", Seamark.message(new IllegalArgumentException("a\n  b\n")));
    assertEquals("x does not exist", Seamark.message(new java.nio.file.NoSuchFileException("x")));
    assertEquals("IllegalStateException: odd", Seamark.message(new IllegalStateException("odd")));
  }
}
