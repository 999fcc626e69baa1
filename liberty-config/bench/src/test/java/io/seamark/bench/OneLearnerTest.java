package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.seamark.bench.IndexSamples.Target;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.TaskModels;
import io.seamark.network.EdgeModel;
import io.seamark.network.Tensor;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import io.seamark.plugin.TaskGroup;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneLearnerTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final int HARD = 12;
  private static final int RETAINED = 6;
  private static final long SEED = 5;

  @TempDir Path folder = Path.of("");

  private final Map<String, String> training =
      new HashMap<>(
          Map.of(
              "seamark.training.size", WIDTH + "x" + HEIGHT,
              "seamark.training.steps", "3",
              "seamark.training.batch", "4",
              "seamark.training.learning-rate", "0.003",
              "seamark.training.class-weights", "true",
              "seamark.training.threads", "1"));

  private static ConfiguredPlugins plugins() {
    return new ConfiguredPlugins(
        PluginRegistry.discover(null, OneLearnerTest.class.getClassLoader()), Map.of(), SEED, 1);
  }

  /** Writes an image and its label, and tells its line of an index. */
  private String frame(String images, String labels, Sample sample, int index) throws IOException {
    String name = String.format("%02d.png", index);
    Path image = Files.createDirectories(folder.resolve(images)).resolve(name);
    Path label = Files.createDirectories(folder.resolve(labels)).resolve(name);
    Files.write(image, Images.encodePng(sample.frame()));
    Files.write(label, Images.encodeClassMap(Objects.requireNonNull(sample.label())));
    return images + "/" + name + " " + labels + "/" + name;
  }

  private List<SampleIndex.Entry> index(String name, List<String> lines) throws IOException {
    List<String> failures = new ArrayList<>();
    SampleIndex index = SampleIndex.read(Files.write(folder.resolve(name), lines), failures);
    assertEquals(List.of(), failures);
    return index.entries();
  }

  private static String digest(Path model) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, Tensor> each :
          new TreeMap<>(EdgeModel.load(model).weights().tensors()).entrySet()) {
        digest.update(each.getKey().getBytes(StandardCharsets.UTF_8));
        float[] values = each.getValue().values();
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes.array());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private String byService() throws IOException {
    LearningSettings settings =
        LearningSettings.from(
            key ->
                switch (key) {
                  case "seamark.data" -> Optional.of(folder.resolve("data").toString());
                  case "seamark.seed" -> Optional.of(Long.toString(SEED));
                  case "seamark.retain" -> Optional.of(folder.resolve("day").toString());
                  default -> Optional.ofNullable(training.get(key));
                });
    LifelongLearning.train(settings, plugins(), RoundControl.QUIET);
    return digest(settings.models().resolve("v1.safetensors"));
  }

  private String byBench(TrainingPlan plan, List<Target> hard, List<Target> labelled, String name)
      throws IOException {
    Path start = StreetModels.edgeModel(Files.createDirectories(folder.resolve("cache")));
    RoundTrainer trainer =
        new RoundTrainer(
            RoundTrainer.configured(key -> Optional.ofNullable(training.get(key)), SEED, 1),
            plan,
            plugins(),
            DepthScale.parse(""));
    Path to = folder.resolve(name + ".safetensors");
    trainer.onHardSamples(hard, labelled, new Together(), start).train(0, start, to);
    return digest(to);
  }

  private static final class Together implements TaskModels {
    @Override
    public Map<Long, Integer> assign(List<TaskGroup> groups) {
      return Map.of();
    }

    @Override
    public int count() {
      return 1;
    }
  }

  private static TrainingPlan plan(
      @Nullable Double rate,
      @Nullable Integer batch,
      @Nullable Integer steps,
      @Nullable Boolean weights) {
    return new TrainingPlan(
        rate, null, batch, steps, weights, TrainingPlan.Target.CLOUD_ANSWERS, true, true, true);
  }

  @Test
  @DisplayName("bench and the service make the same weights of the same samples")
  void sameWeights() throws IOException {
    ProceduralStreet street = new ProceduralStreet(99, WIDTH, HEIGHT);
    List<String> day = new ArrayList<>();
    for (int i = 0; i < RETAINED; i++) {
      day.add(frame("day", "dayannot", street.render(100 + i, Weather.DAY).sample(), i));
    }
    List<String> dusk = new ArrayList<>();
    Path buffer = folder.resolve("data/buffer");
    Files.createDirectories(folder.resolve("data"));
    try (ReplayBufferWriter samples = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < HARD; i++) {
        Sample sample = street.render(i, Weather.DUSK).sample();
        dusk.add(frame("dusk", "duskannot", sample, i));
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
                new ClassScores(11, 2, 2, new float[44]),
                "v0",
                "score_margin",
                0.4,
                0.6);
        samples.append(
            new BufferedSample(hard, new FusedAnswer(answer, 10, "sam_fusion", Map.of())));
      }
    }
    List<Target> labelled = index("day.txt", day).stream().map(Target::label).toList();
    List<Target> hard = new ArrayList<>();
    for (SampleIndex.Entry entry : index("dusk.txt", dusk)) {
      hard.add(new Target(entry, entry.label(), entry.attributes(), 0.4, List.of()));
    }
    String service = byService();
    String bench = byBench(plan(null, null, null, null), hard, labelled, "configured");
    System.out.println("SHA-256 of the weights: service " + service + ", bench " + bench);
    assertEquals(service, bench);
    training.keySet().retainAll(List.of("seamark.training.size", "seamark.training.threads"));
    String byFile = byBench(plan(0.003, 4, 3, true), hard, labelled, "file");
    System.out.println("by Ianvs's hyperparameters " + byFile);
    assertEquals(service, byFile);
    assertNotEquals(service, byBench(plan(0.002, 4, 3, true), hard, labelled, "other"));
  }
}
