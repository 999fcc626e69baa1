package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.durable.OutputFolder;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.Safetensors;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.perception.ClassMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
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
          images.resolve("day_" + i + ".jpg"), Images.encodeJpeg(CliFixtures.frame(i), 0.9f));
      Files.write(labels.resolve("day_" + i + ".png"), label(CliFixtures.WIDTH));
    }
    return images;
  }

  private static byte[] label(int width) {
    return Images.encodeClassMap(
        new ClassMap(width, CliFixtures.HEIGHT, new byte[width * CliFixtures.HEIGHT]));
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
  void outputIsNoInputThatAUriNames() throws IOException {
    Path images = images(1);
    Path labels = folder.resolve("labels");
    Path models = Files.createDirectories(folder.resolve("models"));
    Path model = CliFixtures.model(models, "edge", 1);
    String set = "sample_source.image_folder.labels=" + labels.toUri();
    for (Path out : List.of(labels, images, models)) {
      Ran ran =
          seamark(
              "predict",
              "--images",
              images.toUri(),
              "--set",
              set,
              "--set",
              "seamark.edge.model=" + model.toUri(),
              "--out",
              out);
      assertEquals(2, ran.status(), ran.err());
      assertTrue(ran.line().contains("the output folder " + out + " is also "), ran.err());
    }
    assertArrayEquals(label(CliFixtures.WIDTH), Files.readAllBytes(labels.resolve("day_0.png")));
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
        "seamark.threads is '-1', but must be a whole number from 0 to 256",
        "predict",
        "--images",
        images,
        "--threads",
        "-1");
    assertMisused(
        "seamark.edge.window is 'wide', but must be a whole number of frames from 0 to 1000000",
        "predict",
        "--images",
        images,
        "--set",
        "seamark.edge.window=wide");
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
    return CliFixtures.model(folder, "rfnet", 1);
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
    assertEquals(CliFixtures.WIDTH, map.width());
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
    Files.write(depth.resolve("day_0.png"), label(CliFixtures.WIDTH));
    Path rgbd = CliFixtures.depthModel(folder, "rgbd", 1);
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
        new BufferedImage(CliFixtures.WIDTH, CliFixtures.HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
    ImageIO.write(metres, "png", depth.resolve("day_0.png").toFile());
    Object[] predict = {
      "predict",
      "--images",
      images,
      "--depth",
      depth,
      "--edge-model",
      CliFixtures.depthModel(folder, "rgbd", 1),
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
  void doctorRefusesAnOutputFolderThatEveryVerbRefuses() throws IOException {
    Path images = images(1);
    Path labels = folder.resolve("labels");
    Path out = folder.resolve("new");
    Object[] call = {
      "doctor", "--edge-model", model(), "--images", images, "--labels", labels, "--out"
    };
    for (Path input : List.of(images, labels)) {
      Ran ill = seamark(with(call, input));
      assertEquals(1, ill.status(), ill.out());
      assertTrue(
          ill.out().contains("FAIL  output: the output folder " + input + " is also"), ill.out());
      assertFalse(Files.exists(input.resolve(OutputFolder.RECORD)));
    }
    Ran well = seamark(with(call, out));
    assertEquals(0, well.status(), well.out());
    assertFalse(Files.exists(out));
    try (OutputFolder owner = OutputFolder.open(out, Map.of())) {
      Ran ill = seamark(with(call, owner.path()));
      assertEquals(1, ill.status(), ill.out());
      assertTrue(ill.out().contains("FAIL  output: " + out + " is being written by"), ill.out());
    }
    assertEquals(0, seamark(with(call, out)).status());
  }

  private static Object[] with(Object[] call, Object last) {
    Object[] whole = Arrays.copyOf(call, call.length + 1);
    whole[call.length] = last;
    return whole;
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
            """
            algorithm:
              modules:
                - type: unseen_sample_recognition
                  name: score_margin
                  hyperparameters:
                    - threshold: {values: [0.1]}
            """);
    Path file = Files.writeString(folder.resolve("seamark.properties"), key + "=0.2\n");
    Map<String, String> named = Map.of("seamark.ianvs.algorithm", algorithm.toString());
    Map<String, String> sedna = new HashMap<>();
    sedna.put("HEM_NAME", "score_margin");
    sedna.put("HEM_PARAMETERS", "[{\"key\":\"threshold\",\"value\":\"0.3\"}]");
    Map<String, String> defaults = Map.of(key, "0.05");

    assertEquals(
        "0.05",
        Settings.build(Map.of(), null, defaults, Map.of()).getConfigValue(key).getRawValue());
    assertEquals(
        "0.1", Settings.build(named, null, defaults, Map.of()).getConfigValue(key).getRawValue());
    assertEquals(
        "0.2", Settings.build(named, file, defaults, Map.of()).getConfigValue(key).getRawValue());
    assertEquals(
        "0.3", Settings.build(named, file, defaults, sedna).getConfigValue(key).getRawValue());
    sedna.put("HARD_EXAMPLE_MINING_SCORE_MARGIN_THRESHOLD", "0.4");
    assertEquals(
        "0.4", Settings.build(named, file, defaults, sedna).getConfigValue(key).getRawValue());
    System.setProperty(key, "0.5");
    try {
      assertEquals(
          "0.5", Settings.build(named, file, defaults, sedna).getConfigValue(key).getRawValue());
      Map<String, String> all = new HashMap<>(named);
      all.put(key, "0.6");
      assertEquals(
          "0.6", Settings.build(all, file, defaults, sedna).getConfigValue(key).getRawValue());
    } finally {
      System.clearProperty(key);
    }
  }

  @Test
  void algorithmFileChoosesAndSets() throws IOException {
    Path algorithm =
        Files.writeString(
            folder.resolve("algorithm.yaml"),
            """
            algorithm:
              modules:
                - type: unseen_sample_recognition
                  name: score_margin
                  hyperparameters:
                    - threshold: {values: [0.125]}
            """);
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

  /** A model whose first weight has a value of the caller's. */
  private Path spoilt(float value) throws IOException {
    Path file = CliFixtures.model(folder, "spoilt", 1);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putFloat(8 + (int) content.getLong(0), value);
    return Files.write(file, bytes);
  }

  @Test
  void aModelWithAWeightThatIsNoNumberIsRefusedEverywhere() throws IOException {
    Path model = spoilt(Float.NaN);
    String wrong = model + ": backbone.conv1.weight has 1 value that is not a number";
    Path images = images(1);
    Path out = folder.resolve("never");
    assertMisused(wrong, "predict", "--images", images, "--edge-model", model, "--out", out);
    assertMisused(wrong, "edge", "--source", images, "--edge-model", model, "--out", out);
    assertFalse(Files.exists(out));
    Ran ill = seamark("doctor", "--edge-model", model, "--source", images);
    assertEquals(1, ill.status());
    assertTrue(ill.out().contains("FAIL  edge model: " + wrong), ill.out());
  }

  @Test
  void aModelWhoseScoresOverflowIsRefused() throws IOException {
    Path model = spoilt(Float.MAX_VALUE);
    assertMisused(
        model + " cannot be used: its scores of a probe frame are not finite",
        "predict",
        "--images",
        images(1),
        "--edge-model",
        model);
  }

  @Test
  void namesThatBeginWithModuleAreReadAndSaid() throws IOException {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    EdgeModel.load(model())
        .weights()
        .tensors()
        .forEach((name, tensor) -> renamed.put("module." + name, tensor));
    Path file = folder.resolve("module.safetensors");
    Safetensors.write(file, new Weights(renamed, Map.of()), Precision.F32);
    Path images = images(2);
    Path plain = folder.resolve("plain");
    Path prefixed = folder.resolve("prefixed");
    assertEquals(
        0,
        seamark("predict", "--images", images, "--edge-model", model(), "--out", plain).status());
    Ran ran = seamark("predict", "--images", images, "--edge-model", file, "--out", prefixed);
    assertEquals(0, ran.status(), ran.err());
    assertArrayEquals(
        Files.readAllBytes(plain.resolve("day_0.png")),
        Files.readAllBytes(prefixed.resolve("day_0.png")));
  }

  @Test
  void everyPathMayBeAFileAddress() throws IOException {
    Path images = images(1);
    Path config = Files.writeString(folder.resolve("a b.properties"), "seamark.seed=7\n");
    Path out = folder.resolve("out of it");
    Ran ran =
        seamark(
            "predict",
            "--images",
            images.toUri(),
            "--labels",
            folder.resolve("labels").toUri(),
            "--edge-model",
            model().toUri(),
            "--config",
            config.toUri(),
            "--out",
            out.toUri(),
            "--json");
    assertEquals(0, ran.status(), ran.err());
    assertEquals(1, ran.json().path("images").asInt());
    assertTrue(Files.isRegularFile(out.resolve("day_0.png")));
    ran =
        seamark(
            "doctor",
            "--set",
            "seamark.edge.model=" + model().toUri(),
            "--set",
            "sample_source.image_folder.folder=" + images.toUri(),
            "--set",
            "seamark.sample_source=image_folder");
    assertEquals(0, ran.status(), ran.out());
    assertMisused(
        "'http://models.test/m.safetensors' must be a path or a file: URI",
        "predict",
        "--images",
        images,
        "--edge-model",
        "http://models.test/m.safetensors");
  }

  @Test
  void whatIsNoFileIsNeverWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe.jar");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertMisused("is a FIFO, but must be a file", "plugins", "list", "--config", pipe);
    assertMisused(pipe.toString(), "plugins", "list", "--algorithm", pipe);
    assertMisused(pipe.toString(), "predict", "--images", images(1), "--edge-model", pipe);
    assertMisused("pipe.jar is a FIFO", "plugins", "check", pipe);
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Files.move(pipe, plugins.resolve("pipe.jar"));
    assertMisused("pipe.jar: is a FIFO, but must be a file", "plugins", "check", plugins);
    assertEquals(0, seamark("plugins", "list", "--plugins", plugins).status());
    assertMisused(
        "/dev/zero is a device, but must be a file", "plugins", "list", "--config", "/dev/zero");
  }

  @SuppressWarnings("InlineFormatString") // Long enough to stand alone.
  private static final String PROVIDER =
      """
      package odd;
      import io.seamark.plugin.*;
      public final class Provider implements PluginProvider<Metric, Provider.None> {
        public record None() {}
        public Provider() { %1$s }
        public PluginKind<Metric> kind() { return PluginKind.METRIC; }
        public String name() { return "%3$s"; }
        public String text() { return "Is odd."; }
        public Class<None> hyperparameters() { return None.class; }
        public Metric create(None none, PluginContext context) { %2$s return counts -> 1; }
      }
      """;

  private Path plugin(String name, String constructor, String create) throws IOException {
    Path source = Files.createDirectories(folder.resolve("src-" + name)).resolve("Provider.java");
    Files.writeString(source, String.format(PROVIDER, constructor, create, name));
    Path classes = Files.createDirectories(folder.resolve("classes-" + name));
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString()));
    Path jar = Files.createDirectories(folder.resolve("odd")).resolve(name + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("META-INF/services/io.seamark.plugin.PluginProvider"));
      out.write("odd.Provider\n".getBytes(StandardCharsets.UTF_8));
      for (String file : List.of("odd/Provider.class", "odd/Provider$None.class")) {
        out.putNextEntry(new JarEntry(file));
        out.write(Files.readAllBytes(classes.resolve(file)));
      }
    }
    return jar;
  }

  @Test
  void pluginsThatEndTheProcessAreFound() throws IOException {
    Path sound = plugin("sound", "", "");
    assertEquals(0, seamark("plugins", "check", sound).status());
    Path exits = plugin("exits", "System.exit(0);", "");
    assertMisused(
        exits + ": ends the process that loads it, with status 0", "plugins", "check", exits);
    Path later = plugin("later", "", "Runtime.getRuntime().halt(0);");
    assertMisused(later + ": ends the process", "plugins", "check", later);
    Path feigns =
        plugin(
            "feigns",
            "System.out.println(\"\\nseamark-plugins-loaded\"); System.out.flush();"
                + " Runtime.getRuntime().halt(0);",
            "");
    assertMisused(feigns + ": ends the process", "plugins", "check", feigns);
    // Among others each of them is named, and doctor lives to tell.
    Ran all = seamark("plugins", "check", folder.resolve("odd"));
    assertEquals(2, all.status(), all.err());
    assertTrue(all.err().contains(exits + ": ends"), all.err());
    assertTrue(all.err().contains(later + ": ends"), all.err());
    assertFalse(all.err().contains(sound + ": "), all.err());
    Ran ill = seamark("doctor", "--plugins", exits);
    assertEquals(1, ill.status());
    assertTrue(ill.out().contains("FAIL  plugins: " + exits + ": ends the process"), ill.out());
  }

  @Test
  void aPluginThatNeverComesBackIsFound() throws IOException {
    Path waits =
        plugin(
            "waits",
            "try { new java.util.concurrent.CountDownLatch(1).await(); }"
                + " catch (InterruptedException e) { throw new AssertionError(e); }",
            "");
    CommonOptions common = new CommonOptions();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PluginProbe.check(waits, common, Duration.ofSeconds(5)));
    assertEquals(waits + ": does not come back within 5 s of being loaded", e.getMessage());
  }

  @Test
  void doctorReadsTheFirstFramesAndTheirLabels() throws IOException {
    Path images = images(3);
    Path labels = folder.resolve("labels");
    Ran well = seamark("doctor", "--edge-model", model(), "--source", images, "--labels", labels);
    assertEquals(0, well.status(), well.out());
    assertTrue(
        well.out().contains("image_folder, 3 frames, the first 3 read, of 64x48; 3 with labels\n"),
        well.out());
    byte[] map = new byte[CliFixtures.WIDTH * CliFixtures.HEIGHT];
    Arrays.fill(map, 0, map.length / 2, (byte) 7);
    Files.write(
        labels.resolve("day_1.png"),
        Images.encodeClassMap(new ClassMap(CliFixtures.WIDTH, CliFixtures.HEIGHT, map)));
    Ran odd = seamark("doctor", "--edge-model", model(), "--source", images, "--labels", labels);
    assertEquals(0, odd.status(), odd.out());
    assertTrue(
        odd.out()
            .contains(
                "in which 16.7% of the pixels are beyond the model's 3 classes (7) and count as"
                    + " unlabelled"),
        odd.out());
    Arrays.fill(map, (byte) 9);
    for (int i = 0; i < 3; i++) {
      Files.write(
          labels.resolve("day_" + i + ".png"),
          Images.encodeClassMap(new ClassMap(CliFixtures.WIDTH, CliFixtures.HEIGHT, map)));
    }
    Ran ill = seamark("doctor", "--edge-model", model(), "--source", images, "--labels", labels);
    assertEquals(1, ill.status(), ill.out());
    assertTrue(
        ill.out()
            .contains(
                "FAIL  source: no pixel of the labels has one of the model's 3 classes, 0 to 2:"
                    + " they hold [9]"),
        ill.out());
    Files.writeString(images.resolve("day_2.jpg"), "no image");
    Ran bad = seamark("doctor", "--edge-model", model(), "--source", images);
    assertEquals(1, bad.status(), bad.out());
    assertTrue(
        bad.out().contains("FAIL  source: 1 of the first 3 frames cannot be read"), bad.out());
  }

  @Test
  void doctorFindsPortsInUseFoldersAndUntrainedModels() throws IOException {
    try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ran ill = seamark("doctor", "--ports", used.getLocalPort());
      assertEquals(1, ill.status(), ill.out());
      assertTrue(
          ill.out().contains("FAIL  port " + used.getLocalPort() + ": it is in use"), ill.out());
    }
    Map<String, Tensor> zero = new LinkedHashMap<>();
    EdgeModel.load(model())
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                zero.put(name, new Tensor(tensor.shape(), new float[tensor.values().length])));
    Path file = folder.resolve("zero.safetensors");
    Safetensors.write(file, new Weights(zero, Map.of()), Precision.F32);
    Path fresh = folder.resolve("x").resolve("y");
    Ran odd = seamark("doctor", "--edge-model", file, "--source", images(1), "--out", fresh);
    assertEquals(0, odd.status(), odd.out());
    assertTrue(odd.out().contains("suspicious: every cell of a probe frame"), odd.out());
    assertTrue(odd.out().contains("ok    output: " + fresh + " can be made"), odd.out());
    assertFalse(Files.exists(folder.resolve("x")));
    Ran ill = seamark("doctor", "--edge-model", model(), "--out", file.resolve("below"));
    assertEquals(1, ill.status(), ill.out());
  }

  @Test
  void nativeLibrariesThatCannotBeLoadedAreOneLine() throws Exception {
    Path images = images(1);
    Path model = model();
    for (String options : List.of("noexec,size=128m", "size=1m")) {
      Path temporary = Files.createDirectories(folder.resolve("tmp"));
      Process mount =
          new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "none", temporary.toString())
              .redirectErrorStream(true)
              .start();
      assumeTrue(mount.waitFor() == 0, "not run: only root can mount a file system");
      try {
        Process process =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + temporary,
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Seamark.class.getName(),
                    "predict",
                    "--images",
                    images.toString(),
                    "--edge-model",
                    model.toString(),
                    "--out",
                    folder.resolve("out").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor() > 0, said);
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.contains("the temporary folder " + temporary), said);
        assertTrue(said.contains("; name another folder with TMPDIR or -Djava.io.tmpdir"), said);
      } finally {
        assertEquals(0, new ProcessBuilder("umount", temporary.toString()).start().waitFor());
      }
    }
  }

  @Test
  void messagesAreOneLine() {
    assertEquals("a; b", Seamark.message(new IllegalArgumentException("a\n  b\n")));
    assertEquals("x does not exist", Seamark.message(new java.nio.file.NoSuchFileException("x")));
    assertEquals("IllegalStateException: odd", Seamark.message(new IllegalStateException("odd")));
  }
}
