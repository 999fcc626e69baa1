package io.seamark.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The edge's images of both architectures, as they are built on nothing but Debian's packages. */
class EdgeImageTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Map<Architecture, ImageFile> IMAGES = new EnumMap<>(Architecture.class);
  private static final Map<Architecture, Path> FILES = new EnumMap<>(Architecture.class);
  private static final double MB = 1e6;
  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void build() throws IOException {
    Map<Architecture, CompletableFuture<Path>> building = new EnumMap<>(Architecture.class);
    for (Architecture each : Architecture.values()) {
      building.put(each, CompletableFuture.supplyAsync(() -> build(each)));
    }
    for (Map.Entry<Architecture, CompletableFuture<Path>> each : building.entrySet()) {
      try {
        Path file = each.getValue().join();
        FILES.put(each.getKey(), file);
        IMAGES.put(each.getKey(), ImageFile.read(file));
      } catch (CompletionException e) {
        if (e.getCause() instanceof DebianRuntime.UnavailableException unavailable) {
          abort("no image was built or checked: " + unavailable.getMessage());
        }
        throw e;
      }
    }
  }

  private static Path build(Architecture architecture) {
    try {
      return ImageBuild.build(ROOT, ImageKind.EDGE, architecture, "scratch", "test", folder);
    } catch (IOException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  private static ImageFile image(Architecture architecture) {
    ImageFile image = IMAGES.get(architecture);
    assertNotNull(image);
    return image;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("it says what it is, starts seamark, and is nobody's root")
  void manifest(Architecture architecture) {
    JsonNode config = image(architecture).config();
    assertEquals(architecture.id(), config.path("architecture").asText());
    assertEquals("linux", config.path("os").asText());
    JsonNode run = config.path("config");
    // A number, since Kubernetes cannot tell whether a name is root's.
    assertEquals("10001:10001", run.path("User").asText());
    assertEquals("[\"/opt/seamark/bin/seamark\"]", run.path("Entrypoint").toString());
    assertEquals("/home/seamark", run.path("WorkingDir").asText());
    assertTrue(run.path("ExposedPorts").has("9080/tcp"));
    assertEquals("test", run.at("/Labels/org.opencontainers.image.version").asText());
    assertEquals("Apache-2.0", run.at("/Labels/org.opencontainers.image.licenses").asText());
    Set<String> environment =
        StreamSupport.stream(run.path("Env").spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.toSet());
    assertTrue(environment.contains("JAVA_HOME=/opt/java"), environment.toString());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("no file in it may be changed by the user that it runs as, but below its home")
  void owners(Architecture architecture) {
    for (Map.Entry<String, TarArchiveEntry> each : image(architecture).files().entrySet()) {
      String path = each.getKey();
      TarArchiveEntry entry = each.getValue();
      boolean writable = (entry.getMode() & 02) != 0 || entry.getLongUserId() == ImageLayers.USER;
      assertEquals(path.startsWith("/home/seamark") || path.equals("/tmp/"), writable, path);
      assertEquals(0, entry.getMode() & 06000, () -> path + " has its owner's rights");
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("it holds neither training, SAM nor Liberty, and natives of its architecture alone")
  void content(Architecture architecture) {
    Set<String> names = image(architecture).files().keySet();
    for (String absent :
        List.of("tensorflow", "/wlp/", ".war", "segment-anything", "knowledge", "javacpp")) {
      assertEquals(
          List.of(),
          names.stream()
              .filter(name -> name.startsWith(ImageLayers.HOME))
              .filter(name -> name.contains(absent))
              .toList(),
          absent);
    }
    for (String present : List.of("/onnxruntime-", "/jna-", "/zstd-jni-", "/seamark-edge-")) {
      assertTrue(names.stream().anyMatch(name -> name.contains(present)), present);
    }
    assertTrue(names.contains("/opt/seamark/bin/seamark"));
    assertTrue(names.contains("/opt/java/bin/java"));
    assertTrue(names.contains("/usr/lib/locale/C.utf8/LC_CTYPE"));
    String other = architecture == Architecture.AMD64 ? "aarch64" : "x86";
    assertEquals(List.of(), names.stream().filter(name -> name.contains(other)).toList());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("it is at most 250 MB with its Java, and 100 MB packed")
  void size(Architecture architecture) throws IOException {
    ImageFile image = image(architecture);
    Path file = FILES.get(architecture);
    assertNotNull(file);
    String sizes = image.sizes(file, "seamark-edge-" + architecture.id());
    assertTrue(image.unpacked() < 250 * MB, sizes);
    assertTrue(image.unpacked() > 50 * MB, sizes);
    assertTrue(Files.size(file) < 100 * MB, sizes);
  }

  @Test
  @DisplayName("an unknown platform or image, and a distribution that is not there, are named")
  void badInput() {
    assertTrue(message(() -> Architecture.of("armv7")).contains("'armv7'"));
    assertTrue(message(() -> ImageKind.of("all")).contains("'all'"));
    String missing =
        message(
            () ->
                ImageBuild.build(
                    folder, ImageKind.EDGE, Architecture.AMD64, "scratch", "test", folder));
    assertTrue(missing.contains(folder.toString()), missing);
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  @DisplayName(
      "the one of this machine's architecture labels frames on a read-only root, as nobody")
  void runs() throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "this machine is not of x86-64: not run");
    Path root = Files.createDirectories(folder.resolve("root"));
    Path file = FILES.get(Architecture.AMD64);
    assertNotNull(file);
    ImageFile.unpack(file, root);
    for (String mount : List.of("proc", "dev", "state")) {
      Files.createDirectories(root.resolve(mount));
    }
    Process process =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                ROOT.resolve("liberty-config/images/src/test/scripts/in-image.sh").toString(),
                root.toString(),
                "edge",
                "--out=/state/edge",
                "--set=sample_source.procedural_street.frames=3",
                "--threads=1",
                "--json")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    if (process.exitValue() == DebianRuntime.UNAVAILABLE || said.startsWith("unshare: ")) {
      abort("the image was not run: this user may not make a root of its own: " + said.strip());
    }
    assertEquals(0, process.exitValue(), said);
    List<String> lines = said.lines().toList();
    JsonNode figures = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertEquals(3, figures.path("frames").asInt(), said);
    assertFalse(said.contains("WARN"), said);
  }
}
