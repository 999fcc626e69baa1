package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cloud.LibertyServer;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.Provenance;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Knowledge management among clients that do not read, in one real server. */
class WeightsTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private Path folder = Path.of("");

  @Test
  @DisplayName("120 clients that do not read weights, and slow bodies, silence nobody")
  @SuppressWarnings("try") // Their being open is the case.
  void deafClientsHoldUpNobody() throws Exception {
    twoVersions(folder.resolve("data/models"));
    try (LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "knowledge-management",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of("SEAMARK_DATA", folder.resolve("data").toString()))) {
      server.awaitReady(Duration.ofMinutes(3));
      URI champion = server.uri().resolve("models/champion");
      var described = new ObjectMapper().readTree(get(champion).body());
      String weights = "models/" + described.path("version").asText() + "/weights";
      byte[] whole = get(server.uri().resolve(weights)).body();
      assertEquals(described.path("bytes").asLong(), whole.length);
      assertEquals(
          described.path("sha256").asText(),
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(whole)));
      try (RudeClients deaf =
              new RudeClients(
                  server.uri(), 120, "GET /" + weights + " HTTP/1.1\r\nHost: h\r\n\r\n");
          RudeClients slow =
              new RudeClients(
                  server.uri(),
                  200,
                  "POST /rounds HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx")) {
        assertEquals(200, get(server.uri().resolve("health/live")).statusCode());
        assertEquals(200, get(server.uri().resolve("health/ready")).statusCode());
        assertArrayEquals(whole, get(server.uri().resolve(weights)).body());
        Map<String, Integer> statuses = deaf.statuses();
        assertTrue(statuses.getOrDefault("200", 0) > 0, statuses.toString());
      }
      HttpResponse<byte[]> known =
          HTTP.send(
              HttpRequest.newBuilder(server.uri().resolve(weights))
                  .header("If-None-Match", '"' + described.path("sha256").asText() + '"')
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(304, known.statusCode());
      HttpResponse<String> refused =
          HTTP.send(
              HttpRequest.newBuilder(server.uri().resolve("rounds"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[65 << 10]))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(413, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("66560 bytes, but at most 65536"), refused.body());
      assertEquals(404, get(server.uri().resolve("models/v99/weights")).statusCode());
      offersByTheNameOfTheEdge(server.uri());
      assertSays(champion, 400, "?version=v9", "there is no version v9");
      assertSays(champion, 400, "?version=../v0", "must be v0, v1, v2 and so on");
      assertSays(champion, 200, "?version=v0", described.path("sha256").asText());
      assertSays(champion, 400, "", "v0 serves, and there is none before it");
    }
  }

  /** A registry whose second version has the weights of the first. */
  private static void twoVersions(Path models) throws IOException {
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(
            PluginRegistry.discover(null, WeightsTest.class.getClassLoader()), Map.of(), 1, 1);
    try (ModelRegistry registry =
        ModelRegistry.open(
            plugins.create(PluginKind.KNOWLEDGE_MANAGEMENT), models, 1, Clock.systemUTC())) {
      Path initial = StreetModels.edgeModel(models.resolveSibling("initial"));
      registry.begin(initial);
      TaskUpdateDecision.Evaluation figures =
          new TaskUpdateDecision.Evaluation(1, 0.5, 0, Double.NaN, List.of(), List.of());
      registry.judge(
          registry.stage((file, version) -> Files.copy(initial, file)),
          "v0",
          new TaskUpdateDecision.Accepted("it gains"),
          figures,
          figures,
          Provenance.ofFile("a round"));
    }
  }

  private static void offersByTheNameOfTheEdge(URI service) throws Exception {
    URI rollout = service.resolve("models/rollout");
    assertOffered(service, "v1", "?edge=b");
    assertSays(rollout, 200, "?edges=a,street%20%C3%BC&rest=v0", "\"rest\" : \"v0\"");
    assertOffered(service, "v1", "?edge=a");
    assertOffered(service, "v1", "?edge=street+%C3%BC");
    assertOffered(service, "v0", "?edge=b");
    assertOffered(service, "v0", "");
    assertSays(rollout, 200, "?to=all", "\"rest\" : \"v1\"");
    assertOffered(service, "v1", "?edge=b");
    assertSays(rollout, 400, "", "needs one of edges=NAME,NAME and share=0.2");
    assertSays(rollout, 400, "?edges=a&share=0.2", "needs one of edges=NAME,NAME and share=0.2");
    assertSays(rollout, 400, "?share=much", "share is 'much', but must be a number from 0 to 1");
    assertSays(rollout, 400, "?share=2", "share is 2.0, but must be 0 to 1");
    assertSays(rollout, 400, "?edges=a&rest=v9", "there is no version v9");
    assertSays(rollout, 200, "?share=1", "\"share\" : 1.0");
    String now = new String(get(rollout).body(), StandardCharsets.UTF_8);
    assertTrue(now.contains("\"edges\" : [ ]"), now);
  }

  private static void assertOffered(URI service, String version, String query) throws Exception {
    byte[] offered = get(service.resolve("models/champion" + query)).body();
    assertEquals(version, new ObjectMapper().readTree(offered).path("version").asText(), query);
  }

  private static void assertSays(URI champion, int status, String query, String said)
      throws Exception {
    HttpResponse<String> reply =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(champion + query))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(status, reply.statusCode(), reply.body());
    assertTrue(reply.body().contains(said), reply.body());
  }

  private static HttpResponse<byte[]> get(URI address) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(address).timeout(Duration.ofMinutes(2)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }
}
