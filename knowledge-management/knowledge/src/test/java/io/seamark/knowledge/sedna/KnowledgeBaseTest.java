package io.seamark.knowledge.sedna;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.durable.DurableFiles;
import io.seamark.failure.BadInputException;
import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import io.seamark.setting.KnowledgeBaseSettings;
import io.seamark.setting.SettingGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnowledgeBaseTest {
  private static final String NOW = "2026-11-26T08:00:00Z";
  private static final byte[] INDEX = {(byte) 0x80, 4, 'N', '.'};

  @TempDir Path folder = Path.of(".");

  private static KnowledgeBaseSettings settings(Map<String, String> set) {
    return SettingGroup.KNOWLEDGE_BASE.read(
        key -> Optional.ofNullable(set.get(key.replace("seamark.knowledgebase.", ""))));
  }

  private KnowledgeBase open(Map<String, String> set) throws IOException {
    return KnowledgeBase.open(
        folder, settings(set), Clock.fixed(Instant.parse(NOW), ZoneOffset.UTC));
  }

  private static void put(KnowledgeBase base, String name, byte[] content) throws IOException {
    try (KnowledgeBase.Staged staged = base.stage(new ByteArrayInputStream(content))) {
      base.store(new FileName(name), staged, "10.0.0.1");
    }
  }

  private static void putIndex(KnowledgeBase base, byte[] content) throws IOException {
    try (KnowledgeBase.Staged staged = base.stage(new ByteArrayInputStream(content))) {
      base.storeIndex(staged, "10.0.0.1");
    }
  }

  private static byte[] get(KnowledgeBase base, String name) throws IOException {
    KnowledgeBase.OpenFile file = base.open(new FileName(name)).orElseThrow();
    try (InputStream content = file.content()) {
      return content.readAllBytes();
    }
  }

  private Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  @Test
  @DisplayName("files come back byte for byte, also after another start, and one content lies once")
  void filesComeBack() throws IOException {
    byte[] content = {1, 2, 3};
    try (KnowledgeBase base = open(Map.of())) {
      put(base, "a.model", content);
      put(base, "b.model", content);
      assertArrayEquals(content, get(base, "a.model"));
      assertEquals(3, base.bytes());
      assertEquals(3, names().size(), names().toString());
      // Neither name takes the other's content away.
      put(base, "a.model", new byte[] {4});
      assertArrayEquals(content, get(base, "b.model"));
      put(base, "b.model", new byte[] {4});
      assertEquals(1, base.bytes());
      assertEquals(3, names().size(), names().toString());
    }
    try (KnowledgeBase base = open(Map.of())) {
      StoredFile file = Objects.requireNonNull(base.index().files().get("a.model"));
      assertEquals(DurableFiles.sha256(new byte[] {4}), file.sha256());
      assertEquals(new StoredFile(file.sha256(), 1, NOW, "10.0.0.1", 2), file);
      assertArrayEquals(new byte[] {4}, get(base, "a.model"));
      assertTrue(base.open(new FileName("c.model")).isEmpty());
    }
  }

  @Test
  @DisplayName("one who reads a file that is replaced reads it to its end")
  void replacedWhileRead() throws IOException {
    byte[] old = new byte[300_000];
    try (KnowledgeBase base = open(Map.of())) {
      put(base, "a", old);
      KnowledgeBase.OpenFile file = base.open(new FileName("a")).orElseThrow();
      try (InputStream content = file.content()) {
        assertEquals(0, content.read());
        put(base, "a", new byte[] {1});
        assertEquals(old.length - 1, content.readAllBytes().length);
      }
      assertEquals(1, get(base, "a").length);
    }
  }

  @Test
  @DisplayName("what a crash leaves is put right at the next start")
  void crash() throws IOException {
    try (KnowledgeBase base = open(Map.of())) {
      put(base, "kept", new byte[] {1});
      put(base, "lost", new byte[] {2});
      put(base, "cut", new byte[] {3, 3});
    }
    Files.write(folder.resolve(".seamark-" + "a".repeat(32) + ".new"), new byte[9]);
    Files.write(folder.resolve("f".repeat(64)), new byte[9]);
    Files.delete(folder.resolve(DurableFiles.sha256(new byte[] {2})));
    Files.write(folder.resolve(DurableFiles.sha256(new byte[] {3, 3})), new byte[1]);
    try (KnowledgeBase base = open(Map.of())) {
      assertEquals(Set.of("kept"), base.index().files().keySet());
      assertEquals(3, names().size(), names().toString());
    }
    Files.writeString(folder.resolve("index.json"), "{\"format\":7}");
    IOException e = assertThrows(IOException.class, () -> open(Map.of()));
    assertTrue(String.valueOf(e.getMessage()).contains("its format is 7, but must be 1"));
    Files.writeString(
        folder.resolve("index.json"), "{\"format\":1,\"files\":{\"a\":{\"sha256\":\"../x\"}}}");
    e = assertThrows(IOException.class, () -> open(Map.of()));
    assertTrue(String.valueOf(e.getMessage()).contains("'a' has no digest"), e.toString());
  }

  @Test
  @DisplayName("one process has the folder")
  void oneOwner() throws IOException {
    try (KnowledgeBase base = open(Map.of())) {
      assertEquals(0, base.bytes());
      IOException e = assertThrows(IOException.class, () -> open(Map.of()));
      assertTrue(String.valueOf(e.getMessage()).contains("in use by another process"));
    }
  }

  @Test
  @DisplayName("neither bytes nor files are more than they may be, and what is refused takes none")
  void bounds() throws IOException {
    Map<String, String> set = Map.of("max-bytes", "10000", "max-files", "2");
    try (KnowledgeBase base = open(set)) {
      put(base, "a", new byte[9000]);
      FailedException full =
          assertThrows(FailedException.class, () -> put(base, "b", new byte[1001]));
      assertEquals(FailureKind.OUT_OF_STORAGE, full.kind());
      assertTrue(String.valueOf(full.getMessage()).contains("holds 9000 bytes"), full.getMessage());
      for (int i = 0; i < 20; i++) {
        put(base, "b", new byte[400]);
      }
      try (Upload upload = base.upload()) {
        assertThrows(FailedException.class, () -> upload.write(new byte[601], 0, 601));
      }
      put(base, "a", new byte[] {});
      FailedException many = assertThrows(FailedException.class, () -> put(base, "c", INDEX));
      assertEquals(FailureKind.OUT_OF_STORAGE, many.kind());
      put(base, "a", new byte[9000]);
      assertEquals(9400, base.bytes());
      assertFalse(names().stream().anyMatch(name -> name.endsWith(".new")), names().toString());
    }
  }

  @Test
  @DisplayName("an upload that is given up while it is written says so and is gone")
  void givenUp() throws IOException {
    try (KnowledgeBase base = open(Map.of("max-bytes", "5000"))) {
      Upload upload = base.upload();
      upload.write(new byte[4000], 0, 4000);
      upload.close();
      assertThrows(IOException.class, () -> upload.write(new byte[1], 0, 1));
      assertThrows(IOException.class, upload::open);
      upload.close();
      put(base, "a", new byte[5000]);
    }
  }

  @Test
  @DisplayName("what evaluations want dropped is written down until the next index")
  void statuses() throws IOException {
    try (KnowledgeBase base = open(Map.of())) {
      assertFalse(base.status(false, List.of("rainy"), "10.0.0.2"));
      for (String name : List.of("rainy", "sunny", "very_rainy")) {
        put(base, name + ".model", new byte[] {1});
        put(base, "train_" + name + ".sample", new byte[] {2});
      }
      putIndex(base, INDEX);
      assertTrue(base.status(false, List.of(""), "10.0.0.2"));
      assertEquals(Set.of(), base.index().dropped());
      assertTrue(base.status(false, List.of("rainy", "unheard of"), "10.0.0.2"));
      assertEquals(Set.of("rainy"), base.index().dropped());
      // Only sunny is to stay.
      assertTrue(base.status(true, List.of("sunny"), "10.0.0.2"));
      assertEquals(Set.of("rainy", "very_rainy"), base.index().dropped());
      assertArrayEquals(INDEX, get(base, KnowledgeBase.INDEX));
    }
    try (KnowledgeBase base = open(Map.of())) {
      assertEquals(
          List.of(
              new KnowledgeIndex.Entry("rainy", "rainy.model", List.of("train_rainy.sample"), true),
              new KnowledgeIndex.Entry(
                  "sunny", "sunny.model", List.of("train_sunny.sample"), false),
              new KnowledgeIndex.Entry(
                  "very_rainy", "very_rainy.model", List.of("train_very_rainy.sample"), true)),
          base.index().entries());
      TaskStatus last = base.index().statuses().get(2);
      String digest =
          Objects.requireNonNull(base.index().files().get(KnowledgeBase.INDEX)).sha256();
      assertEquals(new TaskStatus(NOW, "10.0.0.2", 1, List.of("sunny"), digest), last);
      for (int i = 0; i < 40; i++) {
        assertTrue(base.status(false, List.of("t" + i), "10.0.0.2"));
      }
      assertEquals(32, base.index().statuses().size());
      assertEquals(List.of("t39"), base.index().statuses().get(31).tasks());
      putIndex(base, INDEX);
      assertEquals(Set.of(), base.index().dropped());
      assertEquals(32, base.index().statuses().size());
    }
  }

  @Test
  @DisplayName("an index is looked at no further than its first and last bytes")
  void framing() throws IOException {
    try (KnowledgeBase base = open(Map.of())) {
      for (String wrong : List.of("", "x", "(i__main__\nx\n.", "<html></html>", "\u0080.")) {
        byte[] bytes = wrong.getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(BadInputException.class, () -> putIndex(base, bytes), wrong);
      }
      // Protocol 4, and it would run a command wherever it is loaded.
      putIndex(
          base, "\u0080\u0004cos\nsystem\n(S'false'\ntR.".getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(1, base.index().files().size());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "/", "a/b", "../a", "a\\b", "a\u0000", "a\n", "a\u0085", "\ud800", "a\u007f"
      })
  @DisplayName("what would lead out of a folder is no name")
  void noNames(String text) {
    assertThrows(BadInputException.class, () -> new FileName(text));
  }

  @Test
  @DisplayName("names have at most 255 bytes")
  void longNames() {
    assertEquals(255, new FileName("n".repeat(255)).text().length());
    assertThrows(BadInputException.class, () -> new FileName("n".repeat(256)));
    assertThrows(BadInputException.class, () -> new FileName("\u00e9".repeat(128)));
    assertEquals("...", new FileName("...").text());
  }

  @Test
  @DisplayName("an index is a pickle or the JSON of our own workers, and comes back as it was")
  void indices() throws IOException {
    try (KnowledgeBase base = open(Map.of())) {
      for (String text : List.of("{\"sha256\":\"a\"}", "{\"sha256\":\"a\"}\n", "\u0080\u0004N.")) {
        byte[] index = text.getBytes(StandardCharsets.ISO_8859_1);
        putIndex(base, index);
        assertArrayEquals(index, get(base, "index.pkl"));
      }
      for (String text :
          List.of("", "{", "{}", "[1]\n", "{\"a\":1}\n\n", "\u0080\u0001N.", "\u0080\u0004NN")) {
        byte[] index = text.getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(BadInputException.class, () -> putIndex(base, index), text);
      }
    }
  }
}
