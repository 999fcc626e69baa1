package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.KnowledgeManagement.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every storage of knowledge management keeps. That a write survives the end of the machine
 * cannot be tested here; that it survives closing is.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class KnowledgeManagementContract<H extends Record>
    extends PluginContract<KnowledgeManagement, H> {
  private static final List<String> NO_NAMES =
      List.of(
          "",
          ".",
          "..",
          "../v0",
          "/v0",
          "a/b",
          "a\\b",
          ".hidden",
          "-v",
          "V0",
          "v 0",
          "v0\n",
          "v\0",
          "\u00fc",
          "v".repeat(101));

  @TempDir Path folder = Path.of("");
  @TempDir Path elsewhere = Path.of("");

  /** For subclasses. */
  protected KnowledgeManagementContract() {}

  private Store open() throws IOException {
    return create(SEED).open(folder.resolve("models"));
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(elsewhere.resolve("written"), content);
  }

  private static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(Store store, String name) throws IOException {
    return store.read(name, 1 << 24).orElseThrow();
  }

  @Test
  @DisplayName("a new storage is empty, and what is not there is told so")
  final void beginsEmpty() throws IOException {
    try (Store store = open()) {
      assertEquals(List.of(), store.names());
      assertEquals(Optional.empty(), store.read("v0.json", 100));
      assertEquals(Optional.empty(), store.file("v0.json"));
      store.delete("v0.json");
      assertThrows(IOException.class, () -> store.copy("v0.json", "v1.json"));
      assertThrows(IOException.class, () -> store.put("v0", elsewhere.resolve("missing")));
      assertEquals(List.of(), store.names());
    }
  }

  @Test
  @DisplayName("what was written is read back byte for byte, also after opening again")
  final void keepsContent() throws IOException {
    for (int size : new int[] {0, 1, 4097, 5 << 20}) {
      try (Store store = open()) {
        store.put("bytes", bytes(size, size));
        store.put("file.safetensors", file(bytes(size + 1, size)));
        assertArrayEquals(bytes(size, size), read(store, "bytes"));
      }
      try (Store store = open()) {
        assertEquals(List.of("bytes", "file.safetensors"), store.names());
        assertArrayEquals(bytes(size, size), read(store, "bytes"));
        assertArrayEquals(
            bytes(size + 1, size),
            Files.readAllBytes(store.file("file.safetensors").orElseThrow()));
      }
    }
  }

  @Test
  @DisplayName("writing again replaces the whole object")
  final void replaces() throws IOException {
    try (Store store = open()) {
      store.put("a", bytes(1, 5000));
      store.put("a", bytes(2, 10));
      assertArrayEquals(bytes(2, 10), read(store, "a"));
      store.put("a", file(bytes(3, 20)));
      assertArrayEquals(bytes(3, 20), read(store, "a"));
      store.put("b", bytes(4, 30));
      store.copy("b", "a");
      assertArrayEquals(bytes(4, 30), read(store, "a"));
      assertEquals(List.of("a", "b"), store.names());
    }
  }

  @Test
  @DisplayName("a file that is written is taken over")
  final void takesFilesOver() throws IOException {
    try (Store store = open()) {
      Path file = file(bytes(1, 100));
      store.put("a", file);
      assertFalse(Files.exists(file), "the file is still there");
    }
  }

  @Test
  @DisplayName("a copy is an object of its own")
  final void copies() throws IOException {
    try (Store store = open()) {
      store.put("a", bytes(1, 100));
      store.copy("a", "b");
      store.put("a", bytes(2, 100));
      assertArrayEquals(bytes(1, 100), read(store, "b"));
      store.delete("a");
      assertArrayEquals(bytes(1, 100), read(store, "b"));
    }
  }

  @Test
  @DisplayName("what was deleted is gone, also after opening again")
  final void deletes() throws IOException {
    try (Store store = open()) {
      store.put("a", bytes(1, 10));
      store.put("b", bytes(2, 10));
      store.delete("a");
      assertEquals(Optional.empty(), store.read("a", 100));
      assertEquals(Optional.empty(), store.file("a"));
    }
    try (Store store = open()) {
      assertEquals(List.of("b"), store.names());
    }
  }

  @Test
  @DisplayName("names come in ascending order")
  final void ascending() throws IOException {
    try (Store store = open()) {
      List<String> names =
          List.of("v9.json", "v10.json", "0", "a_b", "a.b", "a-b", "z".repeat(100));
      for (String name : names) {
        store.put(name, new byte[1]);
      }
      assertEquals(names.stream().sorted().toList(), store.names());
    }
  }

  @Test
  @DisplayName("an object larger than the limit is refused, one as large is not")
  final void limits() throws IOException {
    try (Store store = open()) {
      store.put("a", bytes(1, 100));
      assertArrayEquals(bytes(1, 100), store.read("a", 100).orElseThrow());
      IOException thrown = assertThrows(IOException.class, () -> store.read("a", 99));
      assertTrue(String.valueOf(thrown.getMessage()).contains("99"), thrown.getMessage());
    }
  }

  @Test
  @DisplayName("a name that is none is refused by every method")
  final void refusesNames() throws IOException {
    try (Store store = open()) {
      store.put("a", new byte[1]);
      for (String name : NO_NAMES) {
        Path file = file(new byte[1]);
        List<Callable<Object>> uses =
            List.of(
                () -> store.read(name, 1),
                () -> store.file(name),
                () -> done(() -> store.put(name, new byte[1])),
                () -> done(() -> store.put(name, file)),
                () -> done(() -> store.copy("a", name)),
                () -> done(() -> store.copy(name, "a")),
                () -> done(() -> store.delete(name)));
        for (Callable<Object> use : uses) {
          assertThrows(IllegalArgumentException.class, use::call, "name '" + name + "'");
        }
      }
      assertEquals(List.of("a"), store.names());
    }
  }

  private interface Write {
    void run() throws IOException;
  }

  private static Object done(Write write) throws IOException {
    write.run();
    return "";
  }

  @Test
  @DisplayName("only one has it open, and the next can after it was closed")
  final void exclusive() throws IOException {
    try (Store store = open()) {
      assertThrows(IOException.class, this::open);
      store.put("a", new byte[1]);
    }
    open().close();
  }

  @Test
  @DisplayName("it can be closed twice, and does nothing afterwards")
  final void closed() throws IOException {
    Store store = open();
    store.close();
    assertDoesNotThrow(store::close);
    assertThrows(IOException.class, () -> store.put("a", new byte[1]));
    assertThrows(IOException.class, store::names);
  }

  @Test
  @DisplayName("several threads that write and read one object see it whole")
  final void severalThreads() throws Exception {
    try (Store store = open()) {
      store.put("shared", filled(0));
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int number = i;
        tasks.add(
            () -> {
              if (number % 3 == 0) {
                store.put("shared", filled(number));
                store.put("own-" + number, filled(number));
              }
              byte[] content = read(store, "shared");
              return Arrays.equals(content, filled(content[0]));
            });
      }
      assertFalse(Scenes.together(tasks).contains(false), "an object was seen in part");
      for (int i = 0; i < 60; i += 3) {
        assertArrayEquals(filled(i), read(store, "own-" + i));
      }
    }
  }

  /** Its length tells of its content. */
  private static byte[] filled(int value) {
    byte[] content = new byte[1000 + 97 * value];
    Arrays.fill(content, (byte) value);
    return content;
  }
}
