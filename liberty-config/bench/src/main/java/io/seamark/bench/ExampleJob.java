package io.seamark.bench;

import io.seamark.durable.OutputFolder;
import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

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

  private static final String JOB = "benchmarkingjob.yaml";

  /**
   * Writes the job.
   *
   * @param folder new, empty, or holding nothing but what this wrote, as after a kill
   * @return its {@code benchmarkingjob.yaml}
   * @throws IOException if it cannot be written
   */
  public Path write(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--example " + folder + " is a file: must be a folder");
    }
    // A folder without a record is a person's, and gets none.
    if (!Files.exists(folder.resolve(OutputFolder.RECORD)) && !names(folder).isEmpty()) {
      throw full(folder);
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      List<String> there = names(folder);
      if (!out.names().containsAll(there)) {
        throw full(folder);
      }
      out.check(there);
      write(folder, out);
    }
    return folder.resolve(JOB);
  }

  private static IllegalArgumentException full(Path folder) {
    return new IllegalArgumentException(
        "--example " + folder + " is not empty: must be a new or empty folder");
  }

  /** Files in a folder and below it, but for the record and what a kill leaves of a file. */
  private static List<String> names(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !name.startsWith(OutputFolder.RECORD))
          .filter(name -> !Bench.UNFINISHED.matcher(name).matches())
          .toList();
    }
  }

  private void write(Path folder, OutputFolder out) throws IOException {
    List<String> train = new ArrayList<>();
    List<String> test = new ArrayList<>();
    ProceduralStreet street = new ProceduralStreet(2024, width, height);
    // All of the first half is day; the second, which arrives later, alternates.
    for (int i = 0; i < 2 * perTask; i++) {
      boolean day = i < perTask || i % 2 == 0;
      train.add(frame(out, street, i, day ? Weather.DAY : Weather.DUSK));
    }
    for (int i = 0; i < Math.max(1, perTask / 3); i++) {
      test.add(frame(out, street, 10_000 + 2 * i, Weather.DAY));
      test.add(frame(out, street, 10_001 + 2 * i, Weather.DUSK));
    }
    lines(out, "train-index.txt", train);
    lines(out, "test-index.txt", test);
    for (String name : List.of("testenv.yaml", "algorithm.yaml", JOB)) {
      try (var in = Objects.requireNonNull(ExampleJob.class.getResourceAsStream(name), name)) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        String workspace = folder.resolve("workspace").toString().replace("\\", "/");
        out.write(name, text.replace("@workspace@", workspace).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void lines(OutputFolder out, String name, List<String> lines) throws IOException {
    out.write(name, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String frame(OutputFolder out, ProceduralStreet street, int index, Weather weather)
      throws IOException {
    Sample sample = street.render(index, weather).sample();
    String image = weather.domain() + "/" + index + ".png";
    String label = weather.domain() + "/" + index + "-label.png";
    String depth = weather.domain() + "/" + index + "-depth.png";
    out.write(image, Images.encodePng(sample.frame()));
    out.write(depth, Objects.requireNonNull(Images.depthOrNull(sample.frame()), "depth"));
    out.write(label, Images.encodeClassMap(Objects.requireNonNull(sample.label(), "label")));
    return image + " " + depth + " " + label;
  }
}
