package io.seamark.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.host.HttpClients;
import io.seamark.host.TemporaryFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Liberty server as a child process. What it writes goes under a work folder, so that the
 * distribution can be read-only and shared by several runs. Stopped when this is closed, and at the
 * latest when the parent's JVM is gone, however it ended: a shell beside the server reads from this
 * process, and asks the server to end once nothing can come any more.
 */
public final class LibertyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LibertyServer.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final int TAIL_LINES = 20;

  /** This machine alone. */
  public static final String LOCALHOST = "localhost";

  /** A server runs but says itself why it cannot do its work: a matter of configuration. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /** Who uses a work folder: the process that starts the server and ends after it. */
  private static final String OWNER = "process";

  /** What a process's start may seem to be later than it was: its clock ticks. */
  private static final Duration TICKS = Duration.ofSeconds(2);

  /**
   * Arguments: Liberty's script, the server, the file for this shell's number. The server gets no
   * Ctrl-C of the terminal: its parent, which needs it for its own last steps, does and stops it.
   */
  private static final String KEEPER =
      """
      trap '' INT
      echo $$ > "$3"
      exec 3<&0 </dev/null
      "$1" run "$2" 3<&- &
      server=$!
      trap 'kill "$server" 2>/dev/null' TERM HUP
      (
        read -r nothing <&3
        kill "$server"
        left=20
        while kill -0 "$server" && [ "$left" -gt 0 ]; do
          sleep 1
          left=$((left - 1))
        done
        kill -9 "$server"
      ) 2>/dev/null &
      watch=$!
      exec 3<&-
      wait "$server"
      status=$?
      while kill -0 "$server" 2>/dev/null; do
        wait "$server"
        status=$?
      done
      kill "$watch" 2>/dev/null
      exit "$status"
      """;

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

  private final Deque<String> said = new ArrayDeque<>();
  private @Nullable Thread listener;

  private LibertyServer(String name, Process process, URI uri, Path console, Path messages) {
    this.name = name;
    this.process = process;
    this.uri = uri;
    this.console = console;
    this.messages = messages;
    this.hook = new Thread(() -> kill(GRACE), "stop " + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a server and returns at once: {@link #awaitReady} waits for it.
   *
   * @param seamarkHome the distribution's folder
   * @param server a folder in the distribution's {@code servers/}
   * @param port to listen on at localhost; 0 for a free one
   * @param workFolder where the server's logs and work area go; made if missing
   * @param environment added to the child's, such as {@code SEAMARK_DATA}
   * @return the starting server
   * @throws IllegalArgumentException if the port is in use, out of range, or the distribution does
   *     not hold the server
   * @throws IOException if a server that was started in this work folder still runs, or the process
   *     cannot be started or the folder not be made
   */
  public static LibertyServer start(
      Path seamarkHome, String server, int port, Path workFolder, Map<String, String> environment)
      throws IOException {
    return start(seamarkHome, server, LOCALHOST, port, workFolder, environment, null);
  }

  /**
   * The same at any address, for a process that stays in the foreground.
   *
   * @param seamarkHome as above
   * @param server as above
   * @param host address or name to listen on; {@code *}, {@code 0.0.0.0} or {@code ::} for all
   * @param port as above
   * @param workFolder as above
   * @param environment as above
   * @param console gets each line that the server writes to its console, from another thread; null
   *     to write them to {@code console.log}
   * @return the starting server
   * @throws IllegalArgumentException as above, and if the host is none of this machine's
   * @throws IOException as above
   */
  public static LibertyServer start(
      Path seamarkHome,
      String server,
      String host,
      int port,
      Path workFolder,
      Map<String, String> environment,
      @Nullable Consumer<String> console)
      throws IOException {
    Path home = seamarkHome.toAbsolutePath().normalize();
    Path script = script(home, server);
    Path output = Files.createDirectories(workFolder.toAbsolutePath().normalize());
    if (running(output.resolve(server))) {
      throw new IOException(
          server + " of an earlier start still runs in " + output + ": stop that one first");
    }
    InetAddress address = address(host);
    // As in an address of the web; Liberty takes them without.
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    String name = brackets ? host.substring(1, host.length() - 1) : host;
    int chosen = choosePort(server, address, port);
    Path logs = Files.createDirectories(output.resolve(server).resolve("logs"));
    Path consoleLog = logs.resolve("console.log");
    // A second start in the same folder must not show the first one's last words.
    Path messages = logs.resolve("messages.log");
    Files.deleteIfExists(messages);

    ProcessBuilder builder =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                KEEPER,
                "seamark-server",
                script.toString(),
                server,
                output.resolve(server).resolve(OWNER).toString())
            .directory(output.toFile())
            .redirectErrorStream(true);
    if (console == null) {
      builder.redirectOutput(consoleLog.toFile());
    }
    Map<String, String> variables = builder.environment();
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    variables.put("WLP_USER_DIR", home.toString());
    variables.put("WLP_OUTPUT_DIR", output.toString());
    variables.put("LOG_DIR", logs.toString());
    variables.put("HTTP_HOST", address.isAnyLocalAddress() ? "*" : name);
    variables.put("HTTP_PORT", Integer.toString(chosen));
    if (console == null) {
      // All of it is in messages.log, whose size is bounded; this file's is not.
      variables.put("CONSOLE_LOG_LEVEL", "OFF");
    }
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
    URI uri = uri(name, address, chosen);
    Process process = builder.start();
    LOG.info("started {} as process {} on port {}", server, process.pid(), chosen);
    LibertyServer started = new LibertyServer(server, process, uri, consoleLog, messages);
    if (console != null) {
      started.listen(console);
    }
    return started;
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host.equals("*") ? "0.0.0.0" : host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "host is '" + host + "', but must be a name or address of this machine, or * for all", e);
    }
  }

  /** How this machine itself gets there. A name that no URI may have is resolved. */
  static URI uri(String host, InetAddress address, int port) {
    String name = address.isAnyLocalAddress() ? LOCALHOST : host;
    try {
      URI uri = new URI(base(name, port));
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      LOG.debug("event=no_host name={}", name);
    }
    return URI.create(base(address.getHostAddress(), port));
  }

  private static String base(String host, int port) {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/";
  }

  private void listen(Consumer<String> console) {
    Thread reading =
        new Thread(
            () -> {
              try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  synchronized (said) {
                    last(said, line);
                  }
                  console.accept(line);
                }
              } catch (IOException e) {
                LOG.debug("console of {}", name, e);
              }
            },
            "console of " + name);
    reading.setDaemon(true);
    reading.start();
    listener = reading;
  }

  /**
   * Looks whether a server could be started, without starting it.
   *
   * @param seamarkHome the distribution's folder
   * @param server a folder in the distribution's {@code servers/}
   * @param host address or name to listen on, as with {@link #start}
   * @param port to listen on; 0 for a free one
   * @throws IllegalArgumentException if the port is in use, out of range, or the distribution does
   *     not hold the server
   * @throws IOException if the port cannot be tried
   */
  public static void check(Path seamarkHome, String server, String host, int port)
      throws IOException {
    script(seamarkHome.toAbsolutePath().normalize(), server);
    choosePort(server, address(host), port);
  }

  private static Path script(Path home, String server) {
    Path script = home.resolve("wlp/bin/server");
    if (!Files.isExecutable(script)) {
      throw new IllegalArgumentException(
          home + " is not a seamark distribution: there is no " + script);
    }
    if (!Files.isRegularFile(home.resolve("servers").resolve(server).resolve("server.xml"))) {
      throw new IllegalArgumentException(
          "there is no server '" + server + "' in " + home.resolve("servers"));
    }
    return script;
  }

  /**
   * Waits for servers whose parent was killed: they are about to end by themselves.
   *
   * @param workFolder in which they were started
   * @param timeout from now on
   * @return whether none runs any more
   * @throws IOException if the folder cannot be read
   * @throws InterruptedException if the thread is interrupted
   */
  public static boolean awaitEnded(Path workFolder, Duration timeout)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    if (!Files.isDirectory(workFolder)) {
      return true;
    }
    List<Path> servers;
    try (Stream<Path> all = Files.list(workFolder)) {
      servers = all.filter(Files::isDirectory).toList();
    }
    for (Path server : servers) {
      while (running(server)) {
        if (System.nanoTime() >= deadline) {
          return false;
        }
        // The process is no child of this one, and may be none of this user's.
        Thread.sleep(POLL.toMillis());
      }
    }
    return true;
  }

  /** Whether the process that a server's folder names lives and is the one that it named. */
  private static boolean running(Path serverFolder) throws IOException {
    Path file = serverFolder.resolve(OWNER);
    try {
      String number = Files.size(file) > 32 ? "" : Files.readString(file).strip();
      if (!number.matches("\\d{1,18}")) {
        return false;
      }
      Instant named = Files.getLastModifiedTime(file).toInstant();
      return ProcessHandle.of(Long.parseLong(number))
          .filter(ProcessHandle::isAlive)
          .flatMap(process -> process.info().startInstant())
          .filter(start -> start.isBefore(named.plus(TICKS)))
          .isPresent();
    } catch (NoSuchFileException e) {
      return false;
    }
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
   * Waits until the process has ended, for whatever reason.
   *
   * @return its status and the last lines of its log, as a sentence
   */
  public String awaitEnd() throws InterruptedException {
    int status = process.waitFor();
    Thread reading = listener;
    if (reading != null) {
      reading.join(POLL.multipliedBy(20).toMillis());
    }
    return name + " ended with status " + status + tail();
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
   * @throws RefusedException if the server says that it cannot become ready, and why
   * @throws IOException if the server ended or takes longer; the message says why, with the last
   *     lines of the log
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
          throw new RefusedException(name + " cannot start: " + reason);
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
      CompletableFuture.allOf(
              tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
          .get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("{} takes longer than {}", name, grace);
    }
    tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("the server has ended already");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static int choosePort(String server, InetAddress address, int port) throws IOException {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "port of " + server + " is " + port + ", but must be 0 (a free one) to 65535");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return socket.getLocalPort();
    } catch (java.net.BindException e) {
      throw new IllegalArgumentException(
          "port "
              + port
              + (address.isLoopbackAddress() ? "" : " at " + address.getHostAddress())
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
    if (!Files.exists(log)) {
      synchronized (said) {
        return "; it said last:\n  " + String.join("\n  ", said);
      }
    }
    Deque<String> lines = new ArrayDeque<>();
    try (Stream<String> all = Files.lines(log, StandardCharsets.UTF_8)) {
      all.forEach(line -> last(lines, message(line)));
    } catch (IOException | UncheckedIOException e) {
      return "; its log " + log + " cannot be read";
    }
    return "; last lines of " + log + ":\n  " + String.join("\n  ", lines);
  }

  private static void last(Deque<String> lines, String line) {
    lines.addLast(line);
    if (lines.size() > TAIL_LINES) {
      lines.removeFirst();
    }
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
