package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainFileTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void takesFilesAndLinksToThem() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "x");
    assertEquals(file, PlainFile.require(file));
    Path link = Files.createSymbolicLink(folder.resolve("l"), file);
    assertEquals(link, PlainFile.require(link));
  }

  @Test
  void saysWhatIsNone() throws Exception {
    Path fifo = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    assertEquals(fifo + " is a FIFO, but must be a file", refusal(fifo));
    Path link = Files.createSymbolicLink(folder.resolve("l"), fifo);
    assertEquals(link + " is a FIFO, but must be a file", refusal(link));
    assertEquals("/dev/zero is a device, but must be a file", refusal(Path.of("/dev/zero")));
    assertEquals(folder + " is a folder, but must be a file", refusal(folder));
    assertThrows(NoSuchFileException.class, () -> PlainFile.require(folder.resolve("none")));
  }

  private static String refusal(Path file) {
    return String.valueOf(
        assertThrows(IOException.class, () -> PlainFile.require(file)).getMessage());
  }
}
