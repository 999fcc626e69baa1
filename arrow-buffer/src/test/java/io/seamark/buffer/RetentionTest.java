package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.setting.MaximumAges;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samples go when their time has come, from every file, and not before; wrong clocks change that
 * little.
 */
class RetentionTest {
  private static final BufferOptions SMALL = BufferOptions.unbounded().withSegmentBytes(16_384);
  private static final Duration DAY = Duration.ofDays(1);

  /** When samples are stored in these tests. */
  private static final Instant STORED = Instant.parse("2026-03-01T12:00:00Z");

  private static final MaximumAges THIRTY_DAYS = ages(Map.of("seamark.buffer.max-age", "P30D"));

  private static final BufferOptions KEEPING = SMALL.withAges(THIRTY_DAYS);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private Instant now = STORED;
  private final InstantSource clock = () -> now;

  private static MaximumAges ages(Map<String, String> settings) {
    return SettingGroup.BUFFER.with(SettingGroup.BUFFER.defaults(), settings).ages();
  }

  /** A sample whose device's clock showed that time. */
  private static BufferedSample taken(int number, Instant captured) {
    HardSample sample = Samples.small(number);
    HardSample then =
        new HardSample(
            sample.id(),
            sample.edge(),
            sample.domain(),
            captured.toEpochMilli(),
            sample.width(),
            sample.height(),
            new EncodedImage(EncodedImage.JPEG, sample.image().bytes()),
            sample.depthPng(),
            new ClassScores(
                11, sample.scores().width(), sample.scores().height(), sample.scores().logits()),
            sample.modelVersion(),
            sample.miner(),
            sample.score(),
            sample.threshold());
    return new BufferedSample(then, Samples.answer(then));
  }

