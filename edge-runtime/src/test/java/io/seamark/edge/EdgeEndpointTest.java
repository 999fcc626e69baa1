package io.seamark.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.edge.metrics.EdgeMetrics;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
    metrics.exchanged(100, 10, 0.25);
    AtomicBoolean ready = new AtomicBoolean();
    try (EdgeEndpoint endpoint =
        new EdgeEndpoint("127.0.0.1", 0, ready::get, () -> "{\"plugins\":[]}")) {
      String text = get(endpoint, "/metrics").body();
      assertTrue(text.contains("seamark_edge_sent_bytes_total"), text);
      assertTrue(text.contains("seamark_edge_inference_seconds"), text);
      assertTrue(text.contains("seamark_edge_mining_threshold"), text);
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
  @DisplayName("clients that send half a request hold up nobody, and are hung up on")
  void halfRequestsDoNotSilenceHealth() throws Exception {
    List<Socket> open = new ArrayList<>();
    try (EdgeEndpoint endpoint = new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "{}")) {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket("127.0.0.1", endpoint.port());
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
    try (EdgeEndpoint endpoint = new EdgeEndpoint("127.0.0.1", 0, () -> true, () -> "")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> new EdgeEndpoint("127.0.0.1", endpoint.port(), () -> true, () -> ""));
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith("port " + endpoint.port() + " on 127.0.0.1 cannot be opened"));
    }
  }
}
