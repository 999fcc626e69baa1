package io.seamark.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir private Path folder = Path.of("");

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("text"), content);
  }

  private String refusal(byte[] content) {
    return String.valueOf(
        assertThrows(IOException.class, () -> TextFile.read(file(content), 100)).getMessage());
  }

  @Test
  @DisplayName("a byte-order mark of UTF-8 is no part of the text, another one stays")
  void mark() throws IOException {
    assertEquals("ü=中\n", TextFile.read(file("\ufeffü=中\n".getBytes(StandardCharsets.UTF_8)), 100));
    assertEquals("ü=中\n", TextFile.read(file("ü=中\n".getBytes(StandardCharsets.UTF_8)), 100));
    assertEquals(
        "\ufeffa", TextFile.read(file("\ufeff\ufeffa".getBytes(StandardCharsets.UTF_8)), 100));
    assertEquals("", TextFile.read(file("\ufeff".getBytes(StandardCharsets.UTF_8)), 100));
    assertEquals("", TextFile.read(file(new byte[0]), 100));
  }

  @Test
  @DisplayName("UTF-16 and UTF-32 are refused by name, with their mark and without")
  void otherUnicode() {
    for (String name : new String[] {"UTF-16", "UTF-16LE", "UTF-16BE"}) {
      assertEquals(
          "it is UTF-16, but must be UTF-8: save it as that",
          refusal("a=1\n".getBytes(Charset.forName(name))),
          name);
    }
    assertEquals(
        "it is UTF-16, but must be UTF-8: save it as that",
        refusal("\ufeffa=1\n".getBytes(StandardCharsets.UTF_16LE)));
    assertEquals(
        "it is UTF-32, but must be UTF-8: save it as that",
        refusal("\ufeffa".getBytes(Charset.forName("UTF-32LE"))));
  }

  @Test
  @DisplayName("bytes that are not UTF-8 are named with their line")
  void latin() {
    assertEquals(
        "line 2 holds a byte 0xFC that is not UTF-8: save it as UTF-8",
        refusal("a=1\nb=ü\n".getBytes(StandardCharsets.ISO_8859_1)));
    // A character cut short by the end.
    assertEquals(
        "line 1 holds a byte 0xE4 that is not UTF-8: save it as UTF-8",
        refusal(new byte[] {'a', (byte) 0xE4, (byte) 0xB8}));
  }

  @Test
  @DisplayName("what cannot be opened is said in words, without the name")
  void unreadable() throws IOException {
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), folder.resolve("loop"));
    Path closed = file(new byte[1]);
    Files.setPosixFilePermissions(closed, Set.of());
    Map<Path, String> reasons =
        new HashMap<>(
            Map.of(
                folder,
                "it is a folder, not a file",
                folder.resolve("missing"),
                "it does not exist",
                closed.resolve("below"),
                "Not a directory"));
    if (!Files.isReadable(closed)) {
      // Nothing is closed to root.
      reasons.put(closed, "it may not be read by this user");
    }
    reasons.forEach(
        (path, reason) ->
            assertEquals(
                reason,
                assertThrows(IOException.class, () -> TextFile.read(path, 9)).getMessage()));
    String circle =
        String.valueOf(assertThrows(IOException.class, () -> TextFile.read(loop, 9)).getMessage());
    assertFalse(circle.contains(loop.toString()), circle);
  }

  @Test
  @DisplayName("no more is read than may be")
  void limit() {
    assertEquals("it has more than 100 bytes", refusal(new byte[101]));
  }
}
