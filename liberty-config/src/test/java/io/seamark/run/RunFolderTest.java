package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder = Path.of("");

  @Test
  void missingFolderIsMade() {
    RunFolder made = RunFolder.prepare(folder.resolve("a/b"));
    assertTrue(Files.isDirectory(made.models()) && Files.isDirectory(made.buffer()));
  }

  @Test
  void formerRunIsReplacedAndWhatIsNotItsOwnStays() throws IOException {
    RunFolder first = RunFolder.prepare(folder);
    Files.writeString(first.report(), "old");
    Files.writeString(first.models().resolve("v0.json"), "old");
    Files.writeString(folder.resolve("notes.txt"), "mine");
    RunFolder second = RunFolder.prepare(folder);
    assertFalse(Files.exists(second.report()));
    assertFalse(Files.exists(second.models().resolve("v0.json")));
    assertEquals("mine", Files.readString(folder.resolve("notes.txt")));
  }

  @Test
  void folderOfSomethingElseIsRefusedUntouched() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "precious");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RunFolder.prepare(folder));
    assertEquals(
        "--out "
            + folder
            + " is not empty and not a former run's folder: name another one, or empty it",
        e.getMessage());
    assertEquals("precious", Files.readString(file));
    assertThrows(IllegalArgumentException.class, () -> RunFolder.prepare(file));
  }

  @Test
  void linksAreNotFollowedWhenAFormerRunIsEmptied() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    Path precious = Files.writeString(other.resolve("precious.txt"), "precious");
    RunFolder run = RunFolder.prepare(folder.resolve("run"));
    Files.delete(run.answers());
    Files.createSymbolicLink(run.answers(), other);
    RunFolder.prepare(folder.resolve("run"));
    assertEquals("precious", Files.readString(precious));
  }
}
