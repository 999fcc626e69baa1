package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The template plugin, built apart from Seamark against the API's jar alone, in the assembled
 * command.
 */
class TemplatePluginTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path SOURCES = Seamark.ROOT.resolve("tests/template-plugin/src/main");

  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("is listed, decides about pictures, and decides in a running edge")
  void fromJarToDecision() throws Exception {
    Path jar = Files.createDirectory(folder.resolve("plugins")).resolve("low-quantile.jar");
    build(jar);

    JsonNode listed = null;
    for (JsonNode plugin :
        run("plugins", "list", "--plugins", "plugins", "--json").json().path("plugins")) {
      listed = plugin.path("name").asText().equals("low_quantile") ? plugin : listed;
    }
    assertNotNull(listed, "low_quantile is not listed");
    assertEquals("hard_example_mining", listed.path("kind").asText());
    assertTrue(listed.path("origin").asText().endsWith("low-quantile.jar"), listed.toString());
    assertEquals("0.6", listed.path("hyperparameters").path("threshold").asText());

    pictures();
    run(
        "predict",
        "--plugins",
        "plugins",
        "--images",
        "pictures",
        "--hem",
        "low_quantile",
        "--out",
        "labels");
    List<String> decisions = Files.readAllLines(folder.resolve("labels/decisions.csv"));
    assertEquals(4, decisions.size(), decisions.toString());
    for (String decision : decisions.subList(1, 4)) {
      assertTrue(decision.contains("at 0.05, threshold 0.600"), decision);
    }

    assertEquals(5, hardOfFive("1"), "below the largest threshold every frame is hard");
    assertEquals(0, hardOfFive("0"), "below the smallest threshold none is");
  }

  private int hardOfFive(String threshold) throws Exception {
    Seamark.Result edge =
        run(
            "edge",
            "--plugins",
            "plugins",
            "--hem",
            "low_quantile",
            "--set",
            "hard_example_mining.low_quantile.threshold=" + threshold,
            "--set",
            "sample_source.procedural_street.frames=5",
            "--drain",
            "0",
            "--out",
            "edge-" + threshold,
            "--json");
    assertEquals(5, edge.json().path("frames").asInt(), edge.out());
    return edge.json().path("hard").asInt();
  }

  private Seamark.Result run(String... arguments) throws Exception {
    Seamark.Result result = Seamark.run(folder, LIMIT, arguments);
    assertEquals(0, result.exit(), result.err());
    return result;
  }

  private void pictures() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 3; i++) {
      BufferedImage picture = new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 64; y++) {
        for (int x = 0; x < 96; x++) {
          picture.setRGB(x, y, y < 24 + 8 * i ? 0x8899CC : 0x444444 + x);
        }
      }
      ImageIO.write(picture, "png", pictures.resolve("picture-" + i + ".png").toFile());
    }
  }

  private void build(Path jar) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none"));
    arguments.addAll(List.of("-d", classes.toString(), "-cp", api().toString()));
    try (Stream<Path> sources = Files.walk(SOURCES.resolve("java"))) {
      sources.map(Path::toString).filter(s -> s.endsWith(".java")).forEach(arguments::add);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, arguments.toArray(String[]::new)));
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      add(entries, classes);
      add(entries, SOURCES.resolve("resources"));
    }
  }

  private static Path api() throws IOException {
    try (Stream<Path> libraries = Files.list(Seamark.HOME.resolve("lib"))) {
      return libraries
          .filter(l -> String.valueOf(l.getFileName()).startsWith("seamark-plugin-api-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void add(JarOutputStream jar, Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
  }
}
