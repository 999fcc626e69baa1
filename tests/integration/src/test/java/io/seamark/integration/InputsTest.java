package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cloud.LibertyServer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile inputs of more than 200 kinds are refused by name and end nothing, and more than 200
 * kinds of ordinary ones are taken: at the running services, at a running edge and at everything
 * that reads files, each with the memory that it is shipped with.
 */
class InputsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("files")
  void files() throws Exception {
    List<List<String>> commands = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    Path hostile = written("hostile", HostileInputs.images());
    Files.write(
        hostile.resolve("good.png"), Pictures.png(Pictures.WIDTH, Pictures.HEIGHT, 2, 8, 0));
    commands.add(
        List.of(
            "predict",
            "--images",
            hostile.toString(),
            "--out",
            folder.resolve("a").toString(),
            "--json"));
    expected.add("hostile images");
    Path benign = written("benign", BenignInputs.images());
    commands.add(
        List.of(
            "predict",
            "--images",
            benign.toString(),
            "--out",
            folder.resolve("b").toString(),
            "--json"));
    expected.add("benign images");
    for (Path model : sorted(written("models", HostileInputs.models()))) {
      commands.add(List.of("model", "inspect", model.toString()));
      expected.add("refused " + model.getFileName());
    }
    for (Map.Entry<String, byte[]> segment : HostileInputs.segments().entrySet()) {
      Path buffer =
          written("buffer-" + segment.getKey(), Map.of("0000000000.arrow", segment.getValue()));
      commands.add(List.of("buffer", "verify", buffer.toString()));
      expected.add("refused 0000000000");
    }
    for (Map.Entry<String, byte[]> jar : HostileInputs.jars().entrySet()) {
      Path plugins = written("plugins-" + jar.getKey(), Map.of(jar.getKey(), jar.getValue()));
      commands.add(List.of("plugins", "check", plugins.toString()));
      expected.add("refused " + jar.getKey());
    }
    configurations(commands, expected);
    for (String verb :
        List.of(
            "bench", "buffer", "doctor", "edge", "masks", "model", "plugins", "predict", "run",
            "train")) {
      commands.add(List.of(verb, "--help"));
      expected.add("taken");
    }
    List<JsonNode> results = run(commands);
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    int taken = 0;
    for (int i = 0; i < commands.size(); i++) {
      JsonNode result = results.get(i);
      String what = expected.get(i);
      int status = result.path("status").asInt();
      String told = result.path("err").asText() + result.path("out").asText();
      if (what.startsWith("refused ")) {
        refused++;
        boolean named = told.contains(what.substring("refused ".length()));
        if ((status != 1 && status != 2)
            || !named
            || told.contains("\tat ")
            || told.contains("OutOfMemory")) {
          wrong.add(commands.get(i) + " -> " + result);
        }
      } else if (what.equals("taken")) {
        taken++;
        if (status != 0) {
          wrong.add(commands.get(i) + " -> " + result);
        }
      }
    }
    JsonNode bad = lastLine(results.get(0));
    assertEquals(List.of("good.png.png"), maps(folder.resolve("a")));
    assertEquals(1, bad.path("images").asInt(), () -> results.get(0).toString());
    assertEquals(
        HostileInputs.images().size(),
        bad.path("skipped").asInt(),
        () -> results.get(0).toString());
    for (String name : HostileInputs.images().keySet()) {
      if (!results.get(0).path("err").asText().contains(name.replaceAll("\\.\\w+$", ""))) {
        wrong.add(name + " is not named");
      }
    }
    JsonNode good = lastLine(results.get(1));
    assertEquals(0, good.path("skipped").asInt(), () -> results.get(1).toString());
    assertEquals(BenignInputs.images().size(), good.path("images").asInt());
    assertEquals(BenignInputs.images().size(), maps(folder.resolve("b")).size());
    refused += HostileInputs.images().size();
    taken += BenignInputs.images().size();
    System.out.printf(
        "files: %d hostile inputs refused by name, %d benign ones taken, %d wrong%n",
        refused, taken, wrong.size());
    assertEquals(List.of(), wrong);
  }

  private void configurations(List<List<String>> commands, List<String> expected)
      throws IOException {
    int number = 0;
    for (Map.Entry<String, byte[]> one : HostileInputs.configurations().entrySet()) {
      String name = "hostile-" + number++ + ".properties";
      Path file = written("configuration", Map.of(name, one.getValue())).resolve(name);
      commands.add(List.of("plugins", "list", "--config", file.toString()));
      String key =
          one.getKey().contains("=") && !one.getKey().contains("\\uZ")
              ? one.getKey().replaceAll("=.*", "")
              : name;
      expected.add("refused " + key);
    }
    for (Map.Entry<String, byte[]> one : HostileInputs.algorithms().entrySet()) {
      String name = one.getKey().replace(' ', '-') + ".yaml";
      Path file = written("configuration", Map.of(name, one.getValue())).resolve(name);
      commands.add(List.of("plugins", "list", "--algorithm", file.toString()));
      expected.add("refused " + name);
    }
    for (String text : BenignInputs.configurations()) {
      String name = "benign-" + number++ + ".properties";
      Path file =
          written("configuration", Map.of(name, text.getBytes(StandardCharsets.UTF_8)))
              .resolve(name);
      commands.add(List.of("plugins", "list", "--config", file.toString()));
      expected.add("taken");
    }
  }

  @Test
  @DisplayName("requests")
  void requests() throws Exception {
    Map<String, String> settings =
        Map.of("SEAMARK_DATA", folder.resolve("data").toString(), "SEAMARK_BODY_SECONDS", "3");
    Path work = Files.createDirectory(folder.resolve("work"));
    Process edge = null;
    try (LibertyServer unknown =
            LibertyServer.start(Seamark.HOME, "unknown-task-processing", 0, work, settings);
        LibertyServer knowledge =
            LibertyServer.start(Seamark.HOME, "knowledge-management", 0, work, settings)) {
      unknown.awaitReady(Duration.ofMinutes(3));
      knowledge.awaitReady(Duration.ofMinutes(3));
      File told = folder.resolve("edge.txt").toFile();
      edge =
          Seamark.start(
              Seamark.SLIM_HOME,
              folder,
              folder.resolve("edge.out").toFile(),
              told,
              List.of(
                  "edge",
                  "--port",
                  "0",
                  "--out",
                  "edge",
                  "--set",
                  "sample_source.procedural_street.frames=1000000"));
      URI device = address(edge, told.toPath());
      List<String> wrong = new ArrayList<>();
      int refused = 0;
      refused += refused(unknown.uri(), HostileInputs.unknownTasks(), wrong);
      refused += refused(unknown.uri(), HostileInputs.anyServer(), wrong);
      refused += refused(knowledge.uri(), HostileInputs.knowledge(), wrong);
      refused += refused(knowledge.uri(), HostileInputs.anyServer(), wrong);
      refused += refused(device, HostileInputs.anyServer(), wrong);
      int taken = 0;
      // Before there are samples, with which a round begins by itself.
      taken += taken(knowledge.uri(), BenignInputs.knowledge(), wrong);
      taken += taken(unknown.uri(), BenignInputs.unknownTasks(), wrong);
      taken += taken(device, BenignInputs.edge(), wrong);
      System.out.printf(
          "requests: %d hostile ones refused, %d benign ones taken, %d wrong; peak resident MB: unknown-task processing %d, knowledge management %d, edge %d%n",
          refused,
          taken,
          wrong.size(),
          peak(unknown.process()),
          peak(knowledge.process()),
          peak(edge.toHandle()));
      assertEquals(List.of(), wrong);
      assertTrue(unknown.alive() && knowledge.alive() && edge.isAlive(), "a process ended");
    } finally {
      if (edge != null) {
        edge.destroy();
        edge.waitFor(60, TimeUnit.SECONDS);
        edge.destroyForcibly();
      }
    }
  }

  private static int refused(URI service, List<HttpCall> calls, List<String> wrong)
      throws IOException {
    for (HttpCall call : calls) {
      HttpCall.Reply reply = call.send(service);
      // What is no HTTP may be hung up on; of what is, the fault is named.
      boolean ok =
          reply.status() == 0
              || (reply.status() >= 400 && reply.status() < 500)
              || reply.status() == 501
              // As Sedna's own server answers a callback that it does not have.
              || (reply.status() == 500 && reply.text().contains("no callback is registered"))
              || reply.status() == 505;
      boolean leaks = reply.text().contains("\tat ") || reply.text().contains("root:");
      boolean ours = call.name().matches("(sample|v2|sedna): .*");
      if (!ok || leaks || (ours && (reply.status() == 0 || reply.text().isBlank()))) {
        wrong.add(
            service.getPort()
                + " "
                + call.name()
                + " -> "
                + reply.status()
                + " "
                + shorter(reply.text()));
      }
    }
    return calls.size();
  }

  private static int taken(URI service, List<HttpCall> calls, List<String> wrong)
      throws IOException {
    for (HttpCall call : calls) {
      HttpCall.Reply reply = call.send(service);
      if (reply.status() < 200 || reply.status() > 299) {
        wrong.add(
            service.getPort()
                + " "
                + call.name()
                + " -> "
                + reply.status()
                + " "
                + shorter(reply.text()));
      }
    }
    return calls.size();
  }

  private static String shorter(String text) {
    return text.length() > 300 ? text.substring(0, 300) : text;
  }

  /** Where the edge says that it listens. */
  private static URI address(Process edge, Path told) throws IOException {
    Pattern line = Pattern.compile("metrics and health on (http://\\S+)");
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (System.nanoTime() < deadline && edge.isAlive()) {
      Matcher found = line.matcher(Files.readString(told));
      if (found.find()) {
        return URI.create(found.group(1));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    throw new IOException("the edge does not listen: " + Files.readString(told));
  }

  /** Most memory that a process tree's largest process ever held, in MB. */
  private static long peak(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .mapToLong(
            one -> {
              try (Stream<String> lines = Files.lines(Path.of("/proc", "" + one.pid(), "status"))) {
                return lines
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst()
                    .orElse(0);
              } catch (IOException e) {
                return 0;
              }
            })
        .max()
        .orElse(0);
  }

  private List<JsonNode> run(List<List<String>> commands) throws Exception {
    List<String> lines = new ArrayList<>();
    for (List<String> command : commands) {
      lines.add(JSON.writeValueAsString(command));
    }
    Path input = Files.write(folder.resolve("commands.txt"), lines, StandardCharsets.UTF_8);
    Path results = folder.resolve("results.txt");
    ProcessBuilder builder =
        new ProcessBuilder(CommandLines.java())
            .directory(folder.toFile())
            .redirectInput(input.toFile())
            .redirectOutput(results.toFile())
            .redirectError(folder.resolve("process.txt").toFile());
    builder
        .environment()
        .putAll(
            new TreeMap<>(
                Map.of(
                    "LC_ALL", "C.UTF-8", "TF_ENABLE_ONEDNN_OPTS", "1", "MALLOC_ARENA_MAX", "2")));
    Process process = builder.start();
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    List<JsonNode> told = new ArrayList<>();
    for (String line : Files.exists(results) ? Files.readAllLines(results) : List.<String>of()) {
      told.add(JSON.readTree(line));
    }
    assertTrue(ended, () -> "still running after " + told.size() + " commands");
    assertEquals(
        commands.size(),
        told.size(),
        () ->
            "the process ended at "
                + commands.get(told.size())
                + ": "
                + text(folder.resolve("process.txt")));
    return told;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static JsonNode lastLine(JsonNode result) throws IOException {
    List<String> lines = result.path("out").asText().lines().toList();
    assertTrue(!lines.isEmpty(), result::toString);
    return JSON.readTree(lines.get(lines.size() - 1));
  }

  private Path written(String name, Map<String, byte[]> files) throws IOException {
    Path below = Files.createDirectories(folder.resolve(name));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(below.resolve(file.getKey()), file.getValue());
    }
    return below;
  }

  private static List<String> maps(Path folder) throws IOException {
    return sorted(folder).stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.endsWith(".png"))
        .toList();
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
