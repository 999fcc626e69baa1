package io.seamark.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A network endpoint that can fail as networks do, on a port that it can take again. */
public final class TestServer implements AutoCloseable {
  static {
    // The JDK reads the deadlines once, at the first server of a process.
    EdgeEndpoint.setDeadlines();
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  public TestServer(int port, HttpHandler handler) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
    server.createContext("/", handler);
    server.setExecutor(threads);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + port() + "/");
  }

  public static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    send(exchange, status, body, Map.of());
  }

  public static void send(
      HttpExchange exchange, int status, byte[] body, Map<String, String> headers)
      throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
