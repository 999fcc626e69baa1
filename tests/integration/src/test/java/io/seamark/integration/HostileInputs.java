package io.seamark.integration;

import static io.seamark.integration.Pictures.HEIGHT;
import static io.seamark.integration.Pictures.WIDTH;
import static io.seamark.integration.Pictures.chunk;
import static io.seamark.integration.Pictures.header;
import static io.seamark.integration.Pictures.join;
import static io.seamark.integration.Pictures.marker;
import static io.seamark.integration.Pictures.pixels;
import static io.seamark.integration.Pictures.png;
import static io.seamark.integration.Pictures.with;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Inputs that must be refused by name, one of each kind. */
final class HostileInputs {
  private static final String V2 = "/v2/models/sam_fusion/infer";
  private static final String SEDNA = "/sedna/predict";

  private HostileInputs() {}

  /** Image files that hold no whole picture, by file name. */
  static Map<String, byte[]> images() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] good = png(WIDTH, HEIGHT, 2, 8, 0);
    byte[] idat = chunk("IDAT", pixels(WIDTH, HEIGHT, 2, 8, 0));
    byte[] end = chunk("IEND");
    byte[] head = header(WIDTH, HEIGHT, 8, 2, 0);
    files.put("empty.png", new byte[0]);
    files.put("one-byte.png", new byte[] {(byte) 0x89});
    files.put("signature-only.png", Arrays.copyOf(good, 8));
    files.put("signature-line-end.png", with(good, 4, '\n'));
    for (int i = 1; i <= 12; i++) {
      files.put("cut-" + i + ".png", Arrays.copyOf(good, 8 + i * (good.length - 9) / 12));
    }
    files.put("width-0.png", png(header(0, HEIGHT, 8, 2, 0), idat, end));
    files.put("height-0.png", png(header(WIDTH, 0, 8, 2, 0), idat, end));
    files.put("width-most.png", png(header(Integer.MAX_VALUE, 1, 8, 2, 0), idat, end));
    files.put("width-negative.png", png(header(-1, HEIGHT, 8, 2, 0), idat, end));
    files.put("bomb-16384.png", png(header(16384, 16384, 8, 2, 0), idat, end));
    files.put("bomb-16-bit.png", png(header(16384, 16384, 16, 6, 0), idat, end));
    files.put("bomb-65535.png", png(header(65535, 65535, 1, 0, 0), idat, end));
    files.put("depth-3.png", png(header(WIDTH, HEIGHT, 3, 2, 0), idat, end));
    files.put("depth-2-rgb.png", png(header(WIDTH, HEIGHT, 2, 2, 0), idat, end));
    files.put("colour-5.png", png(header(WIDTH, HEIGHT, 8, 5, 0), idat, end));
    files.put("no-palette.png", png(header(WIDTH, HEIGHT, 8, 3, 0), idat, end));
    files.put("interlace-2.png", png(header(WIDTH, HEIGHT, 8, 2, 2), idat, end));
    files.put("compression-1.png", with(good, 26, 1));
    files.put("filter-9.png", png(head, chunk("IDAT", filter9()), end));
    files.put("header-12.png", png(chunk("IHDR", new byte[12]), idat, end));
    files.put("header-missing.png", png(idat, end));
    files.put("header-second.png", png(idat, head, end));
    files.put("header-checksum.png", with(good, 29, 0, 0, 0, 0));
    files.put("pixels-checksum.png", with(good, good.length - 16, 0, 0, 0, 0));
    files.put("length-most.png", with(good, 33, 0xFF, 0xFF, 0xFF, 0xFF));
    files.put("length-beyond.png", with(good, 33, 0, 1, 0, 0));
    files.put("no-pixels.png", png(head, end));
    files.put("no-end.png", png(head, idat));
    files.put("pixels-garbage.png", png(head, chunk("IDAT", random(200)), end));
    files.put("pixels-short.png", png(head, chunk("IDAT", pixels(WIDTH, 2, 2, 8, 0)), end));
    files.put("chunk-name.png", png(head, chunk("\0\0\0\0", random(20)), idat, end));

    byte[] jpeg = Pictures.jpeg(WIDTH, HEIGHT, false, 0.9f, false);
    int frame = marker(jpeg, 0xC0);
    int tables = marker(jpeg, 0xC4);
    int divisors = marker(jpeg, 0xDB);
    int scan = marker(jpeg, 0xDA);
    for (int i = 1; i <= 10; i++) {
      files.put("cut-" + i + ".jpg", Arrays.copyOf(jpeg, 2 + i * (jpeg.length - 4) / 10));
    }
    files.put("start-only.jpg", Arrays.copyOf(jpeg, 2));
    files.put("size-0.jpg", with(jpeg, frame + 5, 0, 0, 0, 0));
    files.put("size-most.jpg", with(jpeg, frame + 5, 0xFF, 0xFF, 0xFF, 0xFF));
    files.put("bits-12.jpg", with(jpeg, frame + 4, 12));
    files.put("channels-5.jpg", with(jpeg, frame + 9, 5));
    files.put("channels-0.jpg", with(jpeg, frame + 9, 0));
    files.put("sampling-0.jpg", with(jpeg, frame + 11, 0));
    files.put("lossless.jpg", with(jpeg, frame + 1, 0xC3));
    files.put("arithmetic.jpg", with(jpeg, frame + 1, 0xC9));
    files.put("no-frame.jpg", join(Arrays.copyOf(jpeg, frame), tail(jpeg, scan)));
    files.put("no-divisors.jpg", join(Arrays.copyOf(jpeg, divisors), tail(jpeg, frame)));
    files.put("length-0.jpg", with(jpeg, tables + 2, 0, 0));
    files.put("length-beyond.jpg", with(jpeg, tables + 2, 0xFF, 0xFF));
    files.put(
        "scan-missing.jpg", join(Arrays.copyOf(jpeg, scan), new byte[] {(byte) 0xFF, (byte) 0xD9}));
    files.put("garbage.jpg", join(Arrays.copyOf(jpeg, 20), random(400)));

    files.put("html.png", "<html><img src=x></html>".getBytes(StandardCharsets.UTF_8));
    files.put("pdf.jpg", "%PDF-1.7\n%%EOF".getBytes(StandardCharsets.UTF_8));
    files.put("zip.png", zip("a.png", good));
    files.put("elf.png", join(new byte[] {0x7F, 'E', 'L', 'F'}, new byte[60]));
    files.put("zeros.jpg", new byte[4096]);
    files.put("ones.png", filled(4096, 0xFF));
    files.put("utf16.png", "picture".getBytes(StandardCharsets.UTF_16));
    return files;
  }

  /** Requests at unknown-task processing. */
  static List<HttpCall> unknownTasks() throws IOException {
    List<HttpCall> calls = new ArrayList<>();
    String arrow = ArrowMessages.MEDIA_TYPE;
    byte[] good =
        ArrowMessages.encode(sample("hostile", WIDTH, HEIGHT, png(WIDTH, HEIGHT, 2, 8, 0)));
    calls.add(HttpCall.post("sample: empty", "/unknown-tasks", arrow, new byte[0]));
    calls.add(HttpCall.post("sample: zeros", "/unknown-tasks", arrow, new byte[5000]));
    calls.add(HttpCall.post("sample: ones", "/unknown-tasks", arrow, filled(5000, 0xFF)));
    calls.add(HttpCall.post("sample: random", "/unknown-tasks", arrow, random(5000)));
    calls.add(
        HttpCall.post(
            "sample: Arrow file",
            "/unknown-tasks",
            arrow,
            join("ARROW1\0\0".getBytes(StandardCharsets.US_ASCII), good)));
    for (int i = 1; i < 12; i++) {
      calls.add(
          HttpCall.post(
              "sample: cut " + i,
              "/unknown-tasks",
              arrow,
              Arrays.copyOf(good, i * good.length / 12)));
    }
    Random dice = new Random(11);
    for (int i = 0; i < 10; i++) {
      // Lengths stand in the first bytes of each message, at places divisible by four.
      int at = 4 * dice.nextInt(60);
      calls.add(
          HttpCall.post(
              "sample: length at " + at,
              "/unknown-tasks",
              arrow,
              with(good, at, 0xFF, 0xFF, 0xFF, 0x7F)));
    }
    calls.add(HttpCall.post("sample: text", "/unknown-tasks", "text/plain", good));
    calls.add(HttpCall.post("sample: no type", "/unknown-tasks", "", good));
    calls.add(
        HttpCall.post(
            "sample: JSON", "/unknown-tasks", arrow, "{}".getBytes(StandardCharsets.UTF_8)));
    int count = 0;
    for (Map.Entry<String, byte[]> image : images().entrySet()) {
      if (count++ % 3 == 0 && image.getValue().length > 0) {
        calls.add(
            HttpCall.post(
                "sample: image " + image.getKey(),
                "/unknown-tasks",
                arrow,
                ArrowMessages.encode(sample(image.getKey(), WIDTH, HEIGHT, image.getValue()))));
      }
    }
    calls.add(
        HttpCall.post(
            "sample: other size",
            "/unknown-tasks",
            arrow,
            ArrowMessages.encode(sample("other", WIDTH + 1, HEIGHT, png(WIDTH, HEIGHT, 2, 8, 0)))));
    // All one colour, so that a large picture is a small file: the faults' kill.arrow is of this
    // kind.
    calls.add(
        HttpCall.post(
            "sample: 6000x6000 in a small file",
            "/unknown-tasks",
            arrow,
            ArrowMessages.encode(sample("large", 6000, 6000, png(6000, 6000, 0, 1, 0)))));
    calls.add(
        HttpCall.post(
            "sample: 16 MiB and more", "/unknown-tasks", arrow, new byte[(16 << 20) + 1]));

    String image =
        "{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,1,3],\"data\":[1,2,3]}";
    String scores =
        "{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[1,2,1,1],\"data\":[0.5,1]}";
    Map<String, String> v2 = new LinkedHashMap<>();
    v2.put("nothing", "");
    v2.put("not JSON", "{");
    v2.put("null", "null");
    v2.put("number", "1");
    v2.put("array", "[]");
    v2.put("no inputs", "{}");
    v2.put("inputs object", "{\"inputs\":{}}");
    v2.put("inputs text", "{\"inputs\":\"image\"}");
    v2.put("input null", "{\"inputs\":[null]}");
    v2.put("no image", "{\"inputs\":[" + scores + "]}");
    v2.put("image twice", "{\"inputs\":[" + image + "," + image + "," + scores + "]}");
    v2.put(
        "third input",
        "{\"inputs\":["
            + image
            + ","
            + scores
            + ",{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}");
    v2.put("datatype", "{\"inputs\":[" + image.replace("UINT8", "COMPLEX") + "," + scores + "]}");
    v2.put(
        "shape negative",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[1,-1,1,3]") + "," + scores + "]}");
    v2.put(
        "shape zero",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[1,0,1,3]") + "," + scores + "]}");
    v2.put(
        "shape overflow",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[1,65536,65536,3]") + "," + scores + "]}");
    v2.put(
        "shape beyond int",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[1,99999999999,1,3]") + "," + scores + "]}");
    v2.put(
        "shape fraction",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[1,1.5,1,3]") + "," + scores + "]}");
    v2.put(
        "shape of text",
        "{\"inputs\":[" + image.replace("[1,1,1,3]", "[\"1\",1,1,3]") + "," + scores + "]}");
    v2.put(
        "four channels",
        "{\"inputs\":["
            + image.replace("[1,1,1,3]", "[1,1,1,4]").replace("[1,2,3]", "[1,2,3,4]")
            + ","
            + scores
            + "]}");
    v2.put(
        "pixel 256", "{\"inputs\":[" + image.replace("[1,2,3]", "[1,2,256]") + "," + scores + "]}");
    v2.put(
        "pixel -1", "{\"inputs\":[" + image.replace("[1,2,3]", "[1,2,-1]") + "," + scores + "]}");
    v2.put(
        "pixel text",
        "{\"inputs\":[" + image.replace("[1,2,3]", "[1,2,\"3\"]") + "," + scores + "]}");
    v2.put(
        "too few pixels",
        "{\"inputs\":[" + image.replace("[1,2,3]", "[1,2]") + "," + scores + "]}");
    v2.put(
        "too many pixels",
        "{\"inputs\":[" + image.replace("[1,2,3]", "[1,2,3,4]") + "," + scores + "]}");
    v2.put("score NaN", "{\"inputs\":[" + image + "," + scores.replace("0.5", "NaN") + "]}");
    v2.put("score infinite", "{\"inputs\":[" + image + "," + scores.replace("0.5", "1e999") + "]}");
    v2.put(
        "scores of 300 classes",
        "{\"inputs\":[" + image + "," + scores.replace("[1,2,1,1]", "[1,300,1,1]") + "]}");
    v2.put(
        "scores overflow",
        "{\"inputs\":[" + image + "," + scores.replace("[1,2,1,1]", "[1,2,65536,65536]") + "]}");
    v2.put(
        "scores of batch 2",
        "{\"inputs\":[" + image + "," + scores.replace("[1,2,1,1]", "[2,2,1,1]") + "]}");
    v2.put(
        "base64",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"%%%\"]},"
            + scores
            + "]}");
    v2.put(
        "two files",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[2],\"data\":[\"\",\"\"]},"
            + scores
            + "]}");
    v2.put(
        "address for a file",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64("http://127.0.0.1:1/a.png".getBytes(StandardCharsets.UTF_8))
            + "\"]},"
            + scores
            + "]}");
    v2.put(
        "path for a file",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64("file:///etc/passwd".getBytes(StandardCharsets.UTF_8))
            + "\"]},"
            + scores
            + "]}");
    v2.put(
        "bomb",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64(png(header(16384, 16384, 8, 2, 0), chunk("IDAT", random(20)), chunk("IEND")))
            + "\"]},"
            + scores
            + "]}");
    v2.put("deep", "[".repeat(100_000));
    v2.put("deep object", "{\"a\":".repeat(100_000));
    v2.put("long name", "{\"" + "a".repeat(300_000) + "\":1}");
    v2.put("long number", "{\"inputs\":[{\"shape\":[" + "9".repeat(100_000) + "]}]}");
    v2.put("many inputs", "{\"inputs\":[" + "{},".repeat(100_000) + "{}]}");
    v2.put(
        "unknown output",
        "{\"inputs\":[" + image + "," + scores + "],\"outputs\":[{\"name\":\"passwords\"}]}");
    v2.put(
        "binary size beyond",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,1,3],\"parameters\":{\"binary_data_size\":99999}},"
            + scores
            + "]}");
    v2.put(
        "binary size negative",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,1,3],\"parameters\":{\"binary_data_size\":-5}},"
            + scores
            + "]}");
    v2.forEach((name, body) -> calls.add(HttpCall.json("v2: " + name, V2, body)));
    for (String length : List.of("-1", "999999999", "1e3", "x", "")) {
      HttpCall call =
          HttpCall.json(
              "v2: header length '" + length + "'",
              V2,
              "{\"inputs\":[" + image + "," + scores + "]}");
      calls.add(
          new HttpCall(
              call.name(),
              call.head() + "\r\nInference-Header-Content-Length: " + length,
              call.body()));
    }
    for (String path :
        List.of(
            "/v2/models/none/infer",
            "/v2/models/..%2F..%2Fetc/infer",
            "/v2/models/%00/infer",
            "/v2/models/" + "m".repeat(5000) + "/infer")) {
      calls.add(HttpCall.json("v2: " + path.substring(0, Math.min(40, path.length())), path, "{}"));
    }

    Map<String, String> sedna = new LinkedHashMap<>();
    sedna.put("nothing", "");
    sedna.put("null", "null");
    sedna.put("no data", "{}");
    sedna.put("data text", "{\"data\":\"x\"}");
    sedna.put("data number", "{\"data\":[1]}");
    sedna.put(
        "ragged",
        "{\"data\":[{\"image\":[[[1,2,3],[1,2,3]],[[1,2,3]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put("two channels", "{\"data\":[{\"image\":[[[1,2]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put("pixel 999", "{\"data\":[{\"image\":[[[1,2,999]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put(
        "five frames",
        "{\"data\":["
            + "{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]},".repeat(4)
            + "{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put(
        "callback",
        "{\"data\":[{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]}],\"callback\":\"os.system\"}");
    sedna.put("deep", "{\"data\":" + "[".repeat(50_000));
    sedna.put("file is text", "{\"data\":[{\"image\":\"aGVsbG8=\",\"scores\":[[[1]],[[2]]]}]}");
    sedna.forEach((name, body) -> calls.add(HttpCall.json("sedna: " + name, SEDNA, body)));
    calls.add(
        HttpCall.post(
            "sedna: XML with an entity",
            SEDNA,
            "application/xml",
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"
                .getBytes(StandardCharsets.UTF_8)));
    calls.add(
        HttpCall.post(
            "sedna: pickle",
            SEDNA,
            "application/octet-stream",
            new byte[] {(byte) 0x80, 4, 'c', 'o', 's', '\n'}));

    for (String path :
        List.of(
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..%252f..%252fetc/passwd",
            "/WEB-INF/web.xml",
            "/META-INF/MANIFEST.MF",
            "/%5c..%5c",
            "/none",
            "/unknown-tasks",
            "/" + "a".repeat(20_000),
            "/status/../../x",
            "//etc/passwd",
            "/unknown-tasks;jsessionid=1")) {
      calls.add(HttpCall.get(path));
    }
    for (String method : List.of("DELETE", "PUT", "PATCH", "PROPFIND", "TRACE")) {
      calls.add(
          new HttpCall(
              "method " + method,
              method + " /unknown-tasks HTTP/1.1\r\nContent-Length: 0",
              new byte[0]));
    }
    return calls;
  }

  /** Requests at knowledge management. */
  static List<HttpCall> knowledge() {
    List<HttpCall> calls = new ArrayList<>();
    for (String path :
        List.of(
            "/models/v999/weights",
            "/models/../champion/weights",
            "/models/..%2F..%2Fetc%2Fpasswd/weights",
            "/models/%2e%2e/weights",
            "/models/%00/weights",
            "/models/v0%0d%0aSet-Cookie:x/weights",
            "/models/-1/weights",
            "/models/v0.safetensors/weights",
            "/models/" + "v".repeat(6000) + "/weights",
            "/models/none",
            "/rounds/1",
            "/WEB-INF/classes",
            "/knowledge/../../../etc/passwd",
            "/plugins/none")) {
      calls.add(HttpCall.get(path));
    }
    for (String method : List.of("DELETE", "PUT", "PATCH", "MOVE")) {
      calls.add(
          new HttpCall(
              "method " + method,
              method + " /models/champion HTTP/1.1\r\nContent-Length: 0",
              new byte[0]));
    }
    calls.add(new HttpCall("version 9.9", "GET /metrics HTTP/9.9", new byte[0]));
    calls.add(
        HttpCall.post(
            "upload of a model", "/models/v9/weights", "application/octet-stream", random(100)));
    calls.add(HttpCall.post("rounds: 2 MiB", "/rounds", "application/json", new byte[2 << 20]));
    return calls;
  }

  /** Bytes at an edge's metrics and health, and at any HTTP server. */
  static List<HttpCall> anyServer() {
    List<HttpCall> calls = new ArrayList<>();
    calls.add(new HttpCall("no HTTP", "hello", new byte[0]));
    calls.add(new HttpCall("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001", random(200)));
    calls.add(new HttpCall("no path", "GET HTTP/1.1", new byte[0]));
    calls.add(new HttpCall("NUL in path", "GET /met\0rics HTTP/1.1", new byte[0]));
    calls.add(
        new HttpCall(
            "length negative", "POST /metrics HTTP/1.1\r\nContent-Length: -1", new byte[0]));
    calls.add(
        new HttpCall("length text", "POST /metrics HTTP/1.1\r\nContent-Length: x", new byte[0]));
    calls.add(
        new HttpCall(
            "length beyond",
            "POST /metrics HTTP/1.1\r\nContent-Length: 99999999999999999999",
            new byte[0]));
    calls.add(
        new HttpCall(
            "two lengths",
            "POST /metrics HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
            new byte[] {1, 2}));
    calls.add(
        new HttpCall(
            "chunk size",
            "POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked",
            "zz\r\n".getBytes(StandardCharsets.US_ASCII)));
    calls.add(
        new HttpCall(
            "chunk beyond",
            "POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked",
            "ffffffffffffffff\r\n".getBytes(StandardCharsets.US_ASCII)));
    calls.add(
        new HttpCall(
            "header of 1 MB", "GET /metrics HTTP/1.1\r\nX: " + "x".repeat(1 << 20), new byte[0]));
    calls.add(
        new HttpCall(
            "20,000 headers", "GET /metrics HTTP/1.1" + "\r\nX: 1".repeat(20_000), new byte[0]));
    calls.add(
        new HttpCall("path of 1 MB", "GET /" + "x".repeat(1 << 20) + " HTTP/1.1", new byte[0]));
    calls.add(HttpCall.get("/../../etc/passwd"));
    calls.add(HttpCall.get("/none"));
    calls.add(
        new HttpCall("method BREW", "BREW /metrics HTTP/1.1\r\nContent-Length: 0", new byte[0]));
    return calls;
  }

  /** Files that are no edge model, by file name. */
  static Map<String, byte[]> models() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    String tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    files.put("empty.safetensors", new byte[0]);
    files.put("seven-bytes.safetensors", new byte[7]);
    files.put("length-0.safetensors", ByteBuffer.allocate(8).array());
    files.put(
        "length-most.safetensors",
        join(little(Long.MAX_VALUE), "{}".getBytes(StandardCharsets.UTF_8)));
    files.put(
        "length-negative.safetensors", join(little(-1), "{}".getBytes(StandardCharsets.UTF_8)));
    files.put(
        "length-beyond.safetensors", join(little(1 << 20), "{}".getBytes(StandardCharsets.UTF_8)));
    files.put("no-json.safetensors", safetensors("hello", 8));
    files.put("array.safetensors", safetensors("[]", 8));
    files.put("deep.safetensors", safetensors("{\"a\":".repeat(50_000), 8));
    files.put("no-tensors.safetensors", safetensors("{}", 0));
    files.put("other-tensors.safetensors", safetensors("{" + tensor + "}", 8));
    files.put(
        "offsets-beyond.safetensors",
        safetensors("{" + tensor.replace("[0,8]", "[0,800]") + "}", 8));
    files.put(
        "offsets-reversed.safetensors",
        safetensors("{" + tensor.replace("[0,8]", "[8,0]") + "}", 8));
    files.put(
        "offsets-negative.safetensors",
        safetensors("{" + tensor.replace("[0,8]", "[-8,0]") + "}", 8));
    files.put(
        "offsets-huge.safetensors",
        safetensors("{" + tensor.replace("[0,8]", "[0,9999999999999999999999]") + "}", 8));
    files.put(
        "shape-negative.safetensors", safetensors("{" + tensor.replace("[2]", "[-2]") + "}", 8));
    files.put(
        "shape-overflow.safetensors",
        safetensors("{" + tensor.replace("[2]", "[4294967296,4294967296]") + "}", 8));
    files.put("shape-text.safetensors", safetensors("{" + tensor.replace("[2]", "\"2\"") + "}", 8));
    files.put("type.safetensors", safetensors("{" + tensor.replace("F32", "F128") + "}", 8));
    files.put("twice.safetensors", safetensors("{" + tensor + "," + tensor + "}", 8));
    files.put(
        "overlap.safetensors",
        safetensors("{" + tensor + "," + tensor.replace("\"a\"", "\"b\"") + "}", 8));
    files.put("hole.safetensors", safetensors("{" + tensor + "}", 80));
    files.put("checkpoint.pth", zip("archive/data.pkl", new byte[] {(byte) 0x80, 2, '.'}));
    files.put(
        "pickle.pt",
        new byte[] {(byte) 0x80, 2, 'c', 'o', 's', '\n', 's', 'y', 's', 't', 'e', 'm', '\n', '.'});
    files.put(
        "numpy.npy",
        join(
            new byte[] {(byte) 0x93},
            "NUMPY\1\0v\0{'descr': '|O'}".getBytes(StandardCharsets.ISO_8859_1)));
    files.put(
        "keras.h5",
        join(
            new byte[] {(byte) 0x89},
            "HDF\r\n\u001A\n".getBytes(StandardCharsets.ISO_8859_1),
            new byte[50]));
    files.put("quantised.gguf", join("GGUF".getBytes(StandardCharsets.US_ASCII), new byte[50]));
    files.put("graph.onnx", random(300));
    files.put("java.ser", new byte[] {(byte) 0xAC, (byte) 0xED, 0, 5, 's', 'r'});
    return files;
  }

  /** Segments of a replay buffer that are none, by what is wrong. */
  static Map<String, byte[]> segments() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] magic = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);
    files.put("empty", new byte[0]);
    files.put("magic", magic);
    files.put("magic-twice", join(magic, magic));
    files.put("twelve-bytes", Arrays.copyOf(magic, 12));
    files.put("zeros", new byte[4096]);
    files.put("ones", filled(4096, 0xFF));
    files.put("random", random(4096));
    files.put("text", "this is no segment".getBytes(StandardCharsets.UTF_8));
    for (int length : new int[] {0, 1, 8, 255, 65536, Integer.MAX_VALUE, -1}) {
      files.put(
          "footer-" + length,
          join(
              magic,
              random(512),
              ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array(),
              Arrays.copyOf(magic, 6)));
      files.put(
          "message-" + length,
          join(
              magic,
              filled(4, 0xFF),
              ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array(),
              random(512),
              Arrays.copyOf(magic, 6)));
    }
    return files;
  }

  /** Properties files that cannot be configuration, by what is wrong. */
  static Map<String, byte[]> configurations() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String line :
        List.of(
            "seamark.thread=2",
            "seamark.threads=-1",
            "seamark.threads=many",
            "seamark.threads=99999999999999999999",
            "seamark.seed=x",
            "seamark.hard_example_mining=none",
            "seamark.mask_fusion=Quality_Sum",
            "hard_example_mining.score_margin.threshold=7",
            "hard_example_mining.score_margin.threshold=NaN",
            "hard_example_mining.score_margin.treshold=0.5",
            "hard_example_mining.none.threshold=0.5",
            "nonsense.score_margin.threshold=0.5",
            "other.product.key=anything",
            "mask_generator.segment_anything.mode=slow",
            "seamark.plugins=\\u0000",
            "seamark.threads=\\uZZZZ")) {
      files.put(line, line.getBytes(StandardCharsets.UTF_8));
    }
    files.put("UTF-16", "seamark.threads=2".getBytes(StandardCharsets.UTF_16));
    files.put("random bytes", random(3000));
    return files;
  }

  /** Algorithm files of Ianvs that must not be taken, by what is wrong. */
  static Map<String, byte[]> algorithms() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String text :
        List.of(
            "",
            "algorithm: [",
            "algorithm: 1",
            "a: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
            "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]",
            "a: ".repeat(3) + "b",
            "algorithm:\n  paradigm_type: lifelonglearning\n  paradigm_type: other",
            "[".repeat(20_000),
            "algorithm:\n\tparadigm_type: x",
            "algorithm:\n  modules:\n    - type: hard_example_mining\n      name: none")) {
      files.put("algorithm " + files.size(), text.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  /** Plugin jars that are none, by file name. */
  static Map<String, byte[]> jars() throws IOException {
    String services = "META-INF/services/io.seamark.plugin.PluginProvider";
    byte[] named = "no.such.Provider".getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("empty.jar", new byte[0]);
    files.put("random.jar", random(500));
    files.put("cut.jar", Arrays.copyOf(zip(services, named), 60));
    files.put("no-class.jar", zip(services, named));
    files.put(
        "garbage-class.jar", zip(Map.of(services, named, "no/such/Provider.class", random(200))));
    files.put("service-garbage.jar", zip(services, random(200)));
    files.put("other.jar", zip("a.txt", named));
    files.put("climbs.jar", zip(Map.of("../../escaped.class", random(20), services, named)));
    return files;
  }

  static HardSample sample(String id, int width, int height, byte[] image) {
    boolean png = (image.length > 1 && image[0] == (byte) 0x89) || !id.endsWith(".jpg");
    return new HardSample(
        id,
        "hostile",
        "",
        0,
        width,
        height,
        new EncodedImage(png ? EncodedImage.PNG : EncodedImage.JPEG, image),
        null,
        new ClassScores(2, 2, 2, new float[] {1, 0, 1, 0, 0, 1, 0, 1}),
        "v0",
        "score_margin",
        0.4,
        0.6);
  }

  static byte[] zip(String name, byte[] content) throws IOException {
    return zip(Map.of(name, content));
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  static byte[] safetensors(String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return join(little(json.length), json, new byte[data]);
  }

  private static byte[] little(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] filter9() {
    byte[] raw = new byte[HEIGHT * (1 + 3 * WIDTH)];
    raw[0] = 9;
    return Pictures.deflate(raw);
  }

  private static byte[] tail(byte[] file, int from) {
    return Arrays.copyOfRange(file, from, file.length);
  }
}
