package io.seamark.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  /** Says in a process of its own whether a folder is free. */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] arguments) throws IOException {
      System.out.print(FolderLock.take(Path.of(arguments[0]), "lock").isPresent());
    }

    static boolean isFree(Path folder) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Elsewhere.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(said.matches("true|false"), said);
      return said.equals("true");
    }
  }

  @Test
  void whoIsRefusedTakesNothingFromWhoHasIt() throws IOException {
    Path other = folder.resolveSibling(folder.getFileName() + "-link");
    Files.createSymbolicLink(other, folder);
    FolderLock lock = FolderLock.take(folder, "lock").orElseThrow();
    assertTrue(FolderLock.take(folder, "lock").isEmpty());
    assertTrue(FolderLock.take(other, "lock").isEmpty(), "another name of the folder");
    assertTrue(lock.isHeld());
    assertFalse(Elsewhere.isFree(folder));
    lock.close();
    assertFalse(lock.isHeld());
    assertTrue(Elsewhere.isFree(folder));
    FolderLock.take(other, "lock").orElseThrow().close();
    lock.close();
    Files.delete(other);
  }

  @Test
  void anInterruptNeitherKeepsFromItNorEndsIt() throws IOException {
    Thread.currentThread().interrupt();
    try (FolderLock lock = FolderLock.take(folder, "lock").orElseThrow()) {
      assertTrue(Thread.interrupted());
      assertTrue(lock.isHeld());
      assertFalse(Elsewhere.isFree(folder));
      assertEquals(0, Files.size(folder.resolve("lock")));
    }
  }
}
