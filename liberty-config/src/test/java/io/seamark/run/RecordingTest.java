package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir Path answers = Path.of("");

  @Test
  void cloudsAnswerReplacesTheEdgesInFigureAndFile() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, answers);
    recording.answered(RunFixtures.edge(0, "a", "day", false, 1));
    recording.answered(RunFixtures.edge(1, "b", "dusk", true, 2));
    // One frame right, one wrong: class 1 has 64 of 128 pixels, class 2 none.
    assertEquals(0.25, recording.live().edgeMeanIou(), 1e-9);
    assertEquals(0.25, recording.live().systemMeanIou(), 1e-9);
    recording.improved(RunFixtures.cloud("b", 1));
    assertEquals(0.25, recording.live().edgeMeanIou(), 1e-9);
    assertEquals(1, recording.live().systemMeanIou(), 1e-9);
    assertEquals(1, recording.live().hard());
    assertEquals(
        RunFixtures.map(1).at(0, 0),
        java.util.Objects.requireNonNull(Recording.read(answers, "b")).at(0, 0));
    FrameEntry entry = recording.frames().get(1);
    assertNull(entry.label);
    assertNotNull(entry.fused);
    assertEquals(100, entry.bytesUp);
  }

  @Test
  void repeatedAndForeignAnswersChangeNothing() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, answers);
    recording.answered(RunFixtures.edge(0, "a", "dusk", true, 2));
    recording.improved(RunFixtures.cloud("a", 1));
    recording.improved(RunFixtures.cloud("a", 0));
    recording.improved(RunFixtures.cloud("of-an-earlier-run", 0));
    assertEquals(1, recording.live().systemMeanIou(), 1e-9);
    try (var files = Files.list(answers)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void refusedFrameKeepsTheEdgesAnswer() {
    Recording recording = new Recording(RunFixtures.CLASSES, answers);
    recording.answered(RunFixtures.edge(0, "a", "dusk", true, 1));
    recording.refused("a", "HTTP status 400");
    assertEquals(1, recording.live().systemMeanIou(), 1e-9);
    assertEquals("HTTP status 400", recording.refusals().get("a"));
  }
}
