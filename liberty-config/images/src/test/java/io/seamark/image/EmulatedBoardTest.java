package io.seamark.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.seamark.shared.SharedFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The slim distribution on an emulated Cortex-A72, a Raspberry Pi 4's processor. Takes about ten
 * minutes, so it runs only where {@code SEAMARK_EMULATE} is {@code true}.
 */
class EmulatedBoardTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path SCRIPT =
      ROOT.resolve("liberty-config/images/src/test/scripts/emulated-java.sh");

  @Test
  @DisplayName("five real frames get the same class maps on emulated arm64 as on x86-64")
  void sameLabels(@TempDir Path folder) throws Exception {
    assumeTrue(
        System.getenv().getOrDefault("SEAMARK_EMULATE", "").equals("true"),
        "arm64 was not emulated: that takes over ten minutes, and SEAMARK_EMULATE=true asks for it");
    Path frames = SharedFolder.path("data/camvid/val");
    Path model = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    Path runtime;
    try {
      runtime = DebianRuntime.of(ROOT, ImageKind.EDGE, Architecture.ARM64);
    } catch (DebianRuntime.UnavailableException e) {
      abort("arm64 was not emulated: " + e.getMessage());
      return;
    }
    Path javaHome = folder.resolve("java");
    Process made =
        new ProcessBuilder(SCRIPT.toString(), runtime.toString(), javaHome.toString())
            .inheritIO()
            .start();
    int status = made.waitFor();
    assumeTrue(status != DebianRuntime.UNAVAILABLE, "arm64 was not emulated: there is no QEMU");
    assertEquals(0, status);

    Path here = label(folder, "x86-64", Path.of(System.getProperty("java.home")), frames, model);
    Path there = label(folder, "arm64", javaHome, frames, model);
    try (Stream<Path> maps = Files.list(here)) {
      List<Path> pictures = maps.filter(file -> file.toString().endsWith(".png")).sorted().toList();
      assertEquals(5, pictures.size());
      for (Path picture : pictures) {
        Path other = there.resolve(here.relativize(picture));
        assertEquals(-1, Files.mismatch(picture, other), picture.toString());
      }
    }
  }

  private static Path label(Path folder, String name, Path javaHome, Path frames, Path model)
      throws IOException, InterruptedException {
    Path out = folder.resolve(name);
    File said = folder.resolve(name + ".txt").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
                ROOT.resolve("edge-runtime/target/seamark-edge/bin/seamark").toString(),
                "predict",
                "--images=" + frames,
                "--select=0016E5_07959*,0016E5_07999*,0016E5_08039*,0016E5_08079*,0016E5_08119*",
                "--edge-model=" + model,
                "--threads=1",
                "--out=" + out,
                "--json")
            .redirectErrorStream(true)
            .redirectOutput(said);
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("SEAMARK_JAVA_OPTS", "");
    long start = System.nanoTime();
    Process process = builder.start();
    boolean ended = process.waitFor(30, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(said.toPath());
    assertTrue(ended, text);
    assertEquals(0, process.exitValue(), text);
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    Files.writeString(
        Files.createDirectories(ROOT.resolve("liberty-config/images/target"))
            .resolve("emulated-" + name + ".txt"),
        seconds + " s\n" + text);
    return out;
  }
}
