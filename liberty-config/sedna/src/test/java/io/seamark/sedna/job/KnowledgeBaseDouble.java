package io.seamark.sedna.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sedna's knowledge base as far as its workers need it, with files in memory. A request that
 * Sedna's own client would not send, such as a part with a media type, is a finding.
 */
final class KnowledgeBaseDouble implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PART =
      Pattern.compile("Content-Disposition: form-data; name=\"([^\"]+)\"; filename=\"([^\"]+)\"");

  private final HttpServer server;
  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  final List<String> findings = Collections.synchronizedList(new ArrayList<>());

  /** Whether everything is answered 502, as by a proxy without the service. */
  volatile boolean away;

  KnowledgeBaseDouble() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "knowledge-base");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      String call = exchange.getRequestMethod() + " " + path;
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      if (length != null && body.length < Long.parseLong(length)) {
        // As Sedna's, which keeps nothing of a request whose client has gone.
        calls.add("cut " + call);
        return;
      }
      if (away) {
        calls.add(call + " 502");
        exchange.sendResponseHeaders(502, -1);
        return;
      }
      switch (call) {
        case "POST /knowledgebase/file/upload" -> upload(exchange, body);
        case "POST /knowledgebase/update" -> update(exchange, body);
        case "POST /knowledgebase/update/status" -> status(exchange, body);
        case "GET /knowledgebase/file/download" -> download(exchange);
        default -> {
          findings.add(call);
          exchange.sendResponseHeaders(404, -1);
        }
      }
    }
  }

  private record Part(String name, String fileName, byte[] content) {}

  private Part part(HttpExchange exchange, byte[] body, String wanted) {
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    Matcher boundary =
        Pattern.compile("multipart/form-data; ?boundary=\"?([^\";]+)\"?").matcher(type);
    if (!boundary.matches()) {
      findings.add("Content-Type " + type);
      return new Part("", "", new byte[0]);
    }
    String text = new String(body, StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    int end = text.lastIndexOf("\r\n--" + boundary.group(1) + "--");
    List<String> lines = text.substring(0, Math.max(0, head)).lines().toList();
    Matcher disposition = PART.matcher(lines.size() == 2 ? lines.get(1) : "");
    if (lines.size() != 2
        || !lines.get(0).equals("--" + boundary.group(1))
        || !disposition.matches()
        || end < head) {
      findings.add("part " + lines);
      return new Part("", "", new byte[0]);
    }
    if (!disposition.group(1).equals(wanted)) {
      findings.add("part is " + disposition.group(1) + ", not " + wanted);
    }
    return new Part(
        disposition.group(1),
        disposition.group(2),
        text.substring(head + 4, end).getBytes(StandardCharsets.ISO_8859_1));
  }

  private void upload(HttpExchange exchange, byte[] body) throws IOException {
    Part part = part(exchange, body, "file");
    files.put(part.fileName(), part.content());
    calls.add("upload " + part.fileName());
    named(exchange, part.fileName());
  }

  private void update(HttpExchange exchange, byte[] body) throws IOException {
    Part part = part(exchange, body, "task");
    JsonNode index = JSON.readTree(part.content());
    if (index.path("seen_task").path("task_groups").isEmpty()) {
      findings.add("index without groups");
    }
    files.put("index.pkl", part.content());
    calls.add("update");
    named(exchange, "index.pkl");
  }

  private void status(HttpExchange exchange, byte[] body) throws IOException {
    JsonNode told = JSON.readTree(body);
    List<String> fields = new ArrayList<>();
    told.fieldNames().forEachRemaining(fields::add);
    if (!fields.equals(List.of("tasks", "status"))
        || !told.path("tasks").isTextual()
        || told.path("status").asInt(-1) != 0) {
      findings.add("status " + told);
    }
    if (!"application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
      findings.add("media type of the status");
    }
    calls.add("status " + told.path("tasks").asText());
    named(exchange, "index.pkl");
  }

  private static void named(HttpExchange exchange, String name) throws IOException {
    byte[] text =
        ("\"/file/download?files=" + name + "&name=" + name + "\"")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, text.length);
    exchange.getResponseBody().write(text);
  }

  private void download(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getQuery().replaceAll("files=([^&]*).*", "$1");
    // As in Sedna's, what is not there is answered with a path, and 200.
    byte[] file =
        files.getOrDefault(name, ("\"/save/" + name + "\"").getBytes(StandardCharsets.UTF_8));
    calls.add("download " + name);
    exchange.sendResponseHeaders(200, file.length);
    exchange.getResponseBody().write(file);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
