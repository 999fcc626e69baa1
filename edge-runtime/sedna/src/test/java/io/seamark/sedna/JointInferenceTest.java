package io.seamark.sedna;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a process, between a big model and a local controller. */
class JointInferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FRAMES = 6;

  @TempDir Path folder = Path.of("");
  private final List<JsonNode> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<JsonNode> reported = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void start() {
    server.createContext("/street/predict", exchange -> answer(exchange, asked, this::predict));
    server.createContext(
        "/sedna/workers/street-edge-1/info",
        exchange ->
            answer(exchange, reported, body -> "{\n \"Status\": 200,\n \"Message\": \"OK\"\n}"));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private interface Service {
    String answer(JsonNode body);
  }

  private static void answer(HttpExchange exchange, List<JsonNode> seen, Service service)
      throws IOException {
    try (exchange) {
      JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      seen.add(body);
      byte[] answer = service.answer(body).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** A model that sees a road everywhere. */
  private String predict(JsonNode body) {
    JsonNode data = body.get("data");
    String row =
        IntStream.range(0, data.get(0).size())
            .mapToObj(x -> "3")
            .collect(Collectors.joining(",", "[", "]"));
    return IntStream.range(0, data.size())
        .mapToObj(y -> row)
        .collect(Collectors.joining(",", "{\"result\":[", "]}"));
  }

  private record Ran(int status, String said) {}

  private Ran run(Map<String, String> more) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Seamark.class.getName(),
            "sedna",
            "joint-inference");
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).contains("proxy"));
    environment.putAll(
        Map.of(
            "NAMESPACE", "default",
            "JOB_NAME", "street",
            "WORKER_NAME", "street-edge-1",
            "LC_SERVER", "http://127.0.0.1:" + server.getAddress().getPort(),
            "BIG_MODEL_IP", "127.0.0.1",
            "BIG_MODEL_PORT", Integer.toString(server.getAddress().getPort()),
            "HEM_NAME", "CloudOnly",
            "LC_PERIOD", "1",
            "edge_output_url", folder.resolve("edge").toString(),
            "SEAMARK_SEDNA_PORT", "-1"));
    environment.put("SEAMARK_SAMPLE_SOURCE", "procedural_street");
    environment.put("SAMPLE_SOURCE_PROCEDURAL_STREET_FRAMES", Integer.toString(FRAMES));
    environment.putAll(more);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "it does not end");
    } finally {
      process.destroyForcibly();
    }
    return new Ran(process.exitValue(), Files.readString(log));
  }

  @Test
  @DisplayName("hard frames get the big model's answer, and each frame is reported once")
  void everyFrameOnce() throws Exception {
    Ran ran = run(Map.of());
    assertEquals(0, ran.status(), ran.said());
    assertTrue(
        ran.said().contains("6 frames answered, 6 hard, 6 answered by the big model, 0 skipped"),
        ran.said());
    assertEquals(FRAMES, asked.size());
    assertEquals(List.of("post_process", "data"), names(asked.get(0)));
    try (Stream<Path> answers = Files.list(folder.resolve("edge/answers"))) {
      List<Path> maps = answers.filter(file -> file.toString().endsWith(".png")).toList();
      assertEquals(FRAMES, maps.size());
      for (Path map : maps) {
        ClassMap classes = Images.decodeClassMap(Files.readAllBytes(map));
        assertEquals(3, classes.at(0, 0), map.toString());
        assertEquals(3, classes.at(classes.width() - 1, classes.height() - 1), map.toString());
      }
    }
    JsonNode last = reported.get(reported.size() - 1);
    JsonNode info = last.get("ownerInfo");
    assertEquals("jointinferenceservice", last.get("ownerKind").asText());
    assertEquals("street-edge-1", last.get("name").asText());
    assertEquals("street", last.get("ownerName").asText());
    // Sedna's own worker would say 12, and a share of a half.
    assertEquals(FRAMES, info.get("inferenceNumber").asInt());
    assertEquals(FRAMES, info.get("hardExampleNumber").asInt());
    assertEquals(1.0, info.get("uploadCloudRatio").asDouble());
    JsonNode recorded = recordedReport();
    assertEquals(names(recorded), names(last));
    assertEquals(names(recorded.get("ownerInfo")), names(info));
    assertTrue(info.get("startTime").asText().matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"));
  }

  /** What Sedna's own edge worker told the local controller. */
  private static JsonNode recordedReport() throws IOException {
    Path vectors = SharedFolder.path("vectors/sedna/ji-edge-worker.json");
    for (JsonNode entry : JSON.readTree(Files.readAllBytes(vectors))) {
      if (entry.path("service").asText().equals("lc")) {
        return JSON.readTree(entry.get("request_body").asText());
      }
    }
    throw new AssertionError("no report in " + vectors);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  @DisplayName("frames that a big model has not answered wait, and that is said")
  void noBigModel() throws Exception {
    server.removeContext("/street/predict");
    Ran ran = run(Map.of("SEAMARK_SEDNA_DRAIN", "1"));
    assertEquals(0, ran.status(), ran.said());
    assertTrue(ran.said().contains("6 hard frames wait for a big model that answers"), ran.said());
  }

  @Test
  @DisplayName("mining before inference is refused with the reason")
  void miningFirst() throws Exception {
    Ran ran = run(Map.of("MINING_MODE", "mining-then-inference"));
    assertEquals(2, ran.status(), ran.said());
    assertTrue(
        ran.said()
            .contains(
                "MINING_MODE is 'mining-then-inference', but must be inference-then-mining: every"
                    + " miner here reads the small model's answer"),
        ran.said());
    assertEquals(List.of(), asked);
  }
}