  /** Stores samples in a segment of their own, at a time of the cloud's clock. */
  private void store(Instant stored, BufferedSample... samples) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      for (BufferedSample sample : samples) {
        buffer.append(sample);
      }
      buffer.seal();
    }
    // Those that were there keep theirs: only what is new has today's.
    Instant limit = Instant.now().minus(DAY);
    for (Path file : files()) {
      if (Files.getLastModifiedTime(file).toInstant().isAfter(limit)) {
        Files.setLastModifiedTime(file, FileTime.from(stored));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private List<Path> receipts() throws IOException {
    Path receipts = folder.resolve(Retention.RECEIPTS);
    try (Stream<Path> files = Files.list(receipts)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith("forgotten-"))
          .sorted()
          .toList();
    }
  }

  private boolean anyFileHolds(String text) throws IOException {
    for (Path file : files()) {
      // One byte a character, so that any bytes can be looked through.
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }

  /** Runs once after a start; gives the names that are left. */
  private Retention.State run(MaximumAges ages) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL.withAges(ages))) {
      return new Retention(buffer, clock).run();
    }
  }

  /** The service goes on until then, with runs between. */
  private void goOn(Instant until) throws IOException {
    goOn(until, THIRTY_DAYS);
  }

  private void goOn(Instant until, MaximumAges ages) throws IOException {
    for (Instant next = now; next.isBefore(until); next = next.plus(DAY)) {
      now = next;
      run(ages);
    }
    now = until;
  }

  private List<String> left() throws IOException {
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      assertEquals(List.of(), buffer.verify());
      return buffer.entries().map(ReplayBuffer.Entry::id).toList();
    }
  }

  @Test
  void whatIsTooOldIsGoneFromEveryFileAndStandsInAReceipt() throws IOException {
    BufferedSample old = taken(0, STORED.minus(DAY.multipliedBy(20)));
    store(STORED, old, taken(1, STORED), taken(2, STORED));
    goOn(STORED.plus(DAY.multipliedBy(10)).minusMillis(1));
    assertEquals(0, run(THIRTY_DAYS).dropped());
    now = now.plusMillis(1);
    try (ReplayBuffer round = ReplayBuffer.openReadOnly(folder)) {
      Retention.State state = run(THIRTY_DAYS);
      assertEquals(1, state.dropped());
      assertEquals(List.of(), state.remains());
      assertEquals("", state.failure());
      // A round of training that began before copes with it.
      assertThrows(Exception.class, () -> round.read(0));
      assertEquals("frame-1", round.read(1).sample().id());
    }
    assertEquals(List.of("frame-1", "frame-2"), left());
    assertFalse(anyFileHolds("frame-0"));
    assertTrue(anyFileHolds("frame-1"));

    JsonNode receipt = new ObjectMapper().readTree(receipts().get(0).toFile());
    assertEquals(now.toString(), receipt.path("forgotten_at").asText());
    assertEquals("PT720H", receipt.path("asked").path("max_age").asText());
    assertEquals(1, receipt.path("samples").size());
    JsonNode gone = receipt.path("samples").path(0);
    assertEquals("frame-0", gone.path("id").asText());
    assertEquals("edge-0", gone.path("edge").asText());
    assertEquals(old.sample().contentDigest(), gone.path("sha256").asText());
    assertEquals(0, receipt.path("may_remain_in").size());

    // And the rest after its time, of segments that were written again, too.
    goOn(STORED.plus(DAY.multipliedBy(30)));
    assertEquals(2, run(THIRTY_DAYS).dropped());
    assertEquals(List.of(), left());
    assertFalse(anyFileHolds("frame-"));
    assertEquals(2, receipts().size());
    assertEquals(0, run(THIRTY_DAYS).dropped());
    assertEquals(2, receipts().size());
  }

  @Test
  void aDevicesClockThatCannotBeRightCountsForNothing() throws IOException {
    store(
        STORED,
        taken(0, STORED.plus(DAY.multipliedBy(365))),
        taken(1, STORED.minus(DAY.multipliedBy(365))),
        taken(2, Instant.EPOCH),
        taken(3, STORED.minus(DAY.multipliedBy(29))));
    Retention.State state = run(THIRTY_DAYS);
    assertEquals(0, state.dropped());
    assertEquals(3, state.doubted());
    now = STORED.plus(DAY);
    assertEquals(1, run(THIRTY_DAYS).dropped());
    goOn(STORED.plus(DAY.multipliedBy(30)).minusMillis(1));
    assertEquals(0, run(THIRTY_DAYS).dropped());
    assertEquals(List.of("frame-0", "frame-1", "frame-2"), left());
    now = now.plusMillis(1);
    assertEquals(3, run(THIRTY_DAYS).dropped());
    JsonNode receipt = new ObjectMapper().readTree(receipts().get(1).toFile());
    assertEquals("[0,1,2]", receipt.path("asked").path("counted_from_storing").toString());
  }

  @Test
  void domainsAndEdgesHaveAgesOfTheirOwn() throws IOException {
    // Even numbers are day, odd ones dusk; the edge is the number modulo 3.
    store(
        STORED,
        taken(0, STORED),
        taken(1, STORED),
        taken(2, STORED),
        taken(3, STORED),
        taken(4, STORED));
    MaximumAges some =
        ages(
            Map.of(
                "seamark.buffer.max-age-by-domain", "dusk=P5D",
                "seamark.buffer.max-age-by-edge", "edge-1=P2D, edge-0=P9D"));
    goOn(STORED.plus(DAY.multipliedBy(2)), some);
    assertEquals(2, run(some).dropped());
    assertEquals(List.of("frame-0", "frame-2", "frame-3"), left());
    goOn(STORED.plus(DAY.multipliedBy(5)), some);
    assertEquals(1, run(some).dropped());
    assertEquals(List.of("frame-0", "frame-2"), left());
    goOn(STORED.plus(DAY.multipliedBy(12)), some);
    assertEquals(List.of("frame-2"), left());
  }

  @Test
  void aClockThatJumpsDropsNothingUntilItHasGoneOnForADay() throws IOException {
    store(STORED, taken(0, STORED));
    run(THIRTY_DAYS);
    now = STORED.plus(DAY.multipliedBy(365));
    Retention.State state = run(THIRTY_DAYS);
    assertEquals(0, state.dropped());
    assertTrue(state.waits().contains(STORED.toString()), state.waits());
    // Over restarts, as long as it lasts.
    now = now.plus(Duration.ofHours(23));
    assertFalse(run(THIRTY_DAYS).waits().isEmpty());
    // It was wrong.
    now = STORED.plus(DAY);
    assertEquals("", run(THIRTY_DAYS).waits());
    assertEquals(List.of("frame-0"), left());
    // It was not: the service was stopped for so long.
    now = STORED.plus(DAY.multipliedBy(365));
    assertEquals(0, run(THIRTY_DAYS).dropped());
    now = now.plus(DAY);
    state = run(THIRTY_DAYS);
    assertEquals("", state.waits());
    assertEquals(1, state.dropped());
  }

  @Test
  void aServiceThatRunsByDayOnlyDropsToo() throws IOException {
    MaximumAges day = ages(Map.of("seamark.buffer.max-age", "P1D"));
    store(STORED, taken(0, STORED));
    long dropped = 0;
    for (int i = 1; i < 5; i++) {
      now = STORED.plus(DAY.multipliedBy(i));
      dropped += run(day).dropped();
    }
    assertEquals(1, dropped);
  }

  @Test
  void aClockThatIsBehindDropsNothing() throws IOException {
    store(STORED, taken(0, STORED));
    run(THIRTY_DAYS);
    now = Instant.EPOCH;
    for (int i = 0; i < 3; i++) {
      assertEquals(0, run(THIRTY_DAYS).dropped());
      now = now.plus(DAY);
    }
    assertEquals(List.of("frame-0"), left());
  }

  @Test
  void filesFromTheFutureCountAsTheirNeighbours() {
    long at = STORED.toEpochMilli();
    long year = DAY.toMillis() * 365;
    TreeMap<Long, Long> written =
        new TreeMap<>(Map.of(0L, at, 5L, at + year, 9L, at + 60_000, 12L, 0L));
    SampleAges ages = SampleAges.of(written, STORED.plus(DAY));
    assertEquals(at, ages.storedMillis(4));
    assertEquals(at + 60_000, ages.storedMillis(5));
    assertEquals(at + 60_000, ages.storedMillis(11));
    assertEquals(at + 60_000, ages.storedMillis(12), "not of 1970");
    assertEquals(at, ages.countsFrom(7, at), "its device's clock was right");
    assertEquals(at + 60_000, ages.countsFrom(7, Long.MAX_VALUE));
    assertEquals(at + 60_000, ages.countsFrom(7, Long.MIN_VALUE));
  }

  @Test
  void theJournalsSamplesGoToo() throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, KEEPING)) {
      now = Instant.now();
      Retention retention = new Retention(buffer, clock);
      retention.run();
      buffer.append(taken(0, now.minus(DAY.multipliedBy(40))));
      buffer.append(taken(1, now));
      assertTrue(Files.exists(folder.resolve("0000000000.journal")));
      assertEquals(1, retention.run().dropped());
      assertEquals(1, buffer.size());
      assertFalse(anyFileHolds("frame-0"));
      // The same frame may come again, and is stored.
      assertEquals(2, buffer.append(taken(0, now)));
      assertEquals(List.of("frame-1", "frame-0"), left());
    }
  }

  @Test
  void segmentsOfEarlierReleasesAreNotKeptForEver() throws IOException {
    Instant taken = Instant.ofEpochMilli(Samples.small(0).capturedMillis());
    for (String file : List.of("0000000000.arrow", "0000000001.journal")) {
      try (InputStream in = RetentionTest.class.getResourceAsStream("/golden/format-1/" + file)) {
        Files.write(folder.resolve(file), Objects.requireNonNull(in).readAllBytes());
      }
      Files.setLastModifiedTime(
          folder.resolve(file), FileTime.fromMillis(Samples.small(3).capturedMillis()));
    }
    now = taken;
    // They were taken a millisecond apart.
    goOn(taken.plus(DAY.multipliedBy(30)));
    now = now.plusMillis(1);
    assertEquals(2, run(THIRTY_DAYS).dropped());
    assertEquals(List.of("frame-2", "frame-3"), left());
    assertFalse(anyFileHolds("frame-0"));
  }

  @Test
  void aDiskThatIsFullKeepsNothingForGood() throws IOException {
    store(STORED, taken(0, STORED.minus(DAY.multipliedBy(20))), taken(1, STORED));
    store(STORED, taken(2, STORED.minus(DAY.multipliedBy(20))));
    goOn(STORED.plus(DAY.multipliedBy(10)));
    FullDisk disk = new FullDisk();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, KEEPING, disk)) {
      Retention retention = new Retention(buffer, clock);
      disk.full = true;
      Retention.State state = retention.run();
      assertTrue(state.failure().contains("No space left"), state.failure());
      // Deleting takes no room: the segment that has nothing else is gone.
      assertEquals(List.of("0000000000.arrow"), state.remains());
      assertEquals(2, state.dropped());
      assertTrue(anyFileHolds("frame-0"));
      assertFalse(anyFileHolds("frame-2"));
      assertEquals("frame-1", buffer.read(1).sample().id());
      JsonNode receipt = new ObjectMapper().readTree(receipts().get(0).toFile());
      assertEquals("0000000000.arrow", receipt.path("may_remain_in").path(0).asText());

      disk.full = false;
      state = retention.run();
      assertEquals("", state.failure());
      assertEquals(List.of(), state.remains());
      assertEquals(2, state.dropped());
      assertFalse(anyFileHolds("frame-0"));
    }
    assertEquals(List.of("frame-1"), left());
  }

  @Test
  void aSampleThatIsDamagedCostsNoOther() throws IOException {
    store(STORED, taken(0, STORED.minus(DAY.multipliedBy(20))), taken(1, STORED));
    store(STORED, taken(2, STORED.minus(DAY.multipliedBy(20))), taken(3, STORED));
    Path first = folder.resolve("0000000000.arrow");
    Path second = folder.resolve("0000000001.arrow");
    damage(first, "frame-0");
    damage(second, "frame-3");
    goOn(STORED.plus(DAY.multipliedBy(10)));
    Retention.State state = run(THIRTY_DAYS);
    assertEquals(2, state.dropped());
    assertEquals(List.of("0000000001.arrow"), state.remains(), "its other sample might be mended");
    assertFalse(anyFileHolds("frame-0"));
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      assertEquals("frame-1", buffer.read(1).sample().id());
    }
    JsonNode samples = new ObjectMapper().readTree(receipts().get(0).toFile()).path("samples");
    assertEquals("frame-0", samples.path(0).path("id").asText());
    assertEquals("", samples.path(0).path("sha256").asText());
  }

  /** Flips a bit of a record's message, behind the name that it has there. */
  private static void damage(Path segment, String id) throws IOException {
    FileTime time = Files.getLastModifiedTime(segment);
    String bytes = Files.readString(segment, StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf(id);
    byte[] changed = bytes.getBytes(StandardCharsets.ISO_8859_1);
    changed[at + id.length() + 1] ^= 1;
    Files.write(segment, changed);
    Files.setLastModifiedTime(segment, time);
  }

  @Test
  void receiptsAreBounded() throws IOException {
    ReceiptFolder receipts = new ReceiptFolder(folder.resolve(Retention.RECEIPTS));
    Path foreign = Files.createDirectories(folder.resolve(Retention.RECEIPTS)).resolve("mine");
    Files.writeString(foreign, "mine");
    ForgetReceipt receipt =
        new ForgetReceipt(
            STORED,
            folder,
            Map.of(),
            new ReplayBufferWriter.Forgotten(List.of(), List.of(), List.of()));
    Path first = receipts.add(receipt);
    for (int i = 1; i <= ReceiptFolder.MOST; i++) {
      receipts.add(new ForgetReceipt(STORED.plusMillis(i), folder, Map.of(), receipt.forgotten()));
    }
    assertEquals(ReceiptFolder.MOST, receipts().size());
    assertFalse(Files.exists(first));
    assertTrue(Files.exists(foreign));
  }

  @Test
  void agesAreChecked() {
    for (String wrong : List.of("30", "P1M", "PT0S", "-P3D", "P40000D")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> ages(Map.of("seamark.buffer.max-age", wrong)));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("'" + wrong + "'") && message.contains("P30D"), message);
    }
    for (String wrong : List.of("rain", "=P3D", "rain=P3D,rain=P4D", "rain=")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> ages(Map.of("seamark.buffer.max-age-by-domain", wrong)),
          wrong);
    }
    assertTrue(ages(Map.of()).none());
  }

  /** The machine's own files, of which none can be made while it is full. */
  private static final class FullDisk extends ForwardingDisk {
    private boolean full;

    FullDisk() {
      super(Disk.local());
    }

    @Override
    public File create(Path file) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      return super.create(file);
    }
  }
}
