package io.seamark.integration;

import static io.seamark.integration.Pictures.chunk;
import static io.seamark.integration.Pictures.png;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
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
import org.jspecify.annotations.Nullable;

/** Inputs that users have and that must be taken, one of each kind. */
final class BenignInputs {
  private static final String V2 = "/v2/models/sam_fusion/infer";
  private static final int WIDTH = Pictures.WIDTH;
  private static final int HEIGHT = Pictures.HEIGHT;

  private BenignInputs() {}

  /** Image files, by file name. */
  static Map<String, byte[]> images() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    int[][] kinds = {
      {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4}, {3, 8},
      {4, 8}, {4, 16}, {6, 8}, {6, 16}
    };
    for (int[] kind : kinds) {
      for (int interlace = 0; interlace < 2; interlace++) {
        files.put(
            "type" + kind[0] + "-bits" + kind[1] + (interlace == 0 ? "" : "-adam7") + ".png",
            png(WIDTH, HEIGHT, kind[0], kind[1], interlace));
      }
    }
    byte[] text = "Comment\0a caption".getBytes(StandardCharsets.ISO_8859_1);
    files.put("text-chunk.png", png(WIDTH, HEIGHT, 2, 8, 0, chunk("tEXt", text)));
    files.put("own-chunk.png", png(WIDTH, HEIGHT, 2, 8, 0, chunk("seAm", text)));
    files.put(
        "gamma.png",
        png(WIDTH, HEIGHT, 2, 8, 0, chunk("gAMA", new byte[] {0, 0, (byte) 0xB1, (byte) 0x8F})));
    files.put("srgb.png", png(WIDTH, HEIGHT, 2, 8, 0, chunk("sRGB", new byte[1])));
    files.put(
        "density.png",
        png(WIDTH, HEIGHT, 2, 8, 0, chunk("pHYs", new byte[] {0, 0, 11, 19, 0, 0, 11, 19, 1})));
    files.put(
        "time.png",
        png(WIDTH, HEIGHT, 2, 8, 0, chunk("tIME", new byte[] {7, (byte) 0xEA, 1, 2, 3, 4, 5})));
    for (int[] size : new int[][] {{1, 1}, {1, 40}, {40, 1}, {33, 17}, {640, 16}, {16, 640}}) {
      files.put("size-" + size[0] + "x" + size[1] + ".png", png(size[0], size[1], 2, 8, 0));
      files.put(
          "size-" + size[0] + "x" + size[1] + ".jpg",
          Pictures.jpeg(size[0], size[1], false, 0.9f, false));
    }
    for (int quality : new int[] {1, 30, 60, 75, 90, 100}) {
      files.put(
          "quality-" + quality + ".jpg",
          Pictures.jpeg(WIDTH, HEIGHT, false, quality / 100f, false));
    }
    files.put("grey.jpg", Pictures.jpeg(WIDTH, HEIGHT, true, 0.9f, false));
    files.put("progressive.jpg", Pictures.jpeg(WIDTH, HEIGHT, false, 0.9f, true));
    files.put("progressive-grey.jpg", Pictures.jpeg(WIDTH, HEIGHT, true, 0.9f, true));
    byte[] jpeg = Pictures.jpeg(WIDTH, HEIGHT, false, 0.9f, false);
    files.put(
        "comment.jpg", inserted(jpeg, 0xFE, "taken at noon".getBytes(StandardCharsets.UTF_8)));
    files.put("application-segment.jpg", inserted(jpeg, 0xED, new byte[40]));
    files.put("many-segments.jpg", many(jpeg));
    // As cameras send motion JPEG: Huffman's tables are the standard's own.
    files.put(
        "no-huffman-tables.jpg",
        Pictures.join(
            Arrays.copyOf(jpeg, Pictures.marker(jpeg, 0xC4)),
            Arrays.copyOfRange(jpeg, Pictures.marker(jpeg, 0xDA), jpeg.length)));
    files.put("bytes-after-the-end.png", Pictures.join(png(WIDTH, HEIGHT, 2, 8, 0), new byte[300]));
    byte[] plain = png(WIDTH, HEIGHT, 2, 8, 0);
    for (String name :
        List.of(
            "UPPER.PNG",
            "Mixed.Png",
            "with blank.png",
            "two  blanks.png",
            "ümlaut.png",
            "u\u0308mlaut.png",
            "中文.png",
            "日本.png",
            "русский.png",
            "عربي.png",
            "😀.png",
            "a%20b.png",
            "a%b.png",
            "a+b.png",
            "a&b.png",
            "a=b.png",
            "=1+1.png",
            "-dash.png",
            "@at.png",
            "#hash.png",
            "semi;colon.png",
            "comma,.png",
            "quote'.png",
            "double\".png",
            "back\\slash.png",
            "colon:.png",
            "star*.png",
            "question?.png",
            "pipe|.png",
            "less<more>.png",
            "dollar$HOME.png",
            "$(id).png",
            "`id`.png",
            "brace{}.png",
            "bracket[].png",
            "tilde~.png",
            "dots...png",
            "dot.in.name.png",
            "no_domain.png",
            "0001TP_006690.png",
            "new\nline.png",
            "tab\t.png",
            "escape\u001b[31m.png",
            "bidi\u202e.png",
            "CON.png",
            "x".repeat(190) + ".png")) {
      files.put(name, plain);
    }
    files.put("jpeg.jpeg", jpeg);
    files.put("UPPER.JPG", jpeg);
    files.put("same.png", plain);
    files.put("same.jpg", jpeg);
    files.put("same.jpeg", jpeg);
    return files;
  }

  /** Requests at unknown-task processing that are answered with 200. */
  static List<HttpCall> unknownTasks() throws IOException {
    List<HttpCall> calls = new ArrayList<>();
    int number = 0;
    for (Map.Entry<String, byte[]> image : images().entrySet()) {
      // Names are the folder's matter; here each kind of picture counts once.
      if (!image
          .getKey()
          .matches("(type|size|quality|grey|progressive|text|own|gamma|srgb|comment|many).*")) {
        continue;
      }
      boolean png = image.getKey().endsWith(".png");
      String size =
          image.getKey().startsWith("size-")
              ? image.getKey().replaceAll("size-|\\..*", "")
              : WIDTH + "x" + HEIGHT;
      int cross = size.indexOf('x');
      int width = Integer.parseInt(size.substring(0, cross));
      int height = Integer.parseInt(size.substring(cross + 1));
      calls.add(
          sample(
              "picture " + image.getKey(),
              "picture " + number++,
              "benign",
              "",
              width,
              height,
              png ? EncodedImage.PNG : EncodedImage.JPEG,
              image.getValue(),
              2,
              2,
              2,
              null));
    }
    byte[] plain = png(WIDTH, HEIGHT, 2, 8, 0);
    for (String id :
        List.of("0", "a/b", "../a", "ü", "中文", "😀", "=1+1", "a\"b", "<b>", "i".repeat(200))) {
      calls.add(
          sample(
              "id " + id.substring(0, Math.min(12, id.length())),
              id,
              "benign",
              "",
              WIDTH,
              HEIGHT,
              EncodedImage.PNG,
              plain,
              2,
              2,
              2,
              null));
      calls.add(
          sample(
              "edge " + id.substring(0, Math.min(12, id.length())),
              "one",
              "edge " + id.substring(0, Math.min(190, id.length())),
              "",
              WIDTH,
              HEIGHT,
              EncodedImage.PNG,
              plain,
              2,
              2,
              2,
              null));
      calls.add(
          sample(
              "domain " + id.substring(0, Math.min(12, id.length())),
              "domain " + id.substring(0, Math.min(190, id.length())),
              "benign",
              id,
              WIDTH,
              HEIGHT,
              EncodedImage.PNG,
              plain,
              2,
              2,
              2,
              null));
    }
    for (int[] shape :
        new int[][] {
          {1, 1, 1}, {2, 1, 1}, {2, 32, 48}, {11, 8, 12}, {19, 4, 4}, {100, 2, 2}, {254, 1, 1}
        }) {
      calls.add(
          sample(
              "scores " + Arrays.toString(shape),
              "scores " + Arrays.toString(shape),
              "benign",
              "",
              WIDTH,
              HEIGHT,
              EncodedImage.PNG,
              plain,
              shape[0],
              shape[1],
              shape[2],
              null));
    }
    calls.add(
        sample(
            "depth",
            "depth",
            "benign",
            "",
            WIDTH,
            HEIGHT,
            EncodedImage.PNG,
            plain,
            2,
            2,
            2,
            png(WIDTH, HEIGHT, 0, 8, 0)));
    calls.add(
        sample(
            "again",
            "picture 0",
            "benign",
            "",
            WIDTH,
            HEIGHT,
            EncodedImage.PNG,
            plain,
            2,
            2,
            2,
            null));

    String image =
        "{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,2,3],\"data\":[1,2,3,4,5,6]}";
    String scores =
        "{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[1,2,1,1],\"data\":[0.5,1]}";
    Map<String, String> v2 = new LinkedHashMap<>();
    v2.put("flat", "{\"inputs\":[" + image + "," + scores + "]}");
    v2.put(
        "nested",
        "{\"inputs\":["
            + image.replace("[1,2,3,4,5,6]", "[[[[1,2,3],[4,5,6]]]]")
            + ","
            + scores.replace("[0.5,1]", "[[[[0.5]],[[1]]]]")
            + "]}");
    v2.put("scores first", "{\"inputs\":[" + scores + "," + image + "]}");
    v2.put("id", "{\"id\":\"x\",\"inputs\":[" + image + "," + scores + "]}");
    v2.put("blanks", "{ \"inputs\" : [ " + image + " ,\n " + scores + " ] }");
    v2.put(
        "one output",
        "{\"inputs\":[" + image + "," + scores + "],\"outputs\":[{\"name\":\"masks\"}]}");
    v2.put(
        "all outputs",
        "{\"inputs\":["
            + image
            + ","
            + scores
            + "],\"outputs\":[{\"name\":\"class_map\"},{\"name\":\"class_counts\"},{\"name\":\"masks\"}]}");
    v2.put("unknown members", "{\"more\":{\"a\":[1]},\"inputs\":[" + image + "," + scores + "]}");
    v2.put(
        "parameters",
        "{\"parameters\":{\"edge\":\"street\"},\"inputs\":[" + image + "," + scores + "]}");
    v2.put("exponent", "{\"inputs\":[" + image + "," + scores.replace("0.5", "5e-1") + "]}");
    v2.put("integer scores", "{\"inputs\":[" + image + "," + scores.replace("0.5", "2") + "]}");
    v2.put(
        "negative scores", "{\"inputs\":[" + image + "," + scores.replace("0.5", "-3.25") + "]}");
    v2.put(
        "extremes",
        "{\"inputs\":["
            + image.replace("[1,2,3,4,5,6]", "[0,255,0,255,0,255]")
            + ","
            + scores
            + "]}");
    v2.put(
        "PNG as base64",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64(plain)
            + "\"]},"
            + scores
            + "]}");
    v2.put(
        "JPEG as base64",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64(Pictures.jpeg(WIDTH, HEIGHT, false, 0.9f, false))
            + "\"]},"
            + scores
            + "]}");
    v2.put("escaped text", "{\"id\":\"\\u00fc\\n\",\"inputs\":[" + image + "," + scores + "]}");
    v2.forEach((name, body) -> calls.add(HttpCall.json("v2: " + name, V2, body)));
    calls.add(
        HttpCall.post(
            "v2: charset",
            V2,
            "application/json; charset=utf-8",
            v2.getOrDefault("flat", "").getBytes(StandardCharsets.UTF_8)));
    byte[] json =
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,1,2,3],\"parameters\":{\"binary_data_size\":6}},{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[1,2,1,1],\"parameters\":{\"binary_data_size\":8}}]}"
            .getBytes(StandardCharsets.UTF_8);
    byte[] tensors =
        ByteBuffer.allocate(14)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {1, 2, 3, 4, 5, 6})
            .putFloat(0.5f)
            .putFloat(1)
            .array();
    HttpCall binary =
        HttpCall.post("v2: binary", V2, "application/octet-stream", Pictures.join(json, tensors));
    calls.add(
        new HttpCall(
            binary.name(),
            binary.head() + "\r\nInference-Header-Content-Length: " + json.length,
            binary.body()));

    Map<String, String> sedna = new LinkedHashMap<>();
    sedna.put("pixels", "{\"data\":[{\"image\":[[[1,2,3],[4,5,6]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put(
        "file", "{\"data\":[{\"image\":\"" + base64(plain) + "\",\"scores\":[[[1]],[[2]]]}]}");
    sedna.put(
        "two frames",
        "{\"data\":[{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]},{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]}]}");
    sedna.put("no frames", "{\"data\":[]}");
    sedna.put(
        "callback null",
        "{\"data\":[{\"image\":[[[1,2,3]]],\"scores\":[[[1]],[[2]]]}],\"callback\":null}");
    sedna.forEach(
        (name, body) -> calls.add(HttpCall.json("sedna: " + name, "/sedna/predict", body)));
    for (String path :
        List.of(
            "/status",
            "/sedna",
            "/v2",
            "/v2/health/live",
            "/v2/health/ready",
            "/v2/models/sam_fusion",
            "/v2/models/sam_fusion/ready",
            "/plugins",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/started",
            "/metrics",
            "/metrics?scope=application",
            "/openapi",
            "/openapi?format=json")) {
      calls.add(HttpCall.get(path));
    }
    calls.add(
        new HttpCall(
            "header Accept", "GET /status HTTP/1.1\r\nAccept: application/json", new byte[0]));
    calls.add(new HttpCall("HTTP/1.0", "GET /status HTTP/1.0", new byte[0]));
    return calls;
  }

  /** Requests at knowledge management that are answered with 200 or 202. */
  static List<HttpCall> knowledge() {
    List<HttpCall> calls = new ArrayList<>();
    for (String path :
        List.of(
            "/models",
            "/models/champion",
            "/models/champion?edge=street%20%C3%BC",
            "/models/rollout",
            "/models/v0/weights",
            "/rounds",
            "/plugins",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/started",
            "/metrics",
            "/openapi")) {
      calls.add(HttpCall.get(path));
    }
    calls.add(HttpCall.post("POST /rounds", "/rounds", "application/json", new byte[0]));
    return calls;
  }

  /** Requests at an edge that are answered with 200. */
  static List<HttpCall> edge() {
    List<HttpCall> calls = new ArrayList<>();
    for (String path :
        List.of(
            "/metrics",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/started",
            "/plugins",
            "/openapi")) {
      calls.add(HttpCall.get(path));
    }
    return calls;
  }

  /** Configuration that is taken, a line each. */
  static List<String> configurations() {
    return List.of(
        "",
        "# a comment",
        "seamark.threads=2",
        "seamark.threads = 2 ",
        "seamark.threads:2",
        "seamark.seed=-5",
        "seamark.hard_example_mining=entropy",
        "seamark.mask_fusion=score_sum",
        "hard_example_mining.score_margin.threshold=0.5",
        "hard_example_mining.score_margin.threshold=1e-1",
        "hard_example_mining.upload_budget.share=0.3",
        "sample_source.image_folder.folder=",
        "\uFEFFseamark.threads=2",
        "seamark.threads=2\r\nseamark.seed=3\r\n",
        "seamark.edge.name=\\u00fc");
  }

  @SuppressWarnings("TooManyParameters")
  private static HttpCall sample(
      String name,
      String id,
      String edge,
      String domain,
      int width,
      int height,
      String type,
      byte[] image,
      int classes,
      int rows,
      int columns,
      byte @Nullable [] depth) {
    float[] logits = new float[classes * rows * columns];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = i % 7;
    }
    return HttpCall.post(
        "sample: " + name,
        "/unknown-tasks",
        ArrowMessages.MEDIA_TYPE,
        ArrowMessages.encode(
            new HardSample(
                id,
                edge,
                domain,
                0,
                width,
                height,
                new EncodedImage(type, image),
                depth,
                new ClassScores(classes, rows, columns, logits),
                "v0",
                "score_margin",
                0.4,
                0.6)));
  }

  private static byte[] inserted(byte[] jpeg, int marker, byte[] content) {
    byte[] head =
        ByteBuffer.allocate(4)
            .put((byte) 0xFF)
            .put((byte) marker)
            .putShort((short) (content.length + 2))
            .array();
    return Pictures.join(
        Arrays.copyOf(jpeg, 2), head, content, Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  private static byte[] many(byte[] jpeg) {
    byte[] all = jpeg;
    for (int i = 0; i < 20; i++) {
      all = inserted(all, 0xFE, ("comment " + i).getBytes(StandardCharsets.UTF_8));
    }
    return all;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
