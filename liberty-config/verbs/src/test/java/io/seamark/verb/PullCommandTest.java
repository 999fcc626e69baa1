package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.seamark.cli.Seamark;
import io.seamark.pull.PublishedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code seamark model pull}, against a server of the JDK's own that has no files. */
class PullCommandTest {
  @TempDir Path folder = Path.of("");

  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private URI mirror = URI.create("");

  PullCommandTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.start();
    mirror = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String seamark(int status, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
    assertEquals(status, Seamark.run(new PrintWriter(out), new PrintWriter(err), words));
    assertFalse(err.toString().contains("Exception"), err.toString());
    return out + "\n" + err;
  }

  @Test
  void goesThroughTheProxyOfTheEnvironment() throws Exception {
    // A proxy is asked with the whole address in its first line.
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Seamark.class.getName(),
            "model",
            "pull",
            "slimsam-77",
            "--mirror",
            "http://models.test",
            "--out",
            folder.resolve("sam").toString());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(Locale.ROOT).contains("proxy"));
    builder.environment().put("http_proxy", mirror.toString());
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), said);
    assertTrue(said.contains("answered 404"), said);
    assertTrue(String.valueOf(asked.peek()).startsWith("http://models.test/"), asked.toString());
  }

  @Test
  void verb() {
    String listed = seamark(0, "model", "pull", "--list");
    for (PublishedModel model : PublishedModel.ALL) {
      assertTrue(listed.contains(model.name()), listed);
      for (PublishedModel.File file : model.files()) {
        assertEquals("https", file.address().getScheme());
        assertTrue(file.sha256().isEmpty() || file.sha256().matches("[0-9a-f]{64}"), file.name());
      }
    }
    String said = seamark(2, "model", "pull", "sam");
    assertTrue(said.contains("no model is named 'sam': there are [mobile-sam, slimsam-77"), said);
    said = seamark(2, "model", "pull");
    assertTrue(said.contains("say which model"), said);
    said = seamark(2, "model", "pull", "slimsam-77", "--mirror", "ftp://here");
    assertTrue(said.contains("--mirror is 'ftp://here'"), said);
    said =
        seamark(
            1,
            "model",
            "pull",
            "slimsam-77",
            "--out",
            folder.resolve("out"),
            "--set",
            "seamark.model.mirror=" + mirror + "/");
    assertTrue(said.contains("license: Apache-2.0"), said);
    assertTrue(said.contains("23276014 bytes, SHA-256 9f8433273a67"), said);
    assertTrue(said.contains(mirror + "/Xenova/slimsam-77-uniform/resolve/"), said);
    assertTrue(said.contains("answered 404"), said);
  }
}
