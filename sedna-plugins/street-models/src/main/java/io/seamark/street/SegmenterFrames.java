package io.seamark.street;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes streets and their regions for a recipe that trains elsewhere, such as {@code
 * segmenter.py}.
 *
 * <p>The file starts with one line of JSON: {@code width}, {@code height} and {@code frames}. Then
 * each frame has, in bytes, row-major: RGB [height, width, 3]; classes [height, width]; the region
 * that a point on each pixel asks for, 255 for none [height, width]; how many regions there are,
 * the lower numbers: the others are of thin things.
 */
final class SegmenterFrames {
  private static final int BATCH = 64;

  private final ProceduralStreet city;
  private final int threads;

  /**
   * Chooses what is drawn.
   *
   * @param city seed of the streets
   * @param threads that draw
   */
  SegmenterFrames(long city, int threads) {
    this.city = new ProceduralStreet(city, Streets.WIDTH, Streets.HEIGHT);
    this.threads = threads;
  }

  /** Draws streets 0 to {@code count - 1}, every weather in turn. */
  void write(Path file, int count) throws IOException, InterruptedException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
        Streets<byte[]> streets = new Streets<>(BATCH, threads, this::record)) {
      String header =
          String.format(
              Locale.ROOT,
              "{\"width\": %d, \"height\": %d, \"frames\": %d}\n",
              Streets.WIDTH,
              Streets.HEIGHT,
              count);
      out.write(header.getBytes(StandardCharsets.US_ASCII));
      for (int written = 0; written < count; ) {
        for (byte[] record : streets.next().subList(0, Math.min(BATCH, count - written))) {
          out.write(record);
          written++;
        }
      }
    }
  }

  private byte[] record(long index) {
    Sample sample = city.render(index, Streets.weather(index)).sample();
    ClassMap label = Objects.requireNonNull(sample.label());
    RegionPrompts prompts = new RegionPrompts(label, RegionPrompts.SIZE);
    byte[] asked = prompts.asked();
    return ByteBuffer.allocate(5 * asked.length + 1)
        .put(sample.frame().rgb())
        .put(label.classes())
        .put(asked)
        .put((byte) prompts.regions().size())
        .array();
  }
}
