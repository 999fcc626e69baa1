package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that cannot begin, into the folder of a former one. Its servers are scripts. */
class RunVerbTest {
  private static final String HOME = "seamark.home";

  @TempDir Path folder = Path.of("");
  private final String home = System.getProperty(HOME, "");

  private record Ran(int status, String err) {}

  @BeforeEach
  void distribution() throws IOException {
    Path made = folder.resolve("home");
    Path script = Files.createDirectories(made.resolve("wlp/bin")).resolve("server");
    Files.writeString(script, "#!/bin/sh\necho no such feature\nexit 3\n");
    assertTrue(script.toFile().setExecutable(true));
    for (String server : List.of("unknown-task-processing", "knowledge-management")) {
      Path config = Files.createDirectories(made.resolve("servers").resolve(server));
      Files.writeString(config.resolve("server.xml"), "<server/>");
    }
    System.setProperty(HOME, made.toString());
  }

  @AfterEach
  void restore() {
    if (home.isEmpty()) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, home);
    }
  }

  private Path former() throws Exception {
    Path out = folder.resolve("out");
    try (RunFolder run = RunFolder.open(out, false, Map.of())) {
      run.answer("a", "old".getBytes(StandardCharsets.UTF_8));
      run.begun();
      Files.writeString(run.buffer().resolve("0000000000.arrow"), "old");
      run.summary("old".getBytes(StandardCharsets.UTF_8));
      run.report("old".getBytes(StandardCharsets.UTF_8));
    }
    return out;
  }

  private static Map<String, String> content(Path out) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            out.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }

  private static Ran run(Path out, Object... arguments) {
    List<String> all = new ArrayList<>(List.of("run", "--out", out.toString()));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(new StringWriter()), new PrintWriter(err), all.toArray(String[]::new));
    return new Ran(status, err.toString());
  }

  /** Refused as wrong usage, before anything in the former run's folder has changed. */
  private void assertRefused(String message, Object... arguments) throws Exception {
    Path out = folder.resolve("out");
    Map<String, String> before = content(out);
    Ran ran = run(out, arguments);
    assertEquals(2, ran.status(), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains(message), ran.err());
    assertEquals(before, content(out));
    assertFalse(Files.exists(out.resolve(".seamark-new")));
  }

  @Test
  @DisplayName("a former run stays without --overwrite")
  void formerRun() throws Exception {
    former();
    assertRefused("holds a former run: name another folder, or say --overwrite");
  }

  @Test
  @DisplayName("a port in use is found before anything is touched")
  void portInUse() throws Exception {
    former();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertRefused("port " + port, "--overwrite", "--cloud-ports", port + ",0");
      assertRefused("port " + port, "--overwrite", "--cloud-ports", "0," + port);
      assertRefused("port " + port, "--overwrite", "--port", port);
    }
    assertRefused("port 39081 is named twice", "--overwrite", "--cloud-ports", "39081,39081");
    assertRefused(
        "port 39082 is named twice",
        "--overwrite",
        "--cloud-ports",
        "39081,39082",
        "--port",
        "39082");
  }

  @Test
  @DisplayName("a SAM that does not open is found before anything is touched")
  void samThatDoesNotOpen() throws Exception {
    former();
    Path sam = Files.createDirectory(folder.resolve("sam"));
    assertRefused("sam", "--overwrite", "--sam", sam);
    Files.writeString(sam.resolve("encoder.onnx"), "not a graph");
    Files.writeString(sam.resolve("decoder.onnx"), "not a graph");
    assertRefused("coder.onnx cannot be opened", "--overwrite", "--sam", sam);
  }

  @Test
  @DisplayName("a model, frames or a setting that will not do are found before anything is touched")
  void otherInputs() throws Exception {
    former();
    Path notes =
        Files.writeString(folder.resolve("notes.txt"), "no model, but a note of some length");
    assertRefused("notes.txt", "--overwrite", "--edge-model", notes);
    assertRefused("none-here", "--overwrite", "--retain", folder.resolve("none-here"));
    assertRefused("none-here", "--overwrite", "--source", folder.resolve("none-here"));
    assertRefused("none-here", "--overwrite", "--plugins", folder.resolve("none-here"));
    assertRefused("steps", "--overwrite", "--set", "seamark.training.steps=0");
    assertRefused("--keep-cloud", "--overwrite", "--keep-cloud");
  }

  @Test
  @DisplayName("a folder that is read is none for results")
  void inputsAsOutput() throws Exception {
    Path out = former();
    Path frames = Files.createDirectory(out.resolve("frames"));
    Files.write(
        frames.resolve("a.png"),
        Images.encodePng(new ProceduralStreet(1, 96, 64).render(0, Weather.DAY).sample().frame()));
    assertRefused("frames", "--overwrite", "--source", frames);
    Ran ran = run(frames, "--source", frames);
    assertEquals(2, ran.status(), ran.err());
    assertEquals(1, content(frames).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 3", "kill -9 $$", "sleep 0.2; echo late; exit 1"})
  @DisplayName("servers that do not start leave a former run as it was")
  void serversThatDoNotStart(String end) throws Exception {
    Path script = folder.resolve("home/wlp/bin/server");
    Files.writeString(script, "#!/bin/sh\n" + end + "\n");
    Path out = former();
    Map<String, String> before = content(out);
    Ran ran = run(out, "--overwrite", "--frames", "1");
    assertEquals(1, ran.status(), ran.err());
    assertTrue(ran.err().contains("ended with status"), ran.err());
    Map<String, String> after = content(out);
    after.keySet().removeIf(name -> name.startsWith(".seamark-new/"));
    assertEquals(before, after);
    assertTrue(run(out).err().contains("holds a former run"));
  }

  @Test
  @DisplayName("a run whose hard frames nobody answers leaves a former run as it was")
  void unansweredFrames() throws Exception {
    Path out = former();
    Map<String, String> before = content(out);
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Ran ran =
        run(
            out,
            "--overwrite",
            "--cloud",
            "http://127.0.0.1:" + free,
            "--frames",
            "2",
            "--wait",
            "0",
            "--hem",
            "score_margin",
            "--set",
            "hard_example_mining.score_margin.threshold=1");
    assertEquals(1, ran.status(), ran.err());
    Path made = out.toRealPath().resolve(".seamark-new");
    assertTrue(
        ran.err().contains("so the former run in " + out + " stays")
            && ran.err().contains(made.resolve("edge/outbox").toString()),
        ran.err());
    Map<String, String> after = content(out);
    assertTrue(after.containsKey(".seamark-new/report.html"), () -> after.keySet().toString());
    after.keySet().removeIf(name -> name.startsWith(".seamark-new/"));
    assertEquals(before, after);
    JsonNode summary = new ObjectMapper().readTree(made.resolve("summary.json").toFile());
    assertEquals(2, summary.path("hard").asInt(), ran.err());
  }

  @Test
  @DisplayName("a run that is interrupted after an answered frame leaves a former run as it was")
  void interrupted() throws Exception {
    Path out = former();
    Map<String, String> before = content(out);
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Seamark.class.getName(),
                "run",
                "--out",
                out.toString(),
                "--overwrite",
                "--cloud",
                "http://127.0.0.1:" + free,
                "--hem",
                "EdgeOnly",
                "--frames",
                "100000",
                "--wait",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      out.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      Path answers = out.resolve(".seamark-new/answers");
      while (process.isAlive() && !Files.isDirectory(answers)) {
        WatchKey key = watch.poll(2, TimeUnit.SECONDS);
        if (key != null) {
          key.reset();
        }
      }
      answers.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (process.isAlive() && !holdsAMap(answers)) {
        WatchKey key = watch.poll(2, TimeUnit.SECONDS);
        if (key != null) {
          key.reset();
        }
      }
      process.destroy();
      assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    } finally {
      process.destroyForcibly();
    }
    Map<String, String> after = content(out);
    assertTrue(after.containsKey(".seamark-new/report.html"), Files.readString(said));
    after.keySet().removeIf(name -> name.startsWith(".seamark-new/"));
    assertEquals(before, after);
    assertTrue(
        Files.readString(said).contains("interrupted, so the former run in"),
        Files.readString(said));
  }

  private static boolean holdsAMap(Path answers) throws IOException {
    try (Stream<Path> files = Files.list(answers)) {
      return files.anyMatch(file -> file.toString().endsWith(".png"));
    }
  }

  @Test
  @DisplayName("what the source passed over is in the run's notes")
  void notesOfTheSource() throws Exception {
    Path frames = Files.createDirectory(folder.resolve("frames"));
    byte[] png =
        Images.encodePng(new ProceduralStreet(1, 96, 64).render(0, Weather.DAY).sample().frame());
    Files.write(frames.resolve("a.png"), png);
    Files.writeString(frames.resolve("b.heic"), "of a kind that is not read");
    Path out = folder.resolve("out");
    Ran ran =
        run(
            out,
            "--cloud",
            "http://127.0.0.1:9",
            "--source",
            frames,
            "--wait",
            "0",
            "--hem",
            "EdgeOnly");
    JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
    assertTrue(summary.path("notes").toString().contains("heic"), ran.err() + summary);
  }
}
