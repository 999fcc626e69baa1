package io.seamark.sedna.job;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Small frames of the generated street, as files with labels. */
final class StreetSamples {
  private StreetSamples() {}

  /** Writes frames; their lines with labels, relative to the folder. */
  static List<String> write(Path folder, int number, Weather weather) throws IOException {
    ProceduralStreet street = new ProceduralStreet(7, 96, 64);
    Path images = Files.createDirectories(folder.resolve(weather.domain()));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      Sample sample = street.render(i, weather).sample();
      ClassMap label = Objects.requireNonNull(sample.label());
      Files.write(images.resolve(i + ".png"), Images.encodePng(sample.frame()));
      Files.write(images.resolve(i + "-label.png"), Images.encodeClassMap(label));
      String base = weather.domain() + "/" + i;
      lines.add(base + ".png " + base + "-label.png");
    }
    return lines;
  }
}
