package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code seamark serve}: a service alone, as a process of its own. */
class ServeTest {
  private static final Duration LIMIT = Duration.ofMinutes(6);

  @TempDir Path folder = Path.of(".");

  /** A service that has said that it is ready. */
  private static final int SIGINT = 2;

  private record Served(Process process, JsonNode ready, File err) implements AutoCloseable {
    URI address() {
      return URI.create(ready.path("address").asText());
    }

    void signal(String name) throws Exception {
      new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    boolean ignoresInterrupts() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith("SigIgn:")) {
          return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1L << (SIGINT - 1)) != 0;
        }
      }
      return false;
    }

    int status() throws Exception {
      assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), "it did not end");
      return process.exitValue();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Served serve(String... arguments) throws Exception {
    File out = Files.createTempFile(folder, "out", ".txt").toFile();
    File err = Files.createTempFile(folder, "err", ".txt").toFile();
    Process process =
        Seamark.start(
            Seamark.HOME,
            folder,
            out,
            err,
            Stream.concat(Stream.of("serve"), Stream.of(arguments)).toList());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!Files.readString(out.toPath()).endsWith("\n") && process.isAlive()) {
      assertTrue(System.nanoTime() < deadline, "it did not become ready");
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    String said = Files.readString(out.toPath());
    String errors = Files.readString(err.toPath());
    assertTrue(said.startsWith("{"), () -> "it said '" + said + "' and '" + errors + "'");
    return new Served(process, new ObjectMapper().readTree(said), err);
  }

  private static byte[] hardSample() {
    byte[] rgb = new byte[3 * 32 * 32];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % 32 < 16 ? 40 : 200);
    }
    byte[] png = Images.encodePng(new Frame(32, 32, rgb, null));
    return ArrowMessages.encode(
        new HardSample(
            "one",
            "camera",
            "dusk",
            0,
            32,
            32,
            new EncodedImage(EncodedImage.PNG, png),
            null,
            new ClassScores(2, 2, 2, new float[] {1, 0, 1, 0, 0, 1, 0, 1}),
            "v0",
            "score_margin",
            0.4,
            0.6));
  }

  @Test
  @DisplayName("unknown-tasks answers, seals its buffer on SIGTERM and leaves no process behind")
  void unknownTasks() throws Exception {
    Path data = folder.resolve("data");
    try (Served served = serve("unknown-tasks", "--port", "0", "--data", "data", "--json")) {
      assertEquals("unknown-task-processing", served.ready().path("service").asText());
      assertEquals(data.toString(), served.ready().path("data").asText());
      assertTrue(Files.isRegularFile(Path.of(served.ready().path("log").asText())));
      assertEquals("", Files.readString(served.err().toPath()));
      HttpResponse<byte[]> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(served.address().resolve("unknown-tasks"))
                      .header("Content-Type", ArrowMessages.MEDIA_TYPE)
                      .POST(HttpRequest.BodyPublishers.ofByteArray(hardSample()))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, answer.statusCode());
      // A second one on the folder is refused, with the first unharmed.
      Seamark.Result second =
          Seamark.run(folder, LIMIT, "serve", "unknown-tasks", "--port", "0", "--data", "data");
      assertEquals(2, second.exit(), second.err());
      assertTrue(second.err().contains("is in use by another process"), second.err());
      assertEquals(1, second.err().lines().count(), second.err());
      assertTrue(served.process().isAlive());
      List<ProcessHandle> children = served.process().descendants().toList();
      assertFalse(children.isEmpty());
      served.signal("TERM");
      assertEquals(143, served.status(), Files.readString(served.err().toPath()));
      for (ProcessHandle child : children) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
    }
    try (Stream<Path> files = Files.list(data.resolve("buffer"))) {
      assertTrue(files.anyMatch(file -> file.toString().endsWith(".arrow")), "not sealed");
    }
  }

  @Test
  @DisplayName("knowledge serves models, ends on SIGINT, and says so if its server dies")
  void knowledge() throws Exception {
    List<String> children;
    try (Served served = serve("knowledge", "--port", "0", "--data", "data", "--json")) {
      HttpResponse<String> champion =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(served.address().resolve("models/champion")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertEquals(200, champion.statusCode());
      assertTrue(champion.body().contains("\"v0\""), champion.body());
      // What a shell starts in the background is deaf to Ctrl-C, and so is all below it.
      boolean deaf = served.ignoresInterrupts();
      served.signal(deaf ? "TERM" : "INT");
      assertEquals(deaf ? 143 : 130, served.status(), Files.readString(served.err().toPath()));
    }
    try (Served served = serve("knowledge", "--port", "0", "--data", "data", "--json")) {
      served.process().descendants().forEach(ProcessHandle::destroyForcibly);
      assertEquals(1, served.status());
      children = Files.readAllLines(served.err().toPath());
    }
    String last = children.get(children.size() - 1);
    assertTrue(last.startsWith("seamark serve knowledge: knowledge-management ended with"), last);
    assertTrue(last.contains("knowledge management is ready"), last);
  }

  @Test
  @DisplayName("everything is checked first: one line, status 2, and nothing starts")
  void checksFirst() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      refused(
          "port " + taken.getLocalPort() + " for knowledge-management is in use",
          "knowledge",
          "--port",
          "" + taken.getLocalPort());
    }
    refused("--sam:", "unknown-tasks", "--sam", "nowhere");
    refused("nowhere.safetensors", "unknown-tasks", "--edge-model", "nowhere.safetensors");
    refused("nowhere is not a folder of images", "knowledge", "--retain", "nowhere");
    refused("host is 'no such host'", "knowledge", "--port", "0", "--host", "no such host");
    refused(
        "seamark.training.size is 'large'",
        "knowledge",
        "--port",
        "0",
        "--set",
        "seamark.training.size=large");
    refused("seamark.queue is '99'", "unknown-tasks", "--port", "0", "--set", "seamark.queue=99");
    refused("say what");
    assertFalse(Files.exists(folder.resolve("seamark-data/models/v0.json")));
  }

  private void refused(String named, String... arguments) throws Exception {
    Seamark.Result result =
        Seamark.run(
            folder,
            LIMIT,
            Stream.concat(Stream.of("serve"), Stream.of(arguments)).toArray(String[]::new));
    assertEquals(2, result.exit(), result.err());
    assertTrue(result.err().contains(named), result.err());
    assertEquals("", result.out());
  }
}
