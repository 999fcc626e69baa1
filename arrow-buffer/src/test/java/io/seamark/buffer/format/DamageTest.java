package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.Allocated;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal and a sealed segment, cut at every byte, with every byte changed and every sector lost.
 * The rule: every record whose bytes are as they were is read, none is read that was not written,
 * the damage is named, little memory is taken, and a log opens and goes on whatever is in its
 * folder.
 */
class DamageTest {
  private static final int RECORDS = 5;
  private static final int SECTOR = 512;
  private static final long MEMORY = 8 << 20;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  /** A file, and where the bytes of its records are. */
  private record Whole(Path file, byte[] bytes, List<long[]> records) {
    /** Numbers of the records whose bytes are the same in a damaged file. */
    Set<Integer> intactIn(byte[] damaged) {
      Set<Integer> intact = new TreeSet<>();
      for (int i = 0; i < records.size(); i++) {
        int from = (int) records.get(i)[0];
        int to = (int) records.get(i)[1];
        if (to <= damaged.length && Arrays.equals(bytes, from, to, damaged, from, to)) {
          intact.add(i);
        }
      }
      return intact;
    }

    /** Whether nobody could tell that something is missing: a journal ended there once. */
    boolean couldBeWhole(byte[] damaged, boolean sealed) {
      return !sealed
          && Arrays.equals(bytes, 0, damaged.length, damaged, 0, damaged.length)
          && (damaged.length == 0
              || damaged.length == records.get(0)[0]
              || records.stream().anyMatch(record -> record[1] == damaged.length));
    }
  }

