package io.seamark.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  /** FIPS 180-4's examples: "abc" and 448 bits. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final String LONGER = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  private static final String OF_LONGER =
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

  @TempDir Path folder = Path.of("");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void digestsAreThoseOfTheStandard() throws IOException {
    assertEquals(ABC, DurableFiles.sha256(bytes("abc")));
    assertEquals(OF_LONGER, DurableFiles.sha256(Files.writeString(folder.resolve("a"), LONGER)));
  }

  @Test
  void whatIsWrittenPieceByPieceHasTheDigestOfTheWhole() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Sha256Output digested = new Sha256Output(out)) {
      digested.write('a');
      digested.write(bytes("-bc-"), 1, 2);
      assertEquals(ABC, digested.sha256());
    }
    assertEquals("abc", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aFileThatCannotBeWrittenStaysAsItWas() throws IOException {
    Path file = folder.resolve("a");
    DurableFiles.replace(file, bytes("old"));
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                DurableFiles.write(
                    file,
                    out -> {
                      out.write(bytes("new"));
                      throw new IOException("no space left");
                    }));
    assertEquals(file + " cannot be written: no space left", e.getMessage());
    assertEquals("old", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count(), "nothing is left beside it");
    }
  }

  @Test
  void renamingNeedsNoRightToWriteTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "mine");
    assertTrue(file.toFile().setReadOnly());
    Path other = Files.createDirectory(folder.resolve("below")).resolve("b");
    DurableFiles.rename(file, other);
    assertFalse(Files.exists(file));
    assertEquals("mine", Files.readString(other));
    IOException e =
        assertThrows(
            IOException.class, () -> DurableFiles.rename(other, folder.resolve("not/there")));
    assertTrue(String.valueOf(e.getMessage()).contains("its folder does not exist"));
    assertEquals("mine", Files.readString(other));
  }
}
