package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBuffer.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayBufferTest {
  private static final BufferOptions SMALL = new BufferOptions(16384, Long.MAX_VALUE, 1 << 22);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  static void assertSame(BufferedSample expected, BufferedSample actual) {
    ArrowMessagesTest.assertSame(expected.sample(), actual.sample());
    assertArrayEquals(expected.answer().classMap().classes(), actual.answer().classMap().classes());
    assertEquals(expected.answer().masks(), actual.answer().masks());
    assertEquals(expected.answer().processing(), actual.answer().processing());
    assertEquals(expected.answer().seconds(), actual.answer().seconds());
  }

  @Test
  void samplesAndEntriesSurviveSealingAndReopening() throws IOException {
    List<Entry> before;
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, SMALL)) {
      for (int i = 0; i < 12; i++) {
        assertEquals(i, buffer.append(Samples.buffered(i)));
        assertSame(Samples.buffered(i), buffer.read(i));
      }
      before = buffer.entries().toList();
      buffer.seal();
      assertEquals(before, buffer.entries().toList());
    }
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, SMALL)) {
      assertTrue(buffer.report().clean());
      assertEquals(before, buffer.entries().toList());
      assertEquals(12, buffer.next());
      assertEquals(0, buffer.first());
      assertEquals(12, buffer.size());
      for (int i = 0; i < 12; i++) {
        assertSame(Samples.buffered(i), buffer.read(i));
      }
      assertEquals(List.of(), buffer.verify());
      assertThrows(IllegalArgumentException.class, () -> buffer.read(12));
    }
    Entry entry = before.get(4);
    assertEquals("frame-4", entry.id());
    assertEquals("edge-1", entry.edge());
    assertEquals("day", entry.domain());
    assertEquals(4.25, entry.score());
    // 48 pixels count round the eleven classes, but 12, 25 and 38 are undecided: 1, 3 and 5 by
    // turn.
    assertEquals(List.of(5L, 4L, 5L, 4L, 4L, 3L, 4L, 4L, 4L, 4L, 4L), entry.pixelsByClass());
    assertEquals(4, entry.candidate().sequence());
  }

  @Test
  void aSegmentThatIsAFifoIsRefusedAndNotWaitedFor() throws Exception {
    Path segment = folder.resolve("0000000000.arrow");
    assertEquals(0, new ProcessBuilder("mkfifo", segment.toString()).start().waitFor());
    String refusal = segment + " is a FIFO, but must be a file";
    assertEquals(
        refusal,
        assertThrows(IOException.class, () -> ReplayBuffer.openReadOnly(folder)).getMessage());
    assertEquals(
        refusal,
        assertThrows(IOException.class, () -> ReplayBuffer.open(folder, SMALL)).getMessage());
  }

  @Test
  void aSampleSentTwiceIsStoredOnce() throws IOException {
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, SMALL)) {
      assertEquals(OptionalLong.empty(), buffer.find("edge-1", "frame-1"));
      assertEquals(0, buffer.append(Samples.buffered(1)));
      assertEquals(0, buffer.append(Samples.buffered(1)));
      assertEquals(1, buffer.append(Samples.buffered(2)));
      assertEquals(OptionalLong.of(0), buffer.find("edge-1", "frame-1"));
      assertEquals(OptionalLong.empty(), buffer.find("edge-2", "frame-1"));
    }
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, SMALL)) {
      assertEquals(OptionalLong.of(1), buffer.find("edge-2", "frame-2"));
      assertEquals(1, buffer.append(Samples.buffered(2)));
      assertEquals(2, buffer.next());
    }
  }

  @Test
  void aReaderFollowsTheWriter() throws IOException {
    try (ReplayBuffer reader = ReplayBuffer.openReadOnly(folder.resolve("not-there-yet"));
        ReplayBuffer buffer = ReplayBuffer.open(folder.resolve("not-there-yet"), SMALL)) {
      for (int i = 0; i < 30; i++) {
        buffer.append(Samples.buffered(i));
        assertEquals(i, reader.next());
        reader.refresh();
        assertEquals(i + 1, reader.next());
        assertSame(Samples.buffered(i), reader.read(i));
        assertEquals(OptionalLong.of(i), reader.find("edge-" + i % 3, "frame-" + i));
      }
      assertSame(Samples.buffered(0), reader.read(0));
      assertEquals(buffer.entries().toList(), reader.entries().toList());
      assertThrows(IllegalStateException.class, () -> reader.append(Samples.buffered(99)));
    }
  }

  @Test
  void aBoundedBufferDropsItsOldest() throws IOException {
    BufferOptions bounded = SMALL.withMaxBytes(65536);
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, bounded);
        ReplayBuffer reader = ReplayBuffer.openReadOnly(folder)) {
      for (int i = 0; i < 60; i++) {
        buffer.append(Samples.buffered(i));
        assertTrue(buffer.bytes() <= 65536);
      }
      assertTrue(buffer.first() > 0);
      assertEquals(60, buffer.next());
      assertEquals(OptionalLong.empty(), buffer.find("edge-0", "frame-0"));
      reader.refresh();
      assertEquals(buffer.first(), reader.first());
    }
  }

  @Test
  void scoresWithoutBoundKeepTheirValueInTheIndex() throws IOException {
    HardSample s = Samples.small(1);
    HardSample infinite =
        new HardSample(
            s.id(),
            s.edge(),
            "",
            0,
            s.width(),
            s.height(),
            s.image(),
            null,
            s.scores(),
            "",
            "",
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY);
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, SMALL)) {
      buffer.append(new BufferedSample(infinite, Samples.answer(infinite)));
      buffer.seal();
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      Entry entry = buffer.entries().findFirst().orElseThrow();
      assertEquals(Double.NEGATIVE_INFINITY, entry.score());
      assertEquals(Double.POSITIVE_INFINITY, buffer.read(0).sample().threshold());
    }
  }

  @Test
  void theOutboxOfAnEdgeIsNotTakenForAReplayBuffer() throws IOException {
    try (Outbox outbox = Outbox.open(folder, SMALL)) {
      outbox.append(Samples.small(0));
    }
    IOException e = assertThrows(IOException.class, () -> ReplayBuffer.open(folder, SMALL).close());
    assertTrue(
        String.valueOf(e.getMessage()).contains("seamark.kind is 'outbox', but must be 'replay'"));
    assertTrue(Files.exists(folder.resolve("0000000000.journal")));
  }
}
