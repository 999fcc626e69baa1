package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.shared.SharedFolder;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import io.seamark.text.Csv;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullVerbsTest {
  private static final int SIDE = 64;
  private static final String LOOK = "unseen_task_processing.sam_fusion.edge-model=";

  @TempDir Path folder = Path.of("");

  private record Ran(int status, String out, String err) {
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }
  }

  private static Ran seamark(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Ran(status, out.toString(), err.toString());
  }

  private static void assertMisused(String message, Object... arguments) {
    Ran ran = seamark(arguments);
    assertEquals(2, ran.status(), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains(message), ran.err());
    assertFalse(ran.err().contains("Exception"), ran.err());
  }

  private Path model(String name, long seed) throws IOException {
    Path file = folder.resolve(name + ".safetensors");
    EdgeModel.of(RfNetWeights.initial(seed, 3, 4, true)).save(file, Precision.F32);
    return file;
  }

  private Path buffer(int samples) throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      ids.add("frame-" + i);
    }
    return buffer(ids);
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  private Path buffer(List<String> ids) throws IOException {
    Path buffer = folder.resolve("buffer");
    byte[] jpeg = Images.encodeJpeg(new Frame(SIDE, SIDE, new byte[3 * SIDE * SIDE], null), 0.9f);
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (int i = 0; i < ids.size(); i++) {
        writer.append(
            new BufferedSample(
                new HardSample(
                    ids.get(i),
                    "edge",
                    i % 2 == 0 ? "dusk" : "night",
                    i,
                    SIDE,
                    SIDE,
                    new EncodedImage(EncodedImage.JPEG, jpeg),
                    null,
                    new ClassScores(3, 16, 16, new float[3 * 256]),
                    "v0",
                    "score_margin",
                    0.1,
                    0.6),
                new FusedAnswer(
                    new ClassMap(SIDE, SIDE, new byte[SIDE * SIDE]), 5, "sam_fusion", Map.of())));
      }
      writer.seal();
    }
    return buffer;
  }

  @Test
  void verifyNamesEveryFileOfArrowsFuzzers() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(SharedFolder.path("data/arrow-fuzz"))) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    assertTrue(files.size() > 100, "only " + files);
    Path buffer = Files.createDirectory(folder.resolve("fuzz"));
    Path beside = Files.createDirectory(folder.resolve("beside"));
    for (int i = 0; i < files.size(); i++) {
      String ending = i % 2 == 0 ? "arrow" : "journal";
      Files.copy(files.get(i), buffer.resolve(String.format("%010d.%s", i, ending)));
      Files.copy(files.get(i), beside.resolve(files.get(i).getFileName()));
    }
    Ran verify = seamark("buffer", "verify", buffer, "--json");
    assertEquals(1, verify.status(), verify.err());
    assertFalse(verify.err().contains("Exception"), verify.err());
    assertEquals(0, verify.json().path("samples").asInt());
    for (int i = 0; i < files.size(); i++) {
      String name = String.format("%010d.", i);
      assertTrue(verify.out().contains(name), () -> name + " is not named: " + verify.out());
    }
    Ran foreign = seamark("buffer", "verify", beside, "--json");
    assertEquals(1, foreign.status(), foreign.err());
    assertEquals(files.size(), foreign.json().path("foreign").size());
    assertEquals(1, seamark("buffer", "list", buffer).status());
  }

  @Test
  void aDamagedBufferIsNamedRepairedAndCompacted() throws IOException {
    Path buffer = buffer(5);
    Path segment = buffer.resolve("0000000000.arrow");
    byte[] bytes = Files.readAllBytes(segment);
    // The end of the table, the footer, and a byte of a record.
    Arrays.fill(bytes, bytes.length - 600, bytes.length, (byte) 0);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    Files.writeString(buffer.resolve("notes.txt"), "somebody's");
    Ran verify = seamark("buffer", "verify", buffer, "--json");
    assertEquals(1, verify.status(), verify.err());
    assertTrue(verify.json().path("damaged").asInt() > 0, verify.out());
    assertEquals("notes.txt", verify.json().path("foreign").path(0).asText());
    assertTrue(verify.out().contains("notes.txt is no file of a buffer"), verify.out());

    Ran repair = seamark("buffer", "repair", buffer, "--json");
    assertEquals(0, repair.status(), repair.err());
    assertEquals(4, repair.json().path("samples").asInt(), repair.out());
    assertEquals("0000000000.arrow", repair.json().path("repaired").path(0).asText());
    Path kept = buffer.resolve(repair.json().path("kept").path(0).asText());
    assertEquals(-1, Arrays.mismatch(bytes, Files.readAllBytes(kept)));

    Files.delete(kept);
    Files.delete(buffer.resolve("notes.txt"));
    verify = seamark("buffer", "verify", buffer, "--json");
    assertEquals(0, verify.status(), verify.out());
    assertEquals(4, verify.json().path("samples").asInt());

    Ran compact =
        seamark(
            "buffer",
            "compact",
            buffer,
            "--set",
            "seamark.buffer.max-samples-per-edge=2",
            "--json");
    assertEquals(0, compact.status(), compact.err());
    assertEquals(2, compact.json().path("samples").asInt(), compact.out());
    assertEquals(2, compact.json().path("dropped").asInt());
    assertEquals(0, seamark("buffer", "verify", buffer).status());
  }

  @Test
  void samplesAreForgottenWithAReceipt() throws IOException {
    Path buffer = buffer(5);
    Path receipt = buffer.resolveSibling("receipt.json");
    Ran nothing = seamark("buffer", "forget", buffer, "--receipt", receipt);
    assertEquals(2, nothing.status());
    assertTrue(nothing.err().contains("say what to forget"), nothing.err());
    Ran time = seamark("buffer", "forget", buffer, "--before", "soon", "--receipt", receipt);
    assertEquals(2, time.status());
    assertTrue(time.err().contains("--before soon is no time"), time.err());
    Ran nowhere =
        seamark(
            "buffer", "forget", buffer, "--id", "a", "--receipt", receipt.resolve("x").toString());
    assertEquals(2, nowhere.status());

    String id =
        seamark("buffer", "list", buffer)
            .out()
            .lines()
            .skip(1)
            .findFirst()
            .orElseThrow()
            .replaceFirst(" .*", "");
    Ran forget = seamark("buffer", "forget", buffer, "--id", id, "--receipt", receipt, "--json");
    assertEquals(0, forget.status(), forget.err());
    assertEquals(1, forget.json().path("forgotten").asInt(), forget.out());
    assertEquals(4, forget.json().path("left").asInt());
    assertTrue(Files.readString(receipt).contains("\"id\" : \"" + id + "\""));
    assertFalse(seamark("buffer", "list", buffer).out().contains(id + " "));
    assertEquals(0, seamark("buffer", "verify", buffer).status());
    Ran again = seamark("buffer", "forget", buffer, "--id", id, "--receipt", receipt);
    assertEquals(2, again.status());
    assertTrue(again.err().contains("is there already"), again.err());
  }

  @Test
  void samplesGoForTheirAgeByHand() throws IOException {
    Path buffer = buffer(5);
    Path receipt = folder.resolve("older.json");
    assertMisused(
        "--older-than is 'a month'",
        "buffer",
        "forget",
        buffer,
        "--older-than",
        "a month",
        "--receipt",
        receipt);
    // Their device's clock shows 1970: age counts from now.
    Ran young =
        seamark("buffer", "forget", buffer, "--older-than", "P1D", "--receipt", receipt, "--json");
    assertEquals(0, young.status(), young.err());
    assertEquals(0, young.json().path("forgotten").asInt(), young.out());
    try (Stream<Path> files = Files.list(buffer)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(3))));
      }
    }
    Ran aged =
        seamark(
            "buffer",
            "forget",
            buffer,
            "--older-than",
            "P2D",
            "--domain",
            "dusk",
            "--receipt",
            folder.resolve("dusk.json"),
            "--json");
    assertEquals(3, aged.json().path("forgotten").asInt(), aged.out());
    assertTrue(Files.readString(folder.resolve("dusk.json")).contains("\"older_than\" : \"P2D\""));
    Ran compact =
        seamark("buffer", "compact", buffer, "--set", "seamark.buffer.max-age=P60D", "--json");
    assertEquals(0, compact.status(), compact.err());
    assertEquals(2, compact.json().path("samples").asInt(), compact.out());
    Ran jumped =
        seamark("buffer", "compact", buffer, "--set", "seamark.buffer.max-age=PT50H", "--json");
    assertEquals(0, jumped.status(), jumped.err());
    assertEquals(2, jumped.json().path("expired").asInt(), jumped.out());
  }

  @Test
  void aCopyIsKeptCheckedAndBroughtBack() throws IOException {
    Path buffer = buffer(5);
    Path copy = folder.resolve("copy");
    Path again = folder.resolve("again");
    Ran made = seamark("buffer", "copy", buffer, "--to", copy, "--json");
    assertEquals(0, made.status(), made.err());
    assertEquals(1, made.json().path("copied").asInt(), made.out());
    assertTrue(made.json().path("sealed").asBoolean(), "the journal was sealed first");
    try (ReplayBufferWriter used = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      Ran beside = seamark("buffer", "copy", buffer, "--to", copy, "--json");
      assertEquals(0, beside.status(), beside.err());
      assertEquals(1, beside.json().path("kept").asInt(), beside.out());
      assertFalse(beside.json().path("sealed").asBoolean());
      assertTrue(beside.out().contains("are not in the copy yet"), beside.out());
      assertEquals(5, used.size());
    }
    Ran check = seamark("buffer", "copy", "--check", copy, "--json");
    assertEquals(0, check.status(), check.err());
    assertEquals(1, check.json().path("whole").asInt(), check.out());
    Ran restored = seamark("buffer", "copy", again, "--from", copy, "--json");
    assertEquals(0, restored.status(), restored.err());
    Ran list = seamark("buffer", "list", again, "--json");
    assertEquals(5, list.json().path("samples").asInt(), list.out());

    Path object;
    try (Stream<Path> files = Files.list(copy)) {
      object = files.filter(file -> file.toString().endsWith(".arrow")).findFirst().orElseThrow();
    }
    Files.write(object, new byte[] {1});
    Ran damaged = seamark("buffer", "copy", "--check", copy);
    assertEquals(1, damaged.status());
    assertTrue(damaged.err().contains("0000000000.arrow"), damaged.err());
    assertMisused("say one of --to", "buffer", "copy", buffer);
    assertMisused("name the buffer's folder", "buffer", "copy", "--to", copy);
    assertMisused("--check takes no folder", "buffer", "copy", buffer, "--check", copy);
    assertMisused("is the buffer itself", "buffer", "copy", buffer, "--to", buffer);
    assertMisused("S3_ENDPOINT_URL", "buffer", "copy", buffer, "--to", "s3://bucket/prefix");
    assertEquals(1, seamark("buffer", "copy", buffer, "--from", copy).status());
  }

  @Test
  void bufferIsListedVerifiedAndExported() throws IOException {
    Path buffer = buffer(3);
    Ran list = seamark("buffer", "list", buffer, "--json");
    assertEquals(0, list.status(), list.err());
    assertEquals(3, list.json().path("samples").asInt());
    assertEquals(2, list.json().path("domains").path("dusk").asInt());
    Ran verify = seamark("buffer", "verify", buffer, "--json");
    assertEquals(0, verify.status(), verify.err());
    assertEquals(0, verify.json().path("damaged").asInt());
    Path out = folder.resolve("export");
    Ran export = seamark("buffer", "export", buffer, "--out", out, "--json");
    assertEquals(0, export.status(), export.err());
    assertEquals(4, Files.readAllLines(out.resolve("samples.csv")).size());
    ClassMap map = Images.decodeClassMap(Files.readAllBytes(out.resolve("answers/1-frame-1.png")));
    assertEquals(SIDE, map.width());
    assertTrue(Files.isRegularFile(out.resolve("images/2-frame-2.jpg")));
  }

  @Test
  void exportedNamesAreTextAndComeBackAsTheyWere() throws IOException {
    List<String> ids = List.of("=1+1", "esc\u001b[2J", "two\nlines", "-2+3", "a,\"b\"", "nul\0");
    Path buffer = buffer(ids);
    Ran list = seamark("buffer", "list", buffer);
    assertEquals(0, list.status(), list.err());
    assertTrue(list.out().contains("esc\\u001b[2J"), list.out());
    assertTrue(list.out().contains("two\\u000alines"), list.out());
    Path out = folder.resolve("export");
    Ran export = seamark("buffer", "export", buffer, "--out", out);
    assertEquals(0, export.status(), export.err());
    List<String> back = new ArrayList<>();
    try (CSVParser parser =
        CSVParser.parse(
            out.resolve("samples.csv"),
            StandardCharsets.UTF_8,
            Csv.COMMAS.builder().setHeader().get())) {
      for (CSVRecord row : parser) {
        assertTrue(row.get("id").matches("(?s)[^=+@-].*"), row.get("id"));
        assertEquals("0.1", row.get("score"));
        back.add(Csv.text(row.get("id")));
      }
    }
    assertEquals(ids, back);
  }

  @Test
  void damagedBufferFailsTheCheck() throws IOException {
    Path buffer = buffer(3);
    Path segment;
    try (var files = Files.list(buffer)) {
      segment = files.filter(f -> f.toString().endsWith(".arrow")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    // The middle of the file is sample data, whatever the header's size.
    for (int i = bytes.length / 2; i < bytes.length / 2 + 64; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(segment, bytes);
    Ran verify = seamark("buffer", "verify", buffer);
    assertEquals(1, verify.status(), verify.out());
    assertFalse(verify.err().contains("\tat "), verify.err());
  }

  @Test
  void filesThatAreNoSegmentsAreNamedAndCostNothingElse() throws IOException {
    Path buffer = buffer(3);
    byte[] foreign = "ARROW1: not one of ours".getBytes(StandardCharsets.UTF_8);
    Files.write(buffer.resolve("0000000007.arrow"), foreign);
    Files.write(buffer.resolve("0000000008.arrow"), new byte[12]);
    String named = "0000000007.arrow is no segment of Seamark's: ";
    Ran list = seamark("buffer", "list", buffer, "--json");
    assertEquals(1, list.status(), list.out());
    assertTrue(list.err().contains(named), list.err());
    assertEquals(3, list.json().path("samples").asInt());
    assertEquals(2, list.json().path("unreadable").size());
    Ran verify = seamark("buffer", "verify", buffer, "--json");
    assertEquals(1, verify.status(), verify.err());
    assertTrue(verify.out().contains(named), verify.out());
    assertEquals(3, verify.json().path("samples").asInt());
    assertEquals(2, verify.json().path("damaged").asInt());
    Path out = folder.resolve("export");
    Ran export = seamark("buffer", "export", buffer, "--out", out, "--json");
    assertEquals(1, export.status(), export.out());
    assertTrue(export.err().contains(named), export.err());
    assertEquals(3, export.json().path("exported").asInt());
    assertEquals(4, Files.readAllLines(out.resolve("samples.csv")).size());
    for (Ran ran : List.of(list, verify, export)) {
      assertFalse(ran.err().contains("\tat "), ran.err());
    }
    assertEquals(
        -1, Arrays.mismatch(foreign, Files.readAllBytes(buffer.resolve("0000000007.arrow"))));
  }

  @Test
  void predictLetsTheCloudLookAgainWithTheModelThatLabels() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Frame dusk = new ProceduralStreet(3, 240, 160).render(0, Weather.DUSK).sample().frame();
    Files.write(images.resolve("dusk.png"), Images.encodePng(dusk));
    Path model = StreetModels.edgeModel(folder);
    byte[] again = cloudPath(images, model);
    assertArrayEquals(again, cloudPath(images, model, "--set", LOOK + model));
    assertFalse(Arrays.equals(again, cloudPath(images, model, "--set", LOOK)), "nothing is seen");
  }

  private byte[] cloudPath(Path images, Path model, Object... more) throws IOException {
    Path out = folder.resolve("predicted");
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "predict",
                "--cloud-path",
                "--images",
                images,
                "--edge-model",
                model,
                "--out",
                out,
                "--set",
                "mask_generator.segment_anything.max-prompts=8"));
    arguments.addAll(List.of(more));
    Ran ran = seamark(arguments.toArray());
    assertEquals(0, ran.status(), ran.err());
    return Files.readAllBytes(out.resolve("dusk.png"));
  }

  @Test
  void modelIsInspectedConvertedAndCompared() throws IOException {
    Path model = model("a", 1);
    Ran inspect = seamark("model", "inspect", model, "--json");
    assertEquals(0, inspect.status(), inspect.err());
    assertTrue(inspect.json().path("depth").asBoolean());
    Path onnx = folder.resolve("a.onnx");
    Ran convert = seamark("model", "convert", model, "--size", "96x64", "--out", onnx, "--json");
    assertEquals(0, convert.status(), convert.err());
    assertTrue(Files.size(onnx) > 10_000);
    Path half = folder.resolve("half.safetensors");
    assertEquals(
        0, seamark("model", "convert", model, "--precision", "F16", "--out", half).status());
    Ran same = seamark("model", "diff", model, model, "--json");
    assertEquals(0, same.json().path("differ").asInt());
    Ran other = seamark("model", "diff", model, half, "--json");
    assertTrue(other.json().path("differ").asInt() > 0);
    assertTrue(other.json().path("largest_difference").asDouble() < 0.01);
  }

  @Test
  void modelGetsAnAppealNetHead() throws IOException {
    Path plain = folder.resolve("plain.safetensors");
    EdgeModel.of(RfNetWeights.initial(3, 3, 4, false)).save(plain, Precision.F32);
    Path buffer = buffer(3);
    Path once = folder.resolve("once.safetensors");
    Path twice = folder.resolve("twice.safetensors");
    for (List<Path> inOut : List.of(List.of(plain, once), List.of(once, twice))) {
      Ran ran =
          seamark(
              "model",
              "appealnet",
              inOut.get(0),
              "--out",
              inOut.get(1),
              "--buffer",
              buffer,
              "--frames",
              4,
              "--seed",
              inOut.get(0).equals(plain) ? 1 : 2,
              "--json");
      assertEquals(0, ran.status(), ran.err());
      assertEquals(3, ran.json().path("answered_frames").asInt());
      assertEquals(0, ran.json().path("retained_frames").asInt());
      assertTrue(ran.json().path("appealnet_last_loss").asDouble() > 0);
      assertEquals(
          "4", ran.json().path("settings").path("seamark.training.appealnet.frames").asText());
    }
    assertFalse(RfNet.hasAppealNet(EdgeModel.load(plain).weights()));
    assertTrue(RfNet.hasAppealNet(EdgeModel.load(once).weights()));
    Ran same = seamark("model", "diff", once, twice, "--json");
    int differ = same.json().path("differ").asInt();
    // Another head takes the place of the one that is there, and nothing else changes.
    assertTrue(differ > 0 && differ <= headTensors(once), same.out());
  }

  private static long headTensors(Path model) throws IOException {
    return EdgeModel.load(model).weights().tensors().keySet().stream()
        .filter(name -> name.startsWith(RfNet.APPEALNET))
        .count();
  }

  @Test
  void appealNetSaysWhatItLacks() throws IOException {
    Path model = model("a", 1);
    Path out = folder.resolve("out.safetensors");
    Path text = Files.writeString(folder.resolve("text.txt"), "text");
    Path no = folder.resolve("no");
    List<Object> start = List.of("model", "appealnet", model, "--out", out);
    assertMisused("there is nothing to train on", start.toArray());
    assertMisused("--answered and --answers must be given", with(start, "--answered", no));
    assertMisused(
        "--buffer and --answered are both given",
        with(start, "--buffer", no, "--answered", no, "--answers", no));
    assertMisused("buffer " + no + " does not exist", with(start, "--buffer", no));
    Ran missing = seamark(with(start, "--retain", no));
    assertEquals(1, missing.status(), missing.err());
    assertTrue(missing.err().contains(no.toString()), missing.err());
    assertMisused(
        "there are no frames to train the AppealNet head on", with(start, "--buffer", buffer(0)));
    assertMisused(
        "seamark.training.appealnet.cost is '0.0', but must be a number from",
        with(start, "--buffer", no, "--cost", 0));
    assertMisused(
        "must end in .safetensors", "model", "appealnet", model, "--out", text, "--buffer", no);
    assertMisused(
        "is not an RFNet model", "model", "appealnet", text, "--out", out, "--buffer", no);
    assertFalse(Files.exists(out));
    for (String verb : List.of("run", "predict", "edge")) {
      List<Object> started =
          List.of(
              verb, "--edge-model", model, "--hem", "appealnet", "--source", "procedural_street");
      assertMisused(
          "no AppealNet head; give it one with: seamark model appealnet " + model,
          with(started, "--out", folder.resolve(verb)));
      assertFalse(Files.exists(folder.resolve(verb)));
    }
  }

  private static Object[] with(List<Object> start, Object... rest) {
    return Stream.concat(start.stream(), Arrays.stream(rest)).toArray();
  }

  @Test
  void misuseIsOneLineAndStatus2() throws IOException {
    Path model = model("a", 1);
    Path text = Files.writeString(folder.resolve("text.txt"), "text");
    Path full = Files.createDirectories(folder.resolve("full"));
    Files.writeString(full.resolve("mine.txt"), "precious");
    assertMisused("is not an RFNet model", "model", "inspect", text);
    assertMisused("--size WxH is missing", "model", "convert", model, "--out", "x.onnx");
    assertMisused("--size is '9x9'", "model", "convert", model, "--size", "9x9", "--out", "x.onnx");
    assertMisused("must end in .onnx or .safetensors", "model", "convert", model, "--out", text);
    assertMisused(
        "buffer " + folder.resolve("no") + " does not exist",
        "buffer",
        "list",
        folder.resolve("no"));
    assertMisused(
        "buffer " + folder.resolve("no") + " does not exist",
        "train",
        "--buffer",
        folder.resolve("no"));
    assertMisused("say what: buffer list", "buffer");
    assertMisused("source '" + folder.resolve("no") + "'", "run", "--source", folder.resolve("no"));
    assertMisused(
        "is not empty and not a former run's folder",
        "run",
        "--source",
        "procedural_street",
        "--edge-model",
        model,
        // Services of its own would need the distribution.
        "--cloud",
        "http://127.0.0.1:1",
        "--out",
        full);
    assertMisused("is not an RFNet model", "run", "--edge-model", text);
    assertMisused("SAM folder " + full + " has no encoder.onnx", "run", "--sam", full);
    assertMisused(
        "seamark.retain is '" + folder.resolve("no"), "run", "--retain", folder.resolve("no"));
    assertMisused("--cloud is 'nowhere'", "run", "--edge-model", model, "--cloud", "nowhere");
    assertMisused("--cloud-ports is '1'", "run", "--edge-model", model, "--cloud-ports", "1");
    assertMisused("seamark.hard_example_mining is 'guess'", "run", "--hem", "guess");
    assertMisused("--frames is 0", "run", "--frames", "0");
    assertMisused(
        "sample_source.procedural_street.width is '1'",
        "run",
        "--set",
        "sample_source.procedural_street.width=1");
  }
}
