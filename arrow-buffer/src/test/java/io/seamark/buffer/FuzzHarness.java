package io.seamark.buffer;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs Jazzer, which changes valid files and messages by what the code does with them, on each of
 * {@link FuzzTargets}. For each target its folder has {@code corpus}, the inputs that reached
 * something new, with which a later run begins, {@code log.txt}, and {@code crash-...} or {@code
 * timeout-...}, what was found.
 */
final class FuzzHarness {
  /** Seconds that one input may take on a busy machine; the targets count processor time. */
  private static final int PATIENCE = 60;

  /** Resident memory of the process, of which the Java machine and the fuzzer take most. */
  private static final int RESIDENT_MIB = 900;

  private final Path folder;
  private final Map<String, Class<?>> targets = new TreeMap<>();

  /** What came of a turn: the fuzzer's last line of figures, and the inputs that it found. */
  record Turn(String target, String figures, List<Path> found) {}

  FuzzHarness(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
    for (Map.Entry<Class<?>, Map<String, byte[]>> each : FuzzTargets.seeds().entrySet()) {
      String name = each.getKey().getSimpleName();
      Path seeds = Files.createDirectories(this.folder.resolve(name).resolve("seeds"));
      Files.createDirectories(this.folder.resolve(name).resolve("corpus"));
      for (Map.Entry<String, byte[]> seed : each.getValue().entrySet()) {
        Files.write(seeds.resolve(seed.getKey()), seed.getValue());
      }
      targets.put(name, each.getKey());
    }
  }

  List<String> targets() {
    return List.copyOf(targets.keySet());
  }

  /** Fuzzes one target for some seconds, in a process of its own. */
  Turn turn(String target, int seconds, long seed) throws IOException, InterruptedException {
    Path here = folder.resolve(target);
    File log = here.resolve("log.txt").toFile();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:MaxDirectMemorySize=256m",
            "-XX:+UseSerialGC",
            "-XX:+EnableDynamicAgentLoading",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-cp",
            classPath(),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + targetClass(target),
            "--instrumentation_includes=io.seamark.buffer.**",
            // All other classes would only make it start later.
            "--custom_hook_includes=io.seamark.buffer.**",
            // What judges the outcome is not to be led by the nose.
            "--instrumentation_excludes=io.seamark.buffer.Outcomes**:io.seamark.buffer.Fuzz**",
            "--custom_hook_excludes=io.seamark.buffer.Outcomes**:io.seamark.buffer.Fuzz**",
            "-max_total_time=" + seconds,
            "-timeout=" + PATIENCE,
            "-rss_limit_mb=" + RESIDENT_MIB,
            "-seed=" + Math.floorMod(seed, Integer.MAX_VALUE),
            "-max_len=200000",
            "-artifact_prefix=" + here + "/",
            here.resolve("corpus").toString(),
            here.resolve("seeds").toString());
    Process process =
        new ProcessBuilder(command)
            .directory(here.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    int exit;
    try {
      exit = process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(here)) {
      found =
          files
              .filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .matches("(crash|timeout|oom|leak|slow-unit)-.*"))
              .toList();
    }
    List<String> lines = Files.readAllLines(log.toPath());
    String figures =
        lines.stream().filter(line -> line.matches("#\\d+\\s.*")).reduce((a, b) -> b).orElse("");
    if (found.isEmpty() && (exit != 0 || figures.isEmpty())) {
      throw new IOException("Jazzer ended with " + exit + ": " + String.join("\n", lines));
    }
    return new Turn(target, figures.strip(), found);
  }

  /** The child works elsewhere, so that what the fuzzer leaves lies where it belongs. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private String targetClass(String target) {
    Class<?> found = targets.get(target);
    if (found == null) {
      throw new IllegalArgumentException("target is " + target + ", but must be of " + targets());
    }
    return found.getName();
  }
}
