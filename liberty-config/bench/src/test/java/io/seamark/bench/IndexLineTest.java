package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blanks in an index: between paths, and in them. */
class IndexLineTest {
  @TempDir private Path folder = Path.of("");

  private void files(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.createFile(file);
    }
  }

  private List<String> cut(String line) {
    return IndexLine.cut(folder, line);
  }

  private String refused(String line) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> cut(line)).getMessage());
  }

  @Test
  @DisplayName("Ianvs's lines are read as Ianvs reads them, however many blanks are between paths")
  void asIanvs() throws IOException {
    files("rgb/1.png", "depth/1.png", "gt/1.png");
    assertEquals(List.of("rgb/1.png", "gt/1.png"), cut("rgb/1.png gt/1.png"));
    assertEquals(
        List.of("rgb/1.png", "depth/1.png", "gt/1.png"), cut("rgb/1.png  depth/1.png\tgt/1.png"));
    String image = folder.resolve("rgb/1.png").toString();
    assertEquals(List.of(image, "gt/1.png"), cut(image + " gt/1.png"));
  }

  @Test
  @DisplayName("paths with blanks are found, in image, depth and label, also several in a row")
  void blanks() throws IOException {
    files("my frames/day 1.png", "my frames/depth  of 1.png", "my labels/1.png", "gt.png");
    assertEquals(
        List.of("my frames/day 1.png", "my labels/1.png"),
        cut("my frames/day 1.png my labels/1.png"));
    assertEquals(
        List.of("my frames/day 1.png", "my frames/depth  of 1.png", "my labels/1.png"),
        cut("my frames/day 1.png my frames/depth  of 1.png my labels/1.png"));
    assertEquals(List.of("my frames/day 1.png", "gt.png"), cut("my frames/day 1.png gt.png"));
    // Within a path, another number of blanks is another name.
    assertEquals(
        "cannot be cut at its blanks into two or three files; must be IMAGE [DEPTH] LABEL, each a"
            + " file, where relative paths are relative to the index's folder",
        refused("my frames/day 1.png my frames/depth of 1.png my labels/1.png"));
  }

  @Test
  @DisplayName("a line that two readings fit is refused with both, also where one is Ianvs's")
  void ambiguous() throws IOException {
    files("a", "b.png", "a b.png", "gt.png");
    assertEquals(
        "can be read as 'a' 'b.png' 'gt.png' and as 'a b.png' 'gt.png', which are files: rename"
            + " one, so that only one reading is left",
        refused("a b.png gt.png"));
    Files.delete(folder.resolve("a"));
    assertEquals(List.of("a b.png", "gt.png"), cut("a b.png gt.png"));
  }

  @Test
  @DisplayName("what is no file, no pair, or too long is named")
  void wrong() throws IOException {
    files("rgb/1.png", "gt/1.png");
    assertEquals("is one path, but must be IMAGE [DEPTH] LABEL", refused("rgb/1.png"));
    assertEquals(
        "names 'gt/2.png', which is not a file; must be IMAGE [DEPTH] LABEL, each a file, where"
            + " relative paths are relative to the index's folder",
        refused("rgb/1.png gt/2.png"));
    assertEquals(
        "names 'rgb', which is not a file; must be IMAGE [DEPTH] LABEL, each a file, where relative"
            + " paths are relative to the index's folder",
        refused("rgb gt/1.png"));
    assertEquals(
        "has 40 blanks, but must be IMAGE [DEPTH] LABEL with at most 39", refused("a ".repeat(41)));
    assertEquals(
        "names '\0', which is not a file; must be IMAGE [DEPTH] LABEL, each a file, where relative"
            + " paths are relative to the index's folder",
        refused("rgb/1.png \0"));
  }

  @Test
  @DisplayName("a sample's id is the image's path, whatever its label is called, and blanks stay")
  void attributes() throws IOException {
    files("back yard/1.png", "front/1.png", "2.png");
    Path index =
        Files.writeString(
            folder.resolve("index.txt"), "back yard/1.png front/1.png\n2.png front/1.png\n");
    List<String> failures = new ArrayList<>();
    List<SampleIndex.Entry> entries = SampleIndex.read(index, failures).entries();
    assertEquals(List.of(), failures);
    assertEquals(
        Map.of(TaskSample.ID, "back yard/1.png", TaskSample.DOMAIN, "back yard"),
        entries.get(0).attributes());
    assertEquals(Map.of(TaskSample.ID, "2.png"), entries.get(1).attributes());
    assertEquals(folder.resolve("front/1.png"), entries.get(0).label());
  }
}
