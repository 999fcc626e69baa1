package io.seamark.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a script in Liberty's place; the integration tests start the real one. */
class LibertyServerTest {
  private final Path home;
  private final Path work;

  LibertyServerTest(@TempDir Path folder) throws IOException {
    home = folder.resolve("home");
    work = folder.resolve("work");
    Path server = Files.createDirectories(home.resolve("servers/cloud"));
    Files.writeString(server.resolve("server.xml"), "<server/>");
  }

  @Test
  void start_refusesAFolderThatIsNoDistribution() {
    assertEquals(
        home + " is not a seamark distribution: there is no " + home.resolve("wlp/bin/server"),
        assertThrows(IllegalArgumentException.class, () -> start("cloud", 0)).getMessage());
  }

  @Test
  void start_refusesAnUnknownServer() throws IOException {
    script("exit 0");

    assertEquals(
        "there is no server 'clod' in " + home.resolve("servers"),
        assertThrows(IllegalArgumentException.class, () -> start("clod", 0)).getMessage());
  }

  @Test
  void start_refusesAPortThatIsInUse() throws IOException {
    script("exit 0");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      int port = taken.getLocalPort();

      assertEquals(
          "port "
              + port
              + " for cloud is in use or not allowed; choose another, or 0 for a free one",
          assertThrows(IllegalArgumentException.class, () -> start("cloud", port)).getMessage());
    }
  }

  @Test
  void start_refusesAHostThatIsNone() throws IOException {
    script("exit 0");

    assertEquals(
        "host is 'no such host', but must be a name or address of this machine, or * for all",
        assertThrows(
                IllegalArgumentException.class,
                () -> LibertyServer.start(home, "cloud", "no such host", 0, work, Map.of(), null))
            .getMessage());
  }

  @Test
  void consoleIsGivenLineByLineAndTheEndIsTold() throws Exception {
    script("echo \"at $HTTP_HOST\"; echo two >&2; exit 4");
    List<String> lines = new CopyOnWriteArrayList<>();
    try (LibertyServer server =
        LibertyServer.start(home, "cloud", "0.0.0.0", 0, work, Map.of(), lines::add)) {
      assertEquals("cloud ended with status 4; it said last:\n  at *\n  two", server.awaitEnd());
      assertEquals(List.of("at *", "two"), lines);
      assertEquals("localhost", server.uri().getHost());
    }
    try (LibertyServer server =
        LibertyServer.start(home, "cloud", "::1", 0, work, Map.of(), lines::add)) {
      assertEquals("[::1]", server.uri().getHost());
      server.awaitEnd();
    }
    try (LibertyServer server =
        LibertyServer.start(home, "cloud", "[::1]", 0, work, Map.of(), lines::add)) {
      assertEquals("[::1]", server.uri().getHost());
      server.awaitEnd();
    }
    assertEquals(List.of("at *", "two", "at ::1", "two", "at ::1", "two"), lines);
  }

  @Test
  @DisplayName("a name that no URI may have is resolved")
  void namesThatAreNoHosts() throws Exception {
    byte[] four = {127, 0, 0, 1};
    assertEquals(
        "http://127.0.0.1:80/",
        LibertyServer.uri("my_host", InetAddress.getByAddress("my_host", four), 80).toString());
    byte[] six = new byte[16];
    six[15] = 1;
    assertEquals(
        "http://[0:0:0:0:0:0:0:1]:80/",
        LibertyServer.uri("my_host", InetAddress.getByAddress("my_host", six), 80).toString());
  }

  @Test
  void awaitReady_saysWhatTheServerSaidLast() throws Exception {
    script("echo \"first on $HTTP_PORT\"; echo \"user folder $WLP_USER_DIR\"; exit 3");
    try (LibertyServer server = start("cloud", 0)) {
      int port = server.uri().getPort();

      assertEquals(
          "cloud ended with status 3 while it started; last lines of "
              + server.logs().resolve("console.log")
              + ":\n  first on "
              + port
              + "\n  user folder "
              + home,
          assertThrows(IOException.class, () -> server.awaitReady(Duration.ofSeconds(20)))
              .getMessage());
      assertFalse(server.alive());
    }
  }

  @Test
  void awaitReady_givesUpAtOnceWhenTheServerSaysWhyItCannotStart() throws Exception {
    assertEquals(
        "cloud cannot start: seamark.data is not set",
        awaitAnswer(
            503,
            "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"buffer\",\"status\":\"DOWN\","
                + "\"data\":{\"reason\":\"seamark.data is not set\"}}]}"));
  }

  @Test
  void awaitReady_returnsWhenTheServerIsReady() throws Exception {
    assertEquals("", awaitAnswer(200, "{\"status\":\"UP\",\"checks\":[]}"));
  }

  @Test
  void stop_endsTheWholeProcessTree() throws Exception {
    script("sleep 600 & sleep 600 & echo started > \"$LOG_DIR/started\"; wait");
    LibertyServer server = start("cloud", 0);
    while (!Files.isRegularFile(server.logs().resolve("started"))) {
      Thread.onSpinWait();
    }
    List<ProcessHandle> children = server.process().descendants().toList();
    assertTrue(children.size() >= 3, () -> "the script and two sleeps, but: " + children);

    server.stop();
    server.stop();

    assertFalse(server.alive());
    for (ProcessHandle child : children) {
      child.onExit().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName(
      "a parent that is killed takes its server along, which is asked first and may finish")
  void start_endsTheServerOfAKilledParent() throws Exception {
    script(
        """
        trap 'echo asked > "$LOG_DIR/asked"; exit 0' TERM
        echo $$ > "$LOG_DIR/part"; mv "$LOG_DIR/part" "$LOG_DIR/pid"
        while :; do sleep 0.1; done
        """);
    Path logs = work.resolve("cloud/logs");
    Process parent = parent();
    ProcessHandle server = server(logs.resolve("pid"), parent);

    parent.destroyForcibly().waitFor();

    server.onExit().get(20, TimeUnit.SECONDS);
    assertEquals("asked\n", Files.readString(logs.resolve("asked")));
    assertTrue(LibertyServer.awaitEnded(work, Duration.ofSeconds(20)));
  }

  @Test
  @DisplayName("a server that does not end when its parent was killed is killed too")
  void start_endsAServerThatDoesNotListen() throws Exception {
    script(
        """
        trap '' TERM
        echo $$ > "$LOG_DIR/part"; mv "$LOG_DIR/part" "$LOG_DIR/pid"
        while :; do sleep 0.1; done
        """);
    Process parent = parent();
    ProcessHandle server = server(work.resolve("cloud/logs/pid"), parent);

    parent.destroyForcibly().waitFor();

    assertFalse(LibertyServer.awaitEnded(work, Duration.ZERO), "it has 20 s to end by itself");
    server.onExit().get(40, TimeUnit.SECONDS);
    assertTrue(LibertyServer.awaitEnded(work, Duration.ofSeconds(20)));
  }

  @Test
  @DisplayName(
      "a work folder in which a server runs is refused; a number that was given anew is not")
  void start_refusesAWorkFolderInUse() throws Exception {
    script("exec sleep 600");
    try (LibertyServer first = start("cloud", 0)) {
      while (!Files.isRegularFile(work.resolve("cloud/process"))
          || Files.size(work.resolve("cloud/process")) == 0) {
        Thread.onSpinWait();
      }
      assertEquals(
          "cloud of an earlier start still runs in " + work + ": stop that one first",
          assertThrows(IOException.class, () -> start("cloud", 0)).getMessage());
      assertTrue(first.alive());
    }
    // This process has the number, but began long after the file.
    Path named = work.resolve("cloud/process");
    Files.writeString(named, ProcessHandle.current().pid() + "\n");
    Files.setLastModifiedTime(named, FileTime.from(Instant.EPOCH));
    assertTrue(LibertyServer.awaitEnded(work, Duration.ZERO));
    start("cloud", 0).stop();
  }

  /** A JVM of its own that starts the server and waits. */
  private Process parent() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Parent.class.getName(),
            home.toString(),
            work.toString())
        .inheritIO()
        .start();
  }

  /** Started by the test above; ends when it is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws Exception {
      LibertyServer.start(Path.of(arguments[0]), "cloud", 0, Path.of(arguments[1]), Map.of());
      new CountDownLatch(1).await();
    }
  }

  private static ProcessHandle server(Path file, Process parent) throws IOException {
    while (!Files.isRegularFile(file)) {
      assertTrue(parent.isAlive(), "the parent has ended");
      Thread.onSpinWait();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
  }

  /** What waiting says of a server that answers so; empty if it says that the server is ready. */
  private String awaitAnswer(int status, String body) throws Exception {
    script("exec sleep 600");
    try (LibertyServer server = start("cloud", 0)) {
      HttpServer health =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getByName("localhost"), server.uri().getPort()), 0);
      health.createContext(
          "/health/ready",
          exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
      health.start();
      try {
        server.awaitReady(Duration.ofSeconds(20));
        assertTrue(server.alive());
        return "";
      } catch (IOException e) {
        return String.valueOf(e.getMessage());
      } finally {
        health.stop(0);
      }
    }
  }

  private LibertyServer start(String server, int port) throws IOException {
    return LibertyServer.start(home, server, port, work, Map.of());
  }

  private void script(String body) throws IOException {
    Path script = home.resolve("wlp/bin/server");
    Files.createDirectories(home.resolve("wlp/bin"));
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    assertTrue(script.toFile().setExecutable(true));
  }
}
