package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of scores against CamVid's own labels, and against the same labels spoilt. */
class RealLabelsTest {
  @TempDir Path folder = Path.of(".");

  private List<String> notes(Path images, Path labels, String select) throws Exception {
    Path model = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    Seamark.Result result =
        Seamark.run(
            folder,
            Duration.ofMinutes(5),
            "predict",
            "--images",
            images.toString(),
            "--labels",
            labels.toString(),
            "--select",
            select,
            "--edge-model",
            model.toString(),
            "--out",
            "out",
            "--json");
    assertEquals(0, result.exit(), result.err());
    List<String> notes = new ArrayList<>();
    for (JsonNode note : result.json().path("notes")) {
      notes.add(note.asText());
      assertTrue(result.err().contains("note: " + note.asText()), result.err());
    }
    return notes;
  }

  private static void assertNothingClaimed(List<String> notes) {
    for (String note : notes) {
      assertFalse(note.matches(".*(chance|labels look|ignored).*"), note);
    }
  }

  @Test
  @DisplayName("day, and dusk that the model hardly knows, are scored without blaming the labels")
  void honest() throws Exception {
    Path camvid = SharedFolder.path("data/camvid");
    assertNothingClaimed(notes(camvid.resolve("val"), camvid.resolve("valannot"), "0016E5_0796*"));
    assertNothingClaimed(
        notes(camvid.resolve("train"), camvid.resolve("trainannot"), "0001TP_006*0"));
  }

  @Test
  @DisplayName("CamVid's labels one too high are named as that")
  void shifted() throws Exception {
    Path camvid = SharedFolder.path("data/camvid");
    Path labels = Files.createDirectory(folder.resolve("labels"));
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(camvid.resolve("valannot"), "0016E5_0796*")) {
      for (Path file : files) {
        Files.write(labels.resolve(file.getFileName()), shifted(Files.readAllBytes(file)));
      }
    }
    List<String> notes = notes(camvid.resolve("val"), labels, "0016E5_0796*");
    String shifted = "the labels look shifted by one: mIoU is 0\\.0.* one lower.*";
    assertTrue(notes.stream().anyMatch(n -> n.matches(shifted)), notes.toString());
  }

  private static byte[] shifted(byte[] png) throws IOException {
    ClassMap map = Images.decodeClassMap(png);
    byte[] values = map.classes().clone();
    for (int i = 0; i < values.length; i++) {
      values[i]++;
    }
    return Images.encodeClassMap(new ClassMap(map.width(), map.height(), values));
  }
}
