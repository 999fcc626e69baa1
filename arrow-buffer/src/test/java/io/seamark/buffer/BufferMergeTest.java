package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BufferMergeTest {
  private static final BufferOptions SMALL = BufferOptions.unbounded().withSegmentBytes(16384);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private Path a = Path.of("");
  private Path b = Path.of("");

  @BeforeEach
  void places() {
    a = folder.resolve("a");
    b = folder.resolve("b");
  }

  private static void append(ReplayBufferWriter buffer, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      buffer.append(Samples.buffered(i));
    }
  }

  private ReplayBufferWriter into() throws IOException {
    return ReplayBuffer.open(folder.resolve("into"), SMALL);
  }

  private BufferMerge merge(ReplayBufferWriter into) throws IOException {
    return BufferMerge.open(into, folder.resolve("progress"), List.of(a, b));
  }

  private static Set<String> ids(ReplayBuffer buffer) {
    return buffer.entries().map(ReplayBuffer.Entry::id).collect(Collectors.toSet());
  }

  @Test
  void everySampleOfEverySourceComesOnceWhoeverHasIt() throws IOException {
    try (ReplayBufferWriter into = into();
        BufferMerge merge = merge(into)) {
      assertEquals(0, merge.takeIn(100), "sources that are not there yet are empty");
      try (ReplayBufferWriter first = ReplayBuffer.open(a, SMALL);
          ReplayBufferWriter second = ReplayBuffer.open(b, SMALL)) {
        append(first, 0, 20);
        append(second, 15, 40);
        int taken = 0;
        int calls = 0;
        for (int more = merge.takeIn(7); more > 0; more = merge.takeIn(7)) {
          assertTrue(more <= 14, "a call is bounded");
          taken += more;
          calls++;
        }
        assertTrue(calls >= 3);
        assertEquals(40, taken);
        assertEquals(40, into.size());
        append(first, 40, 42);
        assertEquals(2, merge.takeIn(100));
      }
      for (ReplayBuffer.Entry entry : into.entries().toList()) {
        int number = Integer.parseInt(entry.id().substring("frame-".length()));
        ReplayBufferTest.assertSame(Samples.buffered(number), into.read(entry.sequence()));
      }
      assertEquals(42, ids(into).size());
    }
  }

  @Test
  void aRestartGoesOnAndWhatWasDroppedDoesNotComeBack() throws IOException {
    try (ReplayBufferWriter first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 60);
    }
    BufferOptions bounded = SMALL.withMaxBytes(65536);
    Set<String> kept;
    try (ReplayBufferWriter into = ReplayBuffer.open(folder.resolve("into"), bounded);
        BufferMerge merge = merge(into)) {
      assertEquals(60, merge.takeIn(100));
      kept = ids(into);
      assertTrue(kept.size() < 60, "the oldest are dropped");
    }
    try (ReplayBufferWriter into = ReplayBuffer.open(folder.resolve("into"), bounded);
        BufferMerge merge = merge(into)) {
      assertEquals(0, merge.takeIn(100));
      assertEquals(kept, ids(into));
    }
  }

  @Test
  void progressThatIsLostOnlyCostsTime() throws IOException {
    try (ReplayBufferWriter first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 9);
    }
    try (ReplayBufferWriter into = into();
        BufferMerge merge = merge(into)) {
      merge.takeIn(100);
    }
    try (Stream<Path> files = Files.walk(folder.resolve("progress"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "nonsense");
      }
    }
    try (ReplayBufferWriter into = into();
        BufferMerge merge = merge(into)) {
      assertEquals(0, merge.takeIn(100));
      assertEquals(9, into.size());
    }
  }

  @Test
  void aSourceThatIsBegunAnewIsReadFromItsBeginning() throws IOException {
    try (ReplayBufferWriter first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 9);
    }
    try (ReplayBufferWriter into = into()) {
      try (BufferMerge merge = merge(into)) {
        assertEquals(9, merge.takeIn(100));
      }
      Files.move(a, folder.resolve("away"));
      try (ReplayBufferWriter anew = ReplayBuffer.open(a, SMALL)) {
        append(anew, 20, 23);
      }
      try (BufferMerge merge = merge(into)) {
        assertEquals(3, merge.takeIn(100));
      }
      assertEquals(12, into.size());
    }
  }

  @Test
  void aDamagedSampleIsLeftOutAndADamagedSourceHoldsUpNoOther() throws IOException {
    try (ReplayBufferWriter first = ReplayBuffer.open(a, SMALL);
        ReplayBufferWriter second = ReplayBuffer.open(b, SMALL)) {
      append(first, 0, 12);
      first.seal();
      append(second, 20, 24);
    }
    Path segment;
    try (Stream<Path> files = Files.list(a)) {
      segment =
          files.filter(f -> f.toString().endsWith(".arrow")).sorted().findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    try (ReplayBufferWriter into = into();
        BufferMerge merge = merge(into)) {
      merge.takeIn(100);
      Set<String> there = ids(into);
      assertTrue(there.containsAll(Set.of("frame-20", "frame-21", "frame-22", "frame-23")));
      assertEquals(15, there.size(), "all but the one damaged sample");
      assertEquals(0, merge.takeIn(100));
    }
  }
}
