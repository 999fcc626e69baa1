package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few seconds of what {@link FuzzHarness} does for hours. */
class FuzzTest {
  private static final int SECONDS = Integer.getInteger("seamark.fuzz.seconds", 5);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"Answer", "Cursor", "Journal", "Sample", "Segment"})
  void nothingIsFound(String target) throws Exception {
    FuzzHarness.Turn turn = new FuzzHarness(folder).turn(target, SECONDS, 1);
    assertEquals(List.of(), turn.found(), turn.figures());
  }

  @Test
  void validInputsPass() throws IOException {
    for (Map.Entry<Class<?>, Map<String, byte[]>> seeds : FuzzTargets.seeds().entrySet()) {
      Consumer<byte[]> target =
          switch (seeds.getKey().getSimpleName()) {
            case "Answer" -> FuzzTargets.Answer::fuzzerTestOneInput;
            case "Cursor" -> FuzzTargets.Cursor::fuzzerTestOneInput;
            case "Journal" -> FuzzTargets.Journal::fuzzerTestOneInput;
            case "Sample" -> FuzzTargets.Sample::fuzzerTestOneInput;
            default -> FuzzTargets.Segment::fuzzerTestOneInput;
          };
      seeds.getValue().values().forEach(target);
    }
  }
}
