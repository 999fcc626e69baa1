package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets one clear line and the right exit status. */
class BadInputTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("a folder that is not there")
  void missingFolder() throws Exception {
    refused(2, "no-such-folder", "predict", "--images", "no-such-folder", "--out", "answers");
    refused(2, "no-such-folder", "run", "--source", "no-such-folder", "--out", "answers");
  }

  @Test
  @DisplayName("a folder without images")
  void folderWithoutImages() throws Exception {
    Files.createDirectory(folder.resolve("empty"));
    refused(2, "empty", "predict", "--images", "empty", "--out", "answers");
  }

  @Test
  @DisplayName("a file that is no model")
  void notAModel() throws Exception {
    images(1);
    Files.writeString(folder.resolve("notes.txt"), "not a model, but a note of some length");
    refused(
        2,
        "notes.txt",
        "predict",
        "--images",
        "images",
        "--edge-model",
        "notes.txt",
        "--out",
        "answers");
  }

  @Test
  @DisplayName("a plugin name that is not there lists those that are")
  void unknownPlugin() throws Exception {
    images(1);
    String line =
        refused(
            2,
            "score_margn",
            "predict",
            "--images",
            "images",
            "--hem",
            "score_margn",
            "--out",
            "a");
    assertTrue(line.contains("score_margin"), line);
    assertTrue(line.contains("confidence_share"), line);
  }

  @Test
  @DisplayName("a hyperparameter out of its range")
  void outOfRange() throws Exception {
    images(1);
    String line =
        refused(
            2,
            "threshold",
            "predict",
            "--images",
            "images",
            "--hem",
            "score_margin",
            "--set",
            "hard_example_mining.score_margin.threshold=7",
            "--out",
            "a");
    assertTrue(line.contains("7"), line);
  }

  @Test
  @DisplayName("a hyperparameter that is not there names the right ones")
  void unknownHyperparameter() throws Exception {
    images(1);
    String line =
        refused(
            2,
            "treshold",
            "predict",
            "--images",
            "images",
            "--hem",
            "score_margin",
            "--set",
            "hard_example_mining.score_margin.treshold=0.5",
            "--out",
            "a");
    assertTrue(line.contains("threshold"), line);
  }

  @Test
  @DisplayName("a port that is in use")
  void portInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      images(1);
      refused(2, port, "edge", "--source", "images", "--port", port);
    }
  }

  @Test
  @DisplayName("truncated JPEGs and labels of a wrong size are skipped and counted")
  void badFramesAreSkipped() throws Exception {
    Path images = images(4);
    byte[] whole = Files.readAllBytes(images.resolve("a1.jpg"));
    Files.write(images.resolve("a1.jpg"), Arrays.copyOf(whole, whole.length / 2));
    Path labels = Files.createDirectory(folder.resolve("labels"));
    for (int i = 0; i < 4; i++) {
      int width = i == 2 ? 60 : 96;
      BufferedImage label = new BufferedImage(width, 64, BufferedImage.TYPE_BYTE_GRAY);
      ImageIO.write(label, "png", labels.resolve("a" + i + ".png").toFile());
    }
    Seamark.Result result =
        Seamark.run(
            folder,
            LIMIT,
            "predict",
            "--images",
            "images",
            "--labels",
            "labels",
            "--out",
            "a",
            "--json");
    assertEquals(0, result.exit(), result.err());
    assertEquals(2, result.json().path("images").asInt(), result.out());
    assertEquals(2, result.json().path("skipped").asInt(), result.out());
    assertTrue(result.err().contains("a1.jpg"), result.err());
    assertTrue(result.err().contains("a2"), result.err());
    assertTrue(Files.exists(folder.resolve("a/a0.png")));
    assertFalse(Files.exists(folder.resolve("a/a1.png")));
  }

  private Path images(int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 96 * 64; p++) {
        image.setRGB(p % 96, p / 96, (p * 2654435 + i * 977) & 0xFFFFFF);
      }
      ImageIO.write(image, "jpg", images.resolve("a" + i + ".jpg").toFile());
    }
    return images;
  }

  /** The one line on standard error. */
  private String refused(int exit, String named, String... arguments) throws Exception {
    Seamark.Result result = Seamark.run(folder, LIMIT, arguments);
    assertEquals(exit, result.exit(), result.err());
    List<String> lines = result.err().lines().filter(l -> !l.isBlank()).toList();
    assertEquals(1, lines.size(), result.err());
    assertTrue(lines.get(0).contains(named), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
    return lines.get(0);
  }
}
