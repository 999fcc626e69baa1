package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema.Column;
import io.seamark.durable.DurableFiles;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import io.seamark.shared.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pyarrow, pandas and DuckDB read of a buffer is, field by field, what Seamark reads. */
class OtherReadersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int SAMPLES = 14;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  @DisplayName("segments, Flight, Parquet and Feather have the same fields to others")
  void othersReadTheSame() throws Exception {
    String python = Python.with("pyarrow.flight", "pyarrow.parquet", "duckdb", "pandas");
    Path buffer = folder.resolve("buffer");
    fill(buffer);
    Path dump = folder.resolve("rows.jsonl");
    dump(buffer, dump);
    Path second = Files.createDirectories(folder.resolve("second"));
    Path token = folder.resolve("token");
    Files.writeString(token, "0123456789-abcdefghij\n");
    export(buffer, "parquet");
    export(buffer, "feather", "--rows-per-file", "5");
    Process first = serve(buffer, token);
    Process other = serve(second, token);
    try {
      Process compared =
          new ProcessBuilder(
                  python,
                  Path.of("src/test/python/other_readers.py").toAbsolutePath().toString(),
                  buffer.toString(),
                  dump.toString(),
                  address(buffer),
                  token.toString(),
                  address(second),
                  folder.resolve("parquet").toString(),
                  folder.resolve("feather").toString())
              .inheritIO()
              .start();
      assertTrue(compared.waitFor(5, TimeUnit.MINUTES), "python hangs");
      assertEquals(0, compared.exitValue());
    } finally {
      first.destroy();
      other.destroy();
    }
    assertTrue(first.waitFor(1, TimeUnit.MINUTES), "the server does not end");
    assertEquals(143, first.exitValue());
    assertTrue(other.waitFor(1, TimeUnit.MINUTES), "the server does not end");
    try (ReplayBuffer from = ReplayBuffer.openReadOnly(buffer);
        ReplayBuffer to = ReplayBuffer.openReadOnly(second)) {
      assertEquals(List.of(), to.verify());
      for (int i = 0; i < SAMPLES; i++) {
        assertEquals(values(from.row(i)), values(to.row(i)));
      }
    }
  }

  private void export(Path buffer, String format, String... more) throws Exception {
    Path out = folder.resolve(format);
    List<String> command =
        new ArrayList<>(List.of("buffer", "export", buffer.toString(), "--out", out.toString()));
    command.addAll(List.of("--format", format, "--json"));
    command.addAll(List.of(more));
    Seamark.Result result = Seamark.run(Seamark.HOME, folder, LIMIT, command);
    assertEquals(0, result.exit(), result.err());
    assertEquals(SAMPLES, result.json().get("exported").intValue());
  }

  private Process serve(Path buffer, Path token) throws Exception {
    Path out = Path.of(buffer + ".out");
    return Seamark.start(
        Seamark.HOME,
        folder,
        out.toFile(),
        Path.of(buffer + ".err").toFile(),
        List.of(
            "buffer",
            "serve",
            buffer.toString(),
            "--port",
            "0",
            "--token-file",
            token.toString(),
            "--json"));
  }

  /** Where it is served, once it is. */
  private static String address(Path buffer) throws Exception {
    long until = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < until) {
      List<String> lines = Files.readAllLines(Path.of(buffer + ".out"));
      if (!lines.isEmpty()) {
        return JSON.readTree(lines.get(0)).get("address").textValue();
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("it is not served: " + Files.readString(Path.of(buffer + ".err")));
  }

  private static void fill(Path buffer) throws IOException {
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < SAMPLES; i++) {
        writer.append(sample(i));
        if (i == 4 || i == 10) {
          writer.seal();
        }
      }
    }
  }

  private static BufferedSample sample(int number) {
    Random random = new Random(number);
    int width = 40 + number;
    int height = 30;
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    byte[] depth = new byte[width * height];
    random.nextBytes(depth);
    Frame frame = new Frame(width, height, rgb, depth);
    boolean jpeg = number % 3 == 0;
    float[] logits = new float[5 * 6 * 7];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (random.nextGaussian() * Math.pow(10, number - 7));
    }
    byte[] classes = new byte[width * height];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) (i % 7 == 6 ? 255 : i % 5);
    }
    Map<String, Double> seconds = new TreeMap<>();
    for (int i = 0; i < number % 4; i++) {
      seconds.put("stage " + i, random.nextDouble());
    }
    HardSample sample =
        new HardSample(
            "Bild-\u00e9\u4e16\ud83d\ude97-" + number,
            "edge-" + number % 3,
            number % 4 == 0 ? "" : number % 2 == 0 ? "rain/h\u00e4ftig" : "dusk",
            1_700_000_000_123L + number * 86_400_000L - (number == 5 ? 2_000_000_000_000L : 0),
            width,
            height,
            new EncodedImage(
                jpeg ? EncodedImage.JPEG : EncodedImage.PNG,
                jpeg ? Images.encodeJpeg(frame, 0.9f) : Images.encodePng(frame)),
            number % 2 == 0 ? Images.encodeDepth(frame) : null,
            new ClassScores(5, 6, 7, logits),
            number == 3 ? "" : "v" + number,
            "score_margin",
            random.nextGaussian(),
            0.1 + number);
    ClassMap map = new ClassMap(width, height, classes);
    return new BufferedSample(
        sample,
        new FusedAnswer(map, number, "sam_fusion", seconds),
        number % 3 == 1 ? null : map,
        number % 5 == 2 ? null : Look.of(frame));
  }

  /** Writes what Seamark's own reader has, a line of JSON for each row. */
  private static void dump(Path buffer, Path to) throws IOException {
    StringBuilder lines = new StringBuilder();
    try (ReplayBuffer read = ReplayBuffer.openReadOnly(buffer)) {
      assertEquals(List.of(), read.verify());
      for (int i = 0; i < SAMPLES; i++) {
        lines.append(JSON.writeValueAsString(values(read.row(i)))).append('\n');
      }
    }
    Files.writeString(to, lines);
  }

  private static Map<String, @Nullable Object> values(Row row) throws IOException {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Column column : ReplayBuffer.schema().columns()) {
      values.put(column.name(), value(row, column));
    }
    return values;
  }

  private static @Nullable Object value(Row row, Column column) throws IOException {
    String name = column.name();
    return switch (column.type()) {
      case UTF8 -> row.text(name);
      case BINARY -> digest(row.bytesOrNull(name));
      case INT32 -> row.int32(name);
      case INT64, TIMESTAMP -> row.int64(name);
      case FLOAT64 -> row.float64(name);
      case FLOAT32_LIST -> doubles(row.float32sOrNull(name));
      case FLOAT64_LIST -> Arrays.stream(row.float64s(name)).boxed().toList();
      case INT64_LIST -> Arrays.stream(row.int64s(name)).boxed().toList();
      case UTF8_LIST -> row.texts(name);
    };
  }

  private static @Nullable String digest(byte @Nullable [] bytes) {
    return bytes == null ? null : "sha256:" + DurableFiles.sha256(bytes);
  }

  /** The same numbers: a float32 is read by others as the float64 that it is. */
  private static @Nullable List<Double> doubles(float @Nullable [] floats) {
    if (floats == null) {
      return null;
    }
    List<Double> doubles = new ArrayList<>();
    for (float one : floats) {
      doubles.add((double) one);
    }
    return doubles;
  }
}
