package io.seamark.ianvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
                      hyperparameters:
                        - origins:
                            values:
                              - [front, garden]
                """));

    assertEquals("lifelonglearning", read.section().text("paradigm_type"));
    AlgorithmFile.Module base = read.modules().get(0);
    assertEquals("basemodel", base.type());
    assertEquals("rfnet", base.name());
    assertEquals("./basemodel.py", base.url());
    // With the digits of the file.
    assertEquals(
        List.of(
            List.of(Map.of("learning_rate", "0.0001"), Map.of("learning_rate", "0.001")),
            List.of(Map.of("epochs", "1"))),
        base.hyperparameters());
    AlgorithmFile.Module allocation = read.modules().get(1);
    assertEquals("TaskAllocationByOrigin", allocation.name());
    assertEquals("", allocation.url());
    assertEquals(
        List.of(List.of(Map.of("origins", List.of("front", "garden")))),
        allocation.hyperparameters());
  }

  @Test
  void read_takesOtherHyperparametersFromTheirFile() throws IOException {
    Files.writeString(folder.resolve("others.yaml"), "epochs: 3\nrehearsal: true\n");
    assertEquals(
        List.of(List.of(Map.of("epochs", "3", "rehearsal", "true"))),
        AlgorithmFile.read(
                file(
                    "algorithm: {modules: [{type: basemodel, name: rfnet, hyperparameters:"
                        + " [{other_hyperparameters: {values: [others.yaml]}}]}]}"))
            .modules()
            .get(0)
            .hyperparameters());
  }

  @Test
  void read_namesFileKeyAndRule() throws IOException {
    assertWrong(
        "modules: []",
        "modules is not a key of this format: must be algorithm",
        "algorithm is missing");
    assertRefused("- a", " must hold a YAML mapping");
    assertWrong(
        "algorithm: {modules: 1}", "algorithm.modules is '1', but must be a list of mappings");
    assertWrong("algorithm: {}", "algorithm.modules is missing, but must be given");
    assertWrong(
        "algorithm: {modules: [{type: basemodel}]}",
        "algorithm.modules[0].name is missing, but must be given");
    assertWrong(
        "algorithm: {modules: [{type: a, name: b, hyperparameters: [{c: {values: []}}]}]}",
        "algorithm.modules[0].hyperparameters[0].c.values is '[]', but must be a list of at least"
            + " one value");
  }

  @Test
  void read_refusesHostileFiles() throws IOException {
    assertRefused("algorithm: !!javax.script.ScriptEngineManager []", "is not YAML");
    assertRefused("[".repeat(200) + "]".repeat(200), "is not YAML");
    assertRefused("a: 1\na: 2\n", "is not YAML");
    assertRefused("#".repeat((1 << 20) + 1), "has more than 1048576 bytes");
    assertRefused("a: &a [&b [*a]]\n? *a\n: 1", "");
  }

  private void assertWrong(String yaml, String... messages) throws IOException {
    Path file = file(yaml);
    assertEquals(
        Arrays.stream(messages).map(m -> file + ": " + m).collect(Collectors.joining("\n")),
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
