package io.seamark.pull;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of the JDK's own on this machine. */
class ModelPullTest {
  private static final String PATH = "/hub/tree/encoder.onnx";
  private static final ModelPull.Watcher SILENT = (file, had, size) -> {};

  @TempDir Path folder = Path.of("");

  private final byte[] content = new byte[300_000];
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private final CountDownLatch came = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private URI mirror = URI.create("");

  ModelPullTest() throws IOException {
    new Random(5).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.setExecutor(threads);
    server.start();
    mirror = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private ModelPull pull(long bytes, String sha256) {
    return pull(bytes, sha256, Duration.ofSeconds(30));
  }

  private ModelPull pull(long bytes, String sha256, Duration stalled) {
    PublishedModel model =
        new PublishedModel(
            "a-model",
            "text",
            "license",
            URI.create("https://publisher.invalid/hub"),
            List.of(
                new PublishedModel.File(
                    "encoder.onnx",
                    URI.create("https://publisher.invalid" + PATH),
                    bytes,
                    sha256)));
    return new ModelPull(model, mirror, folder, new Download(stalled));
  }

  private ModelPull known() {
    return pull(content.length, sha256(content));
  }

  /** Serves bytes as a web server does: with a tag, and from the middle if the tag still holds. */
  private void serve(String path, byte[] bytes, String tag) {
    server.createContext(
        path,
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          asked.add(String.valueOf(range));
          exchange.getResponseHeaders().set("ETag", tag);
          int from = 0;
          if (range != null && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
            from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            String sent = "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length;
            exchange.getResponseHeaders().set("Content-Range", sent);
          }
          exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes, from, bytes.length - from);
          }
        });
  }

  /** Sends a part, waits until it has come, and hangs up; or waits to the end. */
  private void serveHalf(String tag, boolean hang) {
    server.createContext(
        PATH,
        exchange -> {
          exchange.getResponseHeaders().set("ETag", tag);
          exchange.sendResponseHeaders(200, content.length);
          OutputStream out = exchange.getResponseBody();
          out.write(content, 0, content.length / 2);
          out.flush();
          await(hang ? over : came);
          exchange.close();
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void breakOff(String tag) {
    serveHalf(tag, false);
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                known()
                    .run(
                        (file, had, size) -> {
                          if (had == content.length / 2) {
                            came.countDown();
                          }
                        }));
    assertMentions(e, PATH + " broke off after 150000 bytes; the same command goes on from there");
    server.removeContext(PATH);
  }

  private static void assertMentions(Throwable e, String text) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(text), message);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(name -> !name.equals(OutputFolder.RECORD))
          .sorted()
          .toList();
    }
  }

  private IOException refused(ModelPull pull) {
    return assertThrows(IOException.class, () -> pull.run(SILENT));
  }

  @Test
  void whole_andNotAgain() throws IOException {
    serve(PATH, content, "\"a\"");
    ModelPull.Pulled first = known().run(SILENT).get(0);
    assertTrue(first.fetched());
    assertEquals(ModelPull.Trust.KNOWN, first.trust());
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("encoder.onnx")));
    assertEquals(List.of("encoder.onnx", "model.json"), files());
    assertFalse(known().run(SILENT).get(0).fetched());
    assertEquals(List.of("null"), List.copyOf(asked));
  }

  @Test
  void goesOnWhereItBrokeOff() throws IOException {
    breakOff("\"a\"");
    assertEquals(List.of(".seamark-encoder.onnx.etag", ".seamark-encoder.onnx.part"), files());
    serve(PATH, content, "\"a\"");
    ModelPull.Pulled pulled = known().run(SILENT).get(0);
    assertEquals(content.length / 2, pulled.resumedAt());
    assertEquals(List.of("bytes=150000-"), List.copyOf(asked));
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("encoder.onnx")));
    assertEquals(List.of("encoder.onnx", "model.json"), files());
  }

  @Test
  void startsAnewWhereTheFileHasChanged() throws IOException {
    breakOff("\"before\"");
    serve(PATH, content, "\"after\"");
    ModelPull.Pulled pulled = known().run(SILENT).get(0);
    assertEquals(0, pulled.resumedAt());
    assertEquals(List.of("bytes=150000-"), List.copyOf(asked));
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("encoder.onnx")));
  }

  @Test
  void startsAnewWhereNoStrongTagTells() throws IOException {
    breakOff("W/\"a\"");
    serve(PATH, content, "W/\"a\"");
    assertEquals(0, known().run(SILENT).get(0).resumedAt());
    assertEquals(List.of("null"), List.copyOf(asked));
  }

  @Test
  void wrongDigest_isThrownAway() throws IOException {
    byte[] other = content.clone();
    other[7] ^= 1;
    serve(PATH, other, "\"a\"");
    assertMentions(
        refused(known()),
        "has SHA-256 " + sha256(other) + ", but must have " + sha256(content) + "; it was thrown");
    assertEquals(List.of(), files());
  }

  @Test
  void wrongSize_isNotEvenRead() throws IOException {
    serve(PATH, Arrays.copyOf(content, 10), "\"a\"");
    assertMentions(refused(known()), PATH + " has 10 bytes, but must have 300000");
    assertEquals(List.of(), files());
  }

  @Test
  void bodyThatNeverEnds_isCut() throws IOException {
    server.createContext(
        PATH,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (over.getCount() > 0) {
              out.write(content);
            }
          }
        });
    assertMentions(refused(known()), "sends more than the 300000 bytes that it must have");
    assertTrue(Files.size(folder.resolve(".seamark-encoder.onnx.part")) <= content.length);
    assertFalse(Files.exists(folder.resolve("encoder.onnx")));
  }

  @Test
  void serverThatStalls_isLeft() {
    serveHalf("\"a\"", true);
    ModelPull pull = pull(content.length, sha256(content), Duration.ofMillis(300));
    assertMentions(refused(pull), "broke off after 150000 bytes");
  }

  @Test
  void noSuchFile() throws IOException {
    assertMentions(refused(known()), PATH + " answered 404");
    assertEquals(List.of(), files());
  }

  @Test
  void nobodyThere() {
    server.stop(0);
    assertMentions(
        refused(known()), "127.0.0.1 cannot be reached: there is no network, or no way to it");
  }

  private void redirect(String from, String to, String digest) {
    server.createContext(
        from,
        (HttpExchange exchange) -> {
          exchange.getResponseHeaders().set("Location", to);
          exchange.getResponseHeaders().set("X-Linked-ETag", "\"" + digest + "\"");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
  }

  @Test
  void redirected_andTheDigestStatedOnTheWayHolds() throws IOException {
    redirect(PATH, "/storage/blob", sha256(content));
    serve("/storage/blob", content, "\"a\"");
    ModelPull.Pulled pulled = pull(0, "").run(SILENT).get(0);
    assertEquals(ModelPull.Trust.STATED, pulled.trust());
    assertEquals(sha256(content), pulled.sha256());
    Files.delete(folder.resolve("encoder.onnx"));
    server.removeContext(PATH);
    redirect(PATH, "/storage/blob", "0".repeat(64));
    // What was recorded is stronger than what is stated now.
    assertTrue(pull(0, "").run(SILENT).get(0).fetched());
    Files.delete(folder.resolve("encoder.onnx"));
    Files.delete(folder.resolve(ModelPull.RECORD));
    assertMentions(refused(pull(0, "")), "but must have " + "0".repeat(64));
  }

  @Test
  void redirectsThatAreNotFollowed() throws IOException {
    URI secure = URI.create("https://publisher.invalid/a/b");
    assertEquals(
        URI.create("https://storage.invalid/c"),
        Download.redirected(secure, "https://storage.invalid/c"));
    assertEquals(URI.create("https://publisher.invalid/c"), Download.redirected(secure, "/c"));
    for (String to :
        List.of("http://publisher.invalid/a/b", "file:///etc/passwd", "", "::", "mailto:a@b")) {
      assertMentions(
          assertThrows(IOException.class, () -> Download.redirected(secure, to)), "redirects");
    }
    redirect(PATH, PATH, "");
    assertMentions(refused(known()), "redirects more than 5 times");
  }

  @Test
  void withoutAnyDigest_theFirstCounts() throws IOException {
    serve(PATH, content, "\"a\"");
    ModelPull.Pulled pulled = pull(0, "").run(SILENT).get(0);
    assertEquals(ModelPull.Trust.FIRST_USE, pulled.trust());
    assertEquals(sha256(content), pulled.sha256());
    assertFalse(pull(0, "").run(SILENT).get(0).fetched());
    Files.delete(folder.resolve("encoder.onnx"));
    server.removeContext(PATH);
    byte[] other = content.clone();
    other[0] ^= 1;
    serve(PATH, other, "\"b\"");
    assertMentions(refused(pull(0, "")), "but must have " + sha256(content));
    mirror = URI.create("http://mirror.invalid");
    Files.delete(folder.resolve(ModelPull.RECORD));
    assertMentions(refused(pull(0, "")), "no digest of it is known, so it must come over https");
  }

  @Test
  void whatAKilledPullPutInPlaceIsTaken() throws IOException {
    serve(PATH, content, "\"a\"");
    assertTrue(pull(0, "").run(SILENT).get(0).fetched());
    // As a kill leaves it between the file and its record.
    Files.delete(folder.resolve(ModelPull.RECORD));
    ModelPull.Pulled again = pull(0, "").run(SILENT).get(0);
    assertFalse(again.fetched());
    assertEquals(sha256(content), again.sha256());
    assertTrue(Files.readString(folder.resolve(ModelPull.RECORD)).contains(sha256(content)));
    Files.delete(folder.resolve(ModelPull.RECORD));
    Files.writeString(folder.resolve("encoder.onnx"), "mine");
    assertMentions(refused(pull(0, "")), "nothing tells whether it is the right one");
    assertEquals("mine", Files.readString(folder.resolve("encoder.onnx")));
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    Files.writeString(folder.resolve("encoder.onnx"), "mine");
    assertMentions(refused(known()), "is there already, but has SHA-256 ");
    assertMentions(refused(pull(0, "")), "nothing tells whether it is the right one");
    assertEquals("mine", Files.readString(folder.resolve("encoder.onnx")));
    Files.writeString(folder.resolve(ModelPull.RECORD), "{\"name\": \"another\"}");
    assertMentions(refused(known()), folder + " holds model another, so a-model must go to");
    Files.writeString(folder.resolve(ModelPull.RECORD), "{");
    assertMentions(refused(known()), "model.json is no record of a model");
    assertEquals(List.of(), List.copyOf(asked));
  }

  @Test
  void filesOfAPersonStayAndNoneIsTakenForAPart() throws IOException {
    serve(PATH, content, "\"a\"");
    for (String theirs : List.of("encoder.onnx.part", "encoder.onnx.part.etag")) {
      Files.writeString(folder.resolve(theirs), "theirs");
    }
    Files.writeString(folder.resolve(ModelPull.RECORD), "{\"mine\": 1}");
    assertMentions(
        assertThrows(IllegalArgumentException.class, () -> known().run(SILENT)),
        folder.resolve(ModelPull.RECORD) + " exists already and was not written by seamark");
    assertEquals(List.of(), List.copyOf(asked));
    assertEquals("{\"mine\": 1}", Files.readString(folder.resolve(ModelPull.RECORD)));
    Files.delete(folder.resolve(ModelPull.RECORD));
    assertEquals(0, known().run(SILENT).get(0).resumedAt());
    for (String theirs : List.of("encoder.onnx.part", "encoder.onnx.part.etag")) {
      assertEquals("theirs", Files.readString(folder.resolve(theirs)));
    }
    Path usual = Files.createFile(folder.resolve("usual"));
    for (String ours : List.of("encoder.onnx", ModelPull.RECORD)) {
      assertEquals(
          Files.getPosixFilePermissions(usual),
          Files.getPosixFilePermissions(folder.resolve(ours)));
    }
    // A copy without what begins with a dot is complete as well.
    Files.delete(folder.resolve(OutputFolder.RECORD));
    assertFalse(known().run(SILENT).get(0).fetched());
  }

  @Test
  void aFolderTakesOnePullAtATime() throws IOException {
    serve(PATH, content, "\"a\"");
    try (OutputFolder other = OutputFolder.open(folder, Map.of())) {
      assertMentions(
          assertThrows(IllegalArgumentException.class, () -> known().run(SILENT)),
          "is being written by another seamark");
      assertEquals(0, other.files());
    }
    assertTrue(known().run(SILENT).get(0).fetched());
  }
}
