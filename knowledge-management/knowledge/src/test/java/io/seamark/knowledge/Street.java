package io.seamark.knowledge;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.imaging.Images;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** A small procedural world to learn in: narrow network, small frames. */
public final class Street {
  /** Width of its frames in pixels. */
  public static final int WIDTH = 96;

  /** Height of its frames in pixels. */
  public static final int HEIGHT = 64;

  private Street() {}

  /** A round at the size of its frames, with class weights and one thread. */
  public static RoundSettings round(int steps, int batch) {
    return round(steps, batch, WIDTH + "x" + HEIGHT, 0);
  }

  /** The same at a size of its own; empty for the default. */
  public static RoundSettings round(int steps, int batch, String size) {
    return round(steps, batch, size, 0);
  }

  /**
   * The same with so many frames of each task labelled anew, and every kind of candidate; 0 learns
   * from the answers, and one candidate is judged.
   */
  public static RoundSettings round(int steps, int batch, String size, int relabelled) {
    return new RoundSettings(
        new TrainingSettings(
            steps,
            batch,
            5e-3,
            5,
            8,
            4,
            0.15,
            true,
            0.1,
            0.2,
            relabelled > 0 ? "averaged,last,restyled,halfway" : "averaged",
            0.4,
            relabelled,
            0.6,
            true,
            1,
            "",
            2,
            1,
            size,
            4L << 30),
        SettingGroup.APPEALNET.defaults(),
        5,
        1);
  }

  /** Writes a narrow, untrained model. */
  public static Path model(Path file) throws IOException {
    EdgeModel.of(RfNetWeights.initial(1, 11, 4, false)).save(file, Precision.F32);
    return file;
  }

  /** Appends dusk frames; the labels stand in for a perfect cloud's answers. */
  public static void append(ReplayBufferWriter buffer, int from, int count) throws IOException {
    ProceduralStreet street = new ProceduralStreet(99, WIDTH, HEIGHT);
    for (int i = from; i < from + count; i++) {
      Sample sample = street.render(i, Weather.DUSK).sample();
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
      buffer.append(new BufferedSample(hard, new FusedAnswer(answer, 10, "sam_fusion", Map.of())));
    }
  }

  /** A buffer with so many frames, closed again. */
  public static Path buffer(Path folder, int count) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      append(buffer, 0, count);
    }
    return folder;
  }

  /** Keeps models in a folder. */
  public static KnowledgeManagement storage() {
    return plugins(Map.of()).create(PluginKind.KNOWLEDGE_MANAGEMENT);
  }

  /** The built-in plugins with some settings. */
  public static ConfiguredPlugins plugins(Map<String, String> settings) {
    return new ConfiguredPlugins(
        PluginRegistry.discover(null, Street.class.getClassLoader()), settings, 5, 1);
  }
}
