package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The double answers as the real one was recorded, and takes what Sedna's own workers sent. */
class LocalControllerDoubleTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void answersAsRecorded() throws IOException, InterruptedException {
    int asked = 0;
    try (LocalControllerDouble double_ = new LocalControllerDouble()) {
      for (JsonNode call : calls("vectors/sedna/lc-worker-messages.json")) {
        String xml = call.path("request_headers").toString();
        if (!xml.contains("xml")) {
          HttpResponse<String> answer = send(double_, call);
          String note = call.path("note").asText();
          assertEquals(call.path("status").asInt(), answer.statusCode(), note);
          assertEquals(call.path("response_body").asText(), answer.body(), note);
          asked++;
        }
      }
    }
    assertTrue(asked > 25, "only " + asked + " calls were recorded");
  }

  @Test
  void findsNothingInWhatSednasWorkersSent() throws IOException, InterruptedException {
    int asked = 0;
    try (LocalControllerDouble double_ = new LocalControllerDouble()) {
      for (String file :
          List.of("ll-workers-round1", "ll-workers-drop-and-update", "ll-workers-kb-down")) {
        for (JsonNode call : calls("vectors/sedna/" + file + ".json")) {
          if (call.path("service").asText().equals("lc")) {
            assertEquals(200, send(double_, call).statusCode());
            asked++;
          }
        }
      }
      assertEquals(List.of(), double_.findings);
    }
    assertEquals(5, asked);
  }

  private static List<JsonNode> calls(String file) throws IOException {
    Path recorded = SharedFolder.path(file);
    List<JsonNode> calls = new ArrayList<>();
    JSON.readTree(recorded.toFile())
        .forEach(
            entry -> {
              if (entry.has("method")) {
                calls.add(entry);
              }
            });
    return calls;
  }

  private static HttpResponse<String> send(LocalControllerDouble to, JsonNode call)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(to.address() + call.path("path").asText()))
            .method(
                call.path("method").asText(),
                HttpRequest.BodyPublishers.ofString(call.path("request_body").asText("")));
    call.path("request_headers")
        .properties()
        .forEach(header -> request.header(header.getKey(), header.getValue().asText()));
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
