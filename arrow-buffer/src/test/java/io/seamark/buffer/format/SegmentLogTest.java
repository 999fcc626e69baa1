package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentLogTest {
  /** Outcomes of chance tried for each power cut; {@code -Dseamark.crash.seeds} tries more. */
  private static final int SEEDS = Integer.getInteger("seamark.crash.seeds", 4);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private void fill(Disk disk, int count) throws IOException {
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      for (int i = 0; i < count; i++) {
        assertEquals(i, TestLog.append(log, i));
      }
    }
  }

  @Test
  void recordsSurviveReopeningOnRealFiles() throws IOException {
    fill(Disk.local(), 40);
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
      assertTrue(log.report().clean(), log.report().toString());
      assertEquals(upTo(40), TestLog.numbers(log));
      assertTrue(Files.exists(folder.resolve("0000000000.arrow")));
      assertFalse(Files.exists(folder.resolve("0000000000.journal")));
      log.seal();
      assertEquals(40, TestLog.append(log, 40));
      assertEquals(upTo(41), TestLog.numbers(log));
      long size;
      try (var files = Files.list(folder)) {
        size =
            files
                .filter(f -> f.toString().matches(".*(arrow|journal)"))
                .mapToLong(f -> f.toFile().length())
                .sum();
      }
      assertEquals(size, log.bytes());
    }
  }

  @Test
  void cutAtAnyByteKeepsAllWholeRecords() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    List<Long> ends = new ArrayList<>();
    Path journal = folder.resolve("0000000000.journal");
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      ends.add(log.bytes());
      for (int i = 0; i < 3; i++) {
        TestLog.append(log, i);
        ends.add(log.bytes());
      }
    }
    byte[] whole = disk.bytes(journal);
    for (int cut = 0; cut <= whole.length; cut++) {
      SimulatedDisk torn = new SimulatedDisk();
      torn.put(journal, Arrays.copyOf(whole, cut));
      int size = cut;
      int records = (int) ends.stream().skip(1).filter(end -> end <= size).count();
      try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, torn)) {
        assertEquals(upTo(records), TestLog.numbers(reader), "read only, cut at " + cut);
      }
      try (SegmentLogWriter<String> log = TestLog.open(folder, torn)) {
        assertEquals(upTo(records), TestLog.numbers(log), "cut at " + cut);
        long kept = records == 0 && cut < ends.get(0) ? 0 : ends.get(records);
        assertEquals(cut - kept, log.report().tornBytes(), "cut at " + cut);
        assertEquals(List.of(), log.report().damages(), "cut at " + cut);
        TestLog.append(log, records);
        assertEquals(upTo(records + 1), TestLog.numbers(log), "cut at " + cut);
      }
      try (SegmentLogWriter<String> log = TestLog.open(folder, torn)) {
        assertTrue(log.report().clean(), "cut at " + cut);
        assertEquals(upTo(records + 1), TestLog.numbers(log), "cut at " + cut);
      }
    }
  }

  private static List<Integer> readable(SegmentLog<String> log) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (long at = log.ceiling(0); log.contains(at); at = log.ceiling(at + 1)) {
      try {
        Row row = log.read(at);
        int number = Integer.parseInt(row.text("name").substring(7));
        assertTrue(Arrays.equals(TestLog.data(number), row.bytes("data")));
        numbers.add(number);
      } catch (DamagedRecordException e) {
        assertTrue(
            String.valueOf(e.getMessage()).contains("damaged"), String.valueOf(e.getMessage()));
      }
    }
    return numbers;
  }

  @Test
  void powerCutAtAnyOperationLosesNothingAcknowledged() throws IOException {
    int states = 0;
    for (int operation = 0; ; operation++) {
      for (int seed = 0; seed < SEEDS; seed++) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.failAt(operation, SimulatedDisk.Fault.POWER_CUT, name -> true);
        int acknowledged = 0;
        try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
          for (int i = 0; i < 14; i++) {
            TestLog.append(log, i);
            acknowledged++;
          }
          log.seal();
        } catch (SimulatedDisk.PowerCut e) {
          states++;
        }
        if (!disk.faultCame()) {
          assertTrue(states > 100, "only " + states + " states");
          return;
        }
        Random random = new Random(operation * 31L + seed);
        SimulatedDisk after = seed == 0 ? disk.afterKill() : disk.afterPowerCut(random);
        checkAfterCrash(after, acknowledged, "operation " + operation + ", seed " + seed);
        // And once more, with the recovery itself cut short.
        SimulatedDisk again = seed == 0 ? disk.afterKill() : disk.afterPowerCut(random);
        again.failAt(random.nextInt(12), SimulatedDisk.Fault.POWER_CUT, name -> true);
        try (SegmentLogWriter<String> log = TestLog.open(folder, again)) {
          assertTrue(log.next() >= acknowledged);
        } catch (SimulatedDisk.PowerCut e) {
          states++;
        }
        checkAfterCrash(
            again.afterPowerCut(random),
            acknowledged,
            "twice, operation " + operation + "." + seed);
      }
    }
  }

  @Test
  void theSimulationWouldNoticeMissingFsyncs() throws IOException {
    int losses = 0;
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      disk.ignoreForces();
      fill(disk, 5);
      try (SegmentLogWriter<String> log =
          TestLog.open(folder, disk.afterPowerCut(new Random(seed)))) {
        losses += TestLog.numbers(log).size() < 5 ? 1 : 0;
      }
    }
    assertTrue(losses > 10, losses + " losses");
  }

  private void checkAfterCrash(SimulatedDisk disk, int acknowledged, String when)
      throws IOException {
    try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, disk)) {
      int seen = TestLog.numbers(reader).size();
      assertTrue(seen == acknowledged || seen == acknowledged + 1, when + ": read " + seen);
    }
    int size;
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      List<Integer> numbers = TestLog.numbers(log);
      size = numbers.size();
      assertTrue(size == acknowledged || size == acknowledged + 1, when + ": " + numbers);
      assertEquals(upTo(size), numbers, when);
      assertEquals(List.of(), log.report().damages(), when);
      assertEquals(size, TestLog.append(log, size), when);
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk.afterPowerCut(new Random(1)))) {
      assertEquals(upTo(size + 1), TestLog.numbers(log), when);
      assertTrue(log.report().clean(), when);
    }
  }

  @Test
  void noOperationThatFailsIsTakenForDone() throws IOException {
    for (SimulatedDisk.Fault fault :
        List.of(SimulatedDisk.Fault.ERROR, SimulatedDisk.Fault.ERROR_FROM_NOW_ON)) {
      int states = 0;
      for (int operation = 0; ; operation++) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.failAt(operation, fault, name -> true);
        List<Integer> acknowledged = new ArrayList<>();
        boolean opened = false;
        try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
          opened = true;
          for (int i = 0; i < 14; i++) {
            try {
              TestLog.append(log, i);
              acknowledged.add(i);
            } catch (IOException e) {
              states++;
            }
          }
          assertEquals(acknowledged, TestLog.numbers(log));
        } catch (IOException e) {
          assertFalse(opened, "operation " + operation);
          states++;
        }
        if (!disk.faultCame()) {
          assertTrue(states > 30, "only " + states + " states");
          break;
        }
        disk.heal();
        String when = fault + " at operation " + operation;
        // The process stops and the next one finds the disk well again; then the power goes.
        SimulatedDisk after = disk;
        try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
          checkHolds(log, acknowledged, when);
        }
        try (SegmentLogWriter<String> log =
            TestLog.open(folder, after.afterPowerCut(new Random(operation)))) {
          checkHolds(log, acknowledged, when + ", then power cut");
        }
      }
    }
  }

  /** A record whose append failed may be there or not; an acknowledged one must be. */
  private static void checkHolds(SegmentLog<String> log, List<Integer> acknowledged, String when)
      throws IOException {
    List<Integer> numbers = new ArrayList<>(TestLog.numbers(log));
    assertEquals(numbers.stream().distinct().toList(), numbers, when);
    assertTrue(numbers.containsAll(acknowledged), when + ": " + numbers + " of " + acknowledged);
    assertTrue(numbers.size() <= acknowledged.size() + 1, when + ": " + numbers);
    assertEquals(List.of(), log.report().damages(), when);
  }

  @Test
  void afterAFailedFsyncTheLogGoesOnOnceTheDiskDoes() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      TestLog.append(log, 0);
      assertEquals("", log.failure());
      disk.failAt(0, SimulatedDisk.Fault.ERROR_FROM_NOW_ON, name -> name.equals("force"));
      assertThrows(IOException.class, () -> TestLog.append(log, 1));
      for (int i = 0; i < 3; i++) {
        IOException refused = assertThrows(IOException.class, () -> TestLog.append(log, 2));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("accepts nothing yet, because"),
            String.valueOf(refused.getMessage()));
        assertTrue(log.failure().contains("input/output error"), log.failure());
        assertEquals(List.of(0), TestLog.numbers(log), "what is there can be read");
      }
      disk.heal();
      assertEquals(1, TestLog.append(log, 2), "what was never acknowledged is not there");
      assertEquals("", log.failure());
      assertEquals(List.of(0, 2), TestLog.numbers(log));
      // Where nobody appends, whoever asks brings it back.
      disk.failAt(0, SimulatedDisk.Fault.ERROR_FROM_NOW_ON, name -> name.equals("force"));
      assertThrows(IOException.class, () -> TestLog.append(log, 3));
      assertFalse(log.failure().isEmpty());
      disk.heal();
      assertEquals("", log.failure());
      assertEquals(2, TestLog.append(log, 4));
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk.afterPowerCut(new Random(5)))) {
      assertEquals(List.of(0, 2, 4), TestLog.numbers(log));
      assertTrue(log.report().clean(), log.report().toString());
    }
  }

  @Test
  void aLogThatRecoversForgetsNothingAndBringsNothingBack() throws IOException {
    for (int operation = 0; operation < 60; operation++) {
      SimulatedDisk disk = new SimulatedDisk();
      List<Integer> held = new ArrayList<>();
      String when = "operation " + operation;
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        for (int i = 0; i < 30; i++) {
          TestLog.append(log, i);
          held.add(i);
        }
        for (int number : new int[] {3, 17, 29}) {
          log.drop(number);
          held.remove((Object) number);
        }
        disk.failAt(operation, SimulatedDisk.Fault.ERROR, name -> true);
        int failed = 0;
        for (int i = 30; i < 50; i++) {
          try {
            TestLog.append(log, i);
            held.add(i);
          } catch (IOException e) {
            failed++;
          }
          assertEquals(held, TestLog.numbers(log), when);
        }
        assertTrue(failed <= 1, when + " cost " + failed);
        disk.heal();
        assertEquals("", log.failure(), when);
        assertEquals(List.of(), log.report().damages(), when);
      }
      try (SegmentLogWriter<String> log =
          TestLog.open(folder, disk.afterPowerCut(new Random(operation)))) {
        assertTrue(TestLog.numbers(log).containsAll(held), when);
        assertTrue(held.size() + 3 >= TestLog.numbers(log).size(), when);
      }
    }
  }

  @Test
  void aFullDiskIsKnownUntilThereIsRoomAgain() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      disk.failAt(0, SimulatedDisk.Fault.ERROR_FROM_NOW_ON, name -> name.equals("write"));
      assertThrows(IOException.class, () -> TestLog.append(log, 1));
      assertTrue(log.failure().contains("no space left"), log.failure());
      long size = log.bytes();
      disk.heal();
      assertEquals("", log.failure());
      assertEquals(
          size, disk.bytes(folder.resolve("0000000000.journal")).length, "the trial is gone");
      assertEquals(0, TestLog.append(log, 1));
    }
  }

  @Test
  void aFullDiskCostsOnlyTheRecordsThatFoundItFull() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      TestLog.append(log, 0);
      disk.failAt(0, SimulatedDisk.Fault.ERROR, name -> name.equals("write"));
      assertThrows(IOException.class, () -> TestLog.append(log, 1));
      disk.heal();
      assertEquals(1, TestLog.append(log, 2));
      assertEquals(List.of(0, 2), TestLog.numbers(log));
    }
  }

  @Test
  void aJournalThatCannotBeDeletedAfterSealingIsLeftToTheNextOpening() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path left = folder.resolve("0000000000.journal");
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      disk.failAt(0, SimulatedDisk.Fault.ERROR, name -> name.equals("delete"));
      for (int i = 0; i < 40; i++) {
        assertEquals(i, TestLog.append(log, i));
      }
      assertTrue(disk.faultCame());
      assertTrue(disk.files().contains(left));
      assertEquals(upTo(40), TestLog.numbers(log));
    }
    disk.heal();
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      assertTrue(log.report().clean(), log.report().toString());
      assertFalse(disk.files().contains(left));
      assertEquals(upTo(40), TestLog.numbers(log));
    }
  }

  @Test
  void aReaderSeesWhatAWriterDoes() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, disk)) {
      assertEquals(0, reader.next());
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        for (int i = 0; i < 50; i++) {
          TestLog.append(log, i);
          if (i % 3 == 0) {
            reader.refresh();
            assertEquals(upTo(i + 1), TestLog.numbers(reader));
            assertEquals(i + 1, reader.next());
          }
        }
        log.seal();
        // What the reader knows to be in a journal is in a sealed segment by now.
        reader.refresh();
        assertEquals(upTo(50), TestLog.numbers(reader));
        log.deleteBefore(50, Set.of());
        reader.refresh();
        assertEquals(List.of(), TestLog.numbers(reader));
        assertEquals(50, reader.next());
        TestLog.append(log, 50);
        assertEquals(50, log.first());
      }
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        assertEquals(51, log.next());
        assertEquals(List.of(50), TestLog.numbers(log));
      }
    }
  }

  @Test
  void aReaderFindsARecordWhoseFileWasSealedMeanwhile() throws IOException {
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local());
        SegmentLogReader<String> reader = TestLog.openReadOnly(folder, Disk.local())) {
      TestLog.append(log, 0);
      reader.refresh();
      log.seal();
      assertEquals("record 0", reader.read(0).text("name"));
      assertThrows(IllegalArgumentException.class, () -> reader.read(1));
    }
  }

  @Test
  void numbersAreNeverGivenOutTwice() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    fill(disk, 40);
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      log.seal();
      log.deleteBefore(log.next(), Set.of());
      assertEquals(0, log.countFrom(0));
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      assertEquals(40, log.next());
      assertEquals(40, log.first());
      assertEquals(40, TestLog.append(log, 40));
    }
  }

  @Test
  void droppingARecordCostsNoOtherWhateverHappens() throws IOException {
    int states = 0;
    for (int operation = 0; ; operation++) {
      SimulatedDisk disk = new SimulatedDisk();
      List<Integer> left = new ArrayList<>();
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        for (int i = 0; i < 30; i++) {
          TestLog.append(log, i);
          left.add(i);
        }
        SimulatedDisk.Fault fault =
            operation % 2 == 0 ? SimulatedDisk.Fault.POWER_CUT : SimulatedDisk.Fault.ERROR;
        disk.failAt(operation / 2, fault, name -> true);
        for (int i = 0; i < 28; i++) {
          // Out of order, so that segments keep some of theirs.
          int number = i * 11 % 30;
          left.remove((Object) number);
          try {
            log.drop(number);
          } catch (IOException e) {
            states++;
          }
          assertEquals(left, TestLog.numbers(log), "operation " + operation);
        }
      } catch (SimulatedDisk.PowerCut e) {
        states++;
      }
      boolean done = !disk.faultCame();
      disk.heal();
      for (SimulatedDisk after :
          List.of(disk.afterKill(), disk.afterPowerCut(new Random(operation)))) {
        try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
          assertTrue(log.report().damages().isEmpty(), log.report().toString());
          assertTrue(TestLog.numbers(log).containsAll(left), "operation " + operation);
          assertEquals(30, log.next());
        }
      }
      if (done) {
        assertTrue(states > 10, "only " + states + " states");
        return;
      }
    }
  }

  @Test
  void aSegmentThatIsDeletedStaysDeletedWhenThePowerGoes() throws IOException {
    for (int seed = 0; seed < 8; seed++) {
      SimulatedDisk disk = new SimulatedDisk();
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        for (int i = 0; i < 3; i++) {
          TestLog.append(log, i);
        }
        log.seal();
        TestLog.append(log, 3);
        for (int i = 0; i < 3; i++) {
          log.drop(i);
        }
        SimulatedDisk cut = disk.afterPowerCut(new Random(seed));
        try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, cut)) {
          assertEquals(List.of(3), TestLog.numbers(reader), "seed " + seed);
        }
      }
    }
  }

  @Test
  void readersFollowAJournalThatGoesOnAfterACrashBetweenSealingItAndTheNext() throws IOException {
    for (int cut = 0; cut < SEEDS; cut++) {
      SimulatedDisk disk = new SimulatedDisk();
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        for (int i = 0; i < 5; i++) {
          TestLog.append(log, i);
        }
        log.drop(1);
        // The sealed file is written first, then the next journal.
        disk.failAt(1, SimulatedDisk.Fault.POWER_CUT, name -> name.equals("create"));
        assertThrows(SimulatedDisk.PowerCut.class, log::seal);
      } catch (SimulatedDisk.PowerCut e) {
        assertTrue(disk.faultCame());
      }
      disk.heal();
      SimulatedDisk after = cut == 0 ? disk.afterKill() : disk.afterPowerCut(new Random(cut));
      assertEquals(2, after.files().stream().filter(f -> f.toString().matches(".*(l|w)")).count());
      try (SegmentLogReader<String> reader = TestLog.openReadOnly(folder, after)) {
        assertEquals(List.of(0, 2, 3, 4), TestLog.numbers(reader));
        try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
          assertTrue(log.report().clean(), log.report().toString());
          assertTrue(TestLog.numbers(log).containsAll(List.of(0, 2, 3, 4)));
          assertEquals(5, TestLog.append(log, 5));
          reader.refresh();
          assertEquals(TestLog.numbers(log), TestLog.numbers(reader));
          try (SegmentLogReader<String> another = TestLog.openReadOnly(folder, after)) {
            assertEquals(TestLog.numbers(log), TestLog.numbers(another));
          }
          log.seal();
          reader.refresh();
          assertEquals(upTo(6), TestLog.numbers(reader));
        }
      }
    }
  }

  @Test
  void aSegmentWithADamagedRecordIsNotWrittenAgain() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    fill(disk, 4);
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      log.seal();
      Path file = folder.resolve("0000000000.arrow");
      byte[] bytes = disk.bytes(file).clone();
      int at = (int) log.bytes() / 2;
      while (log.verify().isEmpty()) {
        bytes = disk.bytes(file).clone();
        bytes[at] ^= 1;
        disk.put(file, bytes);
        at += 50;
      }
      List<Integer> whole = readable(log);
      assertEquals(3, whole.size());
      for (int number : whole) {
        log.drop(number);
      }
      assertFalse(log.reclaim());
      assertTrue(Arrays.equals(bytes, disk.bytes(file)), "what is damaged may be mended yet");
    }
  }

  /** Appends to a log in a process of its own, and says what came of it. */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] arguments) {
      try (SegmentLogWriter<String> log = TestLog.open(Path.of(arguments[0]), Disk.local())) {
        System.out.print("appended " + TestLog.append(log, 7));
      } catch (IOException e) {
        System.out.print(e.getMessage());
      }
    }

    static String append(Path folder) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-opens=java.base/java.nio=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Elsewhere.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aRefusedSecondOpeningDoesNotLetAnotherProcessIn() throws IOException {
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
      TestLog.append(log, 0);
      assertThrows(IOException.class, () -> TestLog.open(folder, Disk.local()).close());
      String said = Elsewhere.append(folder);
      assertTrue(said.contains("open for writing already"), said);
      TestLog.append(log, 1);
      assertEquals(List.of(0, 1), TestLog.numbers(log));
    }
    assertEquals("appended 2", Elsewhere.append(folder));
  }

  @Test
  void twoWritersFailClearly() throws IOException {
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
      TestLog.append(log, 0);
      IOException e =
          assertThrows(IOException.class, () -> TestLog.open(folder, Disk.local()).close());
      assertTrue(
          String.valueOf(e.getMessage()).contains("open for writing already"),
          String.valueOf(e.getMessage()));
      TestLog.append(log, 1);
    }
    TestLog.open(folder, Disk.local()).close();
  }

  @Test
  void anotherKindOrVersionIsRefusedAndLeftAlone() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    fill(disk, 2);
    RowSchema other = new RowSchema("other", TestLog.SCHEMA.columns());
    for (boolean seal : new boolean[] {false, true}) {
      if (seal) {
        try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
          log.seal();
        }
      }
      IOException e =
          assertThrows(
              IOException.class,
              () -> SegmentLog.open(folder, other, (s, v) -> s, TestLog.LIMITS, disk).close());
      assertTrue(
          String.valueOf(e.getMessage()).contains("seamark.kind is 'test', but must be 'other'"),
          String.valueOf(e.getMessage()));
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      assertEquals(upTo(2), TestLog.numbers(log));
    }
  }

  @Test
  void aRecordTooLargeForTheMemoryIsRefused() throws IOException {
    try (SegmentLogWriter<String> log = TestLog.open(folder, new SimulatedDisk())) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> log.append(row -> row.set("name", "large").set("data", new byte[3 << 20])));
      assertTrue(
          String.valueOf(e.getMessage()).contains("more than the 1048576 bytes"),
          String.valueOf(e.getMessage()));
      assertEquals(0, TestLog.append(log, 0));
    }
  }
}
