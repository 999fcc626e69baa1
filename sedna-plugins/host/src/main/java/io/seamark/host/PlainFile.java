package io.seamark.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Files that are to be read. Opening a FIFO waits for a writer that may never come, and a device
 * may never end, so what is no plain file is refused before it is opened. Links are followed.
 */
public final class PlainFile {
  private static final int TYPE = 0xF000;

  private PlainFile() {}

  /**
   * Refuses what is no plain file.
   *
   * @param file any path
   * @return the same
   * @throws NoSuchFileException if there is nothing
   * @throws IOException if it is something else; the message names it and says what it is
   */
  public static Path require(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      return file;
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    throw new IOException(file + " is " + kind(file) + ", but must be a file");
  }

  /**
   * What a path leads to, in words.
   *
   * @param path any
   * @return such as {@code a folder} or {@code a FIFO}
   */
  public static String kind(Path path) {
    if (Files.isRegularFile(path)) {
      return "a file";
    }
    if (Files.isDirectory(path)) {
      return "a folder";
    }
    if (!Files.exists(path)) {
      return "not there";
    }
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode");
      return switch (mode & TYPE) {
        case 0x1000 -> "a FIFO";
        case 0x2000, 0x6000 -> "a device";
        case 0xC000 -> "a socket";
        default -> "no file";
      };
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return "no file";
    }
  }
}
