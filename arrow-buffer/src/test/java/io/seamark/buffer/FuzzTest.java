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

/**
 * A few seconds of fuzzing for each target, or as many as {@code -Dseamark.fuzz.seconds} says. With
 * {@code -Dseamark.fuzz.folder} what was found stays, and a later run goes on from it.
 */
class FuzzTest {
  private static final int SECONDS = Integer.getInteger("seamark.fuzz.seconds", 5);
  private static final long SEED = Long.getLong("seamark.crash.seed", 1);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"Answer", "Cursor", "Journal", "Sample", "Segment"})
  void nothingIsFound(String target) throws Exception {
    String kept = System.getProperty("seamark.fuzz.folder", "");
    FuzzHarness harness = new FuzzHarness(kept.isEmpty() ? folder : Path.of(kept));
    FuzzHarness.Turn turn = harness.turn(target, SECONDS, SEED);
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
