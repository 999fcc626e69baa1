package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.bench.ExampleJob;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base model that is no RFNet, from a jar, chosen by configuration alone. */
class OutsideBaseModelTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final int CLASSES = 11;

  /** Each pixel gets the class with the nearest mean colour; training moves the means. */
  private static final String SOURCE =
      """
      package colours;
      import io.seamark.perception.*;
      import io.seamark.plugin.*;
      import java.io.IOException;
      import java.nio.file.*;
      import java.util.*;
      public final class Plugin {
        public record None() {}
        private static final String MAGIC = "mean colours";
        private record Means(double[][] rgb, List<String> metadata) implements TrainableModel {
          static Means read(Path file) throws IOException {
            List<String> lines;
            try {
              lines = Files.readAllLines(file);
            } catch (java.nio.charset.CharacterCodingException | NoSuchFileException e) {
              throw new IOException(file + " is no model of mean colours", e);
            }
            if (lines.isEmpty() || !lines.get(0).equals(MAGIC)) {
              throw new IOException(file + " is no model of mean colours");
            }
            List<double[]> means = new ArrayList<>();
            List<String> metadata = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
              if (line.startsWith("#")) { metadata.add(line); }
              else { means.add(Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray()); }
            }
            return new Means(means.toArray(new double[0][]), metadata);
          }
          ClassSet classes() {
            List<String> names = new ArrayList<>();
            for (int c = 0; c < rgb.length; c++) { names.add("colour " + c); }
            return new ClassSet(names);
          }
          @Override public ModelFacts facts() {
            return new ModelFacts(classes(), false, Set.of(), List.of());
          }
          @Override public long memory(int width, int height, int batch) {
            return 8L * width * height * batch;
          }
          @Override public ModelTrainer trainer(TrainerOptions options) {
            double[][] means = Arrays.stream(rgb).map(double[]::clone).toArray(double[][]::new);
            return new ModelTrainer() {
              @Override public double step(List<TrainingSample> samples, double rate) {
                double loss = 0;
                long pixels = 0;
                for (TrainingSample sample : samples) {
                  byte[] target = sample.target().classes();
                  byte[] colours = sample.frame().rgb();
                  for (int i = 0; i < target.length; i++) {
                    int c = target[i] & 0xFF;
                    if (c >= means.length) { continue; }
                    for (int k = 0; k < 3; k++) {
                      double off = (colours[3 * i + k] & 0xFF) - means[c][k];
                      means[c][k] += rate * off;
                      loss += off * off;
                    }
                    pixels++;
                  }
                }
                return pixels == 0 ? 0 : loss / pixels;
              }
              @Override public TrainableModel snapshot() {
                return new Means(
                    Arrays.stream(means).map(double[]::clone).toArray(double[][]::new), metadata);
              }
              @Override public void close() {}
            };
          }
          @Override public void save(Path file, Map<String, String> more) throws IOException {
            List<String> lines = new ArrayList<>(List.of(MAGIC));
            for (double[] mean : rgb) { lines.add(mean[0] + " " + mean[1] + " " + mean[2]); }
            more.forEach((key, value) -> lines.add("#" + key + "=" + value.replace("\\n", " ")));
            Files.write(file, lines);
          }
        }
        private static final class Model implements BaseModel {
          @Override public ModelFacts describe(Path model) throws IOException {
            return Means.read(model).facts();
          }
          @Override public Session open(Path model, int width, int height, boolean depth)
              throws IOException {
            Means means = Means.read(model);
            return new Session() {
              @Override public Prediction infer(Frame frame) {
                int classes = means.rgb().length;
                float[] logits = new float[classes * width * height];
                byte[] colours = frame.rgb();
                for (int i = 0; i < width * height; i++) {
                  for (int c = 0; c < classes; c++) {
                    double distance = 0;
                    for (int k = 0; k < 3; k++) {
                      double off = (colours[3 * i + k] & 0xFF) - means.rgb()[c][k];
                      distance += off * off;
                    }
                    logits[c * width * height + i] = (float) (-distance / 1000);
                  }
                }
                ClassScores scores = new ClassScores(classes, width, height, logits);
                return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
              }
              @Override public void close() {}
            };
          }
        }
        public static final class Labelling implements PluginProvider<BaseModel, None> {
          @Override public PluginKind<BaseModel> kind() { return PluginKind.BASEMODEL; }
          @Override public String name() { return "mean_colours"; }
          @Override public String text() { return "The nearest mean colour."; }
          @Override public Class<None> hyperparameters() { return None.class; }
          @Override public BaseModel create(None none, PluginContext context) { return new Model(); }
        }
        public static final class Training implements PluginProvider<BaseModelTraining, None> {
          @Override public PluginKind<BaseModelTraining> kind() {
            return PluginKind.BASEMODEL_TRAINING;
          }
          @Override public String name() { return "mean_colours"; }
          @Override public String text() { return "Moves the means."; }
          @Override public Class<None> hyperparameters() { return None.class; }
          @Override public BaseModelTraining create(None none, PluginContext context) {
            return Means::read;
          }
        }
      }
      """;

  @TempDir Path folder = Path.of("");
  private Path plugins = Path.of("");
  private Path model = Path.of("");

  @BeforeEach
  void build() throws IOException {
    plugins =
        OutsidePlugin.jar(
            folder, "colours", SOURCE, List.of("Plugin$Labelling", "Plugin$Training"));
    List<String> lines = new ArrayList<>(List.of("mean colours"));
    for (int c = 0; c < CLASSES; c++) {
      lines.add(23 * c + " " + (255 - 23 * c) + " " + (c % 3) * 80);
    }
    model =
        Files.write(Files.createDirectories(folder.resolve("model")).resolve("means.txt"), lines);
  }

  private record Ran(int status, String out, String err) {
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }
  }

  private Ran seamark(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all =
        Stream.concat(
                Arrays.stream(arguments).map(String::valueOf),
                Stream.of(
                    "--plugins",
                    plugins.toString(),
                    "--edge-model",
                    model.toString(),
                    "--set",
                    "seamark.basemodel=mean_colours",
                    "--json"))
            .toArray(String[]::new);
    Ran ran =
        new Ran(
            Seamark.run(new PrintWriter(out), new PrintWriter(err), all),
            out.toString(),
            err.toString());
    assertEquals(0, ran.status(), ran::err);
    return ran;
  }

  private static Sample dusk(int index) {
    return new ProceduralStreet(99, WIDTH, HEIGHT).render(index, Weather.DUSK).sample();
  }

  private Path images(int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path labels = Files.createDirectories(folder.resolve("labels"));
    for (int i = 0; i < count; i++) {
      Sample sample = dusk(i);
      Files.write(images.resolve(i + ".png"), Images.encodePng(sample.frame()));
      Files.write(
          labels.resolve(i + ".png"),
          Images.encodeClassMap(Objects.requireNonNull(sample.label())));
    }
    return images;
  }

  @Test
  @DisplayName("predict labels with it")
  void predict() throws IOException {
    Ran ran =
        seamark(
            "predict",
            "--images",
            images(2),
            "--labels",
            folder.resolve("labels"),
            "--hem",
            "score_margin",
            "--out",
            folder.resolve("out"));
    assertTrue(ran.json().get("mean_iou").asDouble() >= 0, ran::out);
    assertTrue(Files.isRegularFile(folder.resolve("out/0.png")));
    assertTrue(Files.isRegularFile(folder.resolve("out/decisions.csv")));
  }

  @Test
  @DisplayName("a miner that needs a head is refused by what it needs")
  void needsAHead() throws IOException {
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "predict",
            "--images",
            images(1).toString(),
            "--hem",
            "appealnet",
            "--plugins",
            plugins.toString(),
            "--edge-model",
            model.toString(),
            "--set",
            "seamark.basemodel=mean_colours",
            "--out",
            folder.resolve("out").toString());
    assertEquals(2, status, err::toString);
    assertTrue(
        err.toString()
            .contains(
                "hard_example_mining is appealnet, but the edge model "
                    + model
                    + " has no AppealNet head"),
        err::toString);
  }

  @Test
  @DisplayName("an edge runs with it")
  void edge() throws IOException {
    Path out = folder.resolve("edge");
    seamark("edge", "--images", images(3), "--out", out);
    assertEquals(3, filesUnder(out).size());
  }

  private static List<Path> filesUnder(Path out) throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(f -> f.toString().endsWith(".png")).toList();
    }
  }

  private Path buffer(int count) throws IOException {
    Path buffer = folder.resolve("buffer");
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < count; i++) {
        Sample sample = dusk(i);
        ClassMap answer = Objects.requireNonNull(sample.label());
        HardSample hard =
            new HardSample(
                "dusk_" + i,
                "edge",
                "dusk",
                0,
                WIDTH,
                HEIGHT,
                new EncodedImage(EncodedImage.PNG, Images.encodePng(sample.frame())),
                null,
                new ClassScores(CLASSES, 2, 2, new float[4 * CLASSES]),
                "v0",
                "score_margin",
                0.4,
                0.6);
        samples.append(
            new BufferedSample(hard, new FusedAnswer(answer, 10, "sam_fusion", Map.of())));
      }
    }
    return buffer;
  }

  @Test
  @DisplayName("a round of training trains, judges and keeps it")
  void round() throws IOException {
    Path out = folder.resolve("models");
    Ran ran =
        seamark(
            "train",
            "--buffer",
            buffer(12),
            "--out",
            out,
            "--set",
            "seamark.training.steps=5",
            "--set",
            "seamark.training.size=96x64");
    JsonNode figures = ran.json();
    assertEquals("v1", figures.get("version").asText(), ran::out);
    assertEquals(5, figures.get("training").get("steps").asInt(), ran::out);
    List<String> trained = Files.readAllLines(out.resolve("v1.safetensors"));
    assertEquals("mean colours", trained.get(0));
    assertTrue(trained.contains("#seamark.parent=v0"), trained::toString);
    assertFalse(
        trained.subList(1, 1 + CLASSES).equals(Files.readAllLines(model).subList(1, 1 + CLASSES)),
        "nothing was learnt");
  }

  @Test
  @DisplayName("bench plays a job with it")
  void bench() throws IOException {
    Path job = new ExampleJob(WIDTH, HEIGHT, 8).write(folder.resolve("job"));
    Path testenv = job.resolveSibling("testenv.yaml");
    Files.writeString(
        testenv, Files.readString(testenv).replace("hard-example-mining", "no-inference"));
    Path algorithm = job.resolveSibling("algorithm.yaml");
    Files.writeString(
        algorithm,
        Files.readString(algorithm)
            .replace("name: \"BaseModel\"", "name: \"mean_colours\"")
            .replace(
                "    - type: \"unseen_sample_recognition\"\n      name: \"score_margin\"\n", ""));
    Ran ran = seamark("bench", job, "--no-curve");
    JsonNode result = ran.json().get("results").get(0);
    assertTrue(result.get("accuracy").asDouble() >= 0, ran::out);
    assertTrue(result.get("MATRIX").get("all").size() == 2, ran::out);
    assertTrue(ran.err().contains("round 2: "), ran::err);
  }
}
