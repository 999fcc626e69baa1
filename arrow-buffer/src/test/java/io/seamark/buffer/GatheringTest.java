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

class GatheringTest {
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

  private static void append(ReplayBuffer buffer, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      buffer.append(Samples.buffered(i));
    }
  }

  private ReplayBuffer into() throws IOException {
    return ReplayBuffer.open(folder.resolve("into"), SMALL);
  }

  private Gathering gathering(ReplayBuffer into) throws IOException {
    return Gathering.open(into, folder.resolve("progress"), List.of(a, b));
  }

  private static Set<String> ids(ReplayBuffer buffer) {
    return buffer.entries().map(ReplayBuffer.Entry::id).collect(Collectors.toSet());
  }

  @Test
  void everySampleOfEverySourceComesOnceWhoeverHasIt() throws IOException {
    try (ReplayBuffer into = into();
        Gathering gathering = gathering(into)) {
      assertEquals(0, gathering.gather(100), "sources that are not there yet are empty");
      try (ReplayBuffer first = ReplayBuffer.open(a, SMALL);
          ReplayBuffer second = ReplayBuffer.open(b, SMALL)) {
        append(first, 0, 20);
        append(second, 15, 40);
        int taken = 0;
        int calls = 0;
        for (int more = gathering.gather(7); more > 0; more = gathering.gather(7)) {
          assertTrue(more <= 14, "a call is bounded");
          taken += more;
          calls++;
        }
        assertTrue(calls >= 3);
        assertEquals(40, taken);
        assertEquals(40, into.size());
        append(first, 40, 42);
        assertEquals(2, gathering.gather(100));
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
    try (ReplayBuffer first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 60);
    }
    BufferOptions bounded = SMALL.withMaxBytes(65536);
    Set<String> kept;
    try (ReplayBuffer into = ReplayBuffer.open(folder.resolve("into"), bounded);
        Gathering gathering = gathering(into)) {
      assertEquals(60, gathering.gather(100));
      kept = ids(into);
      assertTrue(kept.size() < 60, "the oldest are dropped");
    }
    try (ReplayBuffer into = ReplayBuffer.open(folder.resolve("into"), bounded);
        Gathering gathering = gathering(into)) {
      assertEquals(0, gathering.gather(100));
      assertEquals(kept, ids(into));
    }
  }

  @Test
  void progressThatIsLostOnlyCostsTime() throws IOException {
    try (ReplayBuffer first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 9);
    }
    try (ReplayBuffer into = into();
        Gathering gathering = gathering(into)) {
      gathering.gather(100);
    }
    try (Stream<Path> files = Files.walk(folder.resolve("progress"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "nonsense");
      }
    }
    try (ReplayBuffer into = into();
        Gathering gathering = gathering(into)) {
      assertEquals(0, gathering.gather(100));
      assertEquals(9, into.size());
    }
  }

  @Test
  void aSourceThatIsBegunAnewIsReadFromItsBeginning() throws IOException {
    try (ReplayBuffer first = ReplayBuffer.open(a, SMALL)) {
      append(first, 0, 9);
    }
    try (ReplayBuffer into = into()) {
      try (Gathering gathering = gathering(into)) {
        assertEquals(9, gathering.gather(100));
      }
      Files.move(a, folder.resolve("away"));
      try (ReplayBuffer anew = ReplayBuffer.open(a, SMALL)) {
        append(anew, 20, 23);
      }
      try (Gathering gathering = gathering(into)) {
        assertEquals(3, gathering.gather(100));
      }
      assertEquals(12, into.size());
    }
  }

  @Test
  void aDamagedSampleIsLeftOutAndADamagedSourceHoldsUpNoOther() throws IOException {
    try (ReplayBuffer first = ReplayBuffer.open(a, SMALL);
        ReplayBuffer second = ReplayBuffer.open(b, SMALL)) {
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
    try (ReplayBuffer into = into();
        Gathering gathering = gathering(into)) {
      gathering.gather(100);
      Set<String> there = ids(into);
      assertTrue(there.containsAll(Set.of("frame-20", "frame-21", "frame-22", "frame-23")));
      assertEquals(15, there.size(), "all but the one damaged sample");
      assertEquals(0, gathering.gather(100));
    }
  }
}
