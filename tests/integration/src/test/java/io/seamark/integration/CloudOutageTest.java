package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.cloud.LibertyServer;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cloud is killed in the middle of a stream and comes back. */
class CloudOutageTest {
  private static final int FRAMES = 60;

  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("the edge goes on answering, and every hard frame arrives once the cloud is back")
  void cloudGoesAndComesBack() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    LibertyServer cloud = start(0, data, "first");
    int port = cloud.uri().getPort();
    File out = folder.resolve("out.txt").toFile();
    File err = folder.resolve("err.txt").toFile();
    Process edge;
    try (cloud) {
      cloud.awaitReady(Duration.ofMinutes(3));
      edge =
          Seamark.start(
              Seamark.SLIM_HOME,
              folder,
              out,
              err,
              List.of(
                  "edge",
                  "--source",
                  "procedural_street",
                  "--set",
                  "sample_source.procedural_street.frames=" + FRAMES,
                  "--set",
                  "hard_example_mining.score_margin.threshold=1",
                  "--cloud",
                  cloud.uri().toString(),
                  "--drain",
                  "240",
                  "--out",
                  "edge",
                  "--json"));
      await("some frames are stored", () -> stored(data) >= 3);
      cloud.process().descendants().forEach(ProcessHandle::destroyForcibly);
      cloud.process().destroyForcibly();
      cloud.process().onExit().get(30, TimeUnit.SECONDS);
    }
    long before = stored(data);
    assertTrue(before < FRAMES, "all frames were stored before the cloud was stopped");
    await("every frame is answered without the cloud", () -> answers() == FRAMES);
    assertTrue(edge.isAlive(), Files.readString(err.toPath()));
    assertEquals(before, stored(data));

    // Another test's connection may have been given the port meanwhile.
    await("the port is free", () -> isFree(port));
    try (LibertyServer again = start(port, data, "second")) {
      again.awaitReady(Duration.ofMinutes(3));
      assertTrue(edge.waitFor(5, TimeUnit.MINUTES), "the edge did not end");
    }
    String errors = Files.readString(err.toPath());
    assertEquals(0, edge.exitValue(), errors);
    List<String> lines = Files.readAllLines(out.toPath());
    JsonNode figures = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertEquals(FRAMES, figures.path("frames").asInt());
    assertEquals(FRAMES, figures.path("hard").asInt());
    assertEquals(FRAMES, figures.path("cloud_answers").asInt());
    assertEquals(0, figures.path("undelivered").asInt());
    Set<String> ids = new HashSet<>();
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(data.resolve("buffer"));
        var entries = buffer.entries()) {
      entries.forEach(entry -> assertTrue(ids.add(entry.id()), entry.id() + " is stored twice"));
    }
    assertEquals(FRAMES, ids.size());
  }

  private LibertyServer start(int port, Path data, String work) throws Exception {
    return LibertyServer.start(
        Seamark.HOME,
        "unknown-task-processing",
        port,
        Files.createDirectory(folder.resolve(work)),
        Map.of("SEAMARK_DATA", data.toString()));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private static long stored(Path data) {
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(data.resolve("buffer"))) {
      return buffer.size();
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  private long answers() {
    String[] names = folder.resolve("edge/answers").toFile().list((d, n) -> n.endsWith(".png"));
    return names == null ? 0 : names.length;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "waited in vain until " + what);
      LockSupport.parkNanos(50_000_000);
    }
  }
}
