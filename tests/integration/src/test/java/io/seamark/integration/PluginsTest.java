package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cloud.LibertyServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private final Path folder;

  PluginsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  @DisplayName("both services show what is loaded as the command line does")
  void servicesShowTheirPlugins() throws Exception {
    Path algorithm =
        Files.writeString(
            folder.resolve("algorithm.yaml"),
            "algorithm:\n  modules:\n    - type: mask_fusion\n      name: majority_vote\n");
    Map<String, String> environment = new HashMap<>();
    environment.put("SEAMARK_DATA", folder.resolve("data").toString());
    environment.put("SEAMARK_IANVS_ALGORITHM", algorithm.toString());
    environment.put("HEM_NAME", "score_margin");
    environment.put("HEM_PARAMETERS", "[{\"key\":\"threshold\",\"value\":\"0.25\"}]");
    try (LibertyServer unknown = start("unknown-task-processing", environment);
        LibertyServer knowledge = start("knowledge-management", environment)) {
      unknown.awaitReady(Duration.ofMinutes(3));
      knowledge.awaitReady(Duration.ofMinutes(3));
      JsonNode cloud = plugins(unknown);
      assertEquals(names(cloud), names(plugins(knowledge)));
      assertEquals("true", field(cloud, "majority_vote", "chosen"));
      assertEquals("false", field(cloud, "quality_sum", "chosen"));
      JsonNode line =
          Seamark.run(folder, Duration.ofMinutes(1), "plugins", "list", "--json").json();
      assertEquals(fields(line), fields(cloud));
      assertEquals(names(line), names(cloud));
      assertEquals(field(line, "score_margin", "version"), field(cloud, "score_margin", "version"));
      assertEquals(
          "0.25", entry(cloud, "score_margin").path("hyperparameters").path("threshold").asText());
    }
  }

  @Test
  @DisplayName("a wrong key stops a service with the nearest right one")
  void wrongKeyStopsTheStart() throws Exception {
    Map<String, String> environment =
        Map.of("SEAMARK_DATA", folder.resolve("data").toString(), "SEAMARK_QUEU", "3");
    try (LibertyServer server = start("unknown-task-processing", environment)) {
      String message =
          String.valueOf(
              assertThrows(IOException.class, () -> server.awaitReady(Duration.ofMinutes(3)))
                  .getMessage());
      assertTrue(message.contains("did you mean SEAMARK_QUEUE?"), message);
    }
  }

  private LibertyServer start(String server, Map<String, String> environment) throws Exception {
    return LibertyServer.start(
        Seamark.HOME, server, 0, folder.resolve("work-" + server), environment);
  }

  private static JsonNode plugins(LibertyServer server) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.uri().resolve("plugins")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer.body());
    return new ObjectMapper().readTree(answer.body());
  }

  private static JsonNode entry(JsonNode catalogue, String name) {
    for (JsonNode plugin : catalogue.path("plugins")) {
      if (plugin.path("name").asText().equals(name)) {
        return plugin;
      }
    }
    throw new AssertionError("no plugin " + name + " in " + catalogue);
  }

  private static String field(JsonNode catalogue, String name, String field) {
    return entry(catalogue, name).path(field).asText();
  }

  private static List<String> names(JsonNode catalogue) {
    List<String> names = new ArrayList<>();
    catalogue
        .path("plugins")
        .forEach(p -> names.add(p.path("kind").asText() + " " + p.path("name").asText()));
    return names;
  }

  private static List<String> fields(JsonNode catalogue) {
    List<String> fields = new ArrayList<>();
    catalogue.fieldNames().forEachRemaining(fields::add);
    catalogue.path("plugins").path(0).fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
