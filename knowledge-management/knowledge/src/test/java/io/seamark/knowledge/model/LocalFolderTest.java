package io.seamark.knowledge.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.KnowledgeManagement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folders.
@SuppressWarnings("NullAway.Init")
class LocalFolderTest {
  @TempDir private Path folder;
  @TempDir private Path elsewhere;

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void objectsAreFilesOfTheirNamesAndNothingElseIsLeft() throws IOException {
    Path file = Files.writeString(elsewhere.resolve("any"), "weights");
    try (KnowledgeManagement.Store store = LocalFolder.open(folder)) {
      store.put("v0.json", "one".getBytes(StandardCharsets.UTF_8));
      store.put("v0.safetensors", file);
      store.copy("v0.safetensors", "champion.safetensors");
      assertEquals(List.of(".lock", "champion.safetensors", "v0.json", "v0.safetensors"), files());
      store.delete("v0.json");
      assertFalse(files().contains("v0.json"));
    }
  }

  @Test
  void writesThatWereCutShortAreRemovedAndOtherFilesLeftAlone() throws IOException {
    Files.writeString(folder.resolve(".seamark-0123456789abcdef0123456789abcdef.new"), "{");
    Files.writeString(folder.resolve(".staged-v1.safetensors"), "the host's");
    Files.writeString(folder.resolve("Notes.txt"), "somebody's");
    Files.createDirectory(folder.resolve("folder"));
    try (KnowledgeManagement.Store store = LocalFolder.open(folder)) {
      assertEquals(List.of(), store.names());
      assertEquals(List.of(".lock", ".staged-v1.safetensors", "Notes.txt", "folder"), files());
    }
  }

  @Test
  void aLinkIsNoObject() throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret"), "secret");
    Files.createSymbolicLink(folder.resolve("v0.json"), secret);
    try (KnowledgeManagement.Store store = LocalFolder.open(folder)) {
      assertEquals(List.of(), store.names());
      assertEquals(Optional.empty(), store.read("v0.json", 100));
      assertEquals(Optional.empty(), store.file("v0.json"));
      store.put("v0.json", new byte[1]);
      assertEquals(List.of("v0.json"), store.names());
    }
    assertEquals("secret", Files.readString(secret));
  }

  /** Opens a folder in a process of its own, and says what came of it. */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] arguments) {
      try {
        LocalFolder.open(Path.of(arguments[0])).close();
        System.out.print("opened");
      } catch (IOException e) {
        System.out.print(e.getMessage());
      }
    }

    static String open(Path folder) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Elsewhere.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void onlyOneMayHaveItOpen() throws IOException {
    try (KnowledgeManagement.Store store = LocalFolder.open(folder)) {
      store.put("a", new byte[0]);
      IOException e = assertThrows(IOException.class, () -> LocalFolder.open(folder));
      assertTrue(String.valueOf(e.getMessage()).contains("is in use by another process"));
      String said = Elsewhere.open(folder);
      assertTrue(said.contains("is in use by another process"), "refused here, and there: " + said);
      store.put("b", new byte[0]);
    }
    assertEquals("opened", Elsewhere.open(folder));
    LocalFolder.open(folder).close();
  }
}
