package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.benchmark.ServiceLoad;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.cloud.LibertyServer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.shared.SharedFolder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contracts and bounds of unknown-task processing, against one real server. */
class ServingTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String MODEL = "v2/models/sam_fusion";

  @TempDir static Path folder = Path.of(".");
  private static @Nullable LibertyServer running;

  @BeforeAll
  static void start() throws Exception {
    LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "unknown-task-processing",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of(
                "SEAMARK_DATA",
                folder.resolve("data").toString(),
                "SEAMARK_BODY_SECONDS",
                "3",
                "JOB_NAME",
                "helmet"));
    running = server;
    server.awaitReady(Duration.ofMinutes(3));
  }

  @AfterAll
  static void stop() {
    if (running != null) {
      running.close();
    }
  }

  @Test
  @DisplayName("the Open Inference Protocol describes the server and its model")
  void v2_describes() throws Exception {
    assertEquals("binary_tensor_data", get("v2").path("extensions").path(0).asText());
    assertTrue(get("v2/health/live").path("live").asBoolean());
    assertTrue(get("v2/health/ready").path("ready").asBoolean());
    assertTrue(get(MODEL + "/ready").path("ready").asBoolean());
    JsonNode model = get(MODEL);
    assertEquals("sam_fusion", model.path("name").asText());
    assertEquals("[1,-1,-1,3]", model.path("inputs").path(0).path("shape").toString());
    JsonNode scores = model.path("inputs").path(1);
    assertEquals("FP32", scores.path("datatype").asText());
    assertTrue(scores.toString().contains("required"), scores.toString());
    assertTrue(
        scores.toString().contains("unseen_task_processing.sam_fusion.edge-model is not set"),
        scores.toString());
    assertEquals("UINT8", model.path("outputs").path(0).path("datatype").asText());
  }

  @Test
  @DisplayName("pixels, files and binary tensors lead to the same class map, and none is kept")
  void v2_infers() throws Exception {
    long kept = get("status").path("buffered").asLong();
    StringBuilder pixels = new StringBuilder();
    for (byte value : frame().rgb()) {
      pixels.append(pixels.isEmpty() ? "" : ",").append(value & 0xFF);
    }
    String scores = scores("\"data\":" + Arrays.toString(logits()));
    JsonNode plain =
        infer(
            "{\"id\":\"7\",\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,64,96,3],"
                + "\"data\":["
                + pixels
                + "]},"
                + scores
                + "]}",
            200);
    assertEquals("7", plain.path("id").asText());
    assertEquals("sam_fusion", plain.path("model_name").asText());
    JsonNode map = plain.path("outputs").path(0);
    assertEquals("[1,64,96]", map.path("shape").toString());
    assertEquals(WIDTH * HEIGHT, map.path("data").size());
    int[] counted = new int[3];
    map.path("data").forEach(value -> counted[Math.min(2, value.asInt())]++);
    assertEquals(
        "[" + counted[0] + "," + counted[1] + "]",
        plain.path("outputs").path(1).path("data").toString());
    assertTrue(counted[0] > 0 && counted[1] > 0, "one class took all: " + Arrays.toString(counted));

    String file = Base64.getEncoder().encodeToString(Images.encodePng(frame()));
    JsonNode encoded =
        infer(
            "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                + file
                + "\"]},"
                + scores
                + "],\"outputs\":[{\"name\":\"class_map\"}]}",
            200);
    assertEquals(1, encoded.path("outputs").size());
    assertEquals(map.path("data"), encoded.path("outputs").path(0).path("data"));

    byte[] header =
        ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"image\","
                + "\"datatype\":\"UINT8\",\"shape\":[1,64,96,3],"
                + "\"parameters\":{\"binary_data_size\":18432}},"
                + scores("\"parameters\":{\"binary_data_size\":" + 4 * logits().length + "}")
                + "],\"outputs\":[{\"name\":\"class_map\"}]}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(header.length + 18432 + 4 * logits().length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header)
            .put(frame().rgb());
    for (float logit : logits()) {
      body.putFloat(logit);
    }
    HttpResponse<byte[]> reply =
        HTTP.send(
            HttpRequest.newBuilder(uri(MODEL + "/infer"))
                .header("Inference-Header-Content-Length", "" + header.length)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.array()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, reply.statusCode(), () -> new String(reply.body(), StandardCharsets.UTF_8));
    int length =
        (int) reply.headers().firstValueAsLong("Inference-Header-Content-Length").orElse(-1);
    JsonNode binary = JSON.readTree(reply.body(), 0, length);
    assertEquals(
        WIDTH * HEIGHT,
        binary.path("outputs").path(0).path("parameters").path("binary_data_size").asInt());
    assertEquals(length + WIDTH * HEIGHT, reply.body().length);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      assertEquals(map.path("data").path(i).asInt(), reply.body()[length + i] & 0xFF);
    }
    assertEquals(kept, get("status").path("buffered").asLong());
  }

  @Test
  @DisplayName("what is wrong with an inference request is said in the protocol's own error")
  void v2_refuses() throws Exception {
    String image =
        "{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,1,3],\"data\":[1,2,3]}";
    String scores = scores("\"data\":" + Arrays.toString(logits()));
    refused("input 'scores' is missing", "{\"inputs\":[" + image + "]}", 400);
    refused("input 'image' is missing", "{\"inputs\":[" + scores + "]}", 400);
    refused("must be UINT8", inputs(image.replace("UINT8", "INT32"), scores), 400);
    refused("300", inputs(image.replace("[1,2,3]", "[1,2,300]"), scores), 400);
    refused("rgb has 2 elements", inputs(image.replace("[1,2,3]", "[1,2]"), scores), 400);
    refused("finite", inputs(image, scores.replaceFirst("\\[1\\.0", "[1e99")), 400);
    refused("not JSON", "{\"inputs\":", 400);
    refused("must be a JSON object", "[".repeat(200_000), 400);
    refused("nesting depth", "{\"x\":" + "[".repeat(200_000), 400);
    refused(
        "equally deep",
        inputs(image.replace("[1,2,3]", "[".repeat(10) + "1" + "]".repeat(10) + ",2"), scores)
            .replace("]]]]]]]]]],2", "]]]]]]]]],2]"),
        400);
    refused(
        "shape has more than 8 elements",
        "{\"inputs\":[{\"shape\":[" + "1,".repeat(4_000_000) + "1]}]}",
        400);
    refused("belong to no input", "{\"inputs\":[]}", 400, "Inference-Header-Content-Length", "1");
    refused("no model", "{}", 404, "v2/models/other/infer");
    HttpResponse<String> typed =
        post(MODEL + "/infer", "text/xml", "<a/>".getBytes(StandardCharsets.UTF_8));
    assertEquals(415, typed.statusCode());
    assertTrue(JSON.readTree(typed.body()).has("error"), typed.body());
    String png = Base64.getEncoder().encodeToString(hugePng());
    refused(
        "100000x100000",
        inputs(
            "{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"" + png + "\"]}",
            scores),
        400);
  }

  @Test
  @DisplayName("Sedna's recorded calls get Sedna's statuses")
  void sedna_answersAsRecorded() throws Exception {
    Path recorded = SharedFolder.path("vectors/sedna/ji-big-model.json");
    int compared = 0;
    for (JsonNode call : JSON.readTree(recorded.toFile())) {
      int expected = call.path("status").asInt();
      String request = call.path("request_body").asText("");
      boolean frames = expected == 200 && !request.isEmpty() && !request.contains("[]");
      // Frames of the recording's toy model are none of ours, this server has one job's name, and
      // Liberty takes a slash at the end.
      boolean elsewhere = !call.path("path").asText().startsWith("/helmet") && expected != 404;
      if (!call.has("method")
          || frames
          || elsewhere
          || expected == 307
          || request.contains("not a list")) {
        continue;
      }
      // Callbacks are looked at once the data is known to be good.
      boolean callback = expected == 500;
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(uri(call.path("path").asText().substring(1)))
              .method(
                  call.path("method").asText(),
                  request.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(
                          callback ? request.replace("[\"a\"]", "[]") : request));
      String type = call.path("request_headers").path("Content-Type").asText("");
      if (!type.isEmpty()) {
        builder.header("Content-Type", type);
      }
      HttpResponse<String> reply = HTTP.send(builder.build(), HttpResponse.BodyHandlers.ofString());
      assertEquals(expected, reply.statusCode(), () -> call.path("note") + ": " + reply.body());
      if (expected == 422 && !call.path("note").asText().contains("not JSON")) {
        assertEquals(
            JSON.readTree(call.path("response_body").asText()).path("detail").path(0).path("type"),
            JSON.readTree(reply.body()).path("detail").path(0).path("type"),
            reply.body());
      }
      compared++;
    }
    assertTrue(compared >= 12, "only " + compared + " calls compared");
  }

  @Test
  @DisplayName(
      "Sedna's contract answers frames with scores, and asks for the scores where they lack")
  void sedna_predicts() throws Exception {
    String file = Base64.getEncoder().encodeToString(Images.encodePng(frame()));
    String scores = "[[[1.0,0.0],[1.0,0.0]],[[0.0,1.0],[0.0,1.0]]]";
    HttpResponse<String> reply =
        post(
            "helmet/predict",
            "application/json",
            ("{\"data\":[{\"image\":\""
                    + file
                    + "\",\"scores\":"
                    + scores
                    + "}],\"callback\":null}")
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(200, reply.statusCode(), reply.body());
    JsonNode map = JSON.readTree(reply.body()).path("result").path(0).path("class_map");
    assertEquals(HEIGHT, map.size());
    assertEquals(WIDTH, map.path(0).size());
    HttpResponse<String> without =
        post(
            "helmet/predict",
            "application/json",
            "{\"data\":[{\"image\":[[[1,2,3]]]}]}".getBytes(StandardCharsets.UTF_8));
    assertEquals(422, without.statusCode());
    assertTrue(without.body().contains("scores"), without.body());
    assertTrue(without.body().contains("edge-model is not set"), without.body());
  }

  @Test
  @DisplayName("hostile samples and senders get a 4xx, and cost no memory")
  void hostileInputIsRefused() throws Exception {
    byte[] jpeg = Images.encodeJpeg(frame(), 0.9f);
    answered("warm", new EncodedImage(EncodedImage.JPEG, jpeg), 200);
    long before = resident();
    byte[] half = Arrays.copyOf(jpeg, jpeg.length / 2);
    answered("half", new EncodedImage(EncodedImage.JPEG, half), 400);
    answered("huge", new EncodedImage(EncodedImage.PNG, hugePng()), 400);
    assertEquals(413, sample("large", 6000, 6000, EncodedImage.PNG, hugePng()).statusCode());
    assertEquals(400, post("unknown-tasks", ArrowMessages.MEDIA_TYPE, new byte[500]).statusCode());
    assertEquals(415, post("unknown-tasks", "text/plain", new byte[5]).statusCode());
    String arrow =
        "POST /unknown-tasks HTTP/1.1\r\nHost: h\r\nContent-Type: " + ArrowMessages.MEDIA_TYPE;
    // Says more than it sends, and waits.
    assertEquals("408", status(arrow + "\r\nContent-Length: 100000\r\n\r\n", 1, 400));
    assertEquals("413", status(arrow + "\r\nContent-Length: 99999999999\r\n\r\n", 0, 0));
    // Never ends: fast, and a few bytes at a time.
    assertEquals("413", status(arrow + "\r\nTransfer-Encoding: chunked\r\n\r\n", 1 << 16, 0));
    assertEquals("408", status(arrow + "\r\nTransfer-Encoding: chunked\r\n\r\n", 4, 100));
    answered("after", new EncodedImage(EncodedImage.JPEG, jpeg), 200);
    long grown = resident() - before;
    assertTrue(grown < 200, "resident memory grew by " + grown + " MB");
  }

  @Test
  @DisplayName("a frame that needs more memory than there is, is refused with the figures")
  void hugeFrameOfAFewBytesIsRefused() throws Exception {
    // What ended the service: 4900x4900 black pixels, nearly nothing as a file.
    ByteArrayOutputStream black = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(4900, 4900, BufferedImage.TYPE_BYTE_BINARY), "png", black);
    byte[] file = black.toByteArray();
    assertTrue(file.length < 16_000, file.length + " bytes");
    HttpResponse<String> refused = sample("kill", 4900, 4900, EncodedImage.PNG, file);
    assertEquals(413, refused.statusCode(), refused.body());
    String detail = JSON.readTree(refused.body()).path("detail").asText();
    assertTrue(
        detail.matches("a frame of 4900x4900 with scores of 2 classes needs [0-9.]+ MB .*-Xmx.*"),
        detail);
    String image =
        "{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + Base64.getEncoder().encodeToString(file)
            + "\"]}";
    refused("4900x4900", inputs(image, scores("\"data\":" + Arrays.toString(logits()))), 413);
    answered(
        "after-large", new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame(), 0.9f)), 200);
    assertTrue(process().isAlive());
  }

  @Test
  @DisplayName("the message that once ended the server is refused")
  void theMessageThatEndedTheServerIsRefused() throws Exception {
    byte[] kill = Files.readAllBytes(SharedFolder.path("faults/kill.arrow"));
    assertEquals(413, post("unknown-tasks", ArrowMessages.MEDIA_TYPE, kill).statusCode());
    answered(
        "after-kill", new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame(), 0.9f)), 200);
    assertTrue(process().isAlive());
  }

  @Test
  @DisplayName("every file of Arrow's own fuzzers is refused with a problem, and none is kept")
  void whatArrowsFuzzersFoundIsRefused() throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(SharedFolder.path("data/arrow-fuzz"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    assertTrue(files.size() > 100, "only " + files);
    EncodedImage image = new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame(), 0.9f));
    answered("before-fuzzers", image, 200);
    long kept = get("status").path("buffered").asLong();
    long before = resident();
    long most = before;
    Map<String, String> wrong = new TreeMap<>();
    for (Path file : files) {
      HttpResponse<String> reply =
          post("unknown-tasks", ArrowMessages.MEDIA_TYPE, Files.readAllBytes(file));
      String problem = wrongProblem(reply);
      if (!problem.isEmpty()) {
        wrong.put(String.valueOf(file.getFileName()), problem);
      }
      most = Math.max(most, resident());
    }
    assertEquals(Map.of(), wrong);
    assertEquals(kept, get("status").path("buffered").asLong());
    // The server's heap is 640 MB at most; what it holds is given back as far as it can be.
    assertTrue(most - before < 256, "resident memory grew by " + (most - before) + " MB");
    answered("after-fuzzers", image, 200);
    assertTrue(process().isAlive());
  }

  /** What is not as it must be of the refusal of a bad message; empty if all is. */
  private static String wrongProblem(HttpResponse<String> reply) throws IOException {
    String type = reply.headers().firstValue("Content-Type").orElse("");
    if (reply.statusCode() / 100 != 4 || !type.startsWith("application/problem+json")) {
      return reply.statusCode() + " " + type + ": " + reply.body();
    }
    JsonNode problem = JSON.readTree(reply.body());
    String detail = problem.path("detail").asText();
    boolean right =
        problem.path("status").asInt() == reply.statusCode()
            && !problem.path("type").asText().isBlank()
            && !problem.path("title").asText().isBlank()
            && detail.length() > 10
            && !detail.contains("Exception")
            && !detail.contains("\tat ");
    return right ? "" : reply.body();
  }

  @Test
  @DisplayName("400 slow bodies silence neither health nor edges, and are refused in the end")
  void slowBodiesHoldUpNobody() throws Exception {
    String head =
        "POST /unknown-tasks HTTP/1.1\r\nHost: h\r\nContent-Type: "
            + ArrowMessages.MEDIA_TYPE
            + "\r\nContent-Length: 100000\r\n\r\nx";
    try (RudeClients slow = new RudeClients(uri(""), 400, head)) {
      assertEquals("UP", get("health/live").path("status").asText());
      answered(
          "among-slow", new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame(), 0.9f)), 200);
      assertEquals("UP", get("health/ready").path("status").asText());
      Map<String, Integer> statuses = slow.statuses();
      statuses.remove("closed");
      assertTrue(Set.of("408", "429").containsAll(statuses.keySet()), statuses.toString());
    }
  }

  @Test
  @DisplayName("receivers that read nothing hold up nobody")
  void deafReceiversHoldUpNobody() throws Exception {
    // A class map in JSON of some megabytes for a small request: black, compressed.
    byte[] black = Images.encodePng(new Frame(1600, 1000, new byte[3 * 1600 * 1000], null));
    String body =
        inputs(
            "{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                + Base64.getEncoder().encodeToString(black)
                + "\"]}",
            scores("\"data\":" + Arrays.toString(logits())));
    String request =
        "POST /"
            + MODEL
            + "/infer HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (RudeClients deaf = new RudeClients(uri(""), 120, request)) {
      assertEquals("UP", get("health/live").path("status").asText());
      Map<String, Integer> statuses = deaf.statuses();
      statuses.remove("closed");
      assertTrue(statuses.containsKey("200"), statuses.toString());
      assertTrue(Set.of("200", "429").containsAll(statuses.keySet()), statuses.toString());
      assertEquals("UP", get("health/ready").path("status").asText());
    }
  }

  @Test
  @DisplayName("slow bodies on health's own paths silence it neither")
  @SuppressWarnings("try") // Their being open is the case.
  void slowBodiesToHealthHoldUpNobody() throws Exception {
    String head = "POST /health/live HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx";
    try (RudeClients slow = new RudeClients(uri(""), 200, head);
        RudeClients half = new RudeClients(uri(""), 200, "GET /health/live HTTP/1.1\r\nHo")) {
      assertEquals("UP", get("health/live").path("status").asText());
      answered(
          "among-half", new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame(), 0.9f)), 200);
    }
  }

  @Test
  @DisplayName("many names and deep nesting in JSON are refused, and cost no memory")
  void jsonOfManyNamesIsRefused() throws Exception {
    StringBuilder names = new StringBuilder("{\"a\":0");
    for (int i = 0; i < 1_000_000; i++) {
      names.append(",\"n").append(i).append("\":0");
    }
    refused("more than 4096 fields", names.append('}').toString(), 400);
    String numbers = "[0.5" + ",0.5".repeat(4_000_000) + "]";
    HttpResponse<String> many =
        post(
            MODEL + "/infer",
            "application/json",
            ("{\"inputs\":[{\"name\":\"scores\",\"data\":" + numbers + "}]}")
                .getBytes(StandardCharsets.UTF_8));
    assertTrue(List.of(400, 413, 429).contains(many.statusCode()), many.statusCode() + many.body());
    assertEquals("UP", get("health/live").path("status").asText());
  }

  @Test
  @DisplayName("edges beyond what the service can do are told to wait, and all others are answered")
  void loadIsHeldOff() throws Exception {
    long kept = get("status").path("stored").asLong();
    ServiceLoad.Figures figures =
        ServiceLoad.run(uri(""), 8, Duration.ofSeconds(8), process().pid(), System.out);
    assertEquals(Map.of(), figures.others());
    assertTrue(figures.busy() > 0, "nobody was told to wait: " + figures);
    assertTrue(figures.total() > 0, figures.toString());
    assertEquals(kept + figures.total(), get("status").path("stored").asLong());
    String metrics =
        HTTP.send(
                HttpRequest.newBuilder(uri("metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    for (String stage :
        List.of("wait", "decode", "encoder", "decoder", "filter", "fusion", "store")) {
      assertTrue(
          metrics
              .lines()
              .anyMatch(
                  line ->
                      line.startsWith("seamark_unknown_stage")
                          && line.contains("stage=\"" + stage + "\"")),
          "no stage " + stage);
    }
  }

  private static LibertyServer server() {
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  private static URI uri(String path) {
    return server().uri().resolve(path);
  }

  private static Frame frame() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(3).nextBytes(rgb);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((rgb[i] & 0x1F) + (i / 3 % WIDTH < WIDTH / 2 ? 30 : 200));
    }
    return new Frame(WIDTH, HEIGHT, rgb, null);
  }

  private static float[] logits() {
    return new float[] {1, 0, 1, 0, 0, 1, 0, 1};
  }

  private static String scores(String content) {
    return "{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[1,2,2,2]," + content + "}";
  }

  private static String inputs(String image, String scores) {
    return "{\"inputs\":[" + image + "," + scores + "]}";
  }

  /** A PNG of which only the header is there, with a right checksum. */
  private static byte[] hugePng() {
    return png(100_000, 100_000);
  }

  private static byte[] png(int width, int height) {
    ByteBuffer header =
        ByteBuffer.allocate(17).putInt(0x49484452).putInt(width).putInt(height).put((byte) 8);
    header.put((byte) 2);
    CRC32 checksum = new CRC32();
    checksum.update(header.array());
    return ByteBuffer.allocate(33)
        .putLong(0x89504E470D0A1A0AL)
        .putInt(13)
        .put(header.array())
        .putInt((int) checksum.getValue())
        .array();
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> reply =
        HTTP.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, reply.statusCode(), reply.body());
    return JSON.readTree(reply.body());
  }

  private static HttpResponse<String> post(String path, String type, byte[] body) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode infer(String body, int status) throws Exception {
    HttpResponse<String> reply =
        post(MODEL + "/infer", "application/json", body.getBytes(StandardCharsets.UTF_8));
    assertEquals(status, reply.statusCode(), reply.body());
    return JSON.readTree(reply.body());
  }

  private static void refused(String named, String body, int status) throws Exception {
    refused(named, body, status, MODEL + "/infer");
  }

  private static void refused(String named, String body, int status, String path) throws Exception {
    HttpResponse<String> reply =
        post(path, "application/json", body.getBytes(StandardCharsets.UTF_8));
    assertEquals(status, reply.statusCode(), reply.body());
    String error = JSON.readTree(reply.body()).path("error").asText();
    assertTrue(error.contains(named), reply.body());
    assertFalse(error.contains("\tat "), error);
  }

  private static void refused(String named, String body, int status, String header, String value)
      throws Exception {
    HttpResponse<String> reply =
        HTTP.send(
            HttpRequest.newBuilder(uri(MODEL + "/infer"))
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(status, reply.statusCode(), reply.body());
    assertTrue(reply.body().contains(named) || reply.body().contains("not JSON"), reply.body());
  }

  private static HttpResponse<String> sample(
      String id, int width, int height, String type, byte[] image) throws Exception {
    return post(
        "unknown-tasks",
        ArrowMessages.MEDIA_TYPE,
        ArrowMessages.encode(
            new HardSample(
                id,
                "hostile",
                "",
                0,
                width,
                height,
                new EncodedImage(type, image),
                null,
                new ClassScores(2, 2, 2, logits()),
                "v0",
                "score_margin",
                0.4,
                0.6)));
  }

  private static void answered(String id, EncodedImage image, int status) throws Exception {
    HttpResponse<String> reply = sample(id, WIDTH, HEIGHT, image.mediaType(), image.bytes());
    assertEquals(status, reply.statusCode(), reply.body());
  }

  /**
   * The status of a reply to a request that sends chunks for ever, or one only.
   *
   * @param head the request's head
   * @param chunk size of each chunk; of a body with a length, the bytes that are sent
   * @param pause milliseconds between chunks; 0 for none
   */
  private static String status(String head, int chunk, int pause) throws Exception {
    boolean chunked = head.contains("chunked");
    byte[] data = new byte[chunk];
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.write((Integer.toHexString(chunk) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    framed.write(data);
    framed.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    try (Socket socket = new Socket("localhost", server().uri().getPort())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(chunked ? new byte[0] : data);
      out.flush();
      long sent = 0;
      try {
        while (chunked && socket.getInputStream().available() == 0 && sent < 64L << 20) {
          out.write(framed.toByteArray());
          out.flush();
          sent += chunk;
          if (pause > 0) {
            LockSupport.parkNanos(pause * 1_000_000L);
          }
        }
      } catch (IOException e) {
        // It hung up; what it said before that is still to be read.
      }
      byte[] line = socket.getInputStream().readNBytes(12);
      return new String(line, StandardCharsets.US_ASCII).replaceFirst("HTTP/1.1 ", "");
    }
  }

  /** The server's own process: its script may be a parent of it. */
  private static ProcessHandle process() {
    ProcessHandle script = server().process();
    return Stream.concat(Stream.of(script), script.descendants())
        .max((a, b) -> Long.compare(resident(a), resident(b)))
        .orElse(script);
  }

  private static long resident() {
    return resident(process());
  }

  private static long resident(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", "" + process.pid(), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
