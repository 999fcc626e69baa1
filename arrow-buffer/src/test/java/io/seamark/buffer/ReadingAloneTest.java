package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.buffer.format.SegmentLog;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever opens a log or a buffer for reading has no method that changes it. */
class ReadingAloneTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @ParameterizedTest
  @CsvSource({
    "format.SegmentLogWriter<String>, append(row -> {}), true",
    "format.SegmentLogReader<String>, append(row -> {}), false",
    "format.SegmentLog<String>, append(row -> {}), false",
    "format.SegmentLogReader<String>, seal(), false",
    "format.SegmentLogReader<String>, drop(1), false",
    "format.SegmentLogReader<String>, reclaim(), false",
    "format.SegmentLogReader<String>, 'deleteBefore(1, java.util.Set.of())', false",
    "format.SegmentLogReader<String>, refresh(), true",
    "ReplayBufferWriter, append(null), true",
    "ReplayBuffer, append(null), false",
    "ReplayBuffer, seal(), false",
    "ReplayBuffer, refresh(), true"
  })
  void onlyAWriterCompiles(String type, String call, boolean compiles) throws Exception {
    Path source = folder.resolve("Use.java");
    Files.writeString(
        source,
        "class Use { void use(io.seamark.buffer.%s it) throws Exception { it.%s; } }"
            .formatted(type, call));
    Path classes =
        Path.of(SegmentLog.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, "-cp", classes.toString(), "-proc:none", source.toString());
    String errors = said.toString(StandardCharsets.UTF_8);
    assertEquals(compiles, status == 0, errors);
    String method = call.substring(0, call.indexOf('('));
    assertEquals(!compiles, errors.contains("symbol:   method " + method), errors);
  }
}
