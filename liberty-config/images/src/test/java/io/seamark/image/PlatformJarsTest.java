package io.seamark.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlatformJarsTest {
  private static final Path LIBRARIES =
      Path.of("..", "..", "edge-runtime/target/seamark-edge/lib").toAbsolutePath().normalize();

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "of the slim distribution's natives those of the architecture stay, all else as it was")
  void nativesOfOneArchitecture(Architecture architecture, @TempDir Path folder)
      throws IOException {
    String own =
        architecture == Architecture.AMD64
            ? "linux-x64|linux-x86-64|linux/amd64|Linux/x86_64"
            : "linux-aarch64|linux/aarch64|Linux/arm64";
    Set<String> libraries = new TreeSet<>();
    List<Path> jars;
    try (Stream<Path> all = Files.list(LIBRARIES)) {
      jars = all.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      Path packed = PlatformJars.of(jar, architecture, folder);
      for (String entry : entries(packed)) {
        if (isNative(entry)) {
          assertTrue(entry.matches(".*/?(" + own + ")/.*"), jar.getFileName() + ": " + entry);
          libraries.add(entry.replaceAll(".*/lib|[-.].*", ""));
        }
      }
      if (!packed.equals(jar)) {
        assertEquals(code(jar), code(packed), jar.toString());
        assertTrue(Files.size(packed) < Files.size(jar), jar.toString());
      }
    }
    assertEquals(
        Set.of("jlinenative", "jnidispatch", "onnxruntime", "onnxruntime4j_jni", "zstd"),
        libraries);
  }

  private static Set<String> entries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().map(ZipEntry::getName).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Classes and what they read, with their sizes. */
  private static Set<String> code(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .filter(entry -> entry.getName().matches(".*\\.class|META-INF/.*"))
          .map(entry -> entry.getName() + " " + entry.getCrc())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static boolean isNative(String entry) {
    return entry.matches(".*\\.(so|dll|dylib|jnilib)([-.].*)?") && !entry.endsWith(".class");
  }

  @Test
  @DisplayName("a jar of x86-64 alone gives way to its counterpart, whose absence is named")
  void counterpart(@TempDir Path natives) throws IOException {
    Path jar = Path.of("lib/tensorflow-core-native-1.1.0-linux-x86_64.jar");
    assertEquals(jar, PlatformJars.counterpart(jar, Architecture.AMD64, natives));
    Path plain = Path.of("lib/tensorflow-core-native-1.1.0.jar");
    assertEquals(plain, PlatformJars.counterpart(plain, Architecture.ARM64, natives));
    Path other = natives.resolve("tensorflow-core-native-1.1.0-linux-arm64.jar");
    assertEquals(
        "the image for arm64 needs " + other + ": build with -Pnatives-arm64, or for amd64 alone",
        assertThrows(
                IllegalArgumentException.class,
                () -> PlatformJars.counterpart(jar, Architecture.ARM64, natives))
            .getMessage());
    Files.createFile(other);
    assertEquals(other, PlatformJars.counterpart(jar, Architecture.ARM64, natives));
  }
}
