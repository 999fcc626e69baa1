package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.cloud.LibertyServer;
import io.seamark.durable.DurableFiles;
import java.io.ByteArrayOutputStream;
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
  private static final String UPLOAD = "/knowledgebase/file/upload";
  private static final String DOWNLOAD = "/knowledgebase/file/download?files=";
  private static final String STATUS = "/knowledgebase/update/status";
  private static final String CANARY = "outside the save folder";
  private static final String MULTIPART = "multipart/form-data; boundary=b";
  private static final int LARGEST = 1 << 20;

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

  /** A request and what it is answered with. */
  private record Case(HttpCall call, int status) {}

  private static HttpCall upload(String called, String disposition, byte[] content) {
    return HttpCall.post(called, UPLOAD, MULTIPART, multipart(disposition, content));
  }

  private static byte[] multipart(String disposition, byte[] content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(content);
    body.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  private static Case named(String fileName, int status) {
    return new Case(
        upload(
            "upload of '" + fileName + "'",
            "name=\"file\"; filename=\"" + fileName + "\"",
            "x".getBytes(StandardCharsets.UTF_8)),
        status);
  }

  private static Case wanted(String query, int status) {
    return new Case(HttpCall.get(DOWNLOAD + query), status);
  }

  private static Case body(String called, String path, String type, String body, int status) {
    return new Case(
        HttpCall.post(called, path, type, body.getBytes(StandardCharsets.UTF_8)), status);
  }

  private static Case with(String header, HttpCall call, int status) {
    return new Case(
        new HttpCall(call.name() + " with " + header, call.head() + "\r\n" + header, call.body()),
        status);
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    // Names that lead out of a folder, as they are and written otherwise.
    for (String name :
        List.of(
            "../canary.txt",
            "../../etc/passwd",
            "..",
            ".",
            "/etc/passwd",
            "//etc/passwd",
            "/dev/null",
            "/proc/self/environ",
            "sub/folder.model",
            "./canary.txt",
            "a/../../canary.txt",
            "..\\canary.txt",
            "C:\\Windows\\win.ini",
            "\\\\host\\share\\x",
            "a\tb",
            "n".repeat(256),
            "\u00e9".repeat(128))) {
      cases.add(named(name, 400));
    }
    cases.add(named("nul\u0000.model", 400));
    cases.add(named("", 400));
    for (String query :
        List.of(
            "../canary.txt",
            "..%2Fcanary.txt",
            "%2e%2e/canary.txt",
            "%2e%2e%2fcanary.txt",
            "..%5Ccanary.txt",
            "..",
            ".",
            "/etc/passwd",
            "%2Fetc%2Fpasswd",
            "/dev/zero",
            "file:///etc/passwd",
            "..%c0%af..%c0%af/canary.txt",
            "..%00/canary.txt",
            "rainy.model%00.txt",
            "%0d%0aX-Evil:%20yes",
            "",
            "n".repeat(300),
            "here.model&files=../canary.txt",
            "here.model&name=a%0d%0aX-Evil:%20yes",
            "here.model&name=../x")) {
      cases.add(wanted(query, 400));
    }
    // Escaped twice, it is a name like any other, and there is none; neither is any of ours.
    for (String query :
        List.of(
            "%252e%252e%252fcanary.txt",
            "..;canary.txt", "index.json", ".lock", "canary.txt", "*", "%2A.model", "CON", "~")) {
      cases.add(wanted(query, 404));
    }
    cases.add(new Case(HttpCall.get("/knowledgebase/../data/canary.txt"), 404));
    cases.add(new Case(HttpCall.get("/knowledgebase/file/canary.txt"), 404));
    cases.add(new Case(HttpCall.get("/knowledgebase/file/download/../../../canary.txt"), 404));
    cases.add(wanted("%zz", 400));
    // Written otherwise, a path leads to the same place, or to none.
    byte[] outside = multipart("name=\"file\"; filename=\"../x\"", new byte[1]);
    cases.add(
        new Case(
            HttpCall.post("escaped path", "/knowledgebase/file/%75pload", MULTIPART, outside),
            400));
    cases.add(
        new Case(
            HttpCall.post("matrix", "/knowledgebase/file/upload;a=b", MULTIPART, outside), 400));
    cases.add(
        new Case(
            HttpCall.post("upper case", "/KnowledgeBase/file/upload", MULTIPART, outside), 404));
    byte[] large = multipart("name=\"file\"; filename=\"x\"", new byte[LARGEST / 2]);
    cases.add(
        new Case(
            HttpCall.post("escaped and large", "/knowledgebase/file/%75pload", MULTIPART, large),
            413));
    // Bodies that are not what they say.
    cases.add(body("no multipart", UPLOAD, "text/plain", "x", 422));
    cases.add(body("no boundary", UPLOAD, "multipart/form-data", "--b\r\n", 400));
    cases.add(body("no part", UPLOAD, MULTIPART, "--b--\r\n", 422));
    cases.add(body("nothing", UPLOAD, MULTIPART, "", 422));
    cases.add(body("no end", UPLOAD, MULTIPART, cut(), 400));
    cases.add(body("no headers", UPLOAD, MULTIPART, "--b\r\n\r\nx\r\n--b--\r\n", 400));
    cases.add(body("two files", UPLOAD, MULTIPART, cut() + "\r\n" + cut() + "\r\n--b--\r\n", 400));
    cases.add(
        body(
            "a thousand parts",
            UPLOAD,
            MULTIPART,
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n".repeat(1000)
                + "--b--\r\n",
            400));
    cases.add(
        body(
            "endless part header",
            UPLOAD,
            MULTIPART,
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nX: "
                + "x".repeat(100_000)
                + "\r\n\r\nx\r\n--b--\r\n",
            400));
    cases.add(body("a page for an index", "/knowledgebase/update", MULTIPART, task("<html>"), 400));
    cases.add(body("an empty index", "/knowledgebase/update", MULTIPART, task(""), 400));
    cases.add(body("nesting", STATUS, "application/json", "[".repeat(60_000), 422));
    for (String status : List.of("null", "\"12a\"", "[0]", "{}", "\"\"")) {
      cases.add(body(status, STATUS, "application/json", "{\"status\":" + status + "}", 422));
    }
    cases.add(body("two texts", STATUS, "application/json", "{\"status\":0}{\"status\":0}", 422));
    cases.add(body("a list", STATUS, "application/json", "[]", 422));
    cases.add(body("a huge number", STATUS, "application/json", "{\"status\":1e999999999}", 404));
    cases.add(body("text", STATUS, "text/plain", "{\"status\":0}", 422));
    cases.add(
        body(
            "a long list",
            STATUS,
            "application/json",
            "{\"status\":0,\"tasks\":\"" + "a,".repeat(50_000) + "\"}",
            413));
    // Web pages, and methods that nobody has.
    HttpCall plain = upload("upload", "name=\"file\"; filename=\"page\"", new byte[1]);
    cases.add(with("Origin: http://evil.example", plain, 403));
    cases.add(with("Origin: null", plain, 403));
    cases.add(
        with(
            "Origin: http://evil.example", HttpCall.json("status", STATUS, "{\"status\":0}"), 403));
    for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")) {
      cases.add(
          new Case(new HttpCall(method, method + " " + DOWNLOAD + "x HTTP/1.1", new byte[0]), 405));
    }
    // Sizes.
    HttpCall huge = upload("huge", "name=\"file\"; filename=\"huge\"", new byte[LARGEST]);
    cases.add(new Case(huge, 413));
    cases.add(
        new Case(
            new HttpCall(
                "large by its header alone",
                "POST " + UPLOAD + " HTTP/1.1\r\nContent-Length: 99999999999",
                new byte[0]),
            413));
    cases.add(
        new Case(
            new HttpCall(
                "slow",
                "POST "
                    + UPLOAD
                    + " HTTP/1.1\r\nContent-Length: 1000\r\nContent-Type: "
                    + MULTIPART,
                new byte[10]),
            408));
    return cases;
  }

  private static String cut() {
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut\"\r\n\r\nx";
  }

  private static String task(String content) {
    return "--b\r\nContent-Disposition: form-data; name=\"task\"; filename=\"tmp\"\r\n\r\n"
        + content
        + "\r\n--b--\r\n";
  }

  @Test
  @DisplayName("hostile requests are refused, each with its status, and leave nothing behind")
  void hostileRequests() throws Exception {
    HttpCall here = upload("here", "name=\"file\"; filename=\"here.model\"", new byte[] {1, 2, 3});
    assertEquals(200, here.send(server()).status());
    String before = HttpCall.get("/knowledgebase/index").send(server()).text();
    List<Case> cases = cases();
    assertTrue(cases.size() >= 70, cases.size() + " cases");
    Map<String, String> wrong = new TreeMap<>();
    for (Case each : cases) {
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
    for (int i = 0; i < 5; i++) {
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
      }
    }
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!leftovers().isEmpty() && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(), leftovers());
    byte[] kept =
        HttpCall.get(DOWNLOAD + "torn").send(server()).text().getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(old, kept);
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
