package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.Forgery;
import io.seamark.buffer.format.SimulatedDisk;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file and no message ends a process, takes much memory, or goes without being named. */
class HostileFilesTest {
  private static final String SEALED = "0000000000.arrow";
  private static final String JOURNAL = "0000000000.journal";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private Outcomes.Outcome outcome(String what, byte[] bytes) throws IOException {
    Outcomes.Outcome outcome = new Outcomes(folder).of(bytes);
    assertTrue(
        outcome.memory() < Outcomes.MEMORY, () -> what + " took " + outcome.memory() + " bytes");
    return outcome;
  }

  /** A segment of samples, sealed or not. */
  private byte[] segment(int samples, boolean sealed) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path made = folder.resolve("made");
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(made, Outcomes.SMALL.withSegmentBytes(1 << 20), disk)) {
      for (int i = 0; i < samples; i++) {
        buffer.append(Samples.buffered(i));
      }
      if (sealed) {
        buffer.seal();
      }
    }
    return disk.bytes(made.resolve(sealed ? SEALED : JOURNAL));
  }

  @Test
  void everyFileOfArrowsFuzzersIsNamedAsDamage() throws IOException {
    List<Path> files = Outcomes.files(SharedFolder.path("data/arrow-fuzz"));
    int tried = 0;
    for (Path file : files) {
      if (file.toString().contains("-fuzz-") || file.getFileName().toString().startsWith("crash")) {
        Outcomes.Outcome outcome = outcome(file.toString(), Files.readAllBytes(file));
        outcome
            .lines()
            .forEach((reader, line) -> assertNotEquals("accepted", line, file + " as " + reader));
        String read = String.valueOf(outcome.lines().get("segment, read"));
        assertTrue(read.startsWith(SEALED + " is no segment of Seamark's: "), read);
        tried++;
      }
    }
    assertTrue(tried > 100, "only " + tried + " files in " + files);
  }

  @Test
  void theFaultsThatEndedAProcessAreNamed() throws IOException {
    Path faults = SharedFolder.path("faults");
    for (String name :
        List.of(
            "buffer-cut/0000000000.arrow",
            "fuzz-segment-0000000000.arrow-456",
            "fuzz-segment-0000000000.arrow-843")) {
      Outcomes.Outcome outcome = outcome(name, Files.readAllBytes(faults.resolve(name)));
      outcome
          .lines()
          .forEach((reader, line) -> assertNotEquals("accepted", line, name + " as " + reader));
    }
    byte[] kill = Files.readAllBytes(faults.resolve("kill.arrow"));
    outcome("kill.arrow", kill);
    SampleSizes sizes = ArrowMessages.sampleSizes(kill, ArrowMessages.DEFAULT_LIMIT);
    assertEquals(4900, sizes.width());
    assertEquals(4900, sizes.height());
    assertEquals(1, sizes.classes());
  }

  @Test
  void aSegmentCutAnywhereIsNamedAndStays() throws IOException {
    byte[] whole = segment(2, true);
    Outcomes outcomes = new Outcomes(folder);
    for (int cut = 0; cut < whole.length; cut++) {
      byte[] bytes = Arrays.copyOf(whole, cut);
      long took = Allocated.by(() -> assertNotEquals("", outcomes.reading(SEALED, bytes)));
      assertTrue(took < Outcomes.MEMORY, "cut at " + cut + " took " + took);
      if (cut % 13 == 0) {
        assertNotEquals("", outcomes.writing(SEALED, bytes), "cut at " + cut);
      }
    }
    assertEquals("", outcomes.reading(SEALED, whole));
    assertEquals("", outcomes.writing(SEALED, whole));
  }

  @Test
  void anyByteChangedInASegmentIsNoticed() throws IOException {
    changeEveryByte(SEALED, segment(2, true));
  }

  @Test
  void anyByteChangedInAJournalIsNoticed() throws IOException {
    // A changed last record reads as one that was torn, so two others are looked at.
    changeEveryByte(JOURNAL, segment(3, false));
  }

  private void changeEveryByte(String name, byte[] whole) throws IOException {
    Random random = new Random(11);
    for (int at = 0; at < whole.length; at++) {
      byte[][] variants = {whole.clone(), whole.clone(), whole.clone()};
      variants[0][at] = 0;
      variants[1][at] = (byte) 0xFF;
      variants[2][at] ^= (byte) (1 << random.nextInt(8));
      for (byte[] changed : variants) {
        if (changed[at] == whole[at]) {
          continue;
        }
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(folder.resolve(name), changed);
        String where = name + " changed at " + at;
        long took =
            Allocated.by(
                () -> {
                  try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder, disk)) {
                    int damaged = buffer.verify().size();
                    int records = name.equals(SEALED) ? 2 : 3;
                    assertTrue(damaged > 0 || buffer.size() == records - 1, where);
                  }
                });
        assertTrue(took < Outcomes.MEMORY, where + " took " + took);
      }
    }
  }

  @Test
  void forgedSegmentsWithRightChecksumsAreNamedOrRead() throws IOException {
    byte[] whole = segment(3, true);
    Outcomes outcomes = new Outcomes(folder);
    int named = 0;
    for (int seed = 0; seed < 4000; seed++) {
      byte[] forged = Forgery.sealed(whole, new Random(seed));
      named += forged(outcomes, SEALED, forged, seed) ? 1 : 0;
    }
    assertTrue(named > 2000, "only " + named + " were named");
  }

  @Test
  void forgedJournalsWithRightChecksumsAreNamedOrRead() throws IOException {
    byte[] whole = segment(3, false);
    Outcomes outcomes = new Outcomes(folder);
    int named = 0;
    for (int seed = 0; seed < 4000; seed++) {
      byte[] forged = Forgery.journal(whole, new Random(seed));
      named += forged(outcomes, JOURNAL, forged, seed) ? 1 : 0;
    }
    assertTrue(named > 1500, "only " + named + " were named");
  }

  /** Whether something was found wrong; in bounded memory and without any exception but typed. */
  private static boolean forged(Outcomes outcomes, String name, byte[] bytes, int seed)
      throws IOException {
    String[] said = new String[1];
    long took = Allocated.by(() -> said[0] = outcomes.reading(name, bytes));
    assertTrue(took < Outcomes.MEMORY, name + ", seed " + seed + " took " + took);
    if (seed % 20 == 0) {
      took = Allocated.by(() -> outcomes.writing(name, bytes));
      assertTrue(took < Outcomes.MEMORY, name + " written on, seed " + seed + " took " + took);
      took = Allocated.by(() -> outcomes.outbox(name, bytes));
      assertTrue(took < Outcomes.MEMORY, name + " as outbox, seed " + seed + " took " + took);
    }
    return !said[0].isEmpty();
  }

  @Test
  void forgedMessagesAreRefusedOrReadInBoundedMemory() throws IOException {
    byte[][] seeds = {
      ArrowMessages.encode(Samples.small(1)),
      ArrowMessages.encode(Samples.small(2)),
      ArrowMessages.encode(Samples.answer(Samples.small(1)))
    };
    for (int seed = 0; seed < 6000; seed++) {
      byte[] message = seeds[seed % 3].clone();
      Forgery.change(message, 0, message.length, new Random(seed));
      boolean answer = seed % 3 == 2;
      long took =
          Allocated.by(
              () -> {
                try {
                  if (answer) {
                    ArrowMessages.decodeAnswer(message, ArrowMessages.DEFAULT_LIMIT);
                  } else {
                    SampleSizes sizes = ArrowMessages.sampleSizes(message, 1 << 24);
                    long taken =
                        Allocated.by(
                            () -> ArrowMessages.decodeSample(message, ArrowMessages.DEFAULT_LIMIT));
                    assertTrue(taken <= sizes.decodingBytes(), taken + " of " + sizes);
                  }
                } catch (IOException e) {
                  assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.toString());
                }
              });
      assertTrue(took < 4 << 20, "seed " + seed + " took " + took);
    }
  }

  @Test
  void hugeFilesOfNothingTakeLittleMemory() throws IOException {
    for (String name : List.of(SEALED, JOURNAL)) {
      Path huge = Files.createDirectory(folder.resolve("huge-" + name));
      try (RandomAccessFile file = new RandomAccessFile(huge.resolve(name).toFile(), "rw")) {
        file.write(segment(1, name.equals(SEALED)));
        file.setLength(300L << 20);
        file.seek(file.length() - 10);
        file.write(new byte[] {0, 0, 0, 0x12});
      }
      long[] took = new long[1];
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(huge)) {
        // What is read on the way is given back: in windows, not as a whole.
        took[0] = Allocated.by(buffer::refresh);
        assertTrue(buffer.size() <= 1);
      }
      long windows = 3 * (300L << 20);
      assertTrue(took[0] < windows, name + " took " + took[0]);
    }
  }

  @Test
  void theRestOpensBesideOneThatCannotBeRead() throws IOException {
    byte[] whole = segment(3, true);
    byte[] foreign = "ARROW1, says somebody else".getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve(SEALED), whole);
    Files.write(folder.resolve("0000000001.arrow"), foreign);
    for (int start = 0; start < 2; start++) {
      try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, Outcomes.SMALL);
          ReplayBuffer reader = ReplayBuffer.openReadOnly(folder)) {
        assertEquals(3 + start, buffer.size());
        assertEquals(List.of("0000000001.arrow"), buffer.report().unreadable());
        assertEquals(List.of("0000000001.arrow"), reader.report().unreadable());
        assertEquals(buffer.report().damages(), reader.report().damages());
        String named = buffer.report().damages().get(0);
        assertTrue(named.startsWith("0000000001.arrow is no segment of Seamark's: "), named);
        buffer.append(Samples.buffered(10 + start));
        buffer.seal();
        reader.refresh();
        assertEquals(4 + start, reader.size());
        assertEquals(1, reader.report().damages().size());
      }
      assertEquals(
          -1, Arrays.mismatch(foreign, Files.readAllBytes(folder.resolve("0000000001.arrow"))));
    }
  }

  @Test
  void whatIsInTheWayIsSetAsideAndNeverDeleted() throws IOException {
    byte[] foreign = "somebody's own notes".getBytes(StandardCharsets.UTF_8);
    Path buffers = folder.resolve("buffer");
    try (ReplayBufferWriter buffer = ReplayBuffer.open(buffers, Outcomes.SMALL)) {
      buffer.append(Samples.buffered(0));
    }
    Files.write(buffers.resolve(SEALED), foreign);
    Files.write(buffers.resolve("0000000004.journal"), foreign);
    for (int start = 0; start < 2; start++) {
      try (ReplayBufferWriter buffer = ReplayBuffer.open(buffers, Outcomes.SMALL)) {
        assertEquals(1, buffer.size());
        assertEquals(
            List.of(SEALED + ".unreadable", "0000000004.journal.unreadable"),
            buffer.report().unreadable().stream().sorted().toList());
        buffer.seal();
      }
    }
    for (String name : buffersSetAside(buffers)) {
      assertEquals(-1, Arrays.mismatch(foreign, Files.readAllBytes(buffers.resolve(name))), name);
    }
    assertEquals(2, buffersSetAside(buffers).size());
  }

  private static List<String> buffersSetAside(Path buffers) throws IOException {
    return Outcomes.files(buffers).stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.endsWith(".unreadable"))
        .toList();
  }

  @Test
  void whatIsNoFileOrNoNameOfOursIsPassedOver() throws Exception {
    Files.createDirectory(folder.resolve("0000000005.arrow"));
    for (String name :
        List.of("9999999999999999999.arrow", "00000000000000000.arrow", "cursor.arrow", "a.tmpx")) {
      Files.writeString(folder.resolve(name), "not ours");
    }
    Process pipe =
        new ProcessBuilder("mkfifo", folder.resolve("0000000007.arrow").toString()).start();
    Assumptions.assumeTrue(pipe.waitFor() == 0, "needs mkfifo");
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, Outcomes.SMALL);
              ReplayBuffer reader = ReplayBuffer.openReadOnly(folder)) {
            assertTrue(buffer.report().clean(), buffer.report().toString());
            assertEquals(0, buffer.append(Samples.buffered(0)));
            reader.refresh();
            assertEquals(1, reader.size());
          }
        });
  }

  @Test
  void aForgedCursorSkipsNoNumbersThatALogCannotReach() throws IOException {
    for (long forged : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62}) {
      ByteBuffer cursor = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      cursor.put("SEAMARKC".getBytes(StandardCharsets.US_ASCII)).putInt(1).putLong(forged);
      CRC32C crc = new CRC32C();
      crc.update(cursor.array(), 0, 20);
      cursor.putInt((int) crc.getValue());
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(folder.resolve("cursor"), cursor.array());
      try (Outbox outbox = Outbox.open(folder, Outcomes.SMALL, disk)) {
        assertEquals(0, outbox.append(Samples.small(1)));
        assertTrue(outbox.peek().isPresent());
      }
    }
  }

  @Test
  void aForgedCursorIsWrittenWhereItsPlacesAre() throws IOException {
    for (long forged : new long[] {-1, -(1L << 32), Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62}) {
      SimulatedDisk disk = new SimulatedDisk();
      try (Outbox outbox = Outbox.open(folder, Outcomes.SMALL, disk)) {
        outbox.append(Samples.small(0));
        outbox.append(Samples.small(1));
        outbox.setAside(0, "refused");
      }
      byte[] cursor = disk.bytes(folder.resolve("cursor"));
      ByteBuffer.wrap(cursor).order(ByteOrder.LITTLE_ENDIAN).putLong((64 << 10) + 16, forged);
      disk.put(folder.resolve("cursor"), Forgery.confirmed(cursor));
      for (int turn = 0; turn < 3; turn++) {
        try (Outbox outbox = Outbox.open(folder, Outcomes.SMALL, disk)) {
          outbox.retryAsides();
          long next = outbox.peek().orElseThrow().sequence();
          outbox.acknowledge(next);
          outbox.append(Samples.small(2 + turn));
        }
      }
      try (Outbox outbox = Outbox.open(folder, Outcomes.SMALL, disk)) {
        assertEquals(3, outbox.peek().orElseThrow().sequence(), Long.toString(forged));
      }
    }
  }

  @Test
  void aRecordWhoseMarkMakesNoSenseIsSealedWithoutIt() throws IOException {
    for (int claimed : new int[] {-1, 1 << 14, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      SimulatedDisk disk = new SimulatedDisk();
      Path journal = folder.resolve("0000000000.journal");
      byte[] bytes;
      try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, Outcomes.SMALL, disk)) {
        buffer.append(Samples.buffered(0));
        bytes = disk.bytes(journal).clone();
      }
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int key = text.lastIndexOf("seamark.mark");
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(key - 4, claimed);
      SimulatedDisk forged = new SimulatedDisk();
      forged.put(journal, Forgery.confirmed(bytes));
      try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, Outcomes.SMALL, forged)) {
        buffer.append(Samples.buffered(1));
        buffer.seal();
        assertEquals(2, buffer.size(), Integer.toString(claimed));
        ReplayBufferTest.assertSame(Samples.buffered(0), buffer.read(0));
        ReplayBufferTest.assertSame(Samples.buffered(1), buffer.read(1));
      }
    }
  }

  @Test
  void oneDamagedSourceIsLeftOutOfAMerge() throws IOException {
    Path good = folder.resolve("good");
    Path bad = Files.createDirectory(folder.resolve("bad"));
    try (ReplayBufferWriter buffer = ReplayBuffer.open(good, Outcomes.SMALL)) {
      buffer.append(Samples.buffered(1));
    }
    Files.write(bad.resolve(SEALED), Arrays.copyOf(segment(2, true), 12));
    Files.write(bad.resolve("0000000001.arrow"), new byte[4000]);
    try (ReplayBufferWriter into = ReplayBuffer.open(folder.resolve("into"), Outcomes.SMALL);
        BufferMerge merge =
            BufferMerge.open(into, folder.resolve("progress"), List.of(bad, good))) {
      assertEquals(1, merge.takeIn(10));
      assertEquals(0, merge.takeIn(10));
      assertEquals(1, into.size());
    }
  }

  @Test
  void controlCharactersInNamesAreRefusedAtTheDoor() throws IOException {
    HardSample s = Samples.small(1);
    for (String bad : List.of("a\u001b[2Jb", "a\u0000b", "line\nline", "a\u0085b", "a\u2028b")) {
      for (int which = 0; which < 4; which++) {
        HardSample sample =
            new HardSample(
                which == 0 ? bad : s.id(),
                which == 1 ? bad : s.edge(),
                which == 2 ? bad : s.domain(),
                0,
                8,
                6,
                s.image(),
                null,
                s.scores(),
                which == 3 ? bad : "v1",
                "m",
                0,
                0);
        byte[] message = ArrowMessages.encode(sample);
        IOException e =
            assertThrows(IOException.class, () -> ArrowMessages.decodeSample(message, 1 << 20));
        assertTrue(
            String.valueOf(e.getMessage())
                .matches(
                    "(sample id|edge|domain|model version) has the"
                        + " control character U\\+[0-9A-F]{4} at \\d+, but must have none"),
            e.getMessage());
        if (which < 2) {
          assertThrows(IOException.class, () -> ArrowMessages.sampleSizes(message, 1 << 20));
        }
      }
    }
    HardSample fine =
        new HardSample(
            "straße/\u4e2d\u6587 \ud83d\ude97",
            "=1+1",
            "",
            0,
            8,
            6,
            s.image(),
            null,
            s.scores(),
            "v1",
            "m",
            0,
            0);
    ArrowMessagesTest.assertSame(
        fine, ArrowMessages.decodeSample(ArrowMessages.encode(fine), 1 << 20));
  }

  @Test
  void namesAndListsLongerThanTheyMayBeAreRefused() {
    HardSample s = Samples.small(1);
    String longest = "\u4e2d".repeat(200);
    for (String name : List.of(longest, longest + "x")) {
      boolean fits = name.length() <= 200;
      Allocated.Work work =
          () ->
              ArrowMessages.decodeSample(
                  ArrowMessages.encode(
                      new HardSample(
                          name, s.edge(), "", 0, 8, 6, s.image(), null, s.scores(), "", "", 0, 0)),
                  1 << 20);
      if (fits) {
        assertDoesNotThrow(work::run);
      } else {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, work::run);
        assertEquals(
            "sample id has 201 characters, but must have 1 to 200, not all blank", e.getMessage());
      }
    }
  }
}
