package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code predict} says of labels that do not fit, with the embedded edge model. */
class ScoreNotesOutputTest {
  private static final int FRAMES = 4;

  @TempDir Path folder = Path.of("");

  private record Scored(JsonNode figures, List<String> notes) {}

  private Scored predict(IntUnaryOperator label) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path labels = Files.createDirectories(folder.resolve("labels"));
    Path depth = Files.createDirectories(folder.resolve("depth"));
    ProceduralStreet street = new ProceduralStreet(3, 240, 160);
    for (int i = 0; i < FRAMES; i++) {
      Sample sample = street.render(i, Weather.DAY).sample();
      ClassMap truth = sample.label();
      if (truth == null) {
        throw new IllegalStateException("the street has labels");
      }
      byte[] values = truth.classes().clone();
      for (int p = 0; p < values.length; p++) {
        values[p] = (byte) label.applyAsInt(values[p] & 0xFF);
      }
      Files.write(images.resolve("f" + i + ".jpg"), Images.encodeJpeg(sample.frame(), 0.95f));
      Files.write(depth.resolve("f" + i + ".png"), Images.encodeDepth(sample.frame()));
      Files.write(
          labels.resolve("f" + i + ".png"),
          Images.encodeClassMap(new ClassMap(truth.width(), truth.height(), values)));
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(out),
            new PrintWriter(err),
            "predict",
            "--images",
            images.toString(),
            "--labels",
            labels.toString(),
            "--depth",
            depth.toString(),
            "--out",
            folder.resolve("out").toString(),
            "--json");
    assertEquals(0, status, err.toString());
    List<String> lines = out.toString().lines().toList();
    JsonNode figures = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    List<String> notes =
        err.toString()
            .lines()
            .filter(line -> line.startsWith("note: "))
            .map(line -> line.substring("note: ".length()))
            .toList();
    assertEquals(notes, figures.path("notes").valueStream().map(JsonNode::asText).toList());
    return new Scored(figures, notes);
  }

  @Test
  @DisplayName("good labels: no cause of a bad score is claimed")
  void honest() throws IOException {
    Scored scored = predict(t -> t);
    assertTrue(scored.figures.path("mean_iou").asDouble() > 0.6, scored.figures.toString());
    assertTrue(
        scored.notes.stream().noneMatch(n -> n.contains("chance") || n.contains("labels look")),
        scored.notes.toString());
  }

  @Test
  @DisplayName("labels shifted by one: the score and what it would be otherwise")
  void shifted() throws IOException {
    Scored scored = predict(t -> t < 255 ? t + 1 : t);
    assertTrue(scored.figures.path("mean_iou").asDouble() < 0.2, scored.figures.toString());
    assertTrue(
        scored.notes.get(0).contains("look shifted by one")
            && scored.notes.get(0).contains("lower"),
        scored.notes.toString());
  }

  @Test
  @DisplayName("all labels ignored: no score, and why")
  void ignored() throws IOException {
    Scored scored = predict(t -> 255);
    assertTrue(scored.figures.path("mean_iou").isMissingNode(), scored.figures.toString());
    assertEquals(1, scored.notes.size());
    assertTrue(
        scored
            .notes
            .get(0)
            .startsWith("no score: all 153600 labelled pixels are ignored (values: 255 x 153600)"),
        scored.notes.toString());
  }
}
