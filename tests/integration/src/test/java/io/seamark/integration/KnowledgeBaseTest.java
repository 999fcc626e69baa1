package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cloud.LibertyServer;
import io.seamark.durable.DurableFiles;
import io.seamark.integration.SednaRecordings.Call;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sedna's recorded conversations with its knowledge base, held with this one. */
class KnowledgeBaseTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDEX = "index.pkl";

  /**
   * Where this knowledge base answers otherwise than Sedna's.
   *
   * @param status its own
   * @param body what its body is, as a regular expression; null where it is the file that was
   *     uploaded last
   */
  private record Difference(int status, @Nullable String body) {}

  private static final String NO_NAME = "\\{\"detail\":\"'[^/]*' .* is no file's name: .*\"}";
  private static final String WHERE = "\"/file/download\\?files=index.pkl&name=index.pkl\"";

  /** All of them; whatever is not listed here is answered as it was recorded. */
  private static final Map<String, Difference> DIFFERENCES =
      Map.ofEntries(
          // What is not there is 404, and no folder is told.
          Map.entry("kb-files: missing file", new Difference(404, ".*no file 'missing.bin'.*")),
          Map.entry("kb-update: status before any index", new Difference(404, ".*no index yet.*")),
          // What is wrong with a request is no fault of the server's.
          Map.entry("kb-files: empty files", new Difference(400, ".*no name.*")),
          Map.entry("kb-files: empty file name", new Difference(400, ".*no name.*")),
          Map.entry("kb-files: sub-folder that does not exist", new Difference(400, NO_NAME)),
          // No name leads anywhere.
          Map.entry(
              "kb-traversal: '..' in files: a file outside the save folder is served",
              new Difference(400, NO_NAME)),
          Map.entry("kb-traversal: the same, percent-encoded", new Difference(400, NO_NAME)),
          Map.entry(
              "kb-traversal: absolute path: leading slashes are stripped, so it is looked up inside"
                  + " the save folder",
              new Difference(400, NO_NAME)),
          Map.entry(
              "kb-traversal: '..' in the upload file name: written outside the save folder",
              new Difference(400, NO_NAME)),
          Map.entry(
              "kb-traversal: absolute upload name: leading slashes stripped",
              new Difference(400, NO_NAME)),
          // Other origins get nothing; the description is at /openapi.
          Map.entry("kb-files: CORS preflight", new Difference(405, ".*Method Not Allowed.*")),
          Map.entry("kb-files: interactive documentation page", new Difference(404, "(?s).*")),
          // Nothing is unpickled: its first and last bytes say whether it may be a pickle at all.
          Map.entry("kb-update: not a pickle", new Difference(400, ".*pickle of protocol.*")),
          Map.entry("kb-update: a pickle of another shape", new Difference(200, WHERE)),
          Map.entry("kb-update: status when the index has no group", new Difference(200, WHERE)),
          Map.entry("ll-workers-drop-and-update: 5", new Difference(200, null)),
          Map.entry("ll-workers-drop-and-update: 14", new Difference(200, null)),
          // Jackson words it otherwise than Python.
          Map.entry(
              "kb-update: not JSON",
              new Difference(
                  422,
                  "\\{\"detail\":\\[\\{\"loc\":\\[\"body\",10],.*\"value_error.jsondecode\"}]}")));

  @TempDir static Path folder = Path.of(".");

  private static LibertyServer start(Path data, Map<String, String> settings) throws Exception {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("SEAMARK_DATA", data.toString());
    LibertyServer server =
        LibertyServer.start(
            Seamark.HOME, "knowledge-management", 0, data.resolveSibling("work"), environment);
    server.awaitReady(Duration.ofMinutes(3));
    return server;
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("every recorded call is answered as Sedna answers it, but for what is listed")
  void recordedConversations() throws Exception {
    List<Call> calls = new ArrayList<>();
    for (String recording :
        List.of(
            "kb-files",
            "kb-traversal",
            "kb-update",
            "ll-workers-round1",
            "ll-workers-drop-and-update")) {
      calls.addAll(SednaRecordings.of(recording));
    }
    Path data = Files.createDirectories(folder.resolve("recorded/data"));
    Set<String> differed = new TreeSet<>();
    Map<String, byte[]> uploaded = new HashMap<>();
    int given = 0;
    try (LibertyServer server = start(data, Map.of())) {
      for (Call call : calls) {
        HttpResponse<byte[]> reply = call.send(server.uri());
        if (call.uploads() && reply.statusCode() == 200) {
          uploaded.put(call.path().endsWith("/update") ? INDEX : call.fileName(), call.part());
        }
        if (isFile(reply)) {
          String name = call.path().replaceFirst(".*files=([^&]*).*", "$1");
          assertArrayEquals(uploaded.get(name), reply.body(), call.name());
          given++;
        }
        assertFalse(reply.headers().map().keySet().stream().anyMatch(h -> h.startsWith("access-")));
        assertFalse(text(reply.body()).contains(folder.toString()), call.name());
        if (!asRecorded(call, reply)) {
          Difference difference = DIFFERENCES.get(call.name());
          assertNotNull(
              difference, () -> call.name() + ": " + reply.statusCode() + " " + text(reply.body()));
          assertEquals(difference.status(), reply.statusCode(), call.name());
          assertTrue(
              difference.body() == null || text(reply.body()).matches(difference.body()),
              () -> call.name() + ": " + text(reply.body()));
          differed.add(call.name());
        }
      }
      assertEquals(new TreeSet<>(DIFFERENCES.keySet()), differed);
      assertTrue(calls.size() >= 80 && given >= 20, calls.size() + " calls, " + given + " files");
      ownIndex(server.uri(), uploaded);
    }
    for (String name : names(data.resolve("knowledgebase"))) {
      assertTrue(name.matches("[0-9a-f]{64}|index\\.json|\\.lock"), name);
    }
    assertEquals(Set.of("data", "work"), names(folder.resolve("recorded")));
    Set<String> beside = names(data);
    beside.removeAll(Set.of("buffer", "models", "knowledgebase"));
    assertEquals(Set.of(), beside);
  }

  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    return names;
  }

  /** What our own index says in the end: the second round's index, and what was dropped before. */
  private static void ownIndex(URI server, Map<String, byte[]> uploaded) throws Exception {
    JsonNode index = JSON.readTree(get(server, "/knowledgebase/index").body());
    assertEquals(uploaded.keySet(), fields(index.path("files")));
    for (Map.Entry<String, byte[]> each : uploaded.entrySet()) {
      JsonNode file = index.path("files").path(each.getKey());
      assertEquals(DurableFiles.sha256(each.getValue()), file.path("sha256").asText());
      assertEquals(each.getValue().length, file.path("bytes").asInt());
      assertEquals("127.0.0.1", file.path("client").asText());
    }
    assertEquals(index.path("files").path(INDEX), index.path("index"));
    JsonNode status = index.path("statuses").path(index.path("statuses").size() - 1);
    assertEquals("[\"rainy\",\"sunny\"]", status.path("tasks").toString());
    assertEquals(0, status.path("status").asInt());
    // The round that came after it made a new index.
    assertNotEquals(status.path("index"), index.path("index").path("sha256"));
    List<String> entries = new ArrayList<>();
    index
        .path("entries")
        .forEach(
            entry ->
                entries.add(
                    entry.path("entry").asText()
                        + entry.path("samples")
                        + entry.path("dropped").asBoolean()));
    assertEquals(
        List.of(
            "global[]false",
            "rainy[\"train_rainy.sample\"]false",
            "sunny[\"train_sunny.sample\"]false"),
        entries);
  }

  private static Set<String> fields(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static HttpResponse<byte[]> get(URI server, String path) throws Exception {
    return call("GET", path, Map.of(), "").send(server);
  }

  private static Call call(String method, String path, Map<String, String> headers, String body) {
    return new Call(
        path,
        method,
        path,
        headers,
        body.getBytes(StandardCharsets.UTF_8),
        0,
        Map.of(),
        new byte[0]);
  }

  private static boolean isFile(HttpResponse<byte[]> reply) {
    return reply.statusCode() == 200
        && reply.headers().firstValue("Content-Disposition").isPresent();
  }

  /** Of files the bytes and how they are offered, of all else the JSON; never CORS. */
  private static boolean asRecorded(Call call, HttpResponse<byte[]> reply) throws IOException {
    if (reply.statusCode() != call.status()) {
      return false;
    }
    String offered = reply.headers().firstValue("Content-Disposition").orElse("");
    if (!offered.equals(call.answered().getOrDefault("Content-Disposition", ""))) {
      return false;
    }
    if (!offered.isEmpty() || call.method().equals("HEAD")) {
      return Arrays.equals(call.answer(), reply.body());
    }
    return reply.headers().firstValue("Content-Type").equals(Optional.of("application/json"))
        && JSON.readTree(call.answer()).equals(JSON.readTree(reply.body()));
  }

  @Test
  @DisplayName("a worker whose calls failed while the service was away has them answered after it")
  void outage() throws Exception {
    List<Call> attempts = SednaRecordings.of("ll-workers-kb-down");
    // Five attempts at each of six files and at the index, all of which found nobody.
    assertEquals(35, attempts.size());
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < attempts.size(); i += 5) {
      calls.add(attempts.get(i));
    }
    Path data = Files.createDirectories(folder.resolve("outage/data"));
    LibertyServer first = start(data, Map.of());
    try (first) {
      for (Call call : calls.subList(0, 3)) {
        assertEquals(200, call.send(first.uri()).statusCode(), call.name());
      }
      drop(first.uri(), 404);
    }
    // What a killed service may leave: an upload that was under way.
    Path base = data.resolve("knowledgebase");
    Path half = base.resolve(".seamark-" + "0".repeat(32) + ".new");
    Files.write(half, new byte[100]);
    for (Call attempt : attempts.subList(15, 19)) {
      assertThrows(ConnectException.class, () -> attempt.send(first.uri()));
    }
    // Sedna's answer for what is not there, where it is asked for by its unsafe name.
    Map<String, String> unsafe = Map.of("SEAMARK_KNOWLEDGEBASE_UNSAFE_MISSING_FILE_ANSWER", "true");
    try (LibertyServer second = start(data, unsafe)) {
      assertFalse(Files.exists(half));
      assertArrayEquals(calls.get(3).body(), attempts.get(19).body());
      assertEquals(200, attempts.get(19).send(second.uri()).statusCode());
      for (Call call : calls.subList(4, calls.size())) {
        assertEquals(200, call.send(second.uri()).statusCode(), call.name());
      }
      for (Call call : calls) {
        String name = call.path().endsWith("/update") ? INDEX : call.fileName();
        HttpResponse<byte[]> file =
            get(second.uri(), "/knowledgebase/file/download?files=" + name + "&name=" + name);
        assertEquals(200, file.statusCode(), name);
        assertArrayEquals(call.part(), file.body(), name);
      }
      HttpResponse<byte[]> missing =
          get(second.uri(), "/knowledgebase/file/download?files=missing.bin");
      assertEquals("200 \"missing.bin\"", missing.statusCode() + " " + text(missing.body()));
      drop(second.uri(), 200);
      JsonNode index = JSON.readTree(get(second.uri(), "/knowledgebase/index").body());
      assertEquals("rainy", index.path("entries").path(0).path("entry").asText());
      assertTrue(index.path("entries").path(0).path("dropped").asBoolean());
      assertFalse(index.path("entries").path(1).path("dropped").asBoolean());
      String metrics = text(get(second.uri(), "/metrics?scope=application").body());
      assertTrue(metrics.contains("seamark_knowledge_base_uploads_total{kind=\"file\""), metrics);
      assertTrue(metrics.contains("seamark_knowledge_base_files{"), metrics);
    }
  }

  private static void drop(URI server, int status) throws Exception {
    Call call =
        call(
            "POST",
            "/knowledgebase/update/status",
            Map.of("Content-Type", "application/json"),
            "{\"tasks\": \"rainy\", \"status\": 0}");
    assertEquals(status, call.send(server).statusCode());
  }
}
