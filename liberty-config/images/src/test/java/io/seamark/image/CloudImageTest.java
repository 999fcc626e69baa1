package io.seamark.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cloud's images. Packing one takes minutes and needs the whole distribution, so they are built
 * only where {@code SEAMARK_CLOUD_IMAGE} is {@code true}.
 */
class CloudImageTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final double MB = 1e6;

  @ParameterizedTest
  @EnumSource
  @DisplayName("it starts seamark as nobody's root, with the natives of its processor alone")
  void image(Architecture architecture, @TempDir Path folder) throws Exception {
    assumeTrue(
        System.getenv().getOrDefault("SEAMARK_CLOUD_IMAGE", "").equals("true"),
        "the cloud's image was not built: that takes minutes, and SEAMARK_CLOUD_IMAGE=true asks for"
            + " it");
    Path file;
    try {
      file = ImageBuild.build(ROOT, ImageKind.CLOUD, architecture, "scratch", "test", folder);
    } catch (DebianRuntime.UnavailableException e) {
      abort("the cloud's image was not built: " + e.getMessage());
      return;
    }
    ImageFile image = ImageFile.read(file);
    String sizes = image.sizes(file, "seamark-cloud-" + architecture.id());
    assertTrue(image.unpacked() < 900 * MB, sizes);
    assertTrue(Files.size(file) < 800 * MB, sizes);

    assertEquals(architecture.id(), image.config().path("architecture").asText());
    JsonNode run = image.config().path("config");
    assertEquals("10001:10001", run.path("User").asText());
    assertEquals("[\"/opt/seamark/bin/seamark\"]", run.path("Entrypoint").toString());
    assertTrue(run.path("ExposedPorts").has("9081/tcp"));
    assertTrue(run.path("ExposedPorts").has("9082/tcp"));
    natives(architecture, image.files().keySet());
    owners(image);
  }

  private static void natives(Architecture architecture, Set<String> names) {
    boolean amd64 = architecture == Architecture.AMD64;
    String own = amd64 ? "linux-x86_64" : "linux-arm64";
    List<String> tensorflow =
        names.stream()
            .filter(name -> name.contains("/tensorflow-core-native-") && name.contains("linux"))
            .toList();
    assertEquals(1, tensorflow.size(), tensorflow.toString());
    assertTrue(tensorflow.get(0).endsWith(own + ".jar"), tensorflow.toString());
    assertTrue(names.contains("/opt/seamark/bin/seamark"));
    assertTrue(names.contains("/opt/java/bin/java"));
    for (String present :
        List.of("/onnxruntime-", "/knowledge-management.war", "/wlp/bin/server")) {
      assertTrue(names.stream().anyMatch(name -> name.contains(present)), present);
    }
    String other = amd64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
    assertEquals(List.of(), names.stream().filter(name -> name.contains(other)).toList());
  }

  private static void owners(ImageFile image) throws IOException {
    for (var each : image.files().entrySet()) {
      TarArchiveEntry entry = each.getValue();
      boolean writable = (entry.getMode() & 02) != 0 || entry.getLongUserId() == ImageLayers.USER;
      String path = each.getKey();
      assertEquals(path.startsWith("/home/seamark") || path.equals("/tmp/"), writable, path);
    }
  }
}
