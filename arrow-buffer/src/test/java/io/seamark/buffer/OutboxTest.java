package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  private static final BufferOptions SMALL =
      BufferOptions.unbounded().withSegmentBytes(8192).withMaxBytes(1 << 20);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void samplesComeOutInTheirOrderAndOnce() throws IOException {
    try (Outbox outbox = Outbox.open(folder, SMALL)) {
      assertEquals(Optional.empty(), outbox.peek());
      for (int i = 0; i < 20; i++) {
        assertEquals(i, outbox.append(Samples.small(i)));
      }
    }
    for (int i = 0; i < 20; i++) {
      // A new process for each sample.
      try (Outbox outbox = Outbox.open(folder, SMALL)) {
        assertEquals(20 - i, outbox.pending());
        Outbox.Pending pending = outbox.peek().orElseThrow();
        assertEquals(i, pending.sequence());
        ArrowMessagesTest.assertSame(Samples.small(i), pending.sample());
        assertEquals(pending.sequence(), outbox.peek().orElseThrow().sequence());
        outbox.acknowledge(i);
        outbox.acknowledge(i);
        assertEquals(19 - i, outbox.pending());
      }
    }
    try (Outbox outbox = Outbox.open(folder, SMALL)) {
      assertEquals(Optional.empty(), outbox.peek());
      assertEquals(20, outbox.append(Samples.small(20)));
      assertThrows(IllegalArgumentException.class, () -> outbox.acknowledge(21));
    }
  }

  @Test
  void deliveredSegmentsAreDeletedAndAFullOutboxSaysSo() throws IOException {
    BufferOptions options = SMALL.withMaxBytes(65536);
    try (Outbox outbox = Outbox.open(folder, options)) {
      int kept = 0;
      OutboxFullException full = null;
      while (full == null && kept < 100) {
        try {
          outbox.append(Samples.small(kept));
          kept++;
        } catch (OutboxFullException e) {
          full = e;
        }
      }
      assertTrue(full != null && String.valueOf(full.getMessage()).contains("is full"));
      assertTrue(kept > 5, "only " + kept + " fit");
      assertTrue(outbox.bytes() <= 65536);
      while (outbox.peek().isPresent()) {
        outbox.acknowledge(outbox.peek().orElseThrow().sequence());
      }
      assertTrue(outbox.bytes() < 16384, "still " + outbox.bytes() + " bytes");
      try (var files = Files.list(folder)) {
        assertEquals(1, files.filter(f -> f.toString().matches(".*(journal|arrow)")).count());
      }
      outbox.append(Samples.small(kept));
      assertEquals(1, outbox.pending());
    }
  }

  @Test
  void fullJournalsAreNotWrittenAgain() throws IOException {
    for (int life = 0; life < 2; life++) {
      try (Outbox outbox = Outbox.open(folder, SMALL)) {
        for (int i = 0; i < 12; i++) {
          outbox.append(Samples.small(life * 12 + i));
        }
        assertTrue(outbox.report().clean());
      }
      try (var files = Files.list(folder)) {
        List<String> names =
            files
                .map(f -> f.getFileName().toString())
                .filter(f -> !f.equals("lock") && !f.equals("cursor"))
                .toList();
        assertTrue(names.size() > 2 + life, names.toString());
        assertTrue(names.stream().allMatch(f -> f.endsWith(".journal")), names.toString());
      }
    }
  }

  @Test
  void aDamagedSampleIsPassedOverAndCounted() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      for (int i = 0; i < 3; i++) {
        outbox.append(Samples.small(i));
      }
      Path journal = folder.resolve("0000000000.journal");
      byte[] bytes = disk.bytes(journal);
      bytes[bytes.length / 2 + 1500] ^= 4;
      List<Long> delivered = new ArrayList<>();
      for (Optional<Outbox.Pending> p = outbox.peek(); p.isPresent(); p = outbox.peek()) {
        delivered.add(p.get().sequence());
        outbox.acknowledge(p.get().sequence());
      }
      assertEquals(2, delivered.size(), delivered.toString());
      assertEquals(1, outbox.lost());
    }
  }

  @Test
  void aDamagedCursorDeliversAgainRatherThanNever() throws IOException {
    for (byte[] bad : new byte[][] {new byte[0], new byte[24], new byte[100]}) {
      SimulatedDisk disk = new SimulatedDisk();
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        outbox.append(Samples.small(0));
        outbox.append(Samples.small(1));
        outbox.acknowledge(0);
      }
      disk.put(folder.resolve("cursor"), bad);
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        assertEquals(0, outbox.peek().orElseThrow().sequence());
      }
    }
  }

  @Test
  void aSampleAppendedAfterTheLogLostItsEndIsDelivered() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      for (int i = 0; i < 3; i++) {
        outbox.append(Samples.small(i));
      }
      outbox.acknowledge(2);
    }
    for (Path file : disk.files()) {
      if (file.toString().endsWith(".journal")) {
        disk.delete(file);
      }
    }
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      assertEquals(3, outbox.append(Samples.small(3)));
      assertEquals("frame-3", outbox.peek().orElseThrow().sample().id());
    }
  }

  @Test
  void powerCutsLoseNothingAndDeliverNothingAfterItsAcknowledgement() throws IOException {
    int states = 0;
    for (int run = 0; run < 80; run++) {
      Random random = new Random(run);
      SimulatedDisk disk = new SimulatedDisk();
      TreeSet<String> appended = new TreeSet<>();
      TreeSet<String> acknowledged = new TreeSet<>();
      TreeSet<String> inFlight = new TreeSet<>();
      int number = 0;
      for (int life = 0; life < 3; life++) {
        disk.failAt(random.nextInt(80), SimulatedDisk.Fault.POWER_CUT, name -> true);
        try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
          for (int step = 0; step < 40; step++) {
            if (random.nextInt(5) < 3) {
              outbox.append(Samples.small(number));
              appended.add("frame-" + number);
              number++;
            } else {
              Optional<Outbox.Pending> pending = outbox.peek();
              if (pending.isPresent()) {
                String id = pending.get().sample().id();
                assertFalse(acknowledged.contains(id), "run " + run);
                if (random.nextInt(4) == 0) {
                  outbox.setAside(pending.get().sequence(), "refused");
                  continue;
                }
                inFlight.add(id);
                outbox.acknowledge(pending.get().sequence());
                inFlight.remove(id);
                acknowledged.add(id);
              }
            }
          }
        } catch (SimulatedDisk.PowerCut e) {
          states++;
        }
        // The sample in flight may have been kept; its number is not used again.
        number++;
        disk = disk.afterPowerCut(random);
      }
      TreeSet<String> left = new TreeSet<>();
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        outbox.retryAsides();
        for (Optional<Outbox.Pending> p = outbox.peek(); p.isPresent(); p = outbox.peek()) {
          assertTrue(left.add(p.get().sample().id()), "delivered twice");
          assertFalse(acknowledged.contains(p.get().sample().id()), "run " + run);
          outbox.acknowledge(p.get().sequence());
        }
      }
      TreeSet<String> missing = new TreeSet<>(appended);
      missing.removeAll(acknowledged);
      missing.removeAll(left);
      // An acknowledgement that the power cut interrupted may have become durable.
      missing.removeAll(inFlight);
      assertTrue(missing.isEmpty(), "run " + run + " misses " + missing);
    }
    assertTrue(states > 50, "only " + states + " power cuts");
  }

  @Test
  void aFullDiskKeepsNothingFromBeingDeliveredAndGivesItsRoomBack() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      for (int i = 0; i < 9; i++) {
        outbox.append(Samples.small(i));
      }
      long before = outbox.bytes();
      disk.fill(true);
      assertThrows(IOException.class, () -> outbox.append(Samples.small(9)));
      outbox.setAside(0, "refused");
      assertEquals(1, outbox.retryAsides());
      for (int i = 0; i < 9; i++) {
        assertEquals(i, outbox.peek().orElseThrow().sequence());
        outbox.acknowledge(i);
      }
      assertEquals(0, outbox.pending());
      assertTrue(outbox.bytes() < before / 4, outbox.bytes() + " of " + before);
      disk.fill(false);
      assertEquals(9, outbox.append(Samples.small(9)));
    }
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      assertEquals(9, outbox.peek().orElseThrow().sequence());
      assertEquals(1, outbox.pending());
    }
  }

  @Test
  void whatIsSetAsideHoldsUpNothingSurvivesAndCanBeTriedAgain() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    String reason = "HTTP status 400 \u00e4 ".repeat(20);
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      for (int i = 0; i < 12; i++) {
        outbox.append(Samples.small(i));
      }
      for (int i = 0; i < 12; i++) {
        if (i % 5 == 1) {
          outbox.setAside(i, reason);
        } else {
          outbox.acknowledge(i);
        }
      }
      assertEquals(Optional.empty(), outbox.peek());
    }
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      assertEquals(0, outbox.pending());
      List<Outbox.SetAside> asides = outbox.asides();
      assertEquals(List.of(1L, 6L, 11L), asides.stream().map(Outbox.SetAside::sequence).toList());
      ArrowMessagesTest.assertSame(Samples.small(6), asides.get(1).sample());
      assertTrue(reason.startsWith(asides.get(0).reason()), asides.get(0).reason());
      assertTrue(asides.get(0).reason().length() > 100, asides.get(0).reason());
      assertEquals(3, outbox.retryAsides());
      outbox.append(Samples.small(12));
      assertEquals(4, outbox.pending());
      assertEquals(1, outbox.peek().orElseThrow().sequence());
      assertEquals(6, outbox.after(1).orElseThrow().sequence());
      outbox.acknowledge(1);
    }
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      assertEquals(6, outbox.peek().orElseThrow().sequence());
      outbox.setAside(6, "again");
      assertEquals(11, outbox.peek().orElseThrow().sequence());
      outbox.acknowledge(11);
      outbox.acknowledge(12);
      assertEquals("again", outbox.asides().get(0).reason());
      assertEquals(1, outbox.setAsideCount());
      assertEquals(0, outbox.pending());
    }
  }

  @Test
  void newSamplesGoBeforeThoseThatWereSetAside() throws IOException {
    try (Outbox outbox = Outbox.open(folder, SMALL.withMaxBytes(65536))) {
      int number = 0;
      for (int life = 0; life < 40; life++) {
        long sequence = outbox.append(Samples.small(number++));
        outbox.setAside(sequence, "refused");
      }
      assertTrue(outbox.bytes() <= 65536);
      assertEquals(40, outbox.setAsideCount() + outbox.dropped());
      assertTrue(outbox.dropped() > 0);
      assertEquals(39, outbox.asides().get(outbox.setAsideCount() - 1).sequence());
    }
  }

  @Test
  void noMoreAreSetAsideThanTheCursorHolds() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    BufferOptions large = SMALL.withMaxBytes(64 << 20);
    try (Outbox outbox = Outbox.open(folder, large, disk)) {
      for (int i = 0; i < 260; i++) {
        outbox.append(Samples.small(i));
        outbox.setAside(i, "x".repeat(1000));
      }
      assertEquals(256, outbox.setAsideCount());
      assertEquals(4, outbox.dropped());
    }
    try (Outbox outbox = Outbox.open(folder, large, disk)) {
      assertEquals(256, outbox.asides().size());
      assertEquals(4, outbox.asides().get(0).sequence());
    }
  }

  @Test
  void theCursorOfTheReleaseBeforeIsReadOn() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      for (int i = 0; i < 3; i++) {
        outbox.append(Samples.small(i));
      }
    }
    ByteBuffer earlier = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    earlier.put("SEAMARKC".getBytes(StandardCharsets.US_ASCII)).putInt(1).putLong(2);
    CRC32C crc = new CRC32C();
    crc.update(earlier.array(), 0, 20);
    disk.put(folder.resolve("cursor"), earlier.putInt((int) crc.getValue()).array());
    for (int life = 0; life < 2; life++) {
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        assertEquals(2, outbox.peek().orElseThrow().sequence());
      }
    }
  }

  @Test
  void aTornCursorIsTheOneBefore() throws IOException {
    for (int at = 0; at < 60; at += 3) {
      SimulatedDisk disk = new SimulatedDisk();
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        for (int i = 0; i < 6; i++) {
          outbox.append(Samples.small(i));
        }
        for (int i = 0; i < 5; i++) {
          outbox.acknowledge(i);
        }
      }
      // The fifth state lies in the second place.
      disk.bytes(folder.resolve("cursor"))[(64 << 10) + at] ^= (byte) (at < 36 ? 0x10 : 0);
      try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
        assertEquals(at < 36 ? 4 : 5, outbox.peek().orElseThrow().sequence(), "byte " + at);
      }
    }
  }
}
