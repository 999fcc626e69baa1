package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.Count;
import io.seamark.buffer.format.CountsByValue;
import io.seamark.shared.Python;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of every released version of the format must stay readable. {@code mvn test -pl
 * arrow-buffer -am -Dtest=GoldenSegmentTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dseamark.golden.write=true} makes those of the current version anew.
 */
class GoldenSegmentTest {
  private static final List<String> VERSIONS =
      List.of("format-1", "format-1-segments", "format-1-marks", "format-1-summary");
  private static final List<String> FILES =
      List.of("0000000000.arrow", "0000000001.journal", "outbox.journal", "sample", "answer");
  private static final BufferOptions OPTIONS = BufferOptions.defaults().withSegmentBytes(4096);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  /** A sealed segment of three samples, a journal of one, a journal of an outbox, two messages. */
  private static void generate(Path to) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(to, BufferOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        buffer.append(i == 0 ? Samples.buffered(i) : Samples.withSegments(i));
      }
      buffer.seal();
      buffer.append(Samples.withSegments(3));
    }
    try (Outbox outbox = Outbox.open(to.resolve("outbox"), BufferOptions.outbox(1 << 30))) {
      outbox.append(Samples.small(0));
    }
    Files.move(to.resolve("outbox/0000000000.journal"), to.resolve("outbox.journal"));
    Files.write(to.resolve("sample"), ArrowMessages.encode(Samples.small(1)));
    Files.write(to.resolve("answer"), ArrowMessages.encode(Samples.answer(Samples.small(1))));
  }

  @Test
  void everyVersionsFilesAreRead() throws IOException {
    if (Boolean.getBoolean("seamark.golden.write")) {
      Path fresh = folder.resolve("fresh");
      generate(fresh);
      Path resources =
          Path.of("src/test/resources/golden").resolve(VERSIONS.get(VERSIONS.size() - 1));
      Files.createDirectories(resources);
      for (String file : FILES) {
        Files.write(resources.resolve(file), Files.readAllBytes(fresh.resolve(file)));
      }
      return;
    }
    for (String version : VERSIONS) {
      check(copy(version), !version.equals("format-1"));
    }
  }

  private Path copy(String version) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(version));
    for (String file : FILES) {
      String resource = "/golden/" + version + "/" + file;
      try (InputStream in = GoldenSegmentTest.class.getResourceAsStream(resource)) {
        Files.write(
            copy.resolve(file),
            Objects.requireNonNull(in, resource + " is missing").readAllBytes());
      }
    }
    return copy;
  }

  @Test
  void bufferWithoutTheLaterColumnsGoesOnWithThem() throws Exception {
    Path buffer = copy("format-1");
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      assertTrue(writer.report().clean());
      assertEquals(4, writer.append(Samples.withSegments(4)));
      assertTrue(Files.exists(buffer.resolve("0000000001.arrow")), "sealed as it was");
      assertFalse(Files.exists(buffer.resolve("0000000001.journal")));
      try (ReplayBuffer beside = ReplayBuffer.openReadOnly(buffer)) {
        for (int i = 0; i < 5; i++) {
          BufferedSample expected = i == 4 ? Samples.withSegments(i) : Samples.buffered(i);
          ReplayBufferTest.assertSame(expected, beside.read(i));
        }
      }
      writer.seal();
    }
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      assertEquals(List.of(), writer.verify());
      ReplayBufferTest.assertSame(Samples.buffered(3), writer.read(3));
      ReplayBufferTest.assertSame(Samples.withSegments(4), writer.read(4));
    }
    String python = Python.with("pyarrow");
    assertEquals(0, run(python, "-c", MIXED, buffer.toString()));
  }

  @Test
  void theIndexKnowsWhenAFrameWasTakenOnceItsSegmentIsOfThisRelease() throws IOException {
    // Those with a summary have it in the index, too.
    for (String version : VERSIONS.subList(0, 3)) {
      Path buffer = copy(version);
      try (ReplayBuffer opened = ReplayBuffer.openReadOnly(buffer)) {
        assertTrue(opened.report().clean(), version);
        List<@Nullable Long> expected = new ArrayList<>(Arrays.asList(null, null, null));
        // A journal has no index: its samples are read themselves.
        expected.add(Samples.small(3).capturedMillis());
        assertEquals(expected, captured(opened), version);
      }
    }
    generate(folder.resolve("today"));
    try (ReplayBuffer today = ReplayBuffer.openReadOnly(folder.resolve("today"))) {
      List<@Nullable Long> expected = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        expected.add(Samples.small(i).capturedMillis());
      }
      assertEquals(expected, captured(today));
    }
  }

  private static List<@Nullable Long> captured(ReplayBuffer buffer) {
    List<@Nullable Long> captured = new ArrayList<>();
    buffer.entries().forEach(entry -> captured.add(entry.capturedMillis()));
    return captured;
  }

  @Test
  void whatIsWrittenTodayIsWhatTheLatestGoldenFilesHold() throws IOException {
    generate(folder);
    check(folder, true);
  }

  private static void check(Path files, boolean segments) throws IOException {
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(files)) {
      assertEquals(4, buffer.size());
      assertTrue(buffer.report().clean());
      for (int i = 0; i < 4; i++) {
        BufferedSample expected = segments && i > 0 ? Samples.withSegments(i) : Samples.buffered(i);
        ReplayBufferTest.assertSame(expected, buffer.read(i));
        assertEquals(OptionalLong.of(i), buffer.find("edge-" + i % 3, "frame-" + i));
      }
      CountsByValue domains = buffer.domains();
      assertEquals(List.of("day", "dusk"), List.copyOf(domains.values().keySet()));
      domains.values().forEach((domain, count) -> assertEquals(2, count.records(), domain));
      assertEquals(Count.NONE, domains.others());
    }
    Path outboxFolder = Files.createDirectories(files.resolve("outbox-copy"));
    Files.copy(files.resolve("outbox.journal"), outboxFolder.resolve("0000000000.journal"));
    try (Outbox outbox = Outbox.open(outboxFolder, OPTIONS)) {
      ArrowMessagesTest.assertSame(Samples.small(0), outbox.peek().orElseThrow().sample());
    }
    ArrowMessagesTest.assertSame(
        Samples.small(1),
        ArrowMessages.decodeSample(Files.readAllBytes(files.resolve("sample")), 1 << 20));
    assertEquals(
        17,
        ArrowMessages.decodeAnswer(Files.readAllBytes(files.resolve("answer")), 1 << 20).masks());
  }

  @Test
  void pyarrowReadsSealedSegmentsAndMessages() throws Exception {
    generate(folder);
    String python = Python.with("pyarrow");
    assertEquals(0, run(python, "-c", PYTHON, folder.toString()));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python hangs");
    return process.exitValue();
  }

  private static final String MIXED =
      """
      import sys, pyarrow as pa
      tables = [pa.ipc.open_file(f"{sys.argv[1]}/{n:010}.arrow").read_all() for n in range(3)]
      for table in tables:
          table.validate(full=True)
      assert [len(t) for t in tables] == [3, 1, 1]
      assert [t.num_columns for t in tables] == [26, 26, 28]
      whole = pa.concat_tables(tables, promote_options="default")
      assert [s is None for s in whole["segments"].to_pylist()] == [True] * 4 + [False]
      """;

  private static final String PYTHON =
      """
      import json, sys, pyarrow as pa
      folder = sys.argv[1]
      reader = pa.ipc.open_file(folder + "/0000000000.arrow")
      assert reader.num_record_batches == 3
      table = reader.read_all()
      table.validate(full=True)
      assert table["sequence"].to_pylist() == [0, 1, 2]
      assert table["id"].to_pylist() == ["frame-0", "frame-1", "frame-2"]
      assert table["captured"].type == pa.timestamp("ms", "UTC")
      assert [d is None for d in table["depth"].to_pylist()] == [False, True, False]
      assert all(len(s) == 11 * 2 * 2 for s in table["scores"].to_pylist())
      assert table["score_scale"].type == pa.list_(pa.field("item", pa.float32(), nullable=False))
      assert table["stages"].to_pylist()[0] == ["decode", "encode"]
      assert sum(table["pixels_by_class"].to_pylist()[0]) == 45
      segments = table["segments"].to_pylist()
      assert segments[0] is None and segments[1][:8] == bytes([0, 0, 0, 1, 1, 1, 255, 255])
      assert table["look"].to_pylist()[:2] == [None, [-1.5, 0.5, 0.25, 0.125, -0.75, 0.0]]
      assert table.schema.metadata == {b"seamark.format": b"1", b"seamark.kind": b"replay"}
      stream = pa.ipc.open_stream(open(folder + "/0000000000.arrow", "rb").read()[8:])
      assert stream.read_all().equals(table)
      for name in ("sample", "answer"):
          message = pa.ipc.open_stream(open(folder + "/" + name, "rb")).read_all()
          message.validate(full=True)
          assert message.num_rows == 1 and message.schema.metadata[b"seamark.kind"] == name.encode()
      """;
}
