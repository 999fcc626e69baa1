package io.seamark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The slim distribution takes what the pods give it. */
class EdgeArgumentsTest {
  private static final Path LAUNCHER =
      Manifests.ROOT.resolve("edge-runtime/target/seamark-edge/bin/seamark");

  @ParameterizedTest
  @ValueSource(strings = {"jetson-nano", "raspberry-pi"})
  @DisplayName("an edge runs with a board's arguments and variables")
  void board(String board, @TempDir Path folder) throws Exception {
    JsonNode edge = Manifests.find(Manifests.rendered(board), "DaemonSet", "seamark-edge");
    JsonNode figures =
        run(edge.at("/spec/template/spec/containers/0"), Map.of("SEAMARK_EDGE_NAME", "n"), folder);
    assertEquals(2, figures.path("frames").asInt());
  }

  @Test
  @DisplayName("Sedna's edge worker runs with the variables that Sedna's manager sets")
  void sedna(@TempDir Path folder) throws Exception {
    JsonNode service =
        Manifests.find(Manifests.written("sedna"), "JointInferenceService", "street");
    JsonNode worker = service.at("/spec/edgeWorker");
    String miner = "score_margin";
    assertEquals(miner, worker.at("/hardExampleMining/name").asText());
    JsonNode figures =
        run(
            worker.at("/template/spec/containers/0"),
            Map.of(
                "HEM_NAME",
                miner,
                // A threshold that calls every frame hard shows that it is read.
                "HEM_PARAMETERS",
                "[{\"key\":\"threshold\",\"value\":\"1\"}]",
                "MODEL_URL",
                Manifests.ROOT
                    .resolve(
                        "sedna-plugins/street-models/src/main/resources/io/seamark/street/street-rfnet.safetensors")
                    .toString()),
            folder);
    assertEquals(2, figures.path("hard").asInt(), figures.toString());
  }

  /** Runs two frames without a cloud, in a folder of its own, at any port. */
  private static JsonNode run(JsonNode container, Map<String, String> variables, Path folder)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(LAUNCHER.toString()));
    int replaced = 0;
    for (String argument : Manifests.texts(container.path("args"))) {
      if (argument.matches("--(out|port|host|cloud|knowledge)=.*")) {
        replaced++;
        continue;
      }
      String filled = argument;
      for (Map.Entry<String, String> each : variables.entrySet()) {
        filled = filled.replace("$(" + each.getKey() + ")", each.getValue());
      }
      arguments.add(filled);
    }
    assertTrue(replaced >= 4, () -> "not the edge's arguments: " + arguments);
    arguments.add("--out=" + folder.resolve("edge"));
    arguments.add("--port=0");
    arguments.add("--json");
    arguments.add("--set=sample_source.procedural_street.frames=2");
    ProcessBuilder builder =
        new ProcessBuilder(arguments)
            .redirectError(folder.resolve("err.txt").toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    assertEquals(0, process.exitValue(), () -> out + read(folder.resolve("err.txt")));
    List<String> lines = out.lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
