package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {
  private static final String REMEDY = "; name another folder with TMPDIR or -Djava.io.tmpdir";

  @TempDir private Path folder = Path.of("");

  @Test
  void anOrdinaryFolderIsNoTrouble() {
    assertEquals(Optional.empty(), TemporaryFolder.trouble(folder));
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void saysThatItIsMissingOrNoFolder() throws IOException {
    Path missing = folder.resolve("none");
    assertEquals(
        Optional.of("the temporary folder " + missing + " is not there" + REMEDY),
        TemporaryFolder.trouble(missing));
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(
        Optional.of("the temporary folder " + file + " is a file" + REMEDY),
        TemporaryFolder.trouble(file));
  }

  @Test
  void saysThatItIsMountedNoexec() throws Exception {
    assertEquals(
        Optional.of(
            "the temporary folder "
                + folder
                + " is mounted noexec, so native libraries cannot be loaded from it"
                + REMEDY),
        mounted("noexec,size=128m"));
  }

  @Test
  void saysThatItIsFull() throws Exception {
    assertEquals(
        Optional.of(
            "the temporary folder "
                + folder
                + " has 1 MB free, but native libraries need 64"
                + REMEDY),
        mounted("size=1m"));
  }

  private Optional<String> mounted(String options) throws Exception {
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "none", folder.toString())
            .redirectErrorStream(true)
            .start();
    assumeTrue(mount.waitFor() == 0, "not run: only root can mount a file system");
    try {
      return TemporaryFolder.trouble(folder);
    } finally {
      assertEquals(0, new ProcessBuilder("umount", folder.toString()).start().waitFor());
    }
  }
}
