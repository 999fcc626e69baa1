package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.Allocated;
import io.seamark.buffer.format.RowSchema.Column;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a log knows of sealed segments without reading them: that it is little to read and to hold,
 * and the same as what is in them.
 */
class SegmentSummaryTest {
  private static final int MOST = 4;

  private static final RowSchema SCHEMA =
      new RowSchema(
          "test",
          List.of(
              Column.of("sequence", RowSchema.Type.INT64),
              Column.of("id", RowSchema.Type.UTF8).withIndex(),
              Column.of("edge", RowSchema.Type.UTF8).withIndex(),
              Column.of("domain", RowSchema.Type.UTF8).withIndex(),
              Column.of("captured", RowSchema.Type.TIMESTAMP).withIndex(),
              Column.of("data", RowSchema.Type.BINARY)),
          new RowSchema.SummaryColumns(
              List.of("edge", "id"),
              List.of(
                  new RowSchema.CountedColumn("edge", Integer.MAX_VALUE),
                  new RowSchema.CountedColumn("domain", MOST)),
              "captured"));

  /** Nothing is sealed but by the test. */
  private static final LogLimits LIMITS = new LogLimits(1L << 40, Integer.MAX_VALUE, 1 << 20, true);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private record Entry(long sequence, String id, String edge, String domain) {}

  private static RecordIndex<Entry> index() {
    return (sequence, values) ->
        new Entry(sequence, values.text("id"), values.text("edge"), values.text("domain"));
  }

  private SegmentLogWriter<Entry> open(Disk disk) throws IOException {
    return SegmentLog.open(folder, SCHEMA, index(), LIMITS, disk);
  }

  private SegmentLogReader<Entry> openReadOnly(Disk disk) throws IOException {
    return SegmentLog.openReadOnly(folder, SCHEMA, index(), disk);
  }

  private static long append(SegmentLogWriter<Entry> log, String id, String edge, String domain)
      throws IOException {
    return log.append(
        row ->
            row.set("id", id)
                .set("edge", edge)
                .set("domain", domain)
                .set("captured", 1000L + id.length())
                .set("data", new byte[id.length() * 3]));
  }

  private void fill(Disk disk, int segments, int records) throws IOException {
    try (SegmentLogWriter<Entry> log = open(disk)) {
      for (int segment = 0; segment < segments; segment++) {
        for (int i = 0; i < records; i++) {
          append(log, "id-" + segment + "-" + i, "edge-" + i % 3, "domain-" + i % 2);
        }
        log.seal();
      }
    }
  }

  @Test
  void openingReadsAsMuchOfFewRecordsAsOfMany() throws IOException {
    long[] read = new long[2];
    long[] allocated = new long[2];
    int[] records = {20, 1000};
    for (int i = 0; i < 2; i++) {
      SimulatedDisk disk = new SimulatedDisk();
      fill(disk, 5, records[i]);
      for (int times = 0; times < 2; times++) {
        CountingDisk counting = new CountingDisk(disk);
        allocated[i] = Allocated.by(() -> openReadOnly(counting).close());
        read[i] = counting.read();
      }
      CountingDisk counting = new CountingDisk(disk);
      open(counting).close();
      assertTrue(counting.read() < 2 * read[i], "a writer reads no more");
    }
    assertEquals(read[0], read[1], "bytes read");
    assertTrue(allocated[1] < allocated[0] * 5 / 4, allocated[1] + " and " + allocated[0]);
  }

  @Test
  void oneRecordIsReadWithoutTheOthers() throws IOException {
    CountingDisk disk = new CountingDisk(new SimulatedDisk());
    fill(disk, 3, 500);
    try (SegmentLogWriter<Entry> log = open(disk)) {
      disk.read();
      assertEquals("id-1-250", log.read(750).text("id"));
      assertTrue(disk.read() < 2048, "only its place and its message");
      assertEquals(OptionalLong.of(1499), log.find(List.of("edge-1", "id-2-499"), entry -> true));
      long hashes = 500 * NameHashes.EACH;
      assertTrue(disk.read() < hashes + 2048, "of the segment that has it");
      assertEquals(OptionalLong.empty(), log.find(List.of("edge-0", "id-2-499"), entry -> true));
      disk.read();
      assertEquals(OptionalLong.empty(), log.find(List.of("edge-0", "never"), entry -> true));
      assertEquals(0, disk.read(), "what is not there costs nothing");
      log.counts("domain");
      assertEquals(1500, log.countFrom(0));
      assertEquals(700, log.ceiling(700));
      assertEquals(0, disk.read());
    }
  }

