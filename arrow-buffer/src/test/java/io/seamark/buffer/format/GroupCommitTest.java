package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of several threads share a force, and none counts before it. */
class GroupCommitTest {
  private static final int WRITERS = 8;

  private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** A log whose first journal has room for all. */
  private SegmentLogWriter<String> openWide(Disk disk) throws IOException {
    LogLimits limits = new LogLimits(1 << 20, 1000, 1 << 20, true);
    return SegmentLog.open(
        folder, TestLog.SCHEMA, (sequence, values) -> values.text("name"), limits, disk);
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("in vain: " + what);
      }
      Thread.onSpinWait();
    }
  }

  private List<Future<Long>> appendAll(SegmentLogWriter<String> log, int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> threads.submit(() -> TestLog.append(log, i)))
        .toList();
  }

  /** Lets the first force wait until so many more frames are written. */
  private static void holdFirstForce(SimulatedDisk disk, int frames) {
    int before = disk.writes();
    AtomicInteger forces = new AtomicInteger();
    disk.whileForcing(
        () -> {
          if (forces.getAndIncrement() == 0) {
            await(() -> disk.writes() >= before + frames, frames + " frames are written");
          }
        });
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  @Test
  void whatIsWrittenWhileOthersAreForcedSharesTheNextForce() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = openWide(disk)) {
      holdFirstForce(disk, WRITERS);
      int before = disk.forces();
      Set<Long> sequences = new TreeSet<>();
      for (Future<Long> append : appendAll(log, 0, WRITERS)) {
        sequences.add(get(append));
      }
      assertEquals(WRITERS, sequences.size());
      assertTrue(sequences.contains(0L) && sequences.contains(WRITERS - 1L), "" + sequences);
      // The one that was begun for the first record, and one for all others.
      assertEquals(2, disk.forces() - before);
      assertEquals(WRITERS, TestLog.numbers(log).size());
    }
  }

  @Test
  void aRecordIsThereOnceItIsForcedAndNotBefore() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      disk.whileForcing(
          () -> {
            forcing.countDown();
            try {
              assertTrue(goOn.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      Future<Long> append = threads.submit(() -> TestLog.append(log, 7));
      assertTrue(forcing.await(30, TimeUnit.SECONDS));
      assertFalse(append.isDone());
      assertFalse(log.contains(0));
      assertEquals(0, log.next());
      assertEquals(List.of(), log.entries().toList());
      goOn.countDown();
      assertEquals(0, get(append));
      assertEquals(List.of(7), TestLog.numbers(log));
    }
  }

  @Test
  void aForceThatFailsFailsAllThatAreNotForcedAndLaterOnesGoOn() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = openWide(disk)) {
      TestLog.append(log, 100);
      holdFirstForce(disk, WRITERS);
      disk.failAt(0, SimulatedDisk.Fault.ERROR, name -> name.equals("force"));
      for (Future<Long> append : appendAll(log, 0, WRITERS)) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(append));
        assertTrue(String.valueOf(e.getMessage()).contains("input/output error"), e.toString());
        assertTrue(e.getCause() instanceof IOException, e.toString());
      }
      assertEquals(List.of(100), TestLog.numbers(log));
      disk.heal();
      assertEquals(1, TestLog.append(log, 101));
      assertEquals("", log.failure());
      assertEquals(List.of(100, 101), TestLog.numbers(log));
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk.afterPowerCut(new Random(2)))) {
      assertEquals(List.of(100, 101), TestLog.numbers(log));
      assertTrue(log.report().clean(), log.report().toString());
    }
  }

  @Test
  void aWriteThatFailsCostsNoRecordBeforeIt() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = openWide(disk)) {
      holdFirstForce(disk, 4);
      disk.failAt(3, SimulatedDisk.Fault.ERROR, name -> name.equals("write"));
      int failed = 0;
      for (Future<Long> append : appendAll(log, 0, 4)) {
        try {
          get(append);
        } catch (ExecutionException e) {
          assertTrue(String.valueOf(e.getMessage()).contains("no space left"), e.toString());
          failed++;
        }
      }
      assertEquals(1, failed);
      assertEquals(3, TestLog.numbers(log).size());
      assertEquals(3, TestLog.append(log, 9));
      assertEquals(4, TestLog.numbers(log).size());
    }
  }

  /** What a process that dies leaves behind after a failed fsync reads well and is not there. */
  @Test
  void whatAFailedForceLeftReadableIsMadeSureOf() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (SegmentLogWriter<String> log = openWide(disk)) {
      TestLog.append(log, 100);
      holdFirstForce(disk, WRITERS);
      disk.failAt(
          0,
          SimulatedDisk.Fault.ERROR_FROM_NOW_ON,
          name -> name.equals("force") || name.equals("truncate"));
      for (Future<Long> append : appendAll(log, 0, WRITERS)) {
        assertThrows(ExecutionException.class, () -> get(append));
      }
    }
    disk.heal();
    List<Integer> read;
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      read = TestLog.numbers(log);
      assertEquals(1 + WRITERS, read.size(), "all of them read well");
    }
    for (int seed = 0; seed < 8; seed++) {
      try (SegmentLogReader<String> log =
          TestLog.openReadOnly(folder, disk.afterPowerCut(new Random(seed)))) {
        assertEquals(read, TestLog.numbers(log), "seed " + seed);
      }
    }
  }

  /** Appends from several threads until the power goes; what is against the rule. */
  private List<String> broken(long operation, int seed, boolean late, AtomicInteger cuts)
      throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    if (late) {
      disk.forceLate();
    }
    Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
    int writers = 4;
    int each = 4;
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      disk.failAt(operation, SimulatedDisk.Fault.POWER_CUT, name -> true);
      List<Future<?>> appends = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int first = writer * each;
        appends.add(
            threads.submit(
                () -> {
                  for (int i = first; i < first + each; i++) {
                    TestLog.append(log, i);
                    acknowledged.add(i);
                  }
                  return null;
                }));
      }
      for (Future<?> append : appends) {
        try {
          append.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
          cuts.incrementAndGet();
        }
      }
    } catch (SimulatedDisk.PowerCut e) {
      cuts.incrementAndGet();
    }
    Random random = new Random(operation * 31 + seed);
    SimulatedDisk after = disk.afterPowerCut(random);
    List<String> broken = new ArrayList<>();
    Set<Integer> read;
    try (SegmentLogReader<String> log = TestLog.openReadOnly(folder, after)) {
      read = new TreeSet<>(TestLog.numbers(log));
      if (!read.containsAll(acknowledged)) {
        broken.add("a reader sees " + read + " of " + acknowledged);
      }
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, after)) {
      Set<Integer> kept = new TreeSet<>(TestLog.numbers(log));
      if (!kept.equals(read)) {
        broken.add("a writer sees " + kept + ", a reader " + read);
      }
      if (!log.report().damages().isEmpty() || !log.report().unreadable().isEmpty()) {
        broken.add("it reports " + log.report());
      }
      TestLog.append(log, 99);
      read.add(99);
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, after.afterPowerCut(random))) {
      if (!TestLog.numbers(log).containsAll(read) || !log.report().clean()) {
        broken.add("later there is " + TestLog.numbers(log) + ", " + log.report());
      }
    }
    return broken.stream().map(line -> operation + "." + seed + ": " + line).toList();
  }

  private List<String> brokenAtAnyMoment(boolean late, AtomicInteger cuts) throws Exception {
    List<String> broken = new ArrayList<>();
    for (int operation = 0; ; operation++) {
      int before = cuts.get();
      for (int seed = 0; seed < 6; seed++) {
        broken.addAll(broken(operation, seed, late, cuts));
      }
      if (cuts.get() == before) {
        return broken;
      }
    }
  }

  @Test
  void aPowerCutAtAnyMomentLosesNothingAcknowledged() throws Exception {
    AtomicInteger cuts = new AtomicInteger();
    assertEquals(List.of(), brokenAtAnyMoment(false, cuts));
    assertTrue(cuts.get() > 100, "only " + cuts);
  }

  @Test
  void acknowledgingBeforeTheForceFailsTheSameTrial() throws Exception {
    List<String> broken = brokenAtAnyMoment(true, new AtomicInteger());
    assertTrue(broken.size() > 10, broken.toString());
  }

  private static byte[] large(int number) {
    byte[] bytes = new byte[1500 + 37 * number];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  /** Where frames end that are written to a journal. */
  private List<Long> ends(SimulatedDisk disk, int count) throws IOException {
    List<Long> ends = new ArrayList<>();
    try (SegmentLogWriter<String> log = openWide(disk)) {
      for (int i = 0; i < count; i++) {
        int number = i;
        log.append(row -> row.set("name", TestLog.name(number)).set("data", large(number)));
        ends.add(log.bytes());
      }
    }
    return ends;
  }

  private static Set<Integer> whole(SegmentLog<String> log) throws IOException {
    Set<Integer> numbers = new TreeSet<>();
    for (long at = log.ceiling(0); log.contains(at); at = log.ceiling(at + 1)) {
      assertTrue(Arrays.equals(large((int) at), log.read(at).bytes("data")), "record " + at);
      numbers.add((int) at);
    }
    return numbers;
  }

  private static final int SECTOR = 512;

  @Test
  void anySectorsOfUnforcedFramesMayBeMissing() throws IOException {
    SimulatedDisk written = new SimulatedDisk();
    int count = 6;
    int forced = 3;
    List<Long> ends = ends(written, count);
    Path journal = folder.resolve("0000000000.journal");
    byte[] all = written.bytes(journal);
    int durable = (int) (long) ends.get(forced - 1);
    Random random = new Random(4);
    int skipped = 0;
    for (int trial = 0; trial < 3000; trial++) {
      byte[] left = all.clone();
      for (int sector = durable / SECTOR; sector <= all.length / SECTOR; sector++) {
        if (random.nextInt(1 + trial % 5) == 0) {
          int from = Math.max(durable, sector * SECTOR);
          int to = Math.min(all.length, (sector + 1) * SECTOR);
          Arrays.fill(left, Math.min(from, to), to, (byte) 0);
        }
      }
      if (trial % 3 == 0) {
        left = Arrays.copyOf(left, durable + random.nextInt(all.length - durable + 1));
      }
      Set<Integer> intact = new TreeSet<>();
      for (int i = 0; i < count; i++) {
        int from = (int) (i == 0 ? 0 : ends.get(i - 1));
        int to = (int) (long) ends.get(i);
        if (to <= left.length && Arrays.equals(all, from, to, left, from, to)) {
          intact.add(i);
        }
      }
      String when = "trial " + trial;
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(journal, left);
      try (SegmentLogReader<String> log = TestLog.openReadOnly(folder, disk)) {
        assertEquals(intact, whole(log), when);
        assertEquals(List.of(), log.report().damages(), when);
      }
      boolean gap = !intact.contains(intact.size() - 1);
      skipped += gap ? 1 : 0;
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        assertEquals(intact, whole(log), when);
        assertEquals(List.of(), log.report().damages(), when);
        assertEquals(List.of(), log.report().unreadable(), when);
        assertEquals(((TreeSet<Integer>) intact).last() + 1, TestLog.append(log, 50), when);
      }
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        assertEquals(intact.size() + 1, log.countFrom(0), when);
        assertEquals(List.of(), log.verify(), when);
        assertTrue(log.report().clean(), when + ": " + log.report());
      }
    }
    assertTrue(skipped > 300, "only " + skipped + " had a whole frame behind a torn one");
  }

  @Test
  void whatWasForcedLongAgoAndIsGoneIsDamage() throws IOException {
    int count = Journal.MAX_UNFORCED + 3;
    for (int record : new int[] {1, count - Journal.MAX_UNFORCED - 1, count - 5}) {
      SimulatedDisk disk = new SimulatedDisk();
      List<Long> ends = ends(disk, count);
      Path journal = folder.resolve("0000000000.journal");
      byte[] bytes = disk.bytes(journal).clone();
      int sector = (int) (long) ends.get(record - 1) / SECTOR + 1;
      Arrays.fill(bytes, sector * SECTOR, (sector + 1) * SECTOR, (byte) 0);
      disk.put(journal, bytes);
      try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
        Set<Integer> expected =
            new TreeSet<>(IntStream.range(0, count).boxed().filter(i -> i != record).toList());
        assertEquals(expected, whole(log));
        boolean damage = record < count - Journal.MAX_UNFORCED;
        assertEquals(damage ? 2 : 0, log.report().damages().size(), log.report().toString());
        assertEquals(!damage, log.report().tornBytes() > 0);
        assertEquals(damage ? 1 : 0, log.report().unreadable().size());
      }
    }
  }

  @Test
  void aChangedByteIsDamageWhereverItIs() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    List<Long> ends = ends(disk, 5);
    Path journal = folder.resolve("0000000000.journal");
    for (int record = 0; record < 4; record++) {
      byte[] bytes = disk.bytes(journal).clone();
      bytes[(int) (ends.get(record) - 700)] ^= 1;
      SimulatedDisk damaged = new SimulatedDisk();
      damaged.put(journal, bytes);
      try (SegmentLogWriter<String> log = TestLog.open(folder, damaged)) {
        assertEquals(4, whole(log).size());
        assertFalse(log.report().damages().isEmpty());
        assertTrue(
            Arrays.equals(bytes, damaged.bytes(folder.resolve("0000000000.journal.unreadable"))));
      }
    }
  }

  @Test
  void rowsAreEncodedSideBySideAsFarAsTheMemoryGoes() throws Exception {
    try (SegmentLogWriter<String> log = openWide(new SimulatedDisk())) {
      CyclicBarrier three = new CyclicBarrier(3);
      List<Future<Long>> appends = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        appends.add(
            threads.submit(
                () ->
                    log.append(
                        300 << 10,
                        row -> {
                          try {
                            three.await(30, TimeUnit.SECONDS);
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                          row.set("name", "a").set("data", new byte[10]);
                        })));
      }
      for (Future<Long> append : appends) {
        get(append);
      }
      for (long memory : new long[] {600 << 10, Long.MAX_VALUE}) {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<Long>> large = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          large.add(
              threads.submit(
                  () ->
                      log.append(
                          memory,
                          row -> {
                            most.accumulateAndGet(now.incrementAndGet(), Math::max);
                            row.set("name", "b").set("data", new byte[100_000]);
                            now.decrementAndGet();
                          })));
        }
        for (Future<Long> append : large) {
          get(append);
        }
        assertEquals(1, most.get());
      }
      IOException e =
          assertThrows(
              IOException.class,
              () ->
                  log.append(100_000, row -> row.set("name", "c").set("data", new byte[200_000])));
      assertTrue(String.valueOf(e.getMessage()).contains("more than the 100000"), e.toString());
      assertEquals(83, TestLog.append(log, 1), "what failed has no number");
    }
  }

  /** What several threads did to a log, and so what must be in it. */
  private static final class Doings {
    private final SegmentLogWriter<String> log;
    private final SimulatedDisk disk;
    private final Map<Long, Integer> acknowledged = new ConcurrentHashMap<>();
    private final Set<Long> dropped = ConcurrentHashMap.newKeySet();
    private final AtomicLong deletedBefore = new AtomicLong();
    private final AtomicInteger failed = new AtomicInteger();

    Doings(SegmentLogWriter<String> log, SimulatedDisk disk) {
      this.log = log;
      this.disk = disk;
    }

    void append(int number) {
      try {
        long sequence = TestLog.append(log, number);
        assertNull(acknowledged.put(sequence, number), "a number is given out once");
      } catch (IOException e) {
        failed.incrementAndGet();
      }
    }

    void disturb(Random random) throws IOException {
      try {
        switch (random.nextInt(60)) {
          case 0 -> log.seal();
          case 1 -> log.compact();
          case 2 -> {
            long before = log.first() + 20;
            deletedBefore.accumulateAndGet(before, Math::max);
            log.deleteBefore(before, Set.of());
          }
          case 3 -> log.advanceTo(log.next() + 3);
          case 4 -> disk.failAt(random.nextInt(20), SimulatedDisk.Fault.ERROR, name -> true);
          case 5, 6, 7 -> {
            long sequence = log.ceiling(log.next() - random.nextInt(30));
            dropped.add(sequence);
            log.drop(sequence);
          }
          default -> log.failure();
        }
      } catch (IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("simulated"), e.toString());
      }
    }

    void check(SegmentLog<String> now) throws IOException {
      TestLog.numbers(now);
      for (Map.Entry<Long, Integer> each : acknowledged.entrySet()) {
        long sequence = each.getKey();
        boolean needed = sequence >= deletedBefore.get() && !dropped.contains(sequence);
        if (needed || now.contains(sequence)) {
          assertEquals(TestLog.name(each.getValue()), now.read(sequence).text("name"));
        }
      }
    }
  }

  @Test
  void allThatWasAcknowledgedIsThereWhateverGoesOnBesides() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    int each = 250;
    Doings doings;
    try (SegmentLogWriter<String> log = TestLog.open(folder, disk)) {
      doings = new Doings(log, disk);
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int first = writer * each;
        writers.add(
            threads.submit(
                () -> {
                  Random random = new Random(first);
                  for (int number = first; number < first + each; number++) {
                    doings.append(number);
                    doings.disturb(random);
                  }
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        get(writer);
      }
      disk.heal();
      assertEquals("", log.failure());
      assertEquals(WRITERS * each, doings.acknowledged.size() + doings.failed.get());
      doings.check(log);
    }
    int failed = doings.failed.get();
    assertTrue(failed > 0 && failed < WRITERS * each / 2, failed + " failed");
    for (int seed = 0; seed < 4; seed++) {
      try (SegmentLogWriter<String> log =
          TestLog.open(folder, disk.afterPowerCut(new Random(seed)))) {
        assertEquals(List.of(), log.report().damages());
        doings.check(log);
      }
    }
  }
}