  private Whole whole(boolean sealed) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    LogLimits limits = new LogLimits(1 << 20, 1000, 1 << 20, true);
    try (SegmentLogWriter<String> log =
        SegmentLog.open(
            folder, TestLog.SCHEMA, (sequence, values) -> values.text("name"), limits, disk)) {
      for (int i = 0; i < RECORDS; i++) {
        TestLog.append(log, i);
      }
      if (sealed) {
        log.seal();
      }
    }
    Path file = folder.resolve(sealed ? "0000000000.arrow" : "0000000000.journal");
    List<long[]> records = new ArrayList<>();
    for (MarkedMessages.Found found : MarkedMessages.records(disk.open(file, false), 0)) {
      long from = found.at() - (sealed ? 0 : Journal.FRAME_HEADER);
      records.add(new long[] {from, found.end()});
    }
    assertEquals(RECORDS, records.size());
    return new Whole(file, disk.bytes(file), records);
  }

  /** A sealed segment as the last release wrote it: its records do not say what they are. */
  private Whole unmarked() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path path = folder.resolve("0000000000.arrow");
    List<byte[]> messages = new ArrayList<>();
    List<RecordAt<String>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      try (RowWriter row = new RowWriter(TestLog.SCHEMA, 1 << 20)) {
        row.set("sequence", (long) i);
        row.set("name", TestLog.name(i)).set("data", TestLog.data(i));
        byte[] stream = row.stream();
        int from = TestLog.SCHEMA.message().length;
        byte[] message = Arrays.copyOfRange(stream, from, stream.length - 8);
        messages.add(message);
        RecordPlace place = new RecordPlace(i, 0, message.length, Checksums.crc32c(message));
        Row written = Row.ofBatch(TestLog.SCHEMA, message, Row.MAX_CONTENT);
        records.add(TestLog.indexing().record(place, written));
      }
    }
    List<long[]> places = new ArrayList<>();
    try (Disk.File file = disk.create(path)) {
      for (RecordAt<String> record :
          SealedSegmentWriter.write(file, TestLog.indexing(), 0, records, messages::get)
              .records()) {
        places.add(new long[] {record.at(), record.at() + record.length()});
      }
    }
    return new Whole(path, disk.bytes(path), places);
  }

  /** What is against the rule; empty if nothing is. */
  private String broken(Whole whole, byte[] damaged, boolean writesOn) {
    boolean sealed = whole.file().toString().endsWith(".arrow");
    try {
      Set<Integer> intact = whole.intactIn(damaged);
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(whole.file(), damaged);
      Set<Integer> read = new TreeSet<>();
      List<String> named = new ArrayList<>();
      long took =
          Allocated.by(
              () -> {
                try (SegmentLogReader<String> log = TestLog.openReadOnly(folder, disk)) {
                  read.addAll(read(log));
                  named.addAll(log.verify());
                  read.addAll(read(log));
                  named.addAll(log.report().damages());
                  if (log.report().tornBytes() > 0) {
                    named.add(log.report().tornBytes() + " bytes");
                  }
                }
              });
      if (!read.containsAll(intact)) {
        return "read " + read + " of " + intact + ", " + named;
      }
      if (named.isEmpty() && !whole.couldBeWhole(damaged, sealed)) {
        return "nothing is named";
      }
      if (took > MEMORY) {
        return "took " + took + " bytes";
      }
      return writesOn ? brokenWhenWrittenOn(disk, read, damaged) : "";
    } catch (IOException | RuntimeException | Error e) {
      return "threw " + e;
    }
  }

  /** As a service does at its start: what was read stays, and the damaged bytes do. */
  private String brokenWhenWrittenOn(SimulatedDisk disk, Set<Integer> read, byte[] damaged)
      throws IOException {
    boolean cut;
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      if (!read(log).equals(read)) {
        return "a writer read " + read(log) + ", a reader " + read;
      }
      cut = log.report().damages().isEmpty();
      TestLog.append(log, 99);
    }
    read.add(99);
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      if (!read(log).equals(read)) {
        return "later a writer read " + read(log) + " of " + read;
      }
    }
    boolean kept = disk.files().stream().anyMatch(f -> Arrays.equals(damaged, disk.bytes(f)));
    return cut || kept ? "" : "the damaged bytes are gone: " + disk.files();
  }

  /** The numbers of the records that can be read, each as it was written. */
  private static Set<Integer> read(SegmentLog<String> log) throws IOException {
    Set<Integer> numbers = new TreeSet<>();
    for (long at = log.ceiling(0); log.contains(at); at = log.ceiling(at + 1)) {
      try {
        Row row = log.read(at);
        int number = Integer.parseInt(row.text("name").substring("record ".length()));
        boolean right =
            row.int64("sequence") == at
                && (number == at || number == 99)
                && Arrays.equals(TestLog.data(number), row.bytes("data"));
        if (!right) {
          throw new AssertionError("record " + at + " is not as it was written");
        }
        numbers.add(number);
      } catch (DamagedRecordException e) {
        if (!String.valueOf(e.getMessage()).contains("damaged")) {
          throw new AssertionError("not named as damage", e);
        }
      }
    }
    return numbers;
  }

  /** Every damage that is tried; what is against the rule, by what was done. */
  private List<String> tried(Whole whole) {
    List<String> broken = new ArrayList<>();
    byte[] bytes = whole.bytes();
    Random random = new Random(3);
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) (1 << random.nextInt(8));
      boolean writesOn = at % 5 == 0;
      note(broken, "cut at " + at, broken(whole, Arrays.copyOf(bytes, at), writesOn));
      note(broken, "changed at " + at, broken(whole, changed, writesOn));
    }
    for (int from = 0; from < bytes.length; from += 64) {
      byte[] lost = bytes.clone();
      ByteBuffer.wrap(lost).position(from).put(new byte[Math.min(SECTOR, bytes.length - from)]);
      if (!Arrays.equals(lost, bytes)) {
        note(broken, SECTOR + " lost at " + from, broken(whole, lost, true));
      }
    }
    return broken;
  }

  private static void note(List<String> broken, String what, String how) {
    if (!how.isEmpty()) {
      broken.add(what + ": " + how);
    }
  }

  @Test
  void noDamageOfAJournalCostsMoreThanItTouches() throws IOException {
    assertEquals(List.of(), tried(whole(false)));
  }

  @Test
  void noDamageOfASealedSegmentCostsMoreThanItTouches() throws IOException {
    assertEquals(List.of(), tried(whole(true)));
  }

  @Test
  void aFormatWithoutMarksFailsTheSameTrial() throws IOException {
    List<String> broken = tried(unmarked());
    assertTrue(broken.size() > 100, "only " + broken);
    assertTrue(
        broken.stream().anyMatch(line -> line.startsWith("512 lost at ")), "sectors, " + broken);
  }
}
