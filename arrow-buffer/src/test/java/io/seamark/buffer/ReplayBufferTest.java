package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBuffer.Entry;
import io.seamark.durable.DurableFiles;
import io.seamark.perception.ClassMap;
import io.seamark.setting.MaximumAges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayBufferTest {
  private static final BufferOptions SMALL =
      new BufferOptions(
          16384,
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          MaximumAges.NONE,
          1 << 22);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  static void assertSame(BufferedSample expected, BufferedSample actual) {
    ArrowMessagesTest.assertSame(expected.sample(), actual.sample());
    assertArrayEquals(expected.answer().classMap().classes(), actual.answer().classMap().classes());
    assertEquals(expected.answer().masks(), actual.answer().masks());
    assertEquals(expected.answer().processing(), actual.answer().processing());
    assertEquals(expected.answer().seconds(), actual.answer().seconds());
    assertArrayEquals(numbers(expected), numbers(actual));
    assertEquals(expected.look(), actual.look());
  }

  private static byte @Nullable [] numbers(BufferedSample sample) {
    return sample.segments() == null ? null : sample.segments().classes();
  }

  @Test
  void samplesAndEntriesSurviveSealingAndReopening() throws IOException {
    List<Entry> before;
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      for (int i = 0; i < 12; i++) {
        assertEquals(i, buffer.append(Samples.buffered(i)));
        assertSame(Samples.buffered(i), buffer.read(i));
      }
      before = buffer.entries().toList();
      buffer.seal();
      assertEquals(before, buffer.entries().toList());
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
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
  void segmentsAndLookAreKept() throws IOException {
    BufferedSample with = Samples.withSegments(0);
    BufferedSample without = Samples.buffered(1);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      buffer.append(with);
      buffer.append(without);
      assertSame(with, buffer.read(0));
      buffer.seal();
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      assertTrue(buffer.report().clean());
      assertSame(with, buffer.read(0));
      assertSame(without, buffer.read(1));
      List<Entry> entries = buffer.entries().toList();
      assertEquals(with.look(), entries.get(0).look());
      assertNull(entries.get(1).look());
    }
  }

  @Test
  void segmentsWithoutRoomAreLeftOut() throws IOException {
    HardSample sample = Samples.sample(1, 600, 600, 40);
    byte[] numbers = new byte[600 * 600];
    // As large as it is, whatever it compresses to.
    new Random(1).nextBytes(numbers);
    BufferedSample with =
        new BufferedSample(
            sample, Samples.answer(sample), new ClassMap(600, 600, numbers), Samples.LOOK);
    long needed = ReplayBuffer.writingBytes(sample);
    BufferOptions tight =
        new BufferOptions(
            1 << 20, 1 << 20, 100, 100, 100, MaximumAges.NONE, Math.max(1 << 20, needed));
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, tight)) {
      buffer.append(with);
      assertNull(buffer.read(0).segments());
      assertEquals(with.look(), buffer.read(0).look());
    }
  }

  @Test
  void whatStoringTakesIsKnownBefore() throws IOException {
    int stored = 0;
    int refused = 0;
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      for (int i = 0; i < 80; i++) {
        HardSample sample = Samples.sample(i, 40 + 13 * i, 600, 1 + 31_000 * (i * 37 % 80));
        boolean fits = ReplayBuffer.writingBytes(sample) <= buffer.writingLimit();
        try {
          buffer.append(new BufferedSample(sample, Samples.answer(sample)));
          stored += fits ? 1 : 0;
        } catch (IOException e) {
          assertFalse(fits, "sample " + i + ": " + e.getMessage());
          refused++;
        }
      }
    }
    assertTrue(stored > 10 && refused > 10, stored + " stored, " + refused + " refused");
  }

  @Test
  void theIndexHoldsEachTextOnceAndNumbersAsTheyAre() throws IOException {
    for (int opened = 0; opened < 2; opened++) {
      try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
        buffer.append(Samples.buffered(0));
        buffer.append(Samples.buffered(6));
        List<Entry> entries = buffer.entries().toList();
        Assertions.assertSame(entries.get(0).edge(), entries.get(1).edge());
        Assertions.assertSame(entries.get(0).domain(), entries.get(1).domain());
        assertInstanceOf(Counts.class, entries.get(0).pixelsByClass());
      }
    }
    Entry entry = new Entry(0, "a", "b", "", 5L, 0, List.of(1L, 2L), null);
    assertEquals(new Entry(0, "a", "b", "", 5L, 0, Arrays.asList(1L, 2L), null), entry);
    assertEquals(List.of(1L, 2L).hashCode(), entry.pixelsByClass().hashCode());
    assertThrows(UnsupportedOperationException.class, () -> entry.pixelsByClass().set(0, 3L));
    List<Long> large = List.of(1L << 40);
    assertEquals(large, new Entry(0, "a", "b", "", 5L, 0, large, null).pixelsByClass());
    assertEquals(
        3 * 4096 * 2700L + 50_000 * (8L + 16L) + 141 * 20_480L + 1000 * 1024L,
        BufferOptions.defaults().indexBytes(),
        "of the defaults");
    long many = BufferOptions.defaults().withMaxSamples(10_000_000, 10_000_000, 10).indexBytes();
    assertTrue(many < 200L << 20, many + " bytes for ten million");
  }

  @Test
  void aSampleSentTwiceIsStoredOnce() throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      assertEquals(OptionalLong.empty(), buffer.find("edge-1", "frame-1"));
      assertEquals(0, buffer.append(Samples.buffered(1)));
      assertEquals(0, buffer.append(Samples.buffered(1)));
      assertEquals(1, buffer.append(Samples.buffered(2)));
      assertEquals(OptionalLong.of(0), buffer.find("edge-1", "frame-1"));
      assertEquals(OptionalLong.empty(), buffer.find("edge-2", "frame-1"));
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      assertEquals(OptionalLong.of(1), buffer.find("edge-2", "frame-2"));
      assertEquals(1, buffer.append(Samples.buffered(2)));
      assertEquals(2, buffer.next());
    }
  }

  @Test
  void aReaderFollowsTheWriter() throws IOException {
    try (ReplayBuffer reader = ReplayBuffer.openReadOnly(folder.resolve("not-there-yet"));
        ReplayBufferWriter buffer = ReplayBuffer.open(folder.resolve("not-there-yet"), SMALL)) {
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
    }
  }

  @Test
  void aBoundedBufferDropsItsOldest() throws IOException {
    BufferOptions bounded = SMALL.withMaxBytes(65536);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded);
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

  /** A sample of an edge whose image is of a size. */
  private static BufferedSample of(String edge, int number, int imageBytes) {
    HardSample s = Samples.sample(1 + 2 * number, 8, 6, imageBytes);
    HardSample sample =
        new HardSample(
            "n-" + number,
            edge,
            "dusk",
            number,
            s.width(),
            s.height(),
            s.image(),
            null,
            s.scores(),
            "v1",
            "m",
            0,
            0);
    return new BufferedSample(sample, Samples.answer(sample));
  }

  private static List<String> ids(ReplayBuffer buffer, String edge) {
    return buffer.entries().filter(e -> e.edge().equals(edge)).map(Entry::id).toList();
  }

  @Test
  void anEdgeOverItsShareLosesItsOwnOldestAndNobodyElses() throws IOException {
    BufferOptions bounded = SMALL.withMaxSamples(100, 20, 10);
    List<String> newest = IntStream.range(280, 300).mapToObj(i -> "n-" + i).toList();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      for (int i = 0; i < 300; i++) {
        buffer.append(of("flood", i, 400));
        if (i % 60 == 0) {
          buffer.append(of("quiet", i / 60, 400));
        }
      }
      assertEquals(newest, ids(buffer, "flood"));
      assertEquals(List.of("n-0", "n-1", "n-2", "n-3", "n-4"), ids(buffer, "quiet"));
      assertEquals(280, buffer.dropped());
      assertEquals(OptionalLong.empty(), buffer.find("flood", "n-0"));
      for (Entry entry : buffer.entries().toList()) {
        int number = Integer.parseInt(entry.id().substring(2));
        assertSame(of(entry.edge(), number, 400), buffer.read(entry.sequence()));
      }
      // What was dropped is off the disk too, but for at most as much again and the journal.
      long sample = 4000;
      assertTrue(buffer.bytes() < 2 * 25 * sample + 16384 + sample, buffer.bytes() + " bytes");
      // Counted anew if it comes again: it is no sample that the buffer has.
      assertEquals(buffer.next(), buffer.append(of("flood", 0, 400)));
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      assertEquals(20, ids(buffer, "flood").size());
      assertEquals(5, ids(buffer, "quiet").size());
      assertEquals(List.of(), buffer.verify());
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL.withMaxSamples(100, 7, 10))) {
      assertEquals(7, ids(buffer, "flood").size(), "a lower bound holds from the next opening on");
      assertEquals(5, ids(buffer, "quiet").size());
    }
  }

  @Test
  void anEdgeWithLargeSamplesPushesNobodyOutByBytesEither() throws IOException {
    BufferOptions bounded = SMALL.withMaxBytes(400_000).withMaxSamples(1000, 500, 10);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      for (int i = 0; i < 10; i++) {
        buffer.append(of("quiet", i, 400));
      }
      for (int i = 0; i < 150; i++) {
        buffer.append(of("flood", i, 20_000));
        assertTrue(buffer.bytes() <= 400_000, buffer.bytes() + " bytes");
      }
      assertEquals(10, ids(buffer, "quiet").size());
      assertTrue(ids(buffer, "flood").size() >= 5, ids(buffer, "flood").toString());
      assertTrue(ids(buffer, "flood").contains("n-149"));
      assertEquals(List.of(), buffer.verify());
    }
  }

  @Test
  void aReaderFindsWhatIsLeftOfASegmentWrittenAgain() throws IOException {
    BufferOptions bounded = SMALL.withMaxSamples(100, 4, 10);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded);
        ReplayBuffer reader = ReplayBuffer.openReadOnly(folder)) {
      buffer.append(of("quiet", 0, 400));
      for (int i = 0; i < 4; i++) {
        buffer.append(of("flood", i, 400));
      }
      buffer.seal();
      reader.refresh();
      assertEquals(5, reader.size());
      for (int i = 4; i < 40; i++) {
        buffer.append(of("flood", i, 400));
      }
      // The reader has not looked since: the file has fewer records by now, elsewhere.
      assertSame(of("quiet", 0, 400), reader.read(0));
      assertThrows(IOException.class, () -> reader.read(1));
      reader.refresh();
      assertEquals(buffer.first(), reader.first());
      assertEquals(List.of("n-0"), ids(reader, "quiet"));
      assertEquals(List.of(), reader.verify());
    }
  }

  @Test
  void tooManySamplesCostTheOldestSegments() throws IOException {
    BufferOptions bounded = SMALL.withMaxSamples(40, 40, 50);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      for (int i = 0; i < 200; i++) {
        buffer.append(of("edge-" + i % 7, i, 40));
        assertTrue(buffer.size() <= 40, buffer.size() + " samples");
      }
      assertTrue(buffer.size() >= 30, buffer.size() + " samples");
      assertEquals(200, buffer.size() + buffer.dropped());
      assertEquals(buffer.first() + buffer.size(), buffer.next(), "the newest are there");
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL.withMaxSamples(1, 1, 50))) {
      buffer.append(of("edge-0", 500, 40));
      assertTrue(ids(buffer, "edge-0").contains("n-500"));
    }
  }

  @Test
  void edgesBeyondTheBoundAreRefusedByNameUntilThereIsRoom() throws IOException {
    BufferOptions bounded = SMALL.withMaxSamples(16, 8, 3);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      for (int i = 0; i < 3; i++) {
        buffer.append(of("edge-" + i, i, 40));
      }
      for (int forged = 0; forged < 20; forged++) {
        BufferedSample sample = of("forged-" + forged, 0, 40);
        TooManyEdgesException e =
            assertThrows(TooManyEdgesException.class, () -> buffer.append(sample));
        assertTrue(
            String.valueOf(e.getMessage())
                .contains("those of edge 'forged-" + forged + "' are refused"),
            e.getMessage());
      }
      assertEquals(20, buffer.refused());
      assertEquals(3, buffer.size());
      for (int i = 0; i < 40; i++) {
        buffer.append(of("edge-" + i % 2, 100 + i, 40));
      }
      // edge-2 has nothing there any more, so there is room for another.
      buffer.checkEdge("new");
      buffer.append(of("new", 0, 40));
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
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
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

  @Test
  void onlySealedSegmentsThatSamplesAreInHaveADigest() throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL.withSegmentBytes(1 << 20));
        ReplayBuffer reader = ReplayBuffer.openReadOnly(folder)) {
      for (int i = 0; i < 6; i++) {
        buffer.append(Samples.buffered(i));
        if (i % 2 == 1 && i < 4) {
          buffer.seal();
        }
      }
      reader.refresh();
      Path first = folder.resolve("0000000000.arrow");
      Path second = folder.resolve("0000000001.arrow");
      Map<String, String> both =
          Map.of(
              "0000000000.arrow", DurableFiles.sha256(first),
              "0000000001.arrow", DurableFiles.sha256(second));
      for (ReplayBuffer each : List.of(buffer, reader)) {
        assertEquals(
            Map.of(), each.sealedDigests(List.of(4L, 5L, 99L)), "those are in the journal");
        assertEquals(
            Map.of("0000000001.arrow", DurableFiles.sha256(second)),
            each.sealedDigests(List.of(3L, 5L)));
      }
      assertEquals(both, buffer.sealedDigests(List.of(0L, 1L, 2L, 3L, 4L)));
      Files.delete(first);
      assertEquals(
          Map.of("0000000001.arrow", DurableFiles.sha256(second)),
          reader.sealedDigests(List.of(0L, 2L)),
          "one that is gone is left out");
    }
  }
}
