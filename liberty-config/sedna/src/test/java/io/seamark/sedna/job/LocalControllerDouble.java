package io.seamark.sedna.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sedna's local controller as it was recorded, as far as JSON goes. Every message that it takes is
 * held against what Sedna's own workers send: another field, a missing one or another type is a
 * finding, though the real one would not mind.
 */
final class LocalControllerDouble implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PATH = Pattern.compile("/sedna/workers/([^/]+)/info/?");
  private static final List<String> FIELDS =
      List.of("name", "namespace", "ownerName", "ownerKind", "kind", "status", "results");
  private static final List<String> TEXTS = List.of("namespace", "ownerName", "ownerKind");

  private final HttpServer server;
  final BlockingQueue<JsonNode> taken = new LinkedBlockingQueue<>();
  final List<String> findings = Collections.synchronizedList(new ArrayList<>());

  /** How many requests are answered 503 first. */
  final AtomicInteger failing = new AtomicInteger();

  LocalControllerDouble() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "local-controller");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Matcher path = PATH.matcher(exchange.getRequestURI().getRawPath());
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      if (exchange.getRequestURI().getRawPath().equals("/")) {
        text(exchange, 404, "404 page not found\n");
      } else if (!path.matches() || path.group(1).contains("%2F")) {
        text(exchange, 404, "404: Page Not Found");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        exchange.getResponseHeaders().set("Allow", "POST");
        text(exchange, 405, "405: Method Not Allowed");
      } else if (type == null || !type.split(";", 2)[0].strip().equals("application/json")) {
        text(exchange, 415, "415: Unsupported Media Type");
      } else if (accept != null && !accept.contains("*/*") && !accept.contains("json")) {
        text(
            exchange,
            406,
            "406: Not Acceptable\n\nAvailable representations: application/json, application/xml");
      } else if (failing.getAndDecrement() > 0) {
        text(exchange, 503, "");
      } else {
        message(exchange, path.group(1).replace("%20", " "), body);
      }
    }
  }

  private void message(HttpExchange exchange, String name, String body) throws IOException {
    JsonNode read;
    try {
      // As in Go, what follows the first value is not looked at.
      read = JSON.readTree(body);
    } catch (IOException e) {
      read = JsonNodeFactory.instance.missingNode();
    }
    String stated = read == null ? "" : field(read, "name");
    if (!stated.equals(name)) {
      json(
          exchange,
          400,
          "worker name(name="
              + name
              + ") in the api is different from that(name="
              + stated
              + ") in the message body");
      return;
    }
    JsonNode results = read.path("results");
    if (!results.isMissingNode() && !results.isNull() && !results.isArray()) {
      json(
          exchange,
          400,
          "read worker(name="
              + name
              + ") message body failed, error: json: cannot unmarshal object into Go struct field"
              + " MessageContent.results of type []map[string]interface {}");
      return;
    }
    check(read);
    taken.add(read);
    json(exchange, 200, "OK");
  }

  /** Go finds a field in any case. */
  private static String field(JsonNode object, String name) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name) && field.getValue().isTextual()) {
        return field.getValue().asText();
      }
    }
    return "";
  }

  /** Every field as Sedna's own workers send it. */
  private void check(JsonNode message) {
    List<String> fields = new ArrayList<>();
    message.fieldNames().forEachRemaining(fields::add);
    expect(fields.equals(FIELDS), "fields are " + fields);
    for (String text : TEXTS) {
      expect(message.path(text).isTextual() && !message.path(text).asText().isEmpty(), text);
    }
    String kind = message.path("kind").asText();
    expect(message.path("ownerKind").asText().equals("lifelonglearningjob"), "ownerKind");
    expect(kind.equals("train") || kind.equals("eval"), "kind is " + kind);
    expect(message.path("status").asText().equals("completed"), "status");
    expect(message.path("results").size() == 1, "results");
    JsonNode result = message.path("results").path(0);
    List<String> of = new ArrayList<>();
    result.fieldNames().forEachRemaining(of::add);
    expect(of.equals(List.of("format", "url", "metrics")), "fields of a result are " + of);
    expect(result.path("format").asText().equals("pkl"), "format");
    expect(
        result.path("url").asText().matches("/output/" + kind + "/\\d+/index\\.pkl"),
        "url is " + result.path("url"));
    JsonNode metrics = result.path("metrics");
    expect(
        kind.equals("train") ? metrics.isNull() : metrics.path("accuracy").isNumber(),
        "metrics are " + metrics);
  }

  private void expect(boolean right, String what) {
    if (!right) {
      findings.add(what);
    }
  }

  private static void json(HttpExchange exchange, int status, String message) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    send(
        exchange,
        status,
        "{\n \"Status\": "
            + status
            + ",\n \"Message\": "
            + JSON.writeValueAsString(message)
            + "\n}");
  }

  private static void text(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    send(exchange, status, text);
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** The next message that was taken. */
  JsonNode next() {
    JsonNode message = taken.poll();
    if (message == null) {
      throw new AssertionError("no message has come");
    }
    return message;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
