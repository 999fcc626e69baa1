package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.RowSchema.Column;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage costs at most the records it touches, whatever their bytes hold. */
class SalvageTest {
  private static final int RECORDS = 12;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private Path sealed() {
    return folder.resolve("0000000000.arrow");
  }

  private Path journal() {
    return folder.resolve("0000000000.journal");
  }

  /** A sealed segment, and where its records end. */
  private byte[] segment(List<Long> ends) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    LogLimits limits = new LogLimits(1 << 20, 1000, 1 << 20, true);
    try (SegmentLogWriter<String> log =
        SegmentLog.open(
            folder, TestLog.SCHEMA, (sequence, values) -> values.text("name"), limits, disk)) {
      for (int i = 0; i < RECORDS; i++) {
        TestLog.append(log, i);
      }
      log.seal();
    }
    byte[] bytes = disk.bytes(sealed());
    for (MarkedMessages.Found found : MarkedMessages.records(disk.open(sealed(), false), 0)) {
      ends.add(found.end());
    }
    assertEquals(RECORDS, ends.size());
    return bytes;
  }

  private static int endOfFooter(byte[] sealed) {
    return sealed.length - 10;
  }

  /** How many records are read of a sealed segment, beside a writer and by one. */
  private int read(byte[] bytes, int least, String what) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put(sealed(), bytes);
    List<Integer> numbers;
    try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, disk)) {
      numbers = TestLog.numbers(reader);
      assertFalse(reader.report().clean(), what);
      assertTrue(numbers.size() >= least, what + " leaves " + numbers + " " + reader.report());
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      assertEquals(numbers, TestLog.numbers(log), what);
      assertFalse(log.report().clean(), what);
      assertEquals(numbers.isEmpty() ? 0 : numbers.get(numbers.size() - 1) + 1, log.next(), what);
      TestLog.append(log, 20);
      assertTrue(Arrays.equals(bytes, disk.bytes(sealed())), what + ": is left as it is");
    }
    return numbers.size();
  }

  @Test
  void aSectorLostOverTableAndFooterCostsNoRecordBesideIt() throws IOException {
    List<Long> ends = new ArrayList<>();
    byte[] whole = segment(ends);
    int table = (int) (ends.get(RECORDS - 1) + 8);
    int tableEnd = table + RECORDS * 24 + 32;
    for (int sector : new int[] {512, 4096}) {
      for (int from = Math.max(0, tableEnd - sector + 1); from < tableEnd; from += 37) {
        byte[] damaged = whole.clone();
        int to = Math.min(whole.length, from + sector);
        Arrays.fill(damaged, from, to, (byte) 0);
        // The rest of the footer is of no use without its beginning.
        Arrays.fill(damaged, endOfFooter(damaged), damaged.length, (byte) 0);
        int lost = from;
        int intact = (int) ends.stream().filter(end -> end <= lost).count();
        assertEquals(intact, read(damaged, intact, sector + " bytes lost at " + from));
      }
    }
  }

  @Test
  void aSegmentCutAnywhereKeepsEveryRecordBeforeTheCut() throws IOException {
    List<Long> ends = new ArrayList<>();
    byte[] whole = segment(ends);
    for (int cut = 0; cut < whole.length; cut += 29) {
      int size = cut;
      int intact = (int) ends.stream().filter(end -> end <= size).count();
      assertEquals(intact, read(Arrays.copyOf(whole, cut), intact, "cut at " + cut));
    }
  }

  @Test
  void withoutItsBeginningTooASegmentKeepsItsOtherRecords() throws IOException {
    List<Long> ends = new ArrayList<>();
    byte[] damaged = segment(ends);
    Arrays.fill(damaged, 0, (int) (ends.get(1) - 8), (byte) 0);
    Arrays.fill(damaged, (int) (long) ends.get(RECORDS - 1), damaged.length, (byte) 0);
    assertEquals(RECORDS - 2, read(damaged, RECORDS - 2, "first and last bytes lost"));
  }

  @Test
  void aDamagedSegmentWithoutTableIsReadAroundTheDamage() throws IOException {
    List<Long> ends = new ArrayList<>();
    byte[] damaged = segment(ends);
    damaged[(int) (ends.get(4) + 300)] ^= 1;
    byte[] cut = Arrays.copyOf(damaged, (int) (ends.get(RECORDS - 1) + 20));
    assertEquals(RECORDS - 1, read(cut, RECORDS - 1, "a flipped bit and a cut"));
  }

  @Test
  void theBytesOfADamagedJournalStayWheneverRecoveryIsCutShort() throws IOException {
    SimulatedDisk made = new SimulatedDisk();
    try (SegmentLogWriter<String> log = TestLog.open(folder, made)) {
      for (int i = 0; i < 5; i++) {
        TestLog.append(log, i);
      }
    }
    byte[] damaged = made.bytes(journal()).clone();
    damaged[damaged.length / 2] ^= 1;
    for (int operation = 0; ; operation++) {
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(journal(), damaged);
      disk.failAt(operation, SimulatedDisk.Fault.POWER_CUT, name -> true);
      boolean done = true;
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        assertEquals(4, TestLog.numbers(log).size());
      } catch (SimulatedDisk.PowerCut e) {
        done = false;
      }
      disk.heal();
      for (SimulatedDisk after :
          List.of(disk.afterKill(), disk.afterPowerCut(new Random(operation)))) {
        try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
          assertEquals(4, TestLog.numbers(log).size(), "power cut at " + operation);
          assertFalse(log.report().damages().isEmpty());
          boolean kept =
              after.files().stream().anyMatch(file -> Arrays.equals(damaged, after.bytes(file)));
          assertTrue(kept, "power cut at " + operation + ": " + after.files());
        }
      }
      if (done) {
        assertTrue(operation > 5, "only " + operation);
        return;
      }
    }
  }

  @Test
  void repairWritesTheWholeRecordsAgainAndKeepsTheDamagedBytes() throws IOException {
    List<Long> ends = new ArrayList<>();
    byte[] damaged = segment(ends);
    damaged[(int) (ends.get(4) + 300)] ^= 1;
    byte[] cut = Arrays.copyOf(damaged, (int) (ends.get(RECORDS - 1) + 20));
    Path kept = folder.resolve("0000000000.arrow.unreadable");
    for (byte[] bytes : List.of(damaged, cut)) {
      boolean done = false;
      for (int operation = 0; !done; operation++) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.put(sealed(), bytes);
        try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
          disk.failAt(operation, SimulatedDisk.Fault.POWER_CUT, name -> true);
          List<RepairedSegment> repaired = log.repair();
          assertEquals(1, repaired.size());
          assertEquals(RECORDS - 1, repaired.get(0).records());
          assertEquals("0000000000.arrow", repaired.get(0).name());
          assertFalse(repaired.get(0).damages().isEmpty());
          assertTrue(Arrays.equals(bytes, disk.bytes(kept)));
          assertEquals(List.of(), log.verify());
          assertEquals(RECORDS - 1, TestLog.numbers(log).size());
          assertEquals(List.of(), log.repair(), "nothing is left to repair");
          done = true;
        } catch (SimulatedDisk.PowerCut e) {
          assertFalse(done);
        }
        disk.heal();
        SimulatedDisk after = disk.afterPowerCut(new Random(operation));
        try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
          int whole = log.countFrom(0) - log.verify().size();
          assertEquals(RECORDS - 1, whole, "power cut at " + operation);
          boolean there =
              after.files().stream().anyMatch(file -> Arrays.equals(bytes, after.bytes(file)));
          assertTrue(there, "the damaged bytes are kept");
        }
      }
    }
  }

  /** Records whose bytes are stored as they are, as those of an image. */
  private static final RowSchema IMAGES =
      new RowSchema(
          "test",
          List.of(
              Column.of("sequence", RowSchema.Type.INT64),
              Column.of("data", RowSchema.Type.BINARY).asIs()));

  private SegmentLogWriter<Long> images(Path log, Disk disk) throws IOException {
    LogLimits limits = new LogLimits(1 << 20, 1000, 1 << 20, true);
    return SegmentLog.open(log, IMAGES, (sequence, values) -> sequence, limits, disk);
  }

  /** What a person who has a log of their own can put into an image: frames, and whole files. */
  private List<byte[]> forgeries(boolean sealed) throws IOException {
    Path own = folder.resolve("own");
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<Long> log = images(own, disk)) {
      for (int i = 0; i < 5; i++) {
        log.append(row -> row.set("data", new byte[400]));
      }
      if (sealed) {
        log.seal();
      }
    }
    byte[] file = disk.bytes(own.resolve(sealed ? "0000000000.arrow" : "0000000000.journal"));
    MarkedMessages.Found one;
    try (Disk.File open = disk.open(disk.files().get(0), false)) {
      one = MarkedMessages.records(open, 0).get(2);
    }
    byte[] message =
        Arrays.copyOfRange(disk.bytes(disk.files().get(0)), (int) one.at(), (int) one.end());
    return List.of(
        file,
        message,
        JournalFrames.frame(2, message, 0).array(),
        JournalFrames.frame((1L << 62) - 1, message, 0).array(),
        JournalFrames.frame(2, message, one.mark().salt()).array());
  }

  /** Three records, the second holding what looks like others, with its first bytes lost. */
  private byte[] damaged(byte[] image, boolean sealed) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<Long> log = images(folder, disk)) {
      for (int i = 0; i < 3; i++) {
        byte[] data = i == 1 ? image : new byte[40_000];
        log.append(row -> row.set("data", data));
      }
      if (sealed) {
        log.seal();
      }
    }
    Path file = sealed ? sealed() : journal();
    byte[] bytes = disk.bytes(file).clone();
    try (Disk.File open = disk.open(file, false)) {
      List<MarkedMessages.Found> records = MarkedMessages.records(open, 0);
      int at = (int) records.get(1).at() - (sealed ? 0 : JournalFrames.HEADER);
      int image0 =
          new String(bytes, StandardCharsets.ISO_8859_1)
              .indexOf(new String(image, StandardCharsets.ISO_8859_1));
      // All before the image, since what a sector is does not follow from it.
      Arrays.fill(bytes, at, image0, (byte) 0);
      if (sealed) {
        Arrays.fill(bytes, (int) records.get(2).end(), bytes.length, (byte) 0);
      }
    }
    return bytes;
  }

  @Test
  void whatAnImageHoldsIsNeverReadAsARecord() throws IOException {
    for (boolean sealed : new boolean[] {false, true}) {
      List<byte[]> forgeries = forgeries(sealed);
      for (byte[] image : forgeries) {
        byte[] bytes = damaged(image, sealed);
        byte[] headless = bytes.clone();
        Arrays.fill(headless, 0, 512, (byte) 0);
        for (byte[] file : List.of(bytes, headless)) {
          String what =
              (sealed ? "sealed" : "journal")
                  + " with forgery "
                  + forgeries.indexOf(image)
                  + (file == bytes ? "" : " and without its beginning");
          SimulatedDisk disk = new SimulatedDisk();
          disk.put(sealed ? sealed() : journal(), file);
          try (SegmentLogWriter<Long> log = images(folder, disk)) {
            assertEquals(3, log.next(), what);
            assertFalse(log.contains(1), what);
            assertTrue(log.contains(2), what + log.report());
            assertEquals(40_000, log.read(2).bytes("data").length, what);
            assertEquals(3, log.append(row -> row.set("data", new byte[1])), what);
          }
        }
      }
    }
  }

  @Test
  void aSegmentOfAnEarlierReleaseIsNotReadByTheMarksWithinItsImages() throws IOException {
    for (byte[] image : forgeries(true)) {
      SimulatedDisk disk = new SimulatedDisk();
      List<byte[]> messages = new ArrayList<>();
      List<RecordAt<Long>> records = new ArrayList<>();
      for (long i = 0; i < 3; i++) {
        try (RowWriter row = new RowWriter(IMAGES, 1 << 20)) {
          byte[] stream = row.set("sequence", i).set("data", image).stream();
          byte[] message = Arrays.copyOfRange(stream, IMAGES.message().length, stream.length - 8);
          messages.add(message);
          records.add(new RecordAt<>(i, 0, message.length, Checksums.crc32c(message), i));
        }
      }
      List<RecordAt<Long>> places;
      try (Disk.File file = disk.create(sealed())) {
        places = SealedSegmentWriter.write(file, IMAGES, 0, records, messages::get);
      }
      byte[] whole = disk.bytes(sealed()).clone();
      byte[] headless = whole.clone();
      headless[100] ^= 1;
      byte[] tableless = whole.clone();
      int table = (int) places.get(2).at() + places.get(2).length() + 8;
      Arrays.fill(tableless, table, table + 72 + 32, (byte) 0);
      for (byte[] bytes : List.of(whole, headless, tableless)) {
        disk.put(sealed(), bytes);
        try (SegmentLogReader<Long> log =
            SegmentLog.openReadOnly(folder, IMAGES, (sequence, values) -> sequence, disk)) {
          assertEquals(List.of(0L, 1L, 2L), log.entries().toList(), log.report().toString());
          assertEquals(bytes == whole, log.report().clean());
          for (long i = 0; i < 3; i++) {
            assertTrue(Arrays.equals(image, log.read(i).bytes("data")));
          }
        }
      }
    }
  }

  @Test
  void aJournalOfAnEarlierReleaseRefusesNumbersThatCannotFollow() throws IOException {
    byte[] image = forgeries(false).get(3);
    SimulatedDisk disk = new SimulatedDisk();
    byte[] schema = IMAGES.message();
    ByteBuffer file = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    file.put("SEAMARKJ".getBytes(StandardCharsets.US_ASCII));
    file.putInt(1).putInt(schema.length).putLong(0).putLong(0);
    file.putInt(Checksums.crc32c(schema)).putInt(Checksums.crc32c(file, 0, 36)).put(schema);
    List<Integer> frames = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      frames.add(file.position());
      try (RowWriter row = new RowWriter(IMAGES, 1 << 20)) {
        row.set("sequence", (long) i).set("data", i == 1 ? image : new byte[40]);
        RecordFrame frame = row.record();
        frame.number(i, 1);
        byte[] bytes = frame.bytes().array();
        byte[] message = Arrays.copyOfRange(bytes, JournalFrames.HEADER, bytes.length);
        file.put(JournalFrames.frame(i, message, 0));
      }
    }
    byte[] whole = Arrays.copyOf(file.array(), file.position());
    disk.put(journal(), whole);
    try (SegmentLogWriter<Long> log = images(folder, disk)) {
      assertTrue(log.report().clean(), log.report().toString());
      assertEquals(3, log.append(row -> row.set("data", new byte[1])));
      assertEquals(
          List.of(sealed(), folder.resolve("0000000001.journal")), disk.files(), "a new segment");
    }
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, frames.get(1), frames.get(1) + 24, (byte) 0);
    SimulatedDisk again = new SimulatedDisk();
    again.put(journal(), damaged);
    try (SegmentLogWriter<Long> log = images(folder, again)) {
      assertEquals(List.of(0L, 2L), log.entries().toList());
      assertEquals(3, log.next());
      assertTrue(
          again.files().contains(folder.resolve("0000000000.journal.unreadable")),
          "what is damaged stays");
    }
  }
}
