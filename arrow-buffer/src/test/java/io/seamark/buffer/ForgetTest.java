package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBufferWriter.Forgotten;
import io.seamark.buffer.format.SimulatedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is forgotten is in no file any more, and what is not is untouched. */
class ForgetTest {
  private static final BufferOptions SMALL = BufferOptions.unbounded().withSegmentBytes(8192);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private void fill(int samples) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      for (int i = 0; i < samples; i++) {
        buffer.append(Samples.buffered(i));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private boolean anyFileHolds(String text) throws IOException {
    for (Path file : files()) {
      // One byte a character, so that any bytes can be looked through.
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void anEdgesSamplesAreGoneFromEveryFile() throws IOException {
    fill(24);
    String edge = Samples.buffered(0).sample().edge();
    assertTrue(anyFileHolds(edge));
    int of =
        (int)
            Stream.iterate(0, i -> i + 1)
                .limit(24)
                .filter(i -> Samples.buffered(i).sample().edge().equals(edge))
                .count();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      Forgotten forgotten = buffer.forget((entry, sample) -> sample.edge().equals(edge));
      assertEquals(of, forgotten.samples().size());
      assertEquals(List.of(), forgotten.remains());
      assertEquals(24 - of, buffer.size());
      assertEquals(
          Samples.buffered(0).sample().contentDigest(), forgotten.samples().get(0).digest());
    }
    assertFalse(anyFileHolds(edge));
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      assertEquals(24 - of, buffer.size());
      assertEquals(List.of(), buffer.verify());
    }
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    fill(12);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      buffer.seal();
    }
    Path segment = folder.resolve("0000000000.arrow");
    byte[] bytes = Files.readAllBytes(segment);
    // Behind the schema message, within the first record.
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      Forgotten forgotten = buffer.forget((entry, sample) -> true);
      assertEquals(11, forgotten.samples().size());
      assertEquals(1, forgotten.unread().size());
      assertEquals(List.of("0000000000.arrow"), forgotten.remains());
      assertEquals(1, buffer.size());
    }
  }

  @Test
  void whatADiskKeptFromBeingForgottenIsForgottenWhenAskedAgain() throws IOException {
    BiPredicate<ReplayBuffer.Entry, HardSample> which =
        (entry, sample) -> !sample.edge().equals("edge-1");
    int failures = 0;
    for (String operation :
        List.of("create", "write", "force", "rename", "delete", "forceFolder")) {
      for (int nth = 0; nth < 12; nth++) {
        SimulatedDisk disk = new SimulatedDisk();
        Path here = folder.resolve(operation + nth);
        try (ReplayBufferWriter buffer = ReplayBuffer.open(here, SMALL, disk)) {
          for (int i = 0; i < 24; i++) {
            // Some segments are rewritten, others are deleted.
            buffer.append(Samples.buffered(i < 12 ? i : 3 * i));
          }
          disk.failAt(nth, SimulatedDisk.Fault.ERROR, operation::equals);
          try {
            buffer.forget(which);
          } catch (IOException e) {
            failures++;
          }
          disk.heal();
          assertEquals(List.of(), buffer.forget(which).remains());
        }
        try (ReplayBufferWriter buffer = ReplayBuffer.open(here, SMALL, disk)) {
          assertEquals(4, buffer.size(), operation + " " + nth);
          assertEquals(List.of(), buffer.verify());
        }
      }
    }
    assertTrue(failures > 20, "only " + failures);
  }
}
