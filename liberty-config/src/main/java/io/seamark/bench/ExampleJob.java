package io.seamark.bench;

import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A small job in Ianvs's format on generated street frames: two tasks, day and dusk, two rounds,
 * two miners.
 *
 * @param width of the frames in pixels
 * @param height of the frames in pixels
 * @param perTask training frames of each task; a third as many test it
 */
public record ExampleJob(int width, int height, int perTask) {
  /** What {@code bench --example} writes. */
  public static final ExampleJob STANDARD = new ExampleJob(240, 160, 16);

  /**
   * Writes the job.
   *
   * @param folder new or empty, without a blank in its path
   * @return its {@code benchmarkingjob.yaml}
   * @throws IOException if it cannot be written
   */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "--example " + folder + " is not empty: must be a new or empty folder");
      }
    }
    List<String> train = new ArrayList<>();
    List<String> test = new ArrayList<>();
    ProceduralStreet street = new ProceduralStreet(2024, width, height);
    // All of the first half is day; the second, which arrives later, alternates.
    for (int i = 0; i < 2 * perTask; i++) {
      boolean day = i < perTask || i % 2 == 0;
      train.add(frame(folder, street, i, day ? Weather.DAY : Weather.DUSK));
    }
    for (int i = 0; i < Math.max(1, perTask / 3); i++) {
      test.add(frame(folder, street, 10_000 + 2 * i, Weather.DAY));
      test.add(frame(folder, street, 10_001 + 2 * i, Weather.DUSK));
    }
    Files.write(folder.resolve("train-index.txt"), train);
    Files.write(folder.resolve("test-index.txt"), test);
    for (String name : List.of("benchmarkingjob.yaml", "testenv.yaml", "algorithm.yaml")) {
      try (var in = Objects.requireNonNull(ExampleJob.class.getResourceAsStream(name), name)) {
        String text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        String workspace = folder.resolve("workspace").toString().replace("\\", "/");
        Files.writeString(folder.resolve(name), text.replace("@workspace@", workspace));
      }
    }
    return folder.resolve("benchmarkingjob.yaml");
  }

  private static String frame(Path folder, ProceduralStreet street, int index, Weather weather)
      throws IOException {
    Sample sample = street.render(index, weather).sample();
    String image = weather.domain() + "/" + index + ".png";
    String label = weather.domain() + "/" + index + "-label.png";
    String depth = weather.domain() + "/" + index + "-depth.png";
    Files.createDirectories(folder.resolve(weather.domain()));
    Files.write(folder.resolve(image), Images.encodePng(sample.frame()));
    byte[] grey = Objects.requireNonNull(Images.depthOrNull(sample.frame()), "depth");
    Files.write(folder.resolve(depth), grey);
    Files.write(
        folder.resolve(label),
        Images.encodeClassMap(Objects.requireNonNull(sample.label(), "label")));
    return image + " " + depth + " " + label;
  }
}
