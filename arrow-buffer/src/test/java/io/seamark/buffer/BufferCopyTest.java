package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.copy.BufferCopy;
import io.seamark.buffer.copy.BufferCopy.Copied;
import io.seamark.buffer.copy.BufferCopy.Restored;
import io.seamark.buffer.copy.FolderStore;
import io.seamark.buffer.copy.SegmentStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy is what the buffer is, whenever it was cut, and nothing of it that was forgotten. */
class BufferCopyTest {
  private static final BufferOptions SMALL = BufferOptions.unbounded().withSegmentBytes(16_384);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  private Path buffer() {
    return root.resolve("buffer");
  }

  private Path copy() {
    return root.resolve("copy");
  }

  private void fill(int from, int to) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(buffer(), SMALL)) {
      for (int i = from; i < to; i++) {
        buffer.append(Samples.buffered(i));
      }
      buffer.seal();
    }
  }

  private BufferCopy copies() {
    return new BufferCopy(new FolderStore(copy()), line -> {});
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private boolean anyCopyHolds(String text) throws IOException {
    for (Path file : files(copy())) {
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }

  private void assertRestoredIsTheBuffer(Path restored) throws IOException {
    try (ReplayBuffer expected = ReplayBuffer.openReadOnly(buffer());
        ReplayBuffer actual = ReplayBuffer.openReadOnly(restored)) {
      assertEquals(expected.entries().toList(), actual.entries().toList());
      for (ReplayBuffer.Entry entry : expected.entries().toList()) {
        ReplayBufferTest.assertSame(expected.read(entry.sequence()), actual.read(entry.sequence()));
      }
      assertEquals(List.of(), actual.verify());
    }
    for (Path file : files(restored)) {
      Path source = buffer().resolve(String.valueOf(file.getFileName()));
      assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(file));
      assertEquals(
          Files.getLastModifiedTime(source).toMillis(),
          Files.getLastModifiedTime(file).toMillis(),
          "as old as it was");
    }
  }

  @Test
  void whatIsNewIsCopiedAndARestoreIsTheSame() throws IOException {
    fill(0, 20);
    Copied first = copies().to(buffer());
    assertTrue(first.copied() > 1);
    assertEquals(0, first.kept());
    fill(20, 30);
    Copied second = copies().to(buffer());
    assertEquals(first.copied(), second.kept());
    assertTrue(second.copied() > 0);
    assertEquals(0, copies().to(buffer()).copied());
    assertEquals(0, second.deleted());

    Restored restored = copies().restore(root.resolve("restored"));
    assertEquals(List.of(), restored.damages());
    assertRestoredIsTheBuffer(root.resolve("restored"));
    assertEquals(restored, copies().restore(root.resolve("restored")), "once more");
    assertEquals(restored, copies().check());
  }

  @Test
  void whatIsForgottenIsGoneFromTheCopyAndWhatIsForeignStays() throws IOException {
    fill(0, 20);
    copies().to(buffer());
    Path mine = copy().resolve("0000000099.arrow");
    Files.writeString(mine, "mine");
    assertTrue(anyCopyHolds("edge-1"));
    try (ReplayBufferWriter buffer = ReplayBuffer.open(buffer(), SMALL)) {
      buffer.forget((entry, sample) -> sample.edge().equals("edge-1"));
    }
    Copied copied = copies().to(buffer());
    assertTrue(copied.deleted() > 0);
    assertFalse(anyCopyHolds("edge-1"));
    assertEquals("mine", Files.readString(mine));
    copies().restore(root.resolve("restored"));
    assertRestoredIsTheBuffer(root.resolve("restored"));
  }

  /** A folder whose owner is killed after so many changes. */
  private static final class Killed implements SegmentStore {
    private final SegmentStore store;
    private int left;

    Killed(SegmentStore store, int left) {
      this.store = store;
      this.left = left;
    }

    private void change() throws IOException {
      if (left-- == 0) {
        throw new IOException("killed");
      }
    }

    @Override
    public Map<String, Long> list() throws IOException {
      return store.list();
    }

    @Override
    public Optional<byte[]> read(String name, int limit) throws IOException {
      return store.read(name, limit);
    }

    @Override
    public String fetch(String name, Path to, long limit) throws IOException {
      return store.fetch(name, to, limit);
    }

    @Override
    public void put(String name, Path from) throws IOException {
      change();
      store.put(name, from);
    }

    @Override
    public void delete(String name) throws IOException {
      change();
      store.delete(name);
    }

    @Override
    public String toString() {
      return store.toString();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  @Test
  void aCopyThatIsCutAnywhereIsWholeAndGoesOn() throws IOException {
    fill(0, 12);
    copies().to(buffer());
    Restored before = copies().check();
    fill(12, 16);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(buffer(), SMALL)) {
      buffer.forget((entry, sample) -> sample.edge().equals("edge-1"));
    }
    boolean done = false;
    int changes = 0;
    while (!done) {
      // Each time from what the cut before has left.
      SegmentStore store = new Killed(new FolderStore(copy()), changes++);
      try {
        new BufferCopy(store, line -> {}).to(buffer());
        done = true;
      } catch (IOException e) {
        assertEquals("killed", e.getMessage());
      }
      Restored found = copies().check();
      assertEquals(List.of(), found.damages());
      assertTrue(found.whole() >= Math.min(before.whole(), 1));
      assertTrue(changes < 100);
    }
    assertTrue(changes > 3);
    assertFalse(anyCopyHolds("edge-1"), "nothing that a cut left behind");
    copies().restore(root.resolve("restored"));
    assertRestoredIsTheBuffer(root.resolve("restored"));
    // Nothing of ours is left but what the manifest names, and itself.
    assertEquals(copies().check().whole() + 1, files(copy()).size());
  }

  @Test
  void damageInTheBufferCostsNothingInTheCopy() throws IOException {
    fill(0, 12);
    copies().to(buffer());
    Path first = buffer().resolve("0000000000.arrow");
    byte[] whole = Files.readAllBytes(first);
    byte[] bytes = whole.clone();
    bytes[bytes.length / 2] ^= 1;
    Files.write(first, bytes);
    Copied copied = copies().to(buffer());
    assertEquals(1, copied.damages().size());
    Files.write(first, new byte[100]);
    copied = copies().to(buffer());
    assertEquals(1, copied.damages().size());
    assertEquals(0, copied.deleted());
    copies().restore(root.resolve("restored"));
    assertArrayEquals(
        whole, Files.readAllBytes(root.resolve("restored").resolve("0000000000.arrow")));
  }

  @Test
  void damageInTheCopyIsNamedAndCostsNoOther() throws IOException {
    fill(0, 12);
    Copied copied = copies().to(buffer());
    Path object = files(copy()).get(0);
    byte[] bytes = Files.readAllBytes(object);
    bytes[bytes.length / 2] ^= 1;
    Files.write(object, bytes);
    assertEquals(1, copies().check().damages().size());
    Restored restored = copies().restore(root.resolve("restored"));
    assertEquals(copied.copied() - 1, restored.whole());
    assertTrue(restored.damages().get(0).startsWith("0000000000.arrow"), restored.toString());
    assertFalse(Files.exists(root.resolve("restored").resolve("0000000000.arrow")));
  }

  @Test
  void anotherBuffersCopyIsNotTouched() throws IOException {
    fill(0, 12);
    copies().to(buffer());
    List<Path> before = files(copy());
    Files.move(buffer(), root.resolve("moved"));
    assertThrows(
        IllegalArgumentException.class, () -> copies().to(root.resolve("moved")), "another path");
    fill(0, 3);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> copies().to(buffer()));
    assertTrue(String.valueOf(e.getMessage()).contains("begun anew"), e.getMessage());
    assertEquals(before, files(copy()));
  }

  @Test
  void nothingIsWrittenOverAndNothingOutside() throws IOException {
    fill(0, 3);
    copies().to(buffer());
    Path taken = Files.createDirectories(root.resolve("taken"));
    Files.writeString(taken.resolve("mine"), "mine");
    assertThrows(FileAlreadyExistsException.class, () -> copies().restore(taken));
    Path other = Files.createDirectories(root.resolve("other"));
    Files.writeString(other.resolve("0000000000.arrow"), "mine");
    assertThrows(FileAlreadyExistsException.class, () -> copies().restore(other));
    assertEquals("mine", Files.readString(other.resolve("0000000000.arrow")));

    Path manifest = copy().resolve("seamark-copy.json");
    String whole = Files.readString(manifest);
    for (String wrong : List.of("../0000000000.arrow", "/tmp/a.arrow", "0000000000.journal")) {
      Files.writeString(manifest, whole.replace("0000000000.arrow", wrong));
      assertThrows(IOException.class, () -> copies().restore(root.resolve("restored")), wrong);
    }
    Files.writeString(manifest, "{");
    assertThrows(IOException.class, () -> copies().to(buffer()));
    Files.delete(manifest);
    assertThrows(IOException.class, () -> copies().restore(root.resolve("restored")));
    assertFalse(Files.exists(root.resolve("restored").resolve("0000000000.arrow")));
  }
}
