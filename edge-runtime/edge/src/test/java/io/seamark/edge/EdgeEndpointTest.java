package io.seamark.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.edge.metrics.EdgeMetrics;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EdgeEndpointTest {
  private static HttpResponse<String> get(EdgeEndpoint endpoint, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void showsMetricsAndHealth() throws Exception {
    EdgeMetrics metrics = new EdgeMetrics();
    metrics.exchanged(true, 0.5, 100, 10, 0.25);
    AtomicBoolean ready = new AtomicBoolean();
    try (EdgeEndpoint endpoint =
        new EdgeEndpoint("127.0.0.1", 0, ready::get, () -> "", () -> "{\"plugins\":[]}")) {
      String text = get(endpoint, "/metrics").body();
      assertTrue(text.contains("seamark_edge_sent_bytes_total"), text);
      assertTrue(text.contains("seamark_edge_inference_seconds"), text);
      assertTrue(text.contains("seamark_edge_mining_threshold"), text);
      assertTrue(text.contains("seamark_edge_audited_total"), text);
      assertTrue(text.contains("seamark_edge_audit_agreement"), text);
      assertTrue(text.contains("seamark_edge_hard_agreement"), text);
      assertTrue(text.contains("seamark_edge_process_resident_bytes"), text);
      assertEquals(200, get(endpoint, "/health/live").statusCode());
      assertEquals(503, get(endpoint, "/health/ready").statusCode());
      ready.set(true);
      assertEquals(200, get(endpoint, "/health/ready").statusCode());
      assertEquals(404, get(endpoint, "/health/other").statusCode());
      assertEquals("{\"plugins\":[]}", get(endpoint, "/plugins").body());
      assertEquals(404, get(endpoint, "/plugins/other").statusCode());
    }
  }

  @Test
  void itsDescriptionIsValidAndOfWhatIsThere() throws Exception {
    new EdgeMetrics();
    try (EdgeEndpoint endpoint =
        new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "", () -> "{\"plugins\":[]}")) {
      HttpResponse<String> reply = get(endpoint, "/openapi");
      assertEquals("application/yaml", reply.headers().firstValue("Content-Type").orElse(""));
      SwaggerParseResult read = new OpenAPIV3Parser().readContents(reply.body());
      assertEquals(List.of(), read.getMessages());
      OpenAPI described = read.getOpenAPI();
      assertFalse(described.getInfo().getVersion().contains("$"), "the version is not filled in");
      Set<String> roots = new TreeSet<>();
      for (Map.Entry<String, PathItem> path : described.getPaths().entrySet()) {
        roots.add("/" + path.getKey().split("/", -1)[1]);
        assertEquals(Set.of(HttpMethod.GET), path.getValue().readOperationsMap().keySet());
        Map<String, ApiResponse> responses = path.getValue().getGet().getResponses();
        HttpResponse<String> answer = get(endpoint, path.getKey());
        assertEquals(200, answer.statusCode(), path.getKey());
        String type = answer.headers().firstValue("Content-Type").orElse("");
        ApiResponse ok = Objects.requireNonNull(responses.get("200"));
        if (ok.get$ref() != null) {
          String name = ok.get$ref().replaceFirst(".*/", "");
          ok = Objects.requireNonNull(described.getComponents().getResponses().get(name));
        }
        assertTrue(
            ok.getContent().keySet().stream().anyMatch(type::startsWith),
            path.getKey() + " is of type " + type);
        assertEquals(404, get(endpoint, path.getKey() + "/other").statusCode(), path.getKey());
      }
      assertEquals(endpoint.routes(), roots);
      // Of each path below the probes' root there is a description.
      for (String probe : List.of("", "/started", "/ready", "/live")) {
        assertTrue(described.getPaths().containsKey("/health" + probe), probe);
      }
    }
  }

  @Test
  void countersAreCounters() throws Exception {
    EdgeMetrics metrics = new EdgeMetrics();
    metrics.exchanged(false, 0.5, 1, 1, 0.1);
    try (EdgeEndpoint endpoint = new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "", () -> "")) {
      List<String> types =
          get(endpoint, "/metrics")
              .body()
              .lines()
              .filter(line -> line.startsWith("# TYPE seamark_edge_"))
              .toList();
      assertTrue(
          types.contains("# TYPE seamark_edge_process_cpu_seconds_total counter"),
          types.toString());
      for (String type : types) {
        assertEquals(type.endsWith(" counter"), type.contains("_total "), type);
      }
    }
  }

  @Test
  @DisplayName("clients that send half a request hold up nobody, and are hung up on")
  void halfRequestsDoNotSilenceHealth() throws Exception {
    List<Socket> open = new ArrayList<>();
    try (EdgeEndpoint endpoint =
        new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "", () -> "{}")) {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        open.add(socket);
        String half = i % 2 == 0 ? "GET /health/live HTTP/1.1\r\nHo" : "POST /metrics HTTP";
        socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      }
      assertEquals(200, get(endpoint, "/health/live").statusCode());
      assertEquals(200, get(endpoint, "/metrics").statusCode());
      Socket first = open.get(0);
      first.setSoTimeout(60_000);
      // The end of the stream, or a reset: either way the connection is gone.
      int read;
      try {
        read = first.getInputStream().read();
      } catch (SocketException e) {
        read = -1;
      }
      assertEquals(-1, read);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void portInUseIsNamed() {
    try (EdgeEndpoint endpoint = new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "", () -> "")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> new EdgeEndpoint("127.0.0.1", endpoint.port(), () -> true, () -> "", () -> ""));
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith("port " + endpoint.port() + " on 127.0.0.1 cannot be opened"));
    }
  }
}
