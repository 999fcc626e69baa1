package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import io.seamark.buffer.format.SimulatedDisk;
import io.seamark.perception.EncodedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples of several edges are stored at once, by the rules that hold for one after the other. */
class ConcurrentAppendTest {
  private static final int EDGES = 8;

  private static final BufferOptions OPTIONS = BufferOptions.unbounded().withSegmentBytes(16384);

  private final ExecutorService threads = Executors.newFixedThreadPool(EDGES);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** A frame of an edge by a name, which shows what its content says. */
  private static BufferedSample sample(String edge, String id, int content) {
    HardSample s = Samples.small(1);
    HardSample sample =
        new HardSample(
            id,
            edge,
            "day",
            content,
            s.width(),
            s.height(),
            new EncodedImage(
                EncodedImage.JPEG, ("image " + content).getBytes(StandardCharsets.UTF_8)),
            null,
            s.scores(),
            "v1",
            "m",
            0,
            0);
    return new BufferedSample(sample, Samples.answer(sample));
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void samplesOfSeveralEdgesShareAForce() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.unbounded(), disk)) {
      int written = disk.writes();
      AtomicInteger forces = new AtomicInteger();
      disk.whileForcing(
          () -> {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (forces.get() == 0 && disk.writes() < written + EDGES) {
              assertTrue(System.nanoTime() < deadline, "the others wait for the first one's force");
              Thread.onSpinWait();
            }
            forces.incrementAndGet();
          });
      List<Future<Long>> appends = new ArrayList<>();
      for (int i = 0; i < EDGES; i++) {
        BufferedSample sample = sample("edge-" + i, "frame", i);
        appends.add(threads.submit(() -> buffer.append(sample)));
      }
      Set<Long> sequences = new HashSet<>();
      for (Future<Long> append : appends) {
        sequences.add(get(append));
      }
      assertEquals(EDGES, sequences.size());
      assertEquals(2, forces.get());
    }
  }

  @Test
  void aFrameThatIsSentAgainWhileItIsStoredIsStoredOnce() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, OPTIONS, disk)) {
      CountDownLatch forcing = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      disk.whileForcing(
          () -> {
            forcing.countDown();
            await(goOn);
          });
      List<Future<Long>> same = new ArrayList<>();
      same.add(threads.submit(() -> buffer.append(sample("edge", "frame", 1))));
      await(forcing);
      for (int i = 0; i < 3; i++) {
        same.add(threads.submit(() -> buffer.append(sample("edge", "frame", 1))));
      }
      // Another frame by the same name.
      Future<Long> other = threads.submit(() -> buffer.append(sample("edge", "frame", 2)));
      goOn.countDown();
      for (Future<Long> each : same) {
        assertEquals(get(same.get(0)), get(each));
      }
      long second = get(other);
      assertEquals(2, buffer.size());
      assertEquals(
          second, buffer.find(sample("edge", "frame", 2).sample()).orElseThrow().sequence());
      assertEquals(second, buffer.append(sample("edge", "frame", 2)));
    }
  }

  @Test
  void aFrameWhoseFirstSendingFailsIsStoredByTheSecond() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, OPTIONS, disk)) {
      CountDownLatch forcing = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      disk.whileForcing(
          () -> {
            forcing.countDown();
            await(goOn);
          });
      disk.failAt(0, SimulatedDisk.Fault.ERROR, name -> name.equals("force"));
      Future<Long> first = threads.submit(() -> buffer.append(sample("edge", "frame", 1)));
      await(forcing);
      Future<Long> second = threads.submit(() -> buffer.append(sample("edge", "frame", 1)));
      goOn.countDown();
      ExecutionException e = assertThrows(ExecutionException.class, () -> get(first));
      assertTrue(e.getCause() instanceof IOException, e.toString());
      assertEquals(0, get(second));
      assertEquals(1, buffer.size());
    }
  }

  @Test
  void newEdgesThatComeAtOnceKeepToTheBound() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    BufferOptions bounded = OPTIONS.withMaxSamples(100, 100, 3);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded, disk)) {
      CountDownLatch goOn = new CountDownLatch(1);
      disk.whileForcing(() -> await(goOn));
      List<Future<Long>> appends = new ArrayList<>();
      for (int i = 0; i < EDGES; i++) {
        BufferedSample sample = sample("edge-" + i, "frame", i);
        appends.add(threads.submit(() -> buffer.append(sample)));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (buffer.refused() < EDGES - 3) {
        assertTrue(System.nanoTime() < deadline, buffer.refused() + " refused");
        Thread.onSpinWait();
      }
      goOn.countDown();
      int stored = 0;
      for (Future<Long> append : appends) {
        try {
          get(append);
          stored++;
        } catch (ExecutionException e) {
          assertTrue(e.getCause() instanceof TooManyEdgesException, e.toString());
        }
      }
      assertEquals(3, stored);
      assertEquals(3, buffer.size());
    }
  }

  @Test
  void boundsForgettingAndResendingHoldWhileAllStoreAtOnce() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    int each = 60;
    int share = 20;
    BufferOptions bounded = OPTIONS.withMaxSamples(EDGES * share, share, EDGES);
    Map<String, Set<Long>> sequences = new ConcurrentHashMap<>();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded, disk)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < EDGES; writer++) {
        // Two threads send the same frames of each edge.
        String edge = "edge-" + writer / 2;
        int kind = writer % 2;
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    long sequence = buffer.append(sample(edge, "frame-" + i, i));
                    sequences
                        .computeIfAbsent(edge + "/" + i, n -> ConcurrentHashMap.newKeySet())
                        .add(sequence);
                    if (kind == 0 && i % 20 == 10) {
                      buffer.compact();
                    }
                    if (kind == 1 && i % 20 == 10) {
                      buffer.forget((entry, s) -> s.edge().equals(edge) && s.id().endsWith("7"));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        get(writer);
      }
      for (int edge = 0; edge < EDGES / 2; edge++) {
        String name = "edge-" + edge;
        List<String> ids =
            buffer
                .entries()
                .filter(e -> e.edge().equals(name))
                .map(ReplayBuffer.Entry::id)
                .toList();
        assertEquals(new HashSet<>(ids).size(), ids.size(), "each frame once: " + ids);
        assertTrue(ids.size() <= share, ids.toString());
        for (String id : ids) {
          int number = Integer.parseInt(id.substring("frame-".length()));
          BufferedSample sample = sample(name, id, number);
          long sequence = buffer.find(sample.sample()).orElseThrow().sequence();
          assertTrue(sequences.getOrDefault(name + "/" + number, Set.of()).contains(sequence));
        }
      }
      assertEquals(List.of(), buffer.verify());
    }
  }

  @Test
  void whatIsBeingDroppedIsReadAsGoneAndNotAsAFaultOfTheDisk() throws Exception {
    CountDownLatch deleted = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Disk disk =
        new ForwardingDisk(Disk.local()) {
          @Override
          public void delete(Path file) throws IOException {
            super.delete(file);
            if (file.endsWith("0000000000.arrow")) {
              deleted.countDown();
              ConcurrentAppendTest.await(goOn);
            }
          }
        };
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(folder, OPTIONS.withMaxSamples(1, 1, 9), disk)) {
      buffer.append(sample("a", "one", 1));
      buffer.seal();
      Future<Long> dropping = threads.submit(() -> buffer.append(sample("b", "two", 2)));
      await(deleted);
      Future<List<String>> verifying = threads.submit(() -> buffer.verify());
      Future<BufferedSample> reading = threads.submit(() -> buffer.read(0));
      assertThrows(TimeoutException.class, () -> reading.get(200, TimeUnit.MILLISECONDS));
      goOn.countDown();
      assertEquals(1, get(dropping));
      assertEquals(List.of(), get(verifying));
      ExecutionException gone = assertThrows(ExecutionException.class, () -> get(reading));
      assertInstanceOf(IllegalArgumentException.class, gone.getCause());
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void openingThatFailsWhileItDropsKeepsNobodyOut() throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, OPTIONS)) {
      buffer.append(sample("a", "one", 1));
      buffer.seal();
      buffer.append(sample("b", "two", 2));
    }
    BufferOptions bounded = OPTIONS.withMaxSamples(1, 1, 9);
    Disk failing =
        new ForwardingDisk(Disk.local()) {
          @Override
          public void delete(Path file) throws IOException {
            throw new IllegalStateException("no deletion");
          }
        };
    assertThrows(
        IllegalStateException.class, () -> ReplayBuffer.open(folder, bounded, failing).close());
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, bounded)) {
      assertEquals(1, buffer.size());
    }
  }
}
