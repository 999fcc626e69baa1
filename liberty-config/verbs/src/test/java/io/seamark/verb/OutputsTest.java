package io.seamark.verb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.OutputNames;
import io.seamark.cli.SampleFiles;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person has is never destroyed by a verb that writes files. */
class OutputsTest {
  private static final int SIDE = 64;

  @TempDir Path folder = Path.of("");
  private Path images = Path.of("");
  private Path model = Path.of("");

  private record Ran(int status, String out, String err) {
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }
  }

  @BeforeEach
  void inputs() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    model = Files.createDirectory(folder.resolve("models")).resolve("edge.safetensors");
    EdgeModel.of(RfNetWeights.initial(1, 3, 4, false)).save(model, Precision.F32);
  }

  private static Ran seamark(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Seamark.run(new PrintWriter(out), new PrintWriter(err), words(List.of(arguments)));
    return new Ran(status, out.toString(), err.toString());
  }

  private static String[] words(List<?> arguments) {
    return arguments.stream().map(String::valueOf).toArray(String[]::new);
  }

  /** What {@code predict}, {@code edge} or {@code masks} is called with. */
  private List<Object> call(String verb, Path out, Object... more) {
    List<Object> call = new ArrayList<>(List.of(verb, "--images", images, "--out", out));
    if (verb.equals("masks")) {
      call.addAll(List.of("--set", "mask_generator.segment_anything.max-prompts=2", "--pictures"));
    } else {
      call.addAll(List.of("--edge-model", model));
    }
    call.addAll(List.of(more));
    call.add("--json");
    return call;
  }

  private Ran run(String verb, Path out, Object... more) {
    return seamark(call(verb, out, more).toArray());
  }

  private static Path maps(String verb, Path out) {
    return verb.equals("edge") ? out.resolve("answers") : out;
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  private static Frame frame(long seed) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    new Random(seed).nextBytes(rgb);
    return new Frame(SIDE, SIDE, rgb, null);
  }

  private void image(String name) throws IOException {
    Frame frame = frame(name.hashCode());
    Files.write(
        images.resolve(name),
        name.endsWith(".png") ? Images.encodePng(frame) : Images.encodeJpeg(frame, 0.9f));
  }

  /** Every file with its content, but without the records of output folders. */
  private static Map<String, String> content(Path of) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(of)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(OutputFolder.RECORD)) {
          content.put(of.relativize(file).toString(), Arrays.toString(Files.readAllBytes(file)));
        }
      }
    }
    return content;
  }

  private static List<String> names(Path of, String ending) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ending))
          .sorted()
          .toList();
    }
  }

  private static void assertWhole(Path maps) throws IOException {
    for (String name : names(maps, ".png")) {
      assertEquals(
          SIDE, Images.decodeClassMap(Files.readAllBytes(maps.resolve(name))).width(), name);
    }
  }

  private static void assertRefused(String message, Ran ran) {
    assertEquals(2, ran.status(), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains(message), ran.err());
    assertFalse(ran.err().contains("Exception"), ran.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge", "masks"})
  @DisplayName("an output folder that is an input is refused, under every name")
  void inputsAreNoOutputs(String verb) throws IOException {
    image("day_0.png");
    Path labels = Files.createDirectory(folder.resolve("labels"));
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    Files.write(
        labels.resolve("day_0.png"),
        Images.encodeClassMap(new ClassMap(SIDE, SIDE, new byte[SIDE * SIDE])));
    Map<String, String> before = content(folder);
    Files.createSymbolicLink(folder.resolve("link"), labels);
    Object[] more = {"--labels", labels, "--plugins", plugins};
    for (String out : List.of("labels", "link", "labels/../labels", "./labels/")) {
      assertRefused("is also --labels", run(verb, Path.of(folder + "/" + out), more));
    }
    assertRefused("is also --images", run(verb, images, more));
    assertRefused("is also --plugins", run(verb, plugins, more));
    if (!verb.equals("masks")) {
      assertRefused(
          "is also the folder of --edge-model", run(verb, folder.resolve("models"), more));
    }
    Files.delete(folder.resolve("link"));
    assertEquals(before, content(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge", "masks"})
  @DisplayName("a person's file of an output's name is refused before the start")
  void otherFilesStay(String verb) throws IOException {
    image("day_0.png");
    image("day_1.jpg");
    Path out = folder.resolve("out");
    Path maps = Files.createDirectories(maps(verb, out));
    Files.writeString(maps.resolve("day_1.png"), "truth");
    Files.writeString(maps.resolve("notes.txt"), "notes");
    Map<String, String> before = content(folder);
    assertRefused("day_1.png exists already and was not written by seamark", run(verb, out));
    assertEquals(before, content(folder));
    Files.delete(maps.resolve("day_1.png"));
    Ran ran = run(verb, out);
    assertEquals(0, ran.status(), ran.err());
    assertEquals(List.of("day_0.png", "day_1.png"), names(maps, ".png"));
    assertEquals("notes", Files.readString(maps.resolve("notes.txt")));
    // Its own are replaced, one that was changed since is not.
    assertEquals(0, run(verb, out).status());
    Files.writeString(maps.resolve("day_0.png"), "edited");
    before = content(folder);
    assertRefused("day_0.png exists already and was not written by seamark", run(verb, out));
    assertEquals(before, content(folder));
  }

  @Test
  @DisplayName("edge's own folders below --out are no folders that are read from either")
  void edgeDoesNotAnswerIntoItsSource() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    for (String sub : List.of("answers", "models", "outbox")) {
      image("a.png");
      Path moved = Files.move(images, out.resolve(sub));
      images = moved;
      Map<String, String> before = content(folder);
      assertRefused("is also --images", run("edge", out));
      assertEquals(before, content(folder));
      images = Files.move(moved, folder.resolve("images"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge", "masks"})
  @DisplayName(
      "every image has a file of its own, whatever it is called, and what is told is there")
  void everyImageHasAFile(String verb) throws IOException {
    List<String> names =
        List.of(
            "a.jpg",
            "a.png",
            "a.jpeg",
            "q*x.png",
            "q?x.png",
            "q%2Ax.png",
            "line\nbreak.png",
            "escape\u001b[31m.png",
            "中文.png",
            "=1+1.png",
            "*".repeat(190) + ".png",
            "*".repeat(191) + ".png",
            "x".repeat(251) + ".png");
    for (String name : names) {
      image(name);
    }
    Path out = folder.resolve("out");
    Ran ran = run(verb, out);
    assertEquals(0, ran.status(), ran.err());
    // The last one's id is longer than an id may be: it is skipped, and that is told.
    assertEquals(1, ran.json().path("skipped").asInt());
    Path maps = maps(verb, out);
    TreeSet<String> ids = new TreeSet<>();
    for (String name : names(maps, ".png")) {
      ids.add(
          OutputNames.shortened(name)
              ? Files.readString(maps.resolve(name.replace(".png", SampleFiles.ID)))
              : OutputNames.id(name));
    }
    assertEquals(new TreeSet<>(names.subList(0, names.size() - 1)), ids);
    assertEquals(names.size() - 1, names(maps, ".png").size());
    assertEquals(
        names.size() - 1, ran.json().path(verb.equals("edge") ? "frames" : "images").asInt());
    if (verb.equals("masks")) {
      assertEquals(names.size() - 1, names(maps, ".json").size());
    }
    Map<String, String> before = content(maps);
    assertEquals(0, run(verb, out).status());
    assertEquals(before.keySet(), content(maps).keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge", "masks"})
  @DisplayName("a folder that another writes to is refused")
  void aFolderHasOneOwner(String verb) throws IOException {
    image("a.png");
    Path out = folder.resolve("out");
    try (OutputFolder other = OutputFolder.open(out, Map.of())) {
      other.write(verb.equals("edge") ? "answers/a.png" : "a.png", "other".getBytes(UTF_8));
      Map<String, String> before = content(folder);
      assertRefused("is being written by another seamark", run(verb, out));
      assertEquals(before, content(folder));
    }
    assertEquals(0, run(verb, out).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge"})
  @DisplayName("kill -9 leaves whole files alone, and the same command goes on from there")
  void survivesAKill(String verb) throws Exception {
    for (int i = 0; i < 120; i++) {
      image("day_" + i + ".png");
    }
    Path out = folder.resolve("out");
    Path maps = Files.createDirectories(maps(verb, out));
    Object[] more = verb.equals("predict") ? new Object[] {"--hem", "score_margin"} : new Object[0];
    for (int kill = 1; kill <= 2; kill++) {
      Process process = start(call(verb, out, more));
      try (WatchService watch = FileSystems.getDefault().newWatchService()) {
        maps.register(
            watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
        for (int seen = 0; seen < 40 * kill && process.isAlive(); ) {
          WatchKey key = watch.poll(2, TimeUnit.MINUTES);
          assertNotNull(key, "nothing is written");
          seen += key.pollEvents().size();
          key.reset();
        }
      } finally {
        process.destroyForcibly();
        process.onExit().join();
      }
      assertFalse(names(maps, ".png").isEmpty());
      assertWhole(maps);
      assertFalse(Files.exists(out.resolve("decisions.csv")));
    }
    Ran ran = run(verb, out, more);
    assertEquals(0, ran.status(), ran.err());
    assertEquals(120, names(maps, ".png").size());
    assertWhole(maps);
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(0, files.filter(file -> file.toString().endsWith(".new")).count());
    }
    if (verb.equals("predict")) {
      assertEquals(121, Files.readAllLines(out.resolve("decisions.csv")).size());
    }
  }

  /** A process of its own, whose output nobody reads. */
  private Process start(List<Object> call) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Seamark.class.getName());
    command.addAll(List.of(words(call)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("process.txt").toFile())
        .start();
  }

  @Test
  @DisplayName(
      "an edge keeps a stated number of answers, those of former runs too, and counts the rest")
  void answersAreBounded() throws IOException {
    for (int i = 0; i < 5; i++) {
      image(i + ".png");
    }
    image("*".repeat(200 - 4) + ".png");
    Path out = folder.resolve("out");
    Path answers = out.resolve("answers");
    String most = "seamark.edge.answers.max-files=";
    Files.createDirectories(answers);
    Files.writeString(answers.resolve("note.png"), "a person's");
    Ran first = run("edge", out, "--set", most + 6);
    assertEquals(0, first.status(), first.err());
    assertEquals(6, first.json().path("answers").asInt());
    assertEquals(0, first.json().path("answers_dropped").asInt());
    assertEquals(1, names(answers, ".id").size());
    for (int i = 0; i < 5; i++) {
      Files.delete(images.resolve(i + ".png"));
      image(10 + i + ".png");
    }
    Ran second = run("edge", out, "--set", most + 4);
    assertEquals(0, second.status(), second.err());
    assertEquals(4, second.json().path("answers").asInt());
    assertEquals(7, second.json().path("answers_dropped").asInt());
    assertTrue(second.err().contains(most.replace("=", " says how many")), second.err());
    assertEquals(
        List.of("11.png", "12.png", "13.png", "14.png", "note.png"), names(answers, ".png"));
    assertEquals(List.of(), names(answers, ".id"));
    assertRefused(most.replace("=", " is '0'"), run("edge", out, "--set", most + 0));
    assertTrue(seamark("edge", "--help").out().contains("seamark.edge.answers.max-files"));
    assertTrue(seamark("predict", "--help").out().contains("a%2Fb.png"));
    assertTrue(seamark("masks", "--help").out().contains("a%2Fb.json"));
  }

  @Test
  @DisplayName(
      "an edge that learns its frames' names as they come leaves a person's file and goes on")
  void aDeviceGoesOn() throws IOException {
    Path out = folder.resolve("out");
    Object[] call = {
      "edge",
      "--source",
      "procedural_street",
      "--edge-model",
      model,
      "--out",
      out,
      "--json",
      "--set",
      "sample_source.procedural_street.frames=3"
    };
    assertEquals(0, seamark(call).status());
    List<String> names = names(out.resolve("answers"), ".png");
    Path edited = Files.writeString(out.resolve("answers").resolve(names.get(1)), "edited");
    Ran ran = seamark(call);
    assertEquals(0, ran.status(), ran.err());
    assertEquals(3, ran.json().path("frames").asInt());
    assertEquals(1, ran.json().path("answers_not_written").asInt());
    assertEquals("edited", Files.readString(edited));
    assertEquals(names, names(out.resolve("answers"), ".png"));
  }

  @Test
  @DisplayName(
      "a model's file is refused where one is, without a folder, and where it is read from")
  void modelsAreNotOverwritten() throws IOException {
    List<List<Object>> calls =
        List.of(
            List.of("model", "convert", model),
            List.of("model", "convert", model, "--size", "64x64"),
            List.of("model", "appealnet", model, "--frames", 2, "--buffer", buffer("a")));
    for (List<Object> start : calls) {
      Path place = Files.createDirectory(folder.resolve("place-" + calls.indexOf(start)));
      String ending = start.contains("--size") ? ".onnx" : ".safetensors";
      Path mine = Files.writeString(place.resolve("mine" + ending), "mine");
      assertRefused(
          "--out is '" + mine + "', which exists already: name another file, or give --overwrite",
          seamark(with(start, "--out", mine)));
      Path missing = place.resolve("no/r" + ending);
      assertRefused(
          "--out is '" + missing + "', but " + missing.getParent() + " does not exist: make that",
          seamark(with(start, "--out", missing)));
      assertRefused(
          "which is a folder",
          seamark(with(start, "--out", Files.createDirectory(place.resolve("d" + ending)))));
      Path link = Files.createSymbolicLink(place.resolve("link" + ending), model);
      assertRefused(
          "which is also the model that is read",
          seamark(with(start, "--out", link, "--overwrite")));
      assertEquals("mine", Files.readString(mine));
      Ran ran = seamark(with(start, "--out", mine, "--overwrite"));
      assertEquals(0, ran.status(), ran.err());
      assertTrue(Files.size(mine) > 1000);
      assertEquals(
          Files.getPosixFilePermissions(Files.createFile(place.resolve("usual"))),
          Files.getPosixFilePermissions(mine));
      try (Stream<Path> files = Files.list(place)) {
        assertEquals(4, files.count());
      }
    }
  }

  private static Object[] with(List<Object> start, Object... rest) {
    return Stream.concat(start.stream(), Arrays.stream(rest)).toArray();
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  private Path buffer(String... ids) throws IOException {
    Path buffer = folder.resolve("buffer");
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.defaults())) {
      for (String id : ids) {
        writer.append(
            new BufferedSample(
                new HardSample(
                    id,
                    "edge",
                    "dusk",
                    0,
                    SIDE,
                    SIDE,
                    new EncodedImage(EncodedImage.PNG, Images.encodePng(frame(1))),
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
  @DisplayName("a buffer is exported whatever its samples are called, and never over other files")
  void exportsEverySample() throws IOException {
    List<String> ids =
        List.of("a.jpg", "a.png", "q*x", "q?x", "../up", "..", "line\nbreak", "中".repeat(200));
    Path buffer = buffer(ids.toArray(String[]::new));
    Path out = folder.resolve("out");
    Ran ran = seamark("buffer", "export", buffer, "--out", out, "--json");
    assertEquals(0, ran.status(), ran.err());
    assertEquals(ids.size(), ran.json().path("exported").asInt());
    assertEquals(ids.size(), names(out.resolve("images"), ".png").size());
    assertEquals(ids.size(), names(out.resolve("answers"), ".png").size());
    assertWhole(out.resolve("answers"));
    String csv = Files.readString(out.resolve("samples.csv"));
    for (String name : names(out.resolve("answers"), ".png")) {
      assertTrue(csv.contains("," + name.substring(0, name.length() - 4) + ","), name);
    }
    assertEquals(0, seamark("buffer", "export", buffer, "--out", out).status());
    Files.writeString(out.resolve("samples.csv"), "mine");
    assertRefused("samples.csv exists already", seamark("buffer", "export", buffer, "--out", out));
    assertEquals("mine", Files.readString(out.resolve("samples.csv")));
    Map<String, String> before = content(buffer);
    assertRefused("is also the buffer", seamark("buffer", "export", buffer, "--out", buffer));
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Path moved = Files.move(buffer, inside.resolve("images"));
    assertRefused("is also the buffer", seamark("buffer", "export", moved, "--out", inside));
    assertEquals(before, content(moved));
  }

  @ParameterizedTest
  @ValueSource(strings = {"answers/1-b.png", "images/1-b.png", "depth/1-b.png"})
  @DisplayName("a person's file among what is exported is found before anything is written")
  void exportsNothingBesideAPersonsFile(String name) throws IOException {
    Path buffer = buffer("a", "b", "c");
    Path mine = folder.resolve("out").resolve(name);
    Files.createDirectories(mine.resolveSibling("."));
    Files.writeString(mine, "mine");
    Path out = folder.resolve("out");
    assertRefused(name + " exists already", seamark("buffer", "export", buffer, "--out", out));
    try (Stream<Path> files = Files.walk(out)) {
      List<Path> there =
          files
              .filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().startsWith(OutputFolder.RECORD))
              .toList();
      assertEquals(List.of(mine), there);
    }
  }

  @Test
  @DisplayName("what the source passed over is in the notes of masks, as in those of predict")
  void notesOfTheSource() throws IOException {
    image("a.png");
    Files.writeString(images.resolve("b.heic"), "of a kind that is not read");
    for (String verb : List.of("predict", "masks")) {
      Ran ran = run(verb, folder.resolve(verb));
      assertEquals(0, ran.status(), ran.err());
      assertTrue(ran.json().path("notes").toString().contains("heic"), ran.out());
    }
  }

  @Test
  @DisplayName("training keeps its models to itself")
  void trainsBesideOtherModels() throws IOException {
    Path buffer = buffer("a");
    Path out = Files.createDirectory(folder.resolve("out"));
    for (String theirs : List.of("champion.safetensors", "v0.safetensors")) {
      Path file = Files.writeString(out.resolve(theirs), "theirs");
      assertRefused(
          file + " exists already",
          seamark("train", "--buffer", buffer, "--edge-model", model, "--out", out));
      assertEquals("theirs", Files.readString(file));
      Files.delete(file);
    }
    assertRefused(
        "is also --buffer",
        seamark("train", "--buffer", buffer, "--edge-model", model, "--out", buffer));
    Path labels = Files.createDirectory(folder.resolve("named"));
    assertRefused(
        "is also seamark.retain.labels",
        seamark(
            "train",
            "--buffer",
            buffer,
            "--set",
            "seamark.retain.labels=" + labels.toUri(),
            "--out",
            labels));
    Path city = Files.createDirectories(folder.resolve("city/leftImg8bit/train"));
    Path fine = Files.createDirectories(folder.resolve("city/gtFine/train"));
    assertRefused(
        "is also the labels of --retain",
        seamark("train", "--buffer", buffer, "--retain", city + ":*", "--out", fine));
    assertRefused(
        "is also --retain",
        seamark("train", "--buffer", buffer, "--retain", images + ":*", "--out", images));
  }

  @ParameterizedTest
  @ValueSource(strings = {"predict", "edge", "masks", "export", "convert"})
  @DisplayName(
      "a full disk leaves no cut file, and the message names the file that it had no room for")
  void aFullDiskLeavesWholeFiles(String verb) throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Assumptions.assumeTrue(
        status("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString()) == 0,
        "no file system of 64 KiB can be mounted here, so none can be filled");
    try {
      Path out = verb.equals("convert") ? small.resolve("r.onnx") : small.resolve("out");
      Ran ran;
      if (verb.equals("export")) {
        ran = seamark("buffer", "export", buffer("a", "b", "c", "d", "e", "f"), "--out", out);
      } else if (verb.equals("convert")) {
        ran = seamark("model", "convert", model, "--size", "64x64", "--out", out);
      } else {
        for (int i = 0; i < 30; i++) {
          image("day_" + i + ".png");
        }
        ran = run(verb, out);
      }
      assertEquals(1, ran.status(), ran.err());
      String last = ran.err().lines().reduce("", (a, b) -> b);
      assertTrue(last.contains(" " + out) && last.contains(" cannot be written: No space"), last);
      assertFalse(Files.exists(small.resolve("r.onnx")));
      try (Stream<Path> files = Files.walk(small)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String name = file.getFileName().toString();
          if (name.endsWith(".png")) {
            assertEquals(SIDE, Images.decodeFrame(Files.readAllBytes(file)).width(), name);
          } else if (name.endsWith(".json")) {
            assertTrue(new ObjectMapper().readTree(file.toFile()).isArray(), name);
          } else {
            assertEquals(OutputFolder.RECORD, name);
          }
        }
      }
    } finally {
      assertEquals(0, status("umount", small.toString()));
    }
  }

  private static int status(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      return -1;
    }
  }
}
