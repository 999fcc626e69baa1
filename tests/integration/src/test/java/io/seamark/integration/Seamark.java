package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The assembled command lines, started as processes. */
final class Seamark {
  static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  static final Path HOME = ROOT.resolve("liberty-config/target/seamark");
  static final Path SLIM_HOME = ROOT.resolve("edge-runtime/target/seamark-edge");

  private Seamark() {}

  /**
   * What a finished command left.
   *
   * @param exit its exit status
   * @param out standard output
   * @param err standard error
   */
  record Result(int exit, String out, String err) {
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      assertTrue(!lines.isEmpty(), () -> "no output; standard error: " + err);
      return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }
  }

  static Result run(Path folder, Duration limit, String... arguments) throws Exception {
    return run(HOME, folder, limit, List.of(arguments));
  }

  static Result run(Path home, Path folder, Duration limit, List<String> arguments)
      throws Exception {
    File out = Files.createTempFile(folder, "out", ".txt").toFile();
    File err = Files.createTempFile(folder, "err", ".txt").toFile();
    Process process = start(home, folder, out, err, arguments);
    boolean done = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!done) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String errors = Files.readString(err.toPath());
    assertTrue(done, () -> "still running after " + limit + ": " + arguments + "\n" + errors);
    return new Result(process.exitValue(), Files.readString(out.toPath()), errors);
  }

  static Process start(Path home, Path folder, File out, File err, List<String> arguments)
      throws IOException {
    Path launcher = home.resolve("bin/seamark");
    assertTrue(Files.isExecutable(launcher), launcher + " is missing: run mvn package first");
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectOutput(out)
        .redirectError(err)
        .start();
  }
}
