package io.seamark.integration;

import static io.seamark.integration.HostileUploads.DOWNLOAD;
import static io.seamark.integration.HostileUploads.LARGEST;
import static io.seamark.integration.HostileUploads.MULTIPART;
import static io.seamark.integration.HostileUploads.UPLOAD;
import static io.seamark.integration.HostileUploads.multipart;
import static io.seamark.integration.HostileUploads.upload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.cloud.LibertyServer;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sedna's knowledge base against whoever means it ill, with one real server. */
class HostileUploadsTest {
  private static final String CANARY = "outside the save folder";

  @TempDir static Path folder = Path.of(".");
  private static @Nullable LibertyServer running;

  @BeforeAll
  static void start() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("canary.txt"), CANARY);
    LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "knowledge-management",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of(
                "SEAMARK_DATA", data.toString(),
                "SEAMARK_KNOWLEDGEBASE_MAX_UPLOAD_BYTES", Integer.toString(LARGEST),
                "SEAMARK_KNOWLEDGEBASE_MAX_BYTES", Integer.toString(3 * LARGEST),
                "SEAMARK_KNOWLEDGEBASE_BODY_SECONDS", "3"));
    running = server;
    server.awaitReady(Duration.ofMinutes(3));
  }

  @AfterAll
  static void stop() {
    if (running != null) {
      running.close();
    }
  }

  private static URI server() {
    return Objects.requireNonNull(running).uri();
  }

  @Test
  @DisplayName("hostile requests are refused, each with its status, and leave nothing behind")
  void hostileRequests() throws Exception {
    HttpCall here = upload("here", "name=\"file\"; filename=\"here.model\"", new byte[] {1, 2, 3});
    assertEquals(200, here.send(server()).status());
    String before = HttpCall.get("/knowledgebase/index").send(server()).text();
    List<HostileUploads.Case> cases = HostileUploads.cases();
    assertTrue(cases.size() >= 90, cases.size() + " cases");
    Map<String, String> wrong = new TreeMap<>();
    for (HostileUploads.Case each : cases) {
      HttpCall.Reply reply = each.call().send(server());
      if (reply.status() != each.status()) {
        wrong.put(each.call().name(), each.status() + " but " + reply.status() + reply.text());
      }
      assertFalse(reply.text().contains(CANARY), each.call().name());
      assertFalse(reply.text().contains(folder.toString()), each.call().name());
      assertFalse(reply.text().contains("root:"), each.call().name());
    }
    assertEquals(Map.of(), wrong);
    assertEquals(before, HttpCall.get("/knowledgebase/index").send(server()).text());
    assertEquals(List.of(), leftovers());
    assertEquals(CANARY, Files.readString(folder.resolve("data/canary.txt")));
  }

  /** Uploads that are not gone. */
  private static List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("data/knowledgebase"))) {
      return files.map(Path::toString).filter(name -> name.endsWith(".new")).toList();
    }
  }

  @Test
  @DisplayName("names that are odd but no paths are kept as they are")
  void oddNames() throws Exception {
    for (String name : List.of("CON.model", "with space.txt", "r\u00e9gen.model", "%2e%2e%2fx")) {
      byte[] content = name.getBytes(StandardCharsets.UTF_8);
      HttpCall.Reply reply =
          upload(name, "name=\"file\"; filename=\"" + name + "\"", content).send(server());
      assertEquals(200, reply.status(), name);
      assertEquals("\"/file/download?files=" + name + "&name=" + name + "\"", reply.text());
      String escaped = URLEncoder.encode(name, StandardCharsets.UTF_8);
      HttpCall.Reply file = HttpCall.get(DOWNLOAD + escaped).send(server());
      assertEquals("200 " + name, file.status() + " " + file.text());
    }
  }

  @Test
  @DisplayName("what finds no room is answered with 507, and what there is may still be replaced")
  void noRoom() throws Exception {
    byte[] content = new byte[LARGEST * 3 / 4];
    assertEquals(200, large("first", content).send(server()).status());
    // The upload and its file beside what is stored would be more than three megabytes.
    content[0] = 1;
    assertEquals(200, large("second", content).send(server()).status());
    content[0] = 2;
    HttpCall.Reply full = large("third", content).send(server());
    assertEquals(507, full.status(), full.text());
    assertTrue(full.text().contains("seamark.knowledgebase.max-bytes"), full.text());
    assertEquals(List.of(), leftovers());
    for (String name : List.of("first", "second")) {
      assertEquals(200, large(name, new byte[] {1}).send(server()).status());
    }
    assertEquals(200, large("first", content).send(server()).status());
    assertEquals(200, large("first", new byte[] {1}).send(server()).status());
  }

  private static HttpCall large(String name, byte[] content) {
    return upload(name, "name=\"file\"; filename=\"" + name + "\"", content);
  }

  @Test
  @DisplayName("a file that is replaced while it is read is had whole, the old one or the new one")
  void replacedWhileRead() throws Exception {
    byte[][] contents = new byte[2][LARGEST / 4];
    Arrays.fill(contents[1], (byte) 'b');
    Arrays.fill(contents[0], (byte) 'a');
    assertEquals(200, large("shared", contents[0]).send(server()).status());
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Future<Integer> writer =
          threads.submit(
              () -> {
                int written = 0;
                while (!over.get()) {
                  written++;
                  assertEquals(200, large("shared", contents[written % 2]).send(server()).status());
                }
                return written;
              });
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(threads.submit(HostileUploadsTest::read));
      }
      int seen = 0;
      for (Future<Integer> reader : readers) {
        seen |= reader.get();
      }
      over.set(true);
      assertTrue(writer.get() > 1);
      assertEquals(3, seen, "one of the two was never read");
    } finally {
      over.set(true);
      threads.shutdown();
    }
  }

  /** Reads many times; which of the two contents came, as bits. */
  private static int read() throws IOException {
    int seen = 0;
    for (int i = 0; i < 60; i++) {
      HttpCall.Reply reply = HttpCall.get(DOWNLOAD + "shared").send(server());
      assertEquals(200, reply.status(), reply.text());
      assertEquals(LARGEST / 4, reply.text().length());
      char first = reply.text().charAt(0);
      assertEquals(LARGEST / 4, reply.text().chars().filter(c -> c == first).count());
      seen |= first == 'a' ? 1 : 2;
    }
    return seen;
  }

  @Test
  @DisplayName("a client that hangs up in the middle leaves the old file and nothing else")
  void hangsUp() throws Exception {
    byte[] old = {7, 7, 7};
    assertEquals(200, large("torn", old).send(server()).status());
    byte[] body = multipart("name=\"file\"; filename=\"torn\"", new byte[LARGEST / 2]);
    for (int i = 0; i < 3; i++) {
      try (Socket socket = new Socket(server().getHost(), server().getPort())) {
        socket
            .getOutputStream()
            .write(
                ("POST "
                        + UPLOAD
                        + " HTTP/1.1\r\nHost: h\r\nContent-Type: "
                        + MULTIPART
                        + "\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body, 0, body.length / 2);
        assertEquals(1, uploadsUnderWay(1), "the upload never began");
      }
      assertEquals(0, uploadsUnderWay(0), "the upload never went");
    }
    byte[] kept =
        HttpCall.get(DOWNLOAD + "torn").send(server()).text().getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(old, kept);
  }

  /** Waits for so many uploads under way; how many there are in the end. */
  private static int uploadsUnderWay(int expected) throws IOException {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (leftovers().size() != expected && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    return leftovers().size();
  }

  @Test
  @DisplayName("a link in the folder leads nowhere")
  void linkInTheFolder() throws Exception {
    byte[] content = new byte[CANARY.length()];
    assertEquals(200, large("linked", content).send(server()).status());
    Path base = folder.resolve("data/knowledgebase");
    Path file = base.resolve(DurableFiles.sha256(content));
    Files.delete(file);
    Files.createSymbolicLink(file, folder.resolve("data/canary.txt"));
    HttpCall.Reply reply = HttpCall.get(DOWNLOAD + "linked").send(server());
    assertEquals(500, reply.status());
    assertFalse(reply.text().contains(CANARY), reply.text());
    assertEquals(200, large("linked", content).send(server()).status());
    assertEquals(200, HttpCall.get(DOWNLOAD + "linked").send(server()).status());
    assertEquals(CANARY, Files.readString(folder.resolve("data/canary.txt")));
  }
}
