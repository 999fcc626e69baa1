package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.Seamark;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Look;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A buffer as a table in files, and what {@code buffer serve} refuses. */
class BufferTablesTest {
  @TempDir Path folder = Path.of("");

  private record Ran(int status, String out, String err) {
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

  private static void assertMisused(String message, Object... arguments) {
    Ran ran = seamark(arguments);
    assertEquals(2, ran.status(), ran.err());
    assertTrue(ran.err().contains(message), ran.err());
  }

  private static byte[] image(int number) {
    return ("image of sample " + number).getBytes(StandardCharsets.UTF_8);
  }

  private Path buffer(int samples) throws IOException {
    Path buffer = folder.resolve("buffer");
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < samples; i++) {
        HardSample sample =
            new HardSample(
                "s" + i,
                "edge-" + i % 2,
                i % 3 == 0 ? "dusk" : "rain",
                1_700_000_000_000L + i * 86_400_000L,
                3,
                2,
                new EncodedImage(EncodedImage.PNG, image(i)),
                i % 2 == 0 ? new byte[] {7, 8} : null,
                new ClassScores(2, 1, 1, new float[] {i, -1.5f}),
                "v1",
                "score_margin",
                i / 4.0,
                0.5);
        ClassMap map = new ClassMap(3, 2, new byte[] {0, 1, 1, 0, (byte) 255, 1});
        writer.append(
            new BufferedSample(
                sample,
                new FusedAnswer(map, 3, "sam_fusion", Map.of("fuse", 0.5)),
                i == 1 ? null : map,
                i == 1 ? null : Look.ofValues(new float[] {1, 2, 3, 4, 5, 6})));
      }
      writer.seal();
    }
    return buffer;
  }

  /** The ids in a Feather file, each row held against the buffer. */
  private static List<String> ids(Path file, Path of) throws IOException {
    List<String> ids = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator(1 << 24);
        var channel = Files.newByteChannel(file, StandardOpenOption.READ);
        ArrowFileReader reader =
            new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE);
        ReplayBuffer buffer = ReplayBuffer.openReadOnly(of)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertEquals(ReplayBuffer.schema().arrow(), root.getSchema());
      while (reader.loadNextBatch()) {
        for (int i = 0; i < root.getRowCount(); i++) {
          var row = buffer.row((Long) root.getVector("sequence").getObject(i));
          ids.add(row.text("id"));
          assertEquals(row.text("id"), root.getVector("id").getObject(i).toString());
          assertEquals(row.int64("captured"), root.getVector("captured").getObject(i));
          assertEquals(row.int32("width"), root.getVector("width").getObject(i));
          assertEquals(row.float64("score"), root.getVector("score").getObject(i));
          for (String column : List.of("image", "depth", "scores", "answer", "segments")) {
            VarBinaryVector bytes = (VarBinaryVector) root.getVector(column);
            assertArrayEquals(
                row.bytesOrNull(column), bytes.isNull(i) ? null : bytes.get(i), column);
          }
          ListVector look = (ListVector) root.getVector("look");
          assertEquals(row.float32sOrNull("look") == null, look.isNull(i));
          assertEquals("[" + row.texts("stages").get(0) + "]", look(root, "stages", i));
          assertEquals(Arrays.toString(row.float32s("score_scale")), spaced(root, i));
          assertEquals("[2,3]", look(root, "pixels_by_class", i));
        }
      }
    }
    return ids;
  }

  private static String look(VectorSchemaRoot root, String column, int row) {
    return root.getVector(column).getObject(row).toString().replace("\"", "");
  }

  private static String spaced(VectorSchemaRoot root, int row) {
    return look(root, "score_scale", row).replace(",", ", ");
  }

  @Test
  @DisplayName("a buffer is one table, or tables of so many rows, and stale ones go")
  void tables() throws IOException {
    Path buffer = buffer(7);
    Path out = folder.resolve("out");
    Ran ran = seamark("buffer", "export", buffer, "--out", out, "--format", "feather", "--json");
    assertEquals(0, ran.status(), ran.err());
    assertEquals(7, ran.json().get("exported").intValue());
    List<String> all = List.of("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    assertEquals(all, ids(out.resolve("samples.feather"), buffer));
    List<Object> some = List.of("buffer", "export", buffer, "--out", out, "--format", "feather");
    List<Object> threes = new ArrayList<>(some);
    threes.addAll(List.of("--rows-per-file", 3));
    assertEquals(0, seamark(threes.toArray()).status());
    assertFalse(Files.exists(out.resolve("samples.feather")), "of an earlier export");
    assertEquals(List.of("s0", "s1", "s2"), ids(out.resolve("samples-00000.feather"), buffer));
    assertEquals(List.of("s6"), ids(out.resolve("samples-00002.feather"), buffer));
    List<Object> chosen = new ArrayList<>(threes);
    chosen.addAll(List.of("--edge", "edge-0", "--domain", "rain", "--before", "2023-11-18"));
    assertEquals(0, seamark(chosen.toArray()).status());
    assertEquals(List.of("s2"), ids(out.resolve("samples-00000.feather"), buffer));
    assertFalse(Files.exists(out.resolve("samples-00001.feather")), "of an earlier export");
    Files.writeString(out.resolve("samples-00000.feather"), "somebody's");
    Ran refused = seamark(chosen.toArray());
    assertTrue(refused.status() != 0, refused.out());
    assertEquals("somebody's", Files.readString(out.resolve("samples-00000.feather")));
    assertMisused(
        "--rows-per-file", "buffer", "export", buffer, "--out", out, "--rows-per-file", 3);
    assertMisused("--format", "buffer", "export", buffer, "--out", out, "--format", "csv");
  }

  @Test
  @DisplayName("Parquet begins and ends as such, and an export without samples is a table too")
  void parquet() throws IOException {
    Path buffer = buffer(3);
    Path out = folder.resolve("out");
    for (String domain : List.of("dusk", "fog")) {
      Ran ran =
          seamark(
              "buffer",
              "export",
              buffer,
              "--out",
              out,
              "--format",
              "parquet",
              "--domain",
              domain,
              "--json");
      assertEquals(0, ran.status(), ran.err());
      assertEquals(domain.equals("dusk") ? 1 : 0, ran.json().get("exported").intValue());
      byte[] file = Files.readAllBytes(out.resolve("samples.parquet"));
      String text = new String(file, StandardCharsets.ISO_8859_1);
      assertTrue(text.startsWith("PAR1") && text.endsWith("PAR1"));
      assertEquals(domain.equals("dusk"), text.contains("image of sample 0"), "image as it is");
      assertTrue(text.contains("ARROW:schema"));
    }
  }

  @Test
  @DisplayName("a damaged sample is left out of the table, and the status says so")
  void damage() throws IOException {
    Path buffer = buffer(3);
    Path segment = buffer.resolve("0000000000.arrow");
    byte[] bytes = Files.readAllBytes(segment);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("image of sample 1")] ^= 1;
    Files.write(segment, bytes);
    Path out = folder.resolve("out");
    Ran ran = seamark("buffer", "export", buffer, "--out", out, "--format", "feather", "--json");
    assertEquals(1, ran.status(), ran.err());
    assertEquals(2, ran.json().get("exported").intValue());
    assertEquals(1, ran.json().get("damaged").intValue());
    assertTrue(ran.err().contains("skipped s1"), ran.err());
    assertEquals(List.of("s0", "s2"), ids(out.resolve("samples.feather"), buffer));
  }

  @Test
  @DisplayName("serve says what is wrong with what it is told")
  void serving() throws IOException {
    Path buffer = buffer(1);
    Path token = folder.resolve("token");
    Files.writeString(token, "short\n");
    assertMisused("does not exist", "buffer", "serve", folder.resolve("none"));
    assertMisused("--port is '70000'", "buffer", "serve", buffer, "--port", 70000);
    assertMisused("without a token", "buffer", "serve", buffer, "--host", "*");
    assertMisused(
        "no.such.host.invalid", "buffer", "serve", buffer, "--host", "no.such.host.invalid");
    assertMisused("16 to 512", "buffer", "serve", buffer, "--token-file", token);
    assertMisused(
        "--token-file", "buffer", "serve", buffer, "--token-file", folder.resolve("none"));
    assertMisused("go together", "buffer", "serve", buffer, "--key", token);
    assertMisused(
        "no certificate", "buffer", "serve", buffer, "--key", token, "--certificate", token);
  }
}
