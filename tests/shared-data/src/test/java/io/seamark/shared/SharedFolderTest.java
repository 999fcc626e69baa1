package io.seamark.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class SharedFolderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void whatIsThereIsFound() throws IOException {
    Path file = Files.createFile(Files.createDirectory(folder.resolve("data")).resolve("a"));
    Map<String, String> set = Map.of("SEAMARK_SHARED", folder.toString());
    assertEquals(file, SharedFolder.path("data/a", set));
  }

  @Test
  void whatIsAbsentSkipsTheTestWithAMessage() {
    Map<String, String> set = Map.of("SEAMARK_SHARED", folder.toString());
    TestAbortedException skipped =
        assertThrows(TestAbortedException.class, () -> SharedFolder.path("data/b", set));
    assertEquals(
        folder.resolve("data/b")
            + " is not there; SEAMARK_SHARED may point to the folder that has data/b",
        skipped.getMessage());
  }

  @Test
  void whatIsAbsentButRequiredFails() {
    Map<String, String> set =
        Map.of("SEAMARK_SHARED", folder.toString(), "SEAMARK_REQUIRE_SHARED", "true");
    AssertionFailedError failed =
        assertThrows(AssertionFailedError.class, () -> SharedFolder.path("data/b", set));
    assertEquals(
        folder.resolve("data/b")
            + " is not there; SEAMARK_SHARED may point to the folder that has data/b",
        failed.getMessage());
  }

  @Test
  void withoutTheVariableItLiesBesideTheProject() {
    Map<String, String> required = Map.of("SEAMARK_REQUIRE_SHARED", "true");
    AssertionFailedError failed =
        assertThrows(AssertionFailedError.class, () -> SharedFolder.path("no such", required));
    Path project = Path.of("..", "..").toAbsolutePath().normalize();
    String message = String.valueOf(failed.getMessage());
    assertEquals(
        project.resolveSibling("shared").resolve("no such").toString(),
        message.substring(0, message.indexOf(" is not there")));
  }
}
