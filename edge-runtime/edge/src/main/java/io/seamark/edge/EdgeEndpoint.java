package io.seamark.edge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.smallrye.metrics.MetricsRequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The device's own HTTP port: {@code /metrics} as Prometheus reads it, {@code /plugins} as JSON,
 * {@code /openapi}, which describes it all, and MicroProfile's health probes {@code
 * /health/started}, {@code /health/ready}, {@code /health/live} and {@code /health}.
 *
 * <p>The JDK's server reads each request on a thread. So that clients that send half of one hold up
 * nobody, there are many small threads, and a request and its answer have a deadline each.
 */
public final class EdgeEndpoint implements AutoCloseable {
  /** Exchanges at once; the rest wait. */
  private static final int THREADS = 256;

  private static final String OPENAPI = "/openapi";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BACKLOG = 128;
  private static final int STACK = 256 << 10;
  private static final int REQUEST_SECONDS = 5;
  private static final int ANSWER_SECONDS = 10;

  static {
    setDeadlines();
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Map<String, HttpHandler> handlers = new TreeMap<>();

  /** Before the first server of this process, since the JDK reads them once. */
  static void setDeadlines() {
    // What was set from outside stays.
    System.getProperties()
        .putIfAbsent("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
    System.getProperties()
        .putIfAbsent("sun.net.httpserver.maxRspTime", Integer.toString(ANSWER_SECONDS));
  }

  /**
   * Opens the port.
   *
   * @param host address to listen on
   * @param port 1 to 65535, or 0 for any free one
   * @param ready whether the loop is answering frames
   * @param trouble what keeps this device from delivering hard frames; empty if nothing does
   * @param plugins JSON of what is loaded
   * @throws IllegalArgumentException if the port is in use or may not be opened
   */
  public EdgeEndpoint(
      String host,
      int port,
      BooleanSupplier ready,
      Supplier<String> trouble,
      Supplier<String> plugins) {
    try {
      server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    } catch (BindException e) {
      throw new IllegalArgumentException(
          "port " + port + " on " + host + " cannot be opened: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "port " + port + " on " + host + " cannot be opened: " + e, e);
    }
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            ANSWER_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, "seamark-endpoint", STACK);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    threads = pool;
    server.setExecutor(threads);
    MetricsRequestHandler metrics = new MetricsRequestHandler();
    handlers.put("/metrics", exchange -> metrics(metrics, exchange));
    handlers.put("/health", exchange -> health(exchange, ready, trouble));
    handlers.put("/plugins", exchange -> get(exchange, "application/json", plugins));
    handlers.put(OPENAPI, exchange -> get(exchange, "application/yaml", EdgeEndpoint::openApi));
    handlers.forEach(server::createContext);
    server.start();
  }

  /**
   * The port that is open.
   *
   * @return 1 to 65535
   */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void metrics(MetricsRequestHandler handler, HttpExchange exchange)
      throws IOException {
    try (exchange) {
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      handler.handleRequest(
          exchange.getRequestURI().getPath(),
          exchange.getRequestMethod(),
          accept == null ? null : Stream.of(accept),
          Map.of(),
          (status, message, headers) -> {
            headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            send(exchange, status, message);
          });
    }
  }

  private static void health(HttpExchange exchange, BooleanSupplier ready, Supplier<String> trouble)
      throws IOException {
    try (exchange) {
      ArrayNode checks = JSON.createArrayNode();
      boolean up =
          switch (exchange.getRequestURI().getPath()) {
            case "/health/live" -> true;
            case "/health/started" -> check(checks, "edge-loop", ready.getAsBoolean(), "");
            case "/health", "/health/ready" -> {
              boolean runs = check(checks, "edge-loop", ready.getAsBoolean(), "");
              String reason = trouble.get();
              yield check(checks, "delivery", reason.isEmpty(), reason) && runs;
            }
            default -> {
              send(exchange, 404, "");
              yield false;
            }
          };
      if (exchange.getResponseCode() < 0) {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        ObjectNode health = JSON.createObjectNode();
        health.put("status", up ? "UP" : "DOWN").set("checks", checks);
        send(exchange, up ? 200 : 503, health.toString());
      }
    }
  }

  private static boolean check(ArrayNode checks, String name, boolean up, String reason) {
    ObjectNode check = checks.addObject().put("name", name).put("status", up ? "UP" : "DOWN");
    if (!reason.isEmpty()) {
      check.putObject("data").put("reason", reason);
    }
    return up;
  }

  /** Answers GET of a path that has nothing below it. */
  private static void get(HttpExchange exchange, String type, Supplier<String> text)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(exchange.getHttpContext().getPath())) {
        send(exchange, 404, "");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, 405, "");
      } else {
        exchange.getResponseHeaders().set("Content-Type", type);
        send(exchange, 200, text.get());
      }
    }
  }

  private static String openApi() {
    try (InputStream in = EdgeEndpoint.class.getResourceAsStream("openapi.yaml")) {
      return new String(
          Objects.requireNonNull(in, "openapi.yaml is not built in").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The paths that are answered, each with what is below it. */
  Set<String> routes() {
    return Set.copyOf(handlers.keySet());
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
