package io.seamark.edge.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private static ModelAnnouncement version(int number) {
    byte[] weights = weights(number);
    return new ModelAnnouncement(
        "v" + number, DurableFiles.sha256(weights), weights.length, null, null);
  }

  private static byte[] weights(int number) {
    return ("weights of " + number).getBytes(StandardCharsets.UTF_8);
  }

  private void fetch(int number) throws IOException {
    // As fetching does, once the bytes are there.
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("v" + number + ".safetensors", weights(number));
    }
  }

  @Test
  void theRecordIsOnTheDiskBeforeAnythingIsDeleted() throws IOException {
    for (int number = 1; number <= 3; number++) {
      fetch(number);
    }
    WatchedDisk disk = new WatchedDisk(folder.toRealPath());
    try (ModelFolder models = new ModelFolder(disk.root(), false)) {
      models.record(version(3), "v2");
      assertEquals(
          List.of(
              "force *.new",
              "force .seamark-output",
              "rename *.new current.json",
              "force ",
              "delete v1.safetensors"),
          disk.events());
      assertEquals("v3", models.current().orElseThrow().version());
    }
    assertEquals(List.of("force "), disk.events(), "the deletion is made durable, too");
    assertTrue(Files.exists(folder.resolve("v2.safetensors")));
  }

  @Test
  void whatIsInTheWayKeepsItsContentUnderAnotherName() throws IOException {
    Path mine = Files.writeString(folder.resolve("current.json"), "mine");
    assertTrue(mine.toFile().setReadOnly());
    WatchedDisk disk = new WatchedDisk(folder.toRealPath());
    try (ModelFolder models = new ModelFolder(disk.root(), false)) {
      models.record(version(1), "v0");
    }
    String kept =
        "current.json.kept-" + DurableFiles.sha256("mine".getBytes(StandardCharsets.UTF_8));
    assertEquals("mine", Files.readString(folder.resolve(kept)));
    assertEquals(List.of("rename current.json " + kept, "force "), disk.events().subList(0, 2));
  }

  @Test
  void aModelThatFailsToStartTwiceGivesWayToTheOneBefore() throws IOException {
    for (int number = 1; number <= 2; number++) {
      fetch(number);
      try (ModelFolder models = new ModelFolder(folder, false)) {
        models.record(version(number), "v" + (number - 1));
      }
    }
    for (String expected : List.of("v2", "v2", "v1")) {
      // The process ends before a frame is labelled.
      try (ModelFolder models = new ModelFolder(folder, false)) {
        assertEquals(expected, models.start().orElseThrow().version());
      }
    }
    try (ModelFolder models = new ModelFolder(folder, false)) {
      models.started();
      assertTrue(models.refusal(version(2)).orElseThrow().contains("twice"));
      assertEquals("v1", models.start().orElseThrow().version());
      models.started();
      models.start();
      models.started();
      assertEquals("v1", models.start().orElseThrow().version());
    }
  }
}
