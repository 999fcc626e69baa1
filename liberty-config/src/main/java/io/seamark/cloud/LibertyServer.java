package io.seamark.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.host.HttpClients;
import io.seamark.host.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Liberty server as a child process. What it writes goes under a work folder, so that the
 * distribution can be read-only and shared by several runs. Stopped when this is closed, and at the
 * latest when the parent's JVM exits.
 */
public final class LibertyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LibertyServer.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final int TAIL_LINES = 20;

  private final String name;
  private final Process process;
  private final URI uri;
  private final Path console;
  private final Path messages;
  private final Thread hook;
  private final long startedNanos = System.nanoTime();
  private final HttpClient http =
      HttpClients.builder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private LibertyServer(String name, Process process, URI uri, Path console, Path messages) {
    this.name = name;
    this.process = process;
    this.uri = uri;
    this.console = console;
    this.messages = messages;
    this.hook = new Thread(() -> kill(Duration.ofSeconds(5)), "stop " + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a server and returns at once: {@link #awaitReady} waits for it.
   *
   * @param seamarkHome the distribution's folder, which holds {@code wlp} and {@code servers}
   * @param server a folder in {@code servers}
   * @param port to listen on at localhost; 0 for a free one
   * @param workFolder where the server's logs and work area go; made if missing
   * @param environment added to the child's, such as {@code SEAMARK_DATA}
   * @return the starting server
   * @throws IllegalArgumentException if the port is in use, out of range, or the distribution does
   *     not hold the server
   * @throws IOException if the process cannot be started or the folder not be made
   */
  public static LibertyServer start(
      Path seamarkHome, String server, int port, Path workFolder, Map<String, String> environment)
      throws IOException {
    Path home = seamarkHome.toAbsolutePath().normalize();
    Path script = home.resolve("wlp/bin/server");
    if (!Files.isExecutable(script)) {
      throw new IllegalArgumentException(
          home + " is not a seamark distribution: there is no " + script);
    }
    if (!Files.isRegularFile(home.resolve("servers").resolve(server).resolve("server.xml"))) {
      throw new IllegalArgumentException(
          "there is no server '" + server + "' in " + home.resolve("servers"));
    }
    int chosen = choosePort(server, port);
    Path output = Files.createDirectories(workFolder.toAbsolutePath().normalize());
    Path logs = Files.createDirectories(output.resolve(server).resolve("logs"));
    Path console = logs.resolve("console.log");
    // A second start in the same folder must not show the first one's last words.
    Path messages = logs.resolve("messages.log");
    Files.deleteIfExists(messages);

    ProcessBuilder builder =
        new ProcessBuilder(script.toString(), "run", server)
            .directory(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(console.toFile());
    Map<String, String> variables = builder.environment();
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    variables.put("WLP_USER_DIR", home.toString());
    variables.put("WLP_OUTPUT_DIR", output.toString());
    variables.put("LOG_DIR", logs.toString());
    variables.put("HTTP_PORT", Integer.toString(chosen));
    variables.putIfAbsent("MALLOC_ARENA_MAX", "2");
    variables.put("ORT_DISABLE_TELEMETRY", "1");
    // Native libraries are unpacked where this process unpacks them. The script evaluates the text.
    String temporary = TemporaryFolder.path().toAbsolutePath().toString();
    variables.merge(
        "JVM_ARGS",
        "'-Djava.io.tmpdir=" + temporary.replace("'", "'\\''") + "'",
        (before, ours) -> before + " " + ours);
    // Metrics bring Liberty's token service along; nobody uses it, but it asks for a password.
    variables.put("ltpa_keys_password", UUID.randomUUID().toString());
    variables.putAll(environment);
    Process process = builder.start();
    LOG.info("started {} as process {} on port {}", server, process.pid(), chosen);
    return new LibertyServer(
        server, process, URI.create("http://localhost:" + chosen + "/"), console, messages);
  }

  /**
   * Where the server listens.
   *
   * @return with a slash at the end
   */
  public URI uri() {
    return uri;
  }

  /**
   * The server's process, for figures on its memory and time.
   *
   * @return a handle, of an ended process too
   */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /**
   * Where the server's logs are.
   *
   * @return the folder of {@code messages.log} and {@code console.log}
   */
  public Path logs() {
    Path folder = messages.getParent();
    return folder == null ? Path.of("") : folder;
  }

  /**
   * Whether the process runs.
   *
   * @return true from the start on until it ends
   */
  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Waits until the server says that it is ready.
   *
   * @param timeout from now on
   * @throws IOException if the server ended, says that it cannot become ready, or takes longer; the
   *     message says why, with the last lines of the log
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitReady(Duration timeout) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(uri.resolve("health/ready")).timeout(Duration.ofSeconds(5)).build();
    String last = "no answer yet";
    while (System.nanoTime() < deadline) {
      if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            name + " ended with status " + process.exitValue() + " while it started" + tail());
      }
      try {
        HttpResponse<String> response =
            http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() == 200) {
          LOG.info(
              "{} is ready after {} ms",
              name,
              TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
          return;
        }
        last = response.body();
        String reason = reason(last);
        if (!reason.isEmpty() && !reason.equals("starting")) {
          throw new IOException(name + " cannot start: " + reason);
        }
      } catch (java.net.ConnectException | java.net.http.HttpTimeoutException e) {
        last = "no answer yet";
      } catch (java.io.EOFException | java.net.SocketException e) {
        last = e.toString();
      }
    }
    throw new IOException(
        name + " was not ready within " + timeout.toSeconds() + " s (" + last + ")" + tail());
  }

  /** Stops the server: asks it to, waits, then kills what is left. Does nothing the second time. */
  public void stop() {
    kill(GRACE);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("the JVM is shutting down already");
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void kill(Duration grace) {
    // Taken first: the children of an ended process can no longer be found.
    List<ProcessHandle> tree =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    tree.forEach(ProcessHandle::destroy);
    boolean interrupted = false;
    try {
      process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static int choosePort(String server, int port) throws IOException {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "port of " + server + " is " + port + ", but must be 0 (a free one) to 65535");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName("localhost"), port));
      return socket.getLocalPort();
    } catch (java.net.BindException e) {
      throw new IllegalArgumentException(
          "port "
              + port
              + " for "
              + server
              + " is in use or not allowed; choose another, or 0 for a free one",
          e);
    }
  }

  /** What a health answer gives as the reason of a check that is down; empty if there is none. */
  private static String reason(String health) {
    try {
      for (JsonNode check : new ObjectMapper().readTree(health).path("checks")) {
        String reason = check.path("data").path("reason").asText("");
        if (check.path("status").asText("").equals("DOWN") && !reason.isEmpty()) {
          return reason;
        }
      }
    } catch (JsonProcessingException e) {
      LOG.debug("health answer is not JSON: {}", health);
    }
    return "";
  }

  private String tail() {
    Path log = Files.exists(messages) ? messages : console;
    Deque<String> lines = new ArrayDeque<>();
    try (Stream<String> all = Files.lines(log, StandardCharsets.UTF_8)) {
      all.forEach(
          line -> {
            lines.addLast(message(line));
            if (lines.size() > TAIL_LINES) {
              lines.removeFirst();
            }
          });
    } catch (IOException | UncheckedIOException e) {
      return "; its log " + log + " cannot be read";
    }
    return "; last lines of " + log + ":\n  " + String.join("\n  ", lines);
  }

  /** A JSON log line's message; any other line as it is. */
  private static String message(String line) {
    try {
      return line.startsWith("{")
          ? new ObjectMapper().readTree(line).path("message").asText(line)
          : line;
    } catch (JsonProcessingException e) {
      return line;
    }
  }
}
