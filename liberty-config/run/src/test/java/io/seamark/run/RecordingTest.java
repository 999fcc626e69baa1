package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private final RunFolder folder;

  RecordingTest(@TempDir Path out) throws InterruptedException {
    folder = RunFolder.open(out, false, Map.of());
  }

  @AfterEach
  void giveFree() throws IOException {
    folder.close();
  }

  @Test
  void cloudsAnswerReplacesTheEdgesInFigureAndFile() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
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
        java.util.Objects.requireNonNull(Recording.read(folder.answers(), "b")).at(0, 0));
    FrameEntry entry = recording.frames().get(1);
    assertNull(entry.label);
    assertNotNull(entry.fused);
    assertEquals(100, entry.bytesUp);
  }

  @Test
  void repeatedAndForeignAnswersChangeNothing() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
    recording.answered(RunFixtures.edge(0, "a", "dusk", true, 2));
    recording.improved(RunFixtures.cloud("a", 1));
    recording.improved(RunFixtures.cloud("a", 0));
    recording.improved(RunFixtures.cloud("of-an-earlier-run", 0));
    assertEquals(1, recording.live().systemMeanIou(), 1e-9);
    try (var files = Files.list(folder.answers())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("an audit costs bytes and changes no answer")
  void auditedFrameKeepsTheEdgesAnswer() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
    recording.answered(RunFixtures.edge(0, "a", "day", false, 2));
    recording.audited(RunFixtures.cloud("a", 1));
    FrameEntry entry = recording.frames().get(0);
    assertEquals(100, entry.bytesUp);
    assertEquals(0, recording.live().systemMeanIou(), 1e-9);
    assertEquals(0, recording.unanswered());
    assertEquals(
        RunFixtures.map(2).at(0, 0),
        java.util.Objects.requireNonNull(Recording.read(folder.answers(), "a")).at(0, 0));
  }

  @Test
  void refusedFrameKeepsTheEdgesAnswer() {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
    recording.answered(RunFixtures.edge(0, "a", "dusk", true, 1));
    recording.refused("a", "HTTP status 400");
    assertEquals(1, recording.live().systemMeanIou(), 1e-9);
    assertEquals("HTTP status 400", recording.refusals().get("a"));
  }

  @Test
  @DisplayName(
      "what the cloud never answered is counted by the frames, not by what is left of them")
  void unansweredAndMissingAreCounted() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
    recording.answered(RunFixtures.edge(0, "a", "day", false, 1));
    recording.answered(RunFixtures.edge(1, "b", "dusk", true, 2));
    recording.answered(RunFixtures.edge(2, "c", "dusk", true, 2));
    recording.answered(RunFixtures.edge(3, "d", "dusk", true, 2));
    assertEquals(3, recording.unanswered());
    recording.improved(RunFixtures.cloud("b", 1));
    recording.refused("c", "HTTP status 400");
    assertEquals(1, recording.unanswered());
    assertEquals(0, recording.missing());
    Files.delete(folder.answers().resolve("a.png"));
    assertEquals(1, recording.missing());
  }

  @Test
  @DisplayName("a class map of a person is not replaced")
  void personsFileStopsTheRun() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, folder);
    Files.writeString(folder.answers().resolve("a.png"), "mine");
    assertThrows(
        UncheckedIOException.class,
        () -> recording.answered(RunFixtures.edge(0, "a", "day", false, 1)));
    assertEquals("mine", Files.readString(folder.answers().resolve("a.png")));
  }
}