  /** What a log should hold. */
  private static final class Model {
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<String, Long> named = new HashMap<>();

    void add(Entry entry) {
      entries.put(entry.sequence(), entry);
      named.put(entry.edge() + "/" + entry.id(), entry.sequence());
    }

    void check(SegmentLog<Entry> log, Random random, String when) throws IOException {
      assertEquals(List.copyOf(entries.values()), log.entries(0).toList(), when);
      assertEquals(List.copyOf(entries.keySet()), log.sequences().boxed().toList(), when);
      assertEquals(entries.size(), log.countFrom(0), when);
      for (int i = 0; i < 20; i++) {
        long at = random.nextLong(log.next() + 2);
        Long ceiling = entries.ceilingKey(at);
        assertEquals(ceiling == null ? log.next() : ceiling, log.ceiling(at), when);
        assertEquals(entries.tailMap(at).size(), log.countFrom(at), when);
        assertEquals(entries.containsKey(at), log.contains(at), when);
        Entry entry = entries.get(at);
        if (entry != null) {
          assertEquals(entry.id(), log.read(at).text("id"), when);
          assertEquals(OptionalLong.of(at), find(log, entry.edge(), entry.id()), when);
        }
      }
      for (String column : List.of("edge", "domain")) {
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
          expected.merge(column.equals("edge") ? entry.edge() : entry.domain(), 1, Integer::sum);
        }
        CountsByValue counts = log.counts(column);
        int all = counts.others().records();
        for (Map.Entry<String, Count> value : counts.values().entrySet()) {
          all += value.getValue().records();
          boolean exact = column.equals("edge");
          int records = value.getValue().records();
          int of = expected.getOrDefault(value.getKey(), 0);
          assertTrue(exact ? records == of : records <= of, when + ": " + value + " of " + of);
          assertTrue(value.getValue().bytes() > records * 100L, when);
        }
        assertEquals(entries.size(), all, when);
        assertEquals(
            column.equals("edge") ? expected.size() : log.values(column),
            counts.values().size(),
            when);
      }
    }
  }

  private static OptionalLong find(SegmentLog<Entry> log, String edge, String id)
      throws IOException {
    return log.find(List.of(edge, id), entry -> entry.edge().equals(edge) && entry.id().equals(id));
  }

  @Test
  void whatIsKnownStaysTrueWhateverIsDone() throws IOException {
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      SimulatedDisk disk = new SimulatedDisk();
      Model model = new Model();
      SegmentLogWriter<Entry> log = open(disk);
      for (int step = 0; step < 120; step++) {
        String when = "seed " + seed + ", step " + step;
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> {
            for (int i = random.nextInt(30); i >= 0; i--) {
              String id = "n" + model.named.size();
              String edge = "edge-" + random.nextInt(5);
              String domain = "domain-" + random.nextInt(1 + random.nextInt(9));
              model.add(new Entry(append(log, id, edge, domain), id, edge, domain));
            }
          }
          case 3 -> log.seal();
          case 4, 5 -> {
            for (Entry entry : List.copyOf(model.entries.values())) {
              if (random.nextInt(6) == 0) {
                log.drop(entry.sequence());
                model.entries.remove(entry.sequence());
              }
            }
            String edge = "edge-" + random.nextInt(5);
            OptionalLong oldest = log.oldest("edge", edge);
            OptionalLong expected =
                model.entries.values().stream()
                    .filter(entry -> entry.edge().equals(edge))
                    .mapToLong(Entry::sequence)
                    .findFirst();
            assertEquals(expected, oldest, when);
          }
          case 6 -> {
            long end = log.endOfOldestSealed();
            log.deleteBefore(end, Set.of());
            model.entries.headMap(end).clear();
          }
          default -> {
            // What was dropped is off the disk then, so that it is not there again.
            log.seal();
            log.compact();
            log.close();
            log = open(disk);
            assertTrue(log.report().clean(), log.report().toString());
          }
        }
        model.check(log, random, when);
        if (step % 10 == 0) {
          try (SegmentLogReader<Entry> reader = openReadOnly(disk)) {
            Set<Long> seen = new TreeSet<>(reader.sequences().boxed().toList());
            assertTrue(seen.containsAll(model.entries.keySet()), when);
          }
        }
      }
      assertEquals(List.of(), log.verify());
      assertTrue(log.report().clean(), log.report().toString());
      log.close();
    }
  }

  @Test
  void aReaderBesideCountsWhatTheWriterHas() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Random random = new Random(1);
    Model model = new Model();
    try (SegmentLogWriter<Entry> log = open(disk);
        SegmentLogReader<Entry> reader = openReadOnly(disk)) {
      for (int i = 0; i < 200; i++) {
        String edge = "edge-" + i % 3;
        model.add(new Entry(append(log, "n" + i, edge, "day"), "n" + i, edge, "day"));
        if (i % 40 == 20) {
          log.seal();
          for (long at = i - 10L; at < i; at += 3) {
            log.drop(at);
            model.entries.remove(at);
          }
          log.compact();
        }
        if (i % 7 == 0) {
          reader.refresh();
          model.check(reader, random, "at " + i);
        }
      }
    }
  }

  @Test
  void recordsWithGapsAreFoundWhereTheyAre() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Random random = new Random(5);
    Model model = new Model();
    try (SegmentLogWriter<Entry> log = open(disk)) {
      for (int i = 0; i < 300; i++) {
        model.add(new Entry(append(log, "n" + i, "e", "day"), "n" + i, "e", "day"));
      }
      log.seal();
      for (long at = 0; at < 300; at++) {
        if (random.nextInt(3) == 0) {
          log.drop(at);
          model.entries.remove(at);
        }
      }
      log.compact();
      log.advanceTo(5000);
      model.add(new Entry(append(log, "late", "e", "day"), "late", "e", "day"));
    }
    CountingDisk counting = new CountingDisk(disk);
    try (SegmentLogWriter<Entry> log = open(counting)) {
      assertTrue(counting.read() < 16384, "no table is read for it");
      model.check(log, random, "opened again");
      for (long at = 0; at < 5001; at++) {
        assertEquals(model.entries.containsKey(at), log.contains(at));
      }
      for (Entry entry : model.entries.values()) {
        assertEquals(entry.id(), log.read(entry.sequence()).text("id"));
      }
    }
  }

  @Test
  void twoNamesOfOneHashAreToldApart() throws IOException {
    Map<Integer, String> byHash = new HashMap<>();
    String one = "";
    String two = "";
    for (int i = 0; two.isEmpty(); i++) {
      String before = byHash.put(NameHashes.hash(List.of("e", "n" + i)), "n" + i);
      if (before != null) {
        one = before;
        two = "n" + i;
      }
    }
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<Entry> log = open(disk)) {
      append(log, one, "e", "day");
      assertEquals(OptionalLong.empty(), find(log, "e", two));
      append(log, two, "e", "day");
      for (int sealed = 0; sealed < 2; sealed++) {
        assertEquals(OptionalLong.of(0), find(log, "e", one));
        assertEquals(OptionalLong.of(1), find(log, "e", two));
        log.seal();
      }
      log.drop(0);
      assertEquals(OptionalLong.empty(), find(log, "e", one));
      assertEquals(OptionalLong.of(1), find(log, "e", two));
    }
  }

  @Test
  void aSegmentCountsSoManyValuesByThemselvesAndTheOthersTogether() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<Entry> log = open(disk)) {
      for (int i = 0; i < 40; i++) {
        append(log, "n" + i, "e", i % 2 == 0 ? "day" : "made-up-" + i);
      }
      assertEquals(21, log.counts("domain").values().size(), "a journal counts them all");
      log.seal();
      CountsByValue counts = log.counts("domain");
      assertEquals(MOST, counts.values().size());
      assertEquals(20, log.count("domain", "day").records());
      assertEquals("day", counts.values().keySet().iterator().next(), "in the order they came");
      assertEquals(40 - 20 - (MOST - 1), counts.others().records());
      log.drop(39);
      assertEquals(counts.others().records() - 1, log.counts("domain").others().records());
      assertEquals(OptionalLong.of(37), log.oldest("domain", "made-up-37"));
    }
  }

  @Test
  void aSegmentOfWhichOnlyTheSummaryIsLeftIsNamedAndStays() throws IOException {
    SimulatedDisk whole = new SimulatedDisk();
    fill(whole, 2, 12);
    Path file = folder.resolve("0000000000.arrow");
    byte[] bytes = whole.bytes(file).clone();
    int head = 16 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    try (Disk.File open = whole.open(file, false)) {
      SummedRecords<Entry> summed = SealedSegment.summed("it", open, 0, SCHEMA, new Names());
      assertTrue(summed != null);
      if (summed != null) {
        int table = (int) summed.tableAt;
        Arrays.fill(bytes, head, (int) summed.namesAt, (byte) 0);
        Arrays.fill(bytes, table, table + 12 * 24, (byte) 0);
        Arrays.fill(bytes, table + 12 * 24 + 32, bytes.length - 10, (byte) 0);
      }
    }
    List<Reading> readings =
        List.of(
            log -> log.verify(),
            log -> assertEquals(12, log.entries(0).count()),
            log -> log.find(List.of("edge-0", "id-0-3"), entry -> true),
            log -> assertThrows(IOException.class, () -> log.read(3)));
    for (Reading reading : readings) {
      SimulatedDisk disk = whole.afterKill();
      disk.put(file, bytes);
      try (SegmentLogWriter<Entry> log = open(disk);
          SegmentLogReader<Entry> reader = openReadOnly(disk)) {
        for (SegmentLog<Entry> each : List.of(log, reader)) {
          assertEquals(24, each.countFrom(0), "what the summary says");
          reading.read(each);
          assertEquals(List.of("0000000000.arrow"), each.report().unreadable());
          assertFalse(each.report().damages().isEmpty());
          assertEquals(12, each.countFrom(0));
          assertEquals(12, each.entries(0).toList().size());
          assertEquals(4, each.count("edge", "edge-0").records());
        }
        assertEquals(List.of(), log.repair());
      }
      try (SegmentLogWriter<Entry> log = open(disk)) {
        assertEquals(List.of(), log.repair());
        assertEquals(List.of("0000000000.arrow"), log.report().unreadable());
        assertEquals(12, log.countFrom(0));
      }
      assertTrue(Arrays.equals(bytes, disk.bytes(file)), "the file stays");
    }
  }

  private interface Reading {
    void read(SegmentLog<Entry> log) throws IOException;
  }

  @Test
  void aByteChangedBetweenRecordsAndTableIsFoundByVerifying() throws IOException {
    SimulatedDisk whole = new SimulatedDisk();
    fill(whole, 1, 12);
    Path file = folder.resolve("0000000000.arrow");
    byte[] bytes = whole.bytes(file);
    long[] places = new long[2];
    try (Disk.File open = whole.open(file, false)) {
      List<MarkedMessages.Found> records = MarkedMessages.records(open, 0);
      places[0] = records.get(11).end();
      SummedRecords<Entry> summed = SealedSegment.summed("it", open, 0, SCHEMA, new Names());
      assertTrue(summed != null && summed.namesAt == places[0] + 8);
      places[1] = summed == null ? 0 : summed.tableAt;
    }
    for (long at = places[0]; at < places[1]; at++) {
      byte[] changed = bytes.clone();
      changed[(int) at] ^= 4;
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(file, changed);
      try (SegmentLogReader<Entry> log = openReadOnly(disk)) {
        assertEquals(12, log.countFrom(0));
        assertEquals(OptionalLong.of(3), find(log, "edge-0", "id-0-3"), "changed at " + at);
        assertEquals(OptionalLong.empty(), find(log, "edge-0", "id-0-4"), "changed at " + at);
        assertEquals(List.of(), log.verify(), "no record is damaged");
        assertFalse(log.report().clean(), "changed at " + at);
        assertEquals(12, log.entries(0).toList().size());
      }
    }
  }
}
