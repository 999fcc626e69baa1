package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
  @TempDir Path folder = Path.of("");

  private static RunFolder open(Path folder, boolean overwrite) throws InterruptedException {
    return RunFolder.open(folder, overwrite, Map.of());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What a whole run leaves, everywhere the same text. */
  private static void fill(RunFolder run, String text) throws IOException {
    run.answer("a", bytes(text));
    run.begun();
    run.answer("of-" + text, bytes(text));
    Path weights = run.models().resolve("v0.safetensors");
    Files.writeString(weights, text);
    Files.writeString(run.champion(), text);
    Files.writeString(
        run.models().resolve("v0.json"),
        "{\"version\":\"v0\",\"sha256\":\"" + DurableFiles.sha256(weights) + "\"}");
    Files.writeString(run.buffer().resolve("0000000000.arrow"), text);
    Files.writeString(run.logs().resolve("edge.log"), text);
    run.summary(bytes(text));
    run.report(bytes(text));
  }

  private void former() throws IOException, InterruptedException {
    try (RunFolder run = open(folder, false)) {
      fill(run, "old");
      run.complete();
    }
  }

  /** Content by name of everything that can be seen. */
  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        // Neither the folder's own marks nor a record of what was written below it.
        if (!name.matches("(.*/)?\\..*")) {
          content.put(name, Files.readString(file));
        }
      }
    }
    return content;
  }

  private String refused(boolean overwrite) throws IOException {
    Map<String, String> before = content();
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> open(folder, overwrite))
                .getMessage());
    assertEquals(before, content(), message);
    return message;
  }

  @Test
  void missingFolderIsMade() throws Exception {
    try (RunFolder made = open(folder.resolve("a/b"), false)) {
      assertTrue(Files.isDirectory(made.models()) && Files.isDirectory(made.buffer()));
      assertFalse(made.replaces());
    }
  }

  @Test
  @DisplayName("a former run is refused, untouched, with the option that would replace it")
  void formerRunIsRefused() throws Exception {
    former();
    assertEquals(
        "--out "
            + folder
            + " holds a former run: name another folder, or say --overwrite to replace it",
        refused(false));
  }

  @Test
  @DisplayName("with --overwrite a former run is there until the new one is complete, then gone")
  void formerRunIsReplacedAtTheEnd() throws Exception {
    former();
    Map<String, String> before = content();
    try (RunFolder run = open(folder, true)) {
      assertTrue(run.replaces());
      fill(run, "new");
      assertEquals(before, content(), "the former run was touched before the new one was complete");
      run.complete();
    }
    Map<String, String> after = content();
    assertEquals(before.size(), after.size(), after::toString);
    assertFalse(after.containsKey("answers/of-old.png"));
    after.forEach((name, text) -> assertTrue(text.equals("new") || name.endsWith(".json"), name));
    assertEquals(
        "--out "
            + folder
            + " holds a former run: name another folder, or say --overwrite to replace it",
        refused(false));
    // What was replaced can be replaced once more.
    try (RunFolder run = open(folder, true)) {
      fill(run, "newer");
      run.complete();
    }
    assertEquals("newer", content().get("report.html"));
  }

  @Test
  @DisplayName("a new run that fails leaves the former one as it was")
  void failedRunLeavesTheFormerOne() throws Exception {
    former();
    Map<String, String> before = content();
    try (RunFolder run = open(folder, true)) {
      fill(run, "new");
    }
    assertEquals(before, content());
    try (RunFolder run = open(folder, true)) {
      assertFalse(
          Files.exists(run.root().resolve("report.html")),
          "what the failed run left is in the next one");
    }
    assertEquals(before, content());
  }

  @Test
  @DisplayName("a new run without a single frame does not replace a former one")
  void emptyRunReplacesNothing() throws Exception {
    former();
    Map<String, String> before = content();
    try (RunFolder run = open(folder, true)) {
      run.report(bytes("new"));
      assertThrows(IOException.class, run::complete);
    }
    assertEquals(before, content());
  }

  /** A run with a cloud elsewhere, whose versions are called otherwise. */
  private void elsewhere(String text, boolean overwrite) throws IOException, InterruptedException {
    try (RunFolder run = open(folder, overwrite)) {
      fetched(run, text);
      run.complete();
    }
  }

  private static void fetched(RunFolder run, String text) throws IOException {
    fill(run, text);
    for (String version : List.of("street-2", "of-" + text)) {
      Path part = Files.writeString(run.models().resolve(version + ".part"), text);
      String description = "{\"sha256\":\"" + DurableFiles.sha256(part) + "\"}";
      run.version(version, bytes(description));
      run.weights(version, part);
    }
    try (OutputFolder models = OutputFolder.open(run.edge().resolve("models"), Map.of())) {
      models.write("current.json", bytes(text));
      models.write("street-2.safetensors", bytes(text));
      models.write("edge-of-" + text + ".safetensors", bytes(text));
    }
    Files.writeString(run.edge().resolve("models/v1.safetensors.kept-" + text), text);
  }

  @Test
  @DisplayName("every file of a new run takes its place, whatever a cloud elsewhere calls models")
  void modelsOfOtherNamesAreReplaced() throws Exception {
    elsewhere("old", false);
    elsewhere("new", true);
    Map<String, String> after = content();
    for (String name :
        List.of(
            "models/street-2.safetensors",
            "models/of-new.safetensors",
            "edge/models/street-2.safetensors",
            "edge/models/edge-of-new.safetensors",
            "edge/models/v1.safetensors.kept-new")) {
      assertEquals("new", after.get(name), name);
    }
    for (String name :
        List.of(
            "models/of-old.safetensors",
            "models/of-old.json",
            "edge/models/edge-of-old.safetensors")) {
      assertFalse(after.containsKey(name), name);
    }
    // What nobody has written down may be a person's.
    assertEquals("old", after.get("edge/models/v1.safetensors.kept-old"));
    elsewhere("newer", true);
    assertEquals("newer", content().get("models/street-2.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"models/of-new.safetensors", "edge/models/edge-of-new.safetensors"})
  @DisplayName("a person's file under the name of a new model stays, and the new run too")
  void personsModelIsKept(String name) throws Exception {
    elsewhere("old", false);
    Files.writeString(folder.resolve(name), "mine");
    Map<String, String> before = content();
    try (RunFolder run = open(folder, true)) {
      fetched(run, "new");
      String message = String.valueOf(assertThrows(IOException.class, run::complete).getMessage());
      assertTrue(message.contains(name) && message.contains(run.root().toString()), message);
      assertEquals("new", Files.readString(run.root().resolve(name)));
    }
    assertEquals(before, content());
    Files.delete(folder.resolve(name));
    assertThrows(IllegalArgumentException.class, () -> open(folder, false));
    assertEquals("new", content().get(name));
  }

  @Test
  @DisplayName("a fetched model that a person changed stops the start")
  void changedModelOfAnotherNameStopsTheStart() throws Exception {
    elsewhere("old", false);
    for (String name : List.of("models/street-2.safetensors", "edge/models/street-2.safetensors")) {
      Files.writeString(folder.resolve(name), "edited");
      String message = refused(true);
      assertTrue(message.contains(name) && message.contains("move it away"), message);
      Files.delete(folder.resolve(name));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "answers/a.png",
        "buffer/0000000000.arrow",
        // The edge's record has been replaced then, but not what it speaks of.
        "edge/models/current.json",
        "logs/edge.log",
        "models/champion.safetensors",
        "models/v0.json"
      })
  @DisplayName("a replacement by models of other names that was cut short is finished later")
  void cutReplacementOfOtherNamesIsFinished(String stop) throws Exception {
    elsewhere("old", false);
    try (RunFolder run = open(folder, true)) {
      fetched(run, "new");
      Files.delete(folder.resolve(stop));
      Files.createFile(Files.createDirectory(folder.resolve(stop)).resolve("in-the-way"));
      assertThrows(IOException.class, run::complete);
      assertTrue(Files.exists(run.root().resolve(".complete")));
    }
    Files.delete(folder.resolve(stop).resolve("in-the-way"));
    Files.delete(folder.resolve(stop));
    open(folder, true).close();
    Map<String, String> after = content();
    assertEquals("old", after.remove("edge/models/v1.safetensors.kept-old"));
    after.forEach((name, text) -> assertTrue(text.equals("new") || name.endsWith(".json"), name));
    assertEquals(17, after.size(), after::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  @DisplayName("a replacement that was cut short is finished by the next start")
  void cutReplacementIsFinished(int moved, @TempDir Path aside) throws Exception {
    former();
    Map<String, String> former = content();
    try (RunFolder run = open(folder, true)) {
      fill(run, "new");
      copy(run.root(), aside);
      run.complete();
    }
    // As it is when so many files had been moved.
    List<String> names = content().keySet().stream().toList();
    Path again = folder.resolve(".seamark-new");
    copy(aside, again);
    Files.writeString(again.resolve(".complete"), String.join("\n", names) + "\n");
    for (String name : names.subList(0, moved)) {
      Files.delete(again.resolve(name));
    }
    for (String name : names.subList(moved, names.size())) {
      String old = former.get(name);
      if (old == null) {
        Files.delete(folder.resolve(name));
      } else {
        Files.writeString(folder.resolve(name), old);
      }
    }
    try (RunFolder run = open(folder, true)) {
      assertTrue(run.replaces());
      content()
          .forEach((name, text) -> assertTrue(text.equals("new") || name.endsWith(".json"), name));
      assertEquals(names, List.copyOf(content().keySet()));
    }
  }

  @Test
  @DisplayName("a version whose weights the cloud no longer has leaves the others and who serves")
  void versionsWithoutWeightsArePassedOver() throws Exception {
    byte[] weights = bytes("weights");
    ArrayNode versions = new ObjectMapper().createArrayNode();
    for (String name : List.of("v0", "v1", "../v", "v2")) {
      versions.add(version(name, weights));
    }
    versions.addObject().put("version", "v3");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
    server.createContext(
        "/models",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          boolean gone = path.equals("/models/v1/weights");
          byte[] body =
              path.endsWith("/weights")
                  ? weights
                  : path.equals("/models/champion")
                      ? bytes(version("v2", weights).toString())
                      : bytes(versions.toString());
          exchange.sendResponseHeaders(gone ? 410 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try (RunFolder run = open(folder, false)) {
      CloudKnowledge knowledge =
          new CloudKnowledge(
              new KnowledgeClient(
                  URI.create("http://127.0.0.1:" + server.getAddress().getPort()), 1 << 20));
      knowledge.copy(knowledge.versions(), run);
      assertEquals(
          Set.of(
              "models/champion.safetensors",
              "models/v0.json",
              "models/v0.safetensors",
              "models/v1.json",
              "models/v2.json",
              "models/v2.safetensors"),
          content().keySet());
      assertEquals("weights", content().get("models/champion.safetensors"));
      assertEquals(
          version("v2", weights),
          new ObjectMapper().readTree(String.valueOf(content().get("models/v2.json"))));
    } finally {
      server.stop(0);
    }
  }

  private static ObjectNode version(String name, byte[] weights) throws JsonProcessingException {
    ModelVersion version =
        new ModelVersion(
            "v9",
            DurableFiles.sha256(weights),
            weights.length,
            "2026-03-05T14:21:40Z",
            null,
            Verdict.INITIAL,
            "the first",
            null,
            null,
            Provenance.ofFile("a.safetensors"));
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(KnowledgeJson.text(version));
    return json.put("version", name);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  @Test
  @DisplayName("without --out a run gets a folder of its own; one that never began is used again")
  void firstFreeFolder() throws Exception {
    Path first = folder.resolve("seamark-out");
    try (RunFolder run = RunFolder.firstFree(first, Map.of())) {
      assertEquals(first, run.named());
    }
    try (RunFolder run = RunFolder.firstFree(first, Map.of())) {
      assertEquals(first, run.named());
      try (RunFolder meanwhile = RunFolder.firstFree(first, Map.of())) {
        assertEquals(folder.resolve("seamark-out-2"), meanwhile.named());
      }
      fill(run, "old");
      run.complete();
    }
    Files.writeString(Files.createDirectory(folder.resolve("seamark-out-3")).resolve("a"), "mine");
    try (RunFolder run = RunFolder.firstFree(first, Map.of())) {
      assertEquals(folder.resolve("seamark-out-2"), run.named());
      fill(run, "old");
    }
    try (RunFolder run = RunFolder.firstFree(first, Map.of())) {
      assertEquals(folder.resolve("seamark-out-4"), run.named());
    }
    assertEquals("old", content().get("seamark-out/report.html"));
    assertEquals("mine", content().get("seamark-out-3/a"));
  }

  @Test
  @DisplayName("what a person added stays where it is")
  void addedFilesStay() throws Exception {
    former();
    Map<String, String> mine =
        Map.of(
            "notes.txt", "mine",
            "models/notes.txt", "mine",
            "models/mine.safetensors", "mine",
            "answers/labels/a.png", "mine",
            "buffer/plan.csv", "mine",
            "logs/logs.txt", "mine");
    for (Map.Entry<String, String> file : mine.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.resolveSibling("."));
      Files.writeString(path, file.getValue());
    }
    try (RunFolder run = open(folder, true)) {
      fill(run, "new");
      run.complete();
    }
    Map<String, String> after = content();
    mine.forEach((name, text) -> assertEquals(text, after.get(name), name));
    assertEquals("new", after.get("report.html"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "report.html",
        "summary.json",
        "answers/a.png",
        "answers/label-of-mine.png",
        "models/v0.safetensors",
        "models/champion.safetensors",
        "models/v7.safetensors",
        "edge/models/v7.safetensors"
      })
  @DisplayName("a file that a person changed or put under a run's name stops the start")
  void changedFilesStopTheStart(String name) throws Exception {
    former();
    Files.createDirectories(folder.resolve("edge/models"));
    Files.writeString(folder.resolve(name), "edited");
    String message = refused(true);
    assertTrue(message.contains(name) && message.contains("move it away"), message);
  }

  @Test
  @DisplayName("a person's change while the new run goes on is kept, and the new run too")
  void changeMeanwhileIsKept() throws Exception {
    former();
    try (RunFolder run = open(folder, true)) {
      fill(run, "new");
      Files.writeString(folder.resolve("report.html"), "edited");
      String message = String.valueOf(assertThrows(IOException.class, run::complete).getMessage());
      assertTrue(message.contains(run.root().toString()), message);
      assertEquals("edited", content().get("report.html"));
      assertEquals("old", content().get("summary.json"));
      assertEquals("new", Files.readString(run.root().resolve("report.html")));
    }
    refused(true);
    Files.delete(folder.resolve("report.html"));
    // The next start finishes what could not be finished, whatever becomes of it.
    assertThrows(IllegalArgumentException.class, () -> open(folder, false));
    assertEquals("new", content().get("report.html"));
    assertEquals("new", content().get("summary.json"));
  }

  @Test
  @DisplayName("a run that never answered a frame leaves nothing to keep, but a person's files")
  void neverBegunRunIsNone() throws Exception {
    try (RunFolder run = open(folder, false)) {
      Files.writeString(run.logs().resolve("edge.log"), "old");
      // As a kill leaves it.
      Files.writeString(run.models().resolve("v0.safetensors"), "old");
    }
    Files.writeString(folder.resolve("notes.txt"), "mine");
    try (RunFolder run = open(folder, false)) {
      assertFalse(run.replaces());
      assertEquals(Map.of("notes.txt", "mine"), content());
    }
  }

  @Test
  @DisplayName("a run that was killed after it had answered a frame is a former run")
  void begunRunIsKept() throws Exception {
    try (RunFolder run = open(folder, false)) {
      run.answer("a", bytes("old"));
      run.begun();
    }
    assertTrue(refused(false).contains("--overwrite"));
  }

  @Test
  void folderOfSomethingElseIsRefusedUntouched() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "precious");
    for (boolean overwrite : List.of(false, true)) {
      assertEquals(
          "--out "
              + folder
              + " is not empty and not a former run's folder: name another one, or empty it",
          refused(overwrite));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    assertThrows(IllegalArgumentException.class, () -> open(file, false));
    assertEquals("precious", Files.readString(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"answers", "models", "edge/outbox", "logs/knowledge-management"})
  void linksAreNotFollowed(String place, @TempDir Path other) throws Exception {
    former();
    Files.createDirectories(folder.resolve(place));
    Files.move(folder.resolve(place), other.resolve("moved"));
    Path precious = Files.writeString(other.resolve("cursor"), "precious");
    Files.createSymbolicLink(folder.resolve(place), other);
    String message = refused(true);
    assertTrue(message.contains(place + " was not written by seamark"), message);
    assertEquals("precious", Files.readString(precious));
  }

  @Test
  @DisplayName("a folder has one owner until it is closed")
  void oneOwner() throws Exception {
    try (RunFolder first = open(folder, false)) {
      for (boolean overwrite : List.of(false, true)) {
        assertEquals(
            folder + " is being written by another seamark: wait for it, or name another folder",
            refused(overwrite));
      }
      fill(first, "old");
    }
    assertEquals("old", content().get("report.html"));
    assertTrue(refused(false).contains("--overwrite"));
  }

  @Test
  @DisplayName("a server of a killed run that still ends is waited for")
  void waitsForServersOfAKilledRun() throws Exception {
    Path process;
    try (RunFolder run = open(folder, false)) {
      process = Files.createDirectories(run.logs().resolve("knowledge-management"));
      process = process.resolve("process");
    }
    Process server = new ProcessBuilder("sleep", "2").start();
    Files.writeString(process, server.pid() + "\n");
    Files.setLastModifiedTime(process, FileTime.from(Instant.now()));
    try (RunFolder run = open(folder, false)) {
      assertFalse(server.isAlive(), "the folder was given while a server wrote to it");
      assertFalse(run.replaces());
    }
  }

  @Test
  @DisplayName("what is read cannot be where results go, nor in there, under whatever name")
  void inputsAreRefused() throws Exception {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path model = Files.writeString(images.resolve("model.safetensors"), "precious");
    Path link = Files.createSymbolicLink(folder.resolve("link"), images);
    for (Path out : List.of(images, link, folder.resolve("link/../images"))) {
      for (Map<String, Path> inputs :
          List.of(Map.of("--source", images), Map.of("--edge-model", model))) {
        IllegalArgumentException e =
            assertThrows(IllegalArgumentException.class, () -> RunFolder.open(out, true, inputs));
        String option = inputs.keySet().iterator().next();
        assertTrue(String.valueOf(e.getMessage()).contains(option), e.getMessage());
      }
    }
    try (Stream<Path> files = Files.list(images)) {
      assertEquals(List.of(model), files.toList());
    }
    // A folder in a folder of images is no input.
    RunFolder.open(images.resolve("out"), false, Map.of("--source", images)).close();
  }
}
