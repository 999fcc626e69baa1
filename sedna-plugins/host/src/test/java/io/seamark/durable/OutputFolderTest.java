package io.seamark.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person has in a folder stays as it is. */
class OutputFolderTest {
  @TempDir Path folder = Path.of("");

  @Test
  @DisplayName("replaces what it wrote, in this run or a former one")
  void replacesItsOwn() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("a.png", bytes("one"));
      out.write("a.png", bytes("two"));
      out.write("below/b.png", bytes("three"));
      assertEquals(2, out.files());
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.check(List.of("a.png", "below/b.png", "new.png"));
      out.write("a.png", bytes("four"));
      assertEquals(1, out.files());
    }
    assertArrayEquals(bytes("four"), Files.readAllBytes(folder.resolve("a.png")));
  }

  @Test
  @DisplayName("refuses a file that a person put there, also under a name that it wrote before")
  void keepsAPersonsFiles() throws IOException {
    Files.write(folder.resolve("label.png"), bytes("truth"));
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("mine.png", bytes("one"));
      Files.write(folder.resolve("mine.png"), bytes("edited"));
      String early =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class,
                      () -> out.check(List.of("label.png", "mine.png", "free.png")))
                  .getMessage());
      assertTrue(early.contains("label.png and 1 more exist already"), early);
      assertThrows(IOException.class, () -> out.write("label.png", bytes("guess")));
      assertThrows(IOException.class, () -> out.write("mine.png", bytes("guess")));
      Files.createSymbolicLink(folder.resolve("link.png"), folder.resolve("label.png"));
      assertThrows(IOException.class, () -> out.write("link.png", bytes("guess")));
    }
    assertArrayEquals(bytes("truth"), Files.readAllBytes(folder.resolve("label.png")));
    assertArrayEquals(bytes("edited"), Files.readAllBytes(folder.resolve("mine.png")));
  }

  @Test
  @DisplayName("a folder that is read from is refused under any of its names, and left as it is")
  void refusesInputs() throws IOException {
    Path labels = Files.createDirectory(folder.resolve("labels"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), labels);
    for (Path out : List.of(labels, link, folder.resolve("labels/../labels"))) {
      String message =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class,
                      () -> OutputFolder.open(out, Map.of("--labels", labels)))
                  .getMessage());
      assertTrue(message.contains("--labels"), message);
    }
    try (var files = Files.list(labels)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  @DisplayName("has one owner at a time, and a refused one does not free the folder")
  void hasOneOwner() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      for (int i = 0; i < 2; i++) {
        String message =
            String.valueOf(
                assertThrows(
                        IllegalArgumentException.class, () -> OutputFolder.open(folder, Map.of()))
                    .getMessage());
        assertTrue(message.contains("another seamark"), message);
      }
      out.write("a.png", bytes("one"));
    }
    OutputFolder.open(folder, Map.of()).close();
  }

  @Test
  @DisplayName("stays within the folder")
  void staysInside() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder.resolve("out"), Map.of())) {
      for (String name : List.of("../a", "", ".", "/tmp/a", "x/../../a", "a\nb")) {
        assertThrows(IllegalArgumentException.class, () -> out.write(name, bytes("x")), name);
      }
    }
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("a file that cannot be written is named, and nothing unfinished stays")
  void namesWhatFails() throws IOException {
    Files.createDirectory(folder.resolve("a.png"));
    String message =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () -> DurableFiles.replace(folder.resolve("a.png"), bytes("x")))
                .getMessage());
    assertTrue(message.startsWith(folder.resolve("a.png") + " cannot be written: "), message);
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  @DisplayName("what a kill left unfinished goes with the next owner; a person's part file stays")
  void removesUnfinished() throws IOException {
    Path cut = cut(folder);
    Path theirs = Files.writeString(folder.resolve("a.png.part"), "theirs");
    Path alike = Files.writeString(folder.resolve(".seamark-notes.new"), "theirs");
    Path directory = Files.createDirectory(DurableFiles.unfinished(cut));
    OutputFolder.open(folder, Map.of()).close();
    assertTrue(Files.notExists(cut));
    assertTrue(Files.exists(theirs) && Files.exists(alike) && Files.exists(directory));
  }

  private static Path cut(Path folder) throws IOException {
    return Files.writeString(DurableFiles.unfinished(folder.resolve("a.png")), "cut");
  }

  @Test
  @DisplayName("so does what was left in its sub-folders, but not where another owner may write")
  void removesUnfinishedBelow() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path out = folder.resolve("out");
    try (OutputFolder written = OutputFolder.open(out, Map.of())) {
      for (String name : List.of("a/1", "a/b/2", "gone/3", "owned/4", "away/5")) {
        written.write(name, bytes("x"));
      }
    }
    Files.delete(out.resolve("gone/3"));
    Files.delete(out.resolve("away/5"));
    Files.delete(out.resolve("away"));
    Files.createSymbolicLink(out.resolve("away"), outside);
    List<Path> ours =
        List.of(cut(out.resolve("a")), cut(out.resolve("a/b")), cut(out.resolve("gone")));
    List<Path> others = List.of(cut(out.resolve("owned")), cut(outside));
    try (OutputFolder owned = OutputFolder.open(out.resolve("owned"), Map.of())) {
      Path here = cut(owned.path());
      OutputFolder.open(out, Map.of()).close();
      assertTrue(Files.exists(here));
    }
    ours.forEach(file -> assertTrue(Files.notExists(file), file.toString()));
    assertTrue(Files.notExists(others.get(0)));
    assertTrue(Files.exists(others.get(1)));
  }

  @Test
  @SuppressWarnings("try") // That closing early and again is allowed is what is tested.
  @DisplayName("an interrupted thread writes as any other, and the folder keeps its owner")
  void survivesInterrupts() throws Exception {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      AtomicReference<Object> seen = new AtomicReference<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  Thread.currentThread().interrupt();
                  for (int i = 0; i < OutputFolder.LINES + 10; i++) {
                    out.write("a.png", bytes("one " + i));
                  }
                  Path model = Files.write(folder.resolve("part"), bytes("weights"));
                  out.take(model, "model");
                  DurableFiles.copy(folder.resolve("model"), folder.resolve("copy"));
                  DurableFiles.delete(folder.resolve("copy"));
                  seen.set(Thread.currentThread().isInterrupted());
                } catch (IOException e) {
                  seen.set(e);
                }
              });
      thread.start();
      thread.join();
      assertEquals(true, seen.get());
      try (OwningProcess other = OwningProcess.start(folder)) {
        assertTrue(other.line().contains("another seamark"));
      }
      assertThrows(IllegalArgumentException.class, () -> OutputFolder.open(folder, Map.of()));
      out.write("b.png", bytes("two"));
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.check(List.of("a.png", "b.png", "model"));
      out.close();
      String message =
          String.valueOf(
              assertThrows(IOException.class, () -> out.write("c.png", bytes("x"))).getMessage());
      assertEquals(
          folder.resolve(OutputFolder.RECORD) + " cannot be written: it is closed", message);
      try (OutputFolder next = OutputFolder.open(folder, Map.of())) {
        out.close();
        assertThrows(IllegalArgumentException.class, () -> OutputFolder.open(folder, Map.of()));
        next.write("c.png", bytes("three"));
      }
    }
  }

  @Test
  @DisplayName("has one owner over processes, also after a former run's record was read")
  void hasOneOwnerOverProcesses() throws IOException {
    try (OutputFolder former = OutputFolder.open(folder, Map.of())) {
      former.write("a.png", bytes("one"));
    }
    try (OwningProcess other = OwningProcess.start(folder)) {
      assertEquals("round 0", other.line());
      String message =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class, () -> OutputFolder.open(folder, Map.of()))
                  .getMessage());
      assertTrue(message.contains("another seamark"), message);
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of());
        OwningProcess other = OwningProcess.start(folder)) {
      assertTrue(other.line().contains("another seamark"));
      out.write("a.png", bytes("two"));
    }
  }

  @Test
  @DisplayName("after kill -9 at any time every file is whole and may be written again")
  void survivesKills() throws IOException {
    Files.write(folder.resolve("truth.png"), bytes("truth"));
    for (int kill = 0; kill < 4; kill++) {
      try (OwningProcess writer = OwningProcess.start(folder)) {
        for (int round = 0; round <= 3 * kill; round++) {
          assertEquals("round " + round, writer.line());
        }
      }
      try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
        out.check(IntStream.range(0, 10).mapToObj(i -> i + ".png").toList());
        for (int i = 0; i < 10; i++) {
          String text = Files.readString(folder.resolve(i + ".png"));
          assertTrue(text.matches("\\d+ " + i), text);
        }
        assertThrows(IllegalArgumentException.class, () -> out.check(List.of("truth.png")));
      }
    }
    try (var files = Files.list(folder)) {
      assertEquals(12, files.filter(f -> !f.endsWith(OutputFolder.EARLIER)).count());
    }
  }

  @Test
  @DisplayName("a record that was cut within a line, or within a character, loses that line alone")
  void readsACutRecord() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("a.png", bytes("one"));
      out.write("中\u2028.png", bytes("two"));
    }
    Path record = folder.resolve(OutputFolder.RECORD);
    byte[] whole = Files.readAllBytes(record);
    for (int cut : new int[] {whole.length - 1, whole.length - 10, whole.length - 12, 80}) {
      Files.write(record, Arrays.copyOf(whole, cut));
      try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
        out.check(List.of("a.png"));
        out.write("b.png", bytes("three"));
      }
      try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
        out.check(List.of("a.png", "b.png"));
      }
      Files.delete(folder.resolve("b.png"));
    }
    Files.write(record, whole);
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.check(List.of("a.png", "中\u2028.png"));
      assertEquals(List.of("a.png", "中\u2028.png"), out.names());
    }
  }

  @Test
  @DisplayName("the record of files that are written again and again stays short")
  void shortensTheRecord() throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.write("once.png", bytes("once"));
      for (int i = 0; i < OutputFolder.LINES + 10; i++) {
        out.write(i % 3 + ".png", bytes("content " + i));
      }
      assertEquals(List.of("once.png", "2.png", "0.png", "1.png"), out.names());
      assertEquals(4, out.files());
    }
    assertTrue(Files.size(folder.resolve(OutputFolder.RECORD)) < 100 * 80);
    assertTrue(Files.size(folder.resolve(OutputFolder.EARLIER)) < 100 * 80);
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      out.check(List.of("once.png", "0.png", "1.png", "2.png"));
      assertEquals(List.of("once.png", "2.png", "0.png", "1.png"), out.names());
    }
  }

  @Test
  @DisplayName("takes finished files, deletes its own alone, and forgets what was deleted")
  void takesAndDeletes() throws IOException {
    Files.write(folder.resolve("theirs"), bytes("theirs"));
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      Path finished = DurableFiles.unfinished(folder.resolve("model"));
      Files.write(finished, bytes("weights"));
      out.take(finished, "model");
      assertTrue(Files.notExists(finished));
      Files.write(finished, bytes("weights"));
      assertThrows(ForeignFileException.class, () -> out.take(finished, "theirs"));
      assertFalse(out.delete("theirs"));
      assertTrue(out.delete("absent"));
    }
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      assertTrue(out.delete("model"));
      assertEquals(List.of(), out.names());
    }
    assertTrue(Files.notExists(folder.resolve("model")));
    assertArrayEquals(bytes("theirs"), Files.readAllBytes(folder.resolve("theirs")));
  }

  @Test
  @DisplayName("a folder below it that is read from is not written to either")
  void refusesInputsBelow() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), images);
    try (OutputFolder out = OutputFolder.open(folder, Map.of("--images", images))) {
      for (Path sub : List.of(images, link)) {
        String name = sub.getFileName() + "/new.png";
        assertThrows(IllegalArgumentException.class, () -> out.check(List.of(name)));
        assertThrows(IllegalArgumentException.class, () -> out.write(name, bytes("x")));
      }
      out.write("answers/new.png", bytes("x"));
    }
    try (var files = Files.list(images)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  @DisplayName(
      "what fails while it is written leaves what was there; permissions are those of any new file")
  void writesPieceByPiece() throws IOException {
    Path target = folder.resolve("a.bin");
    DurableFiles.write(target, out -> out.write(bytes("one")));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            DurableFiles.write(
                target,
                out -> {
                  out.write(bytes("tw"));
                  throw new IllegalArgumentException("no more");
                }));
    String message =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () ->
                        DurableFiles.write(
                            target,
                            out -> {
                              throw new IOException("No space left on device");
                            }))
                .getMessage());
    assertEquals(target + " cannot be written: No space left on device", message);
    assertArrayEquals(bytes("one"), Files.readAllBytes(target));
    Path secret =
        Files.createFile(
            folder.resolve("secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--------")));
    Path usual = Files.createFile(folder.resolve("usual"));
    DurableFiles.copy(secret, folder.resolve("copy"));
    for (String name : List.of("a.bin", "copy")) {
      assertEquals(
          Files.getPosixFilePermissions(usual),
          Files.getPosixFilePermissions(folder.resolve(name)));
    }
    try (var files = Files.list(folder)) {
      assertEquals(4, files.count());
    }
    String missing =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () -> DurableFiles.replace(folder.resolve("no/a.bin"), bytes("x")))
                .getMessage());
    assertEquals(
        folder.resolve("no/a.bin") + " cannot be written: its folder does not exist", missing);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
