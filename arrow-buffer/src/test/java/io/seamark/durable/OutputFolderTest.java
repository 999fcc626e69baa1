package io.seamark.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person has in a folder stays as it is. */
class OutputFolderTest {
  @TempDir Path folder = Path.of("");

  @Test
  @DisplayName("replaces what it wrote, in this run or a former one")
  void replacesItsOwn() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("a.png", bytes("one"));
      out.write("a.png", bytes("two"));
      out.write("below/b.png", bytes("three"));
      assertEquals(2, out.files());
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.check(List.of("a.png", "below/b.png", "new.png"));
      out.write("a.png", bytes("four"));
      assertEquals(1, out.files());
    }
    assertArrayEquals(bytes("four"), Files.readAllBytes(folder.resolve("a.png")));
  }

  @Test
  @DisplayName("refuses a file that a person put there, also under a name that it wrote before")
  void keepsAPersonsFiles() throws IOException {
    Files.write(folder.resolve("label.png"), bytes("truth"));
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("mine.png", bytes("one"));
      Files.write(folder.resolve("mine.png"), bytes("edited"));
      String early =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class,
                      () -> out.check(List.of("label.png", "mine.png", "free.png")))
                  .getMessage());
      assertTrue(early.contains("label.png and 1 more exist already"), early);
      assertThrows(IOException.class, () -> out.write("label.png", bytes("guess")));
      assertThrows(IOException.class, () -> out.write("mine.png", bytes("guess")));
      Files.createSymbolicLink(folder.resolve("link.png"), folder.resolve("label.png"));
      assertThrows(IOException.class, () -> out.write("link.png", bytes("guess")));
    }
    assertArrayEquals(bytes("truth"), Files.readAllBytes(folder.resolve("label.png")));
    assertArrayEquals(bytes("edited"), Files.readAllBytes(folder.resolve("mine.png")));
  }

  @Test
  @DisplayName("a folder that is read from is refused under any of its names, and left as it is")
  void refusesInputs() throws IOException {
    Path labels = Files.createDirectory(folder.resolve("labels"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), labels);
    for (Path out : List.of(labels, link, folder.resolve("labels/../labels"))) {
      String message =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class,
                      () -> OutputFolder.open(out, Map.of("--labels", labels)))
                  .getMessage());
      assertTrue(message.contains("--labels"), message);
    }
    try (var files = Files.list(labels)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  @DisplayName("has one owner at a time, and a refused one does not free the folder")
  void hasOneOwner() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      for (int i = 0; i < 2; i++) {
        String message =
            String.valueOf(
                assertThrows(
                        IllegalArgumentException.class, () -> OutputFolder.open(folder, Map.of()))
                    .getMessage());
        assertTrue(message.contains("another seamark"), message);
      }
      out.write("a.png", bytes("one"));
    }
    OutputFolder.open(folder, Map.of()).close();
  }

  @Test
  @DisplayName("stays within the folder")
  void staysInside() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder.resolve("out"), Map.of())) {
      for (String name : List.of("../a", "", ".", "/tmp/a", "x/../../a", "a\nb")) {
        assertThrows(IllegalArgumentException.class, () -> out.write(name, bytes("x")), name);
      }
    }
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("a file that cannot be written is named, and nothing unfinished stays")
  void namesWhatFails() throws IOException {
    Files.createDirectory(folder.resolve("a.png"));
    String message =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () -> DurableFiles.replace(folder.resolve("a.png"), bytes("x")))
                .getMessage());
    assertTrue(message.startsWith(folder.resolve("a.png") + " cannot be written: "), message);
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("what a kill left unfinished goes with the next owner; a person's part file stays")
  void removesUnfinished() throws IOException {
    Path cut = Files.writeString(folder.resolve(".seamark-0123.new"), "cut");
    Path theirs = Files.writeString(folder.resolve("a.png.part"), "theirs");
    OutputFolder.open(folder, Map.of()).close();
    assertTrue(Files.notExists(cut));
    assertTrue(Files.exists(theirs));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
