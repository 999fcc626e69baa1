package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both launchers in environments with another language. What is not ASCII is made and named by the
 * shell, as this test's own Java may not be able to.
 */
class ForeignLocaleTest {
  private static final String FOLDER = "$(printf 'm\\303\\274ller')";
  private static final String NAME = "$(printf '\\344\\270\\255\\346\\226\\207')";

  @TempDir Path folder = Path.of(".");

  private Seamark.Result sh(Path home, Map<String, String> environment, String script)
      throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", script, home.resolve("bin/seamark").toString())
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(k -> k.startsWith("LC_") || k.equals("LANG"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean done = process.waitFor(120, TimeUnit.SECONDS);
    if (!done) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertTrue(done, script);
    return new Seamark.Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private void image() throws Exception {
    BufferedImage image = new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", folder.resolve("plain.png").toFile());
    Seamark.Result made =
        sh(
            Seamark.HOME,
            Map.of(),
            "mkdir -p \"" + FOLDER + "\" && cp plain.png \"" + FOLDER + "/" + NAME + ".png\"");
    assertEquals(0, made.exit(), made.err());
  }

  @Test
  @DisplayName("names and arguments that are not ASCII are opened with LC_ALL=C and others")
  void names() throws Exception {
    image();
    List<Map<String, String>> environments =
        List.of(
            Map.of("LC_ALL", "C"),
            Map.of("LC_ALL", "POSIX"),
            Map.of(),
            Map.of("LANG", "de_DE.ISO-8859-1"),
            Map.of("LANG", "xx_YY.UTF-8"));
    for (Path home : List.of(Seamark.HOME, Seamark.SLIM_HOME)) {
      for (Map<String, String> environment : environments) {
        Seamark.Result result =
            sh(
                home,
                environment,
                "exec \"$0\" predict --images \""
                    + FOLDER
                    + "\" --select \""
                    + NAME
                    + "*\" --hem score_margin --out \"o"
                    + FOLDER
                    + "\" --json");
        assertEquals(0, result.exit(), environment + " " + result.err());
        assertEquals("om\u00fcller", result.json().path("out").asText());
        assertTrue(result.out().contains("class maps in om\u00fcller"), result.out());
        Seamark.Result written =
            sh(
                home,
                environment,
                "test -s \"o"
                    + FOLDER
                    + "/"
                    + NAME
                    + ".png\" && cat \"o"
                    + FOLDER
                    + "/decisions.csv\"");
        assertEquals(0, written.exit(), environment.toString());
        assertTrue(written.out().contains("\u4e2d\u6587"), written.out());
      }
    }
  }

  @Test
  @DisplayName("figures are written alike in Egypt and in Germany")
  void figures() throws Exception {
    image();
    for (String language :
        List.of(
            "-Duser.language=ar -Duser.country=EG",
            "-Duser.language=de -Duser.country=DE",
            "-Duser.language=hi -Duser.country=IN -Duser.extensions=u-nu-deva")) {
      Seamark.Result result =
          sh(
              Seamark.SLIM_HOME,
              Map.of("LANG", "ar_EG.UTF-8", "SEAMARK_JAVA_OPTS", language),
              "exec \"$0\" predict --images . --select plain.png --out o --json");
      assertEquals(0, result.exit(), result.err());
      assertTrue(result.out().contains("1 images labelled, 0 skipped"), result.out());
      assertTrue(
          result.out().lines().anyMatch(l -> l.matches("infer +\\d+\\.\\d\\d")), result.out());
    }
  }

  @Test
  @DisplayName("where Java was started with other names, a failure says what helps")
  void saysWhy() throws Exception {
    image();
    Seamark.Result result =
        sh(
            Seamark.SLIM_HOME,
            Map.of("LC_ALL", "C"),
            "exec java -cp \"$(dirname \"$0\")/../lib/*\" io.seamark.cli.Seamark predict --images \""
                + FOLDER
                + "\"");
    assertEquals(2, result.exit(), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(
        result.err().contains("does not exist")
            && result.err().contains("file names are ANSI_X3.4-1968 here"),
        result.err());
  }
}
