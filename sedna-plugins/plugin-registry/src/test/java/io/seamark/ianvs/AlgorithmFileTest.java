package io.seamark.ianvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlgorithmFileTest {
  private final Path folder;

  AlgorithmFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void read_keepsEveryValueInTheOrderOfTheFile() throws IOException {
    AlgorithmFile read =
        AlgorithmFile.read(
            file(
                """
                algorithm:
                  paradigm_type: "lifelonglearning"
                  lifelong_learning_data_setting:
                    train_ratio: 0.8
                    splitting_method: "default"
                  modules:
                    - type: "basemodel"
                      name: "rfnet"
                      url: "./basemodel.py"
                      hyperparameters:
                        - learning_rate:
                            values: [0.0001, 0.001]
                        - epochs:
                            values: [1]
                    - type: "task_allocation"
                      name: "TaskAllocationByOrigin"
                """));

    assertEquals("lifelonglearning", read.paradigm());
    assertEquals(Map.of("train_ratio", "0.8", "splitting_method", "default"), read.dataSetting());
    assertEquals(
        List.of(
            new AlgorithmFile.Module(
                "basemodel",
                "rfnet",
                "./basemodel.py",
                Map.of("learning_rate", List.of("1.0E-4", "0.001"), "epochs", List.of("1"))),
            new AlgorithmFile.Module("task_allocation", "TaskAllocationByOrigin", "", Map.of())),
        read.modules());
  }

  @Test
  void read_namesFileKeyAndRule() throws IOException {
    assertWrong("modules: []", ": has no key algorithm");
    assertWrong("- a", ": the file must be a mapping");
    assertWrong("algorithm: {modules: 1}", ": algorithm.modules must be a list");
    assertWrong(
        "algorithm: {modules: [{type: basemodel}]}", ": algorithm.modules[0].name is missing");
    assertWrong(
        "algorithm: {modules: [{type: a, name: b, hyperparameters: [{c: {values: []}}]}]}",
        ": algorithm.modules[0].hyperparameters.c.values is empty, but must hold at least one"
            + " value");
  }

  @Test
  void read_refusesHostileFiles() throws IOException {
    assertRefused("algorithm: !!javax.script.ScriptEngineManager []", "is not YAML");
    assertRefused("[".repeat(200) + "]".repeat(200), "is not YAML");
    assertRefused("a: 1\na: 2\n", "is not YAML");
    assertRefused("#".repeat((1 << 20) + 1), "has more than 1048576 bytes");
    assertRefused("a: &a [&b [*a]]\n? *a\n: 1", "");
  }

  private void assertWrong(String yaml, String message) throws IOException {
    Path file = file(yaml);
    assertEquals(
        "algorithm file " + file + message,
        assertThrows(IllegalArgumentException.class, () -> AlgorithmFile.read(file)).getMessage());
  }

  private void assertRefused(String yaml, String part) throws IOException {
    Path file = file(yaml);
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> AlgorithmFile.read(file))
                .getMessage());
    assertTrue(message.contains(part) && message.lines().count() == 1, message);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "algorithm", ".yaml"), text);
  }
}
