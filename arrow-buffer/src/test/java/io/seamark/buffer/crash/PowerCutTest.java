package io.seamark.buffer.crash;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.format.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The trials of the killed process on a disk that loses whatever was not forced. */
class PowerCutTest {
  /** Runs of each store; {@code -Dseamark.crash.seeds} tries more. */
  private static final int SEEDS = 5 * Integer.getInteger("seamark.crash.seeds", 4);

  private static final int LIVES = 6;
  private static final int STEPS = 60;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private int cuts;

  /** Several lives of a store, each but the last ended by a power cut. */
  private void live(Trial trial, long seed, boolean forces, boolean together) throws IOException {
    Random random = new Random(seed);
    Path store = folder.resolve(trial.name() + "-" + seed + "-" + forces);
    SimulatedDisk disk = new SimulatedDisk();
    for (int life = 0; life < LIVES; life++) {
      if (!forces) {
        disk.ignoreForces();
      }
      disk.failAt(random.nextInt(250), SimulatedDisk.Fault.POWER_CUT, name -> true);
      List<Line> said = Collections.synchronizedList(new ArrayList<>());
      boolean cut = false;
      try {
        if (together) {
          workTogether(trial, store, disk, random, said::add);
        } else {
          work(trial, store, disk, random, said::add);
        }
      } catch (SimulatedDisk.PowerCut e) {
        cut = true;
        cuts++;
      }
      // Power that is cut is no refusal: whoever was told of one is gone too.
      said.stream().filter(line -> line.stage() != Ledger.Stage.FAILED).forEach(trial::learn);
      disk = disk.afterPowerCut(random);
      if (random.nextInt(4) == 0) {
        // Recovering is cut short too.
        disk.failAt(random.nextInt(12), SimulatedDisk.Fault.POWER_CUT, name -> true);
        try {
          trial.open(store, disk, trial.start(), line -> {}).store().close();
        } catch (SimulatedDisk.PowerCut e) {
          cuts++;
        }
        disk = disk.afterPowerCut(random);
      }
      int records = trial.check(store, disk);
      assertTrue(records >= 0 && (cut || !said.isEmpty()));
    }
  }

  private static void work(
      Trial trial, Path store, SimulatedDisk disk, Random random, Ledger ledger)
      throws IOException {
    Trial.Opened opened = trial.open(store, disk, trial.start(), ledger);
    try (Trial.OpenStore open = opened.store()) {
      List<Trial.Worker> workers = new ArrayList<>(opened.appenders());
      workers.addAll(opened.appenders());
      workers.addAll(opened.keepers());
      for (int step = 0; step < STEPS; step++) {
        workers.get(random.nextInt(workers.size())).step(random);
      }
      assertTrue(open.failure().isEmpty(), open.failure());
    }
  }

  /** The same by several threads, which share what is forced; their order is chance's. */
  private static void workTogether(
      Trial trial, Path store, SimulatedDisk disk, Random random, Ledger ledger)
      throws IOException {
    Trial.Opened opened = trial.open(store, disk, trial.start(), ledger);
    List<Trial.Worker> workers = new ArrayList<>(opened.appenders());
    workers.addAll(opened.appenders());
    workers.addAll(opened.keepers());
    ExecutorService threads = Executors.newFixedThreadPool(workers.size());
    try (Trial.OpenStore open = opened.store()) {
      List<Future<?>> done = new ArrayList<>();
      for (Trial.Worker worker : workers) {
        Random own = new Random(random.nextLong());
        done.add(
            threads.submit(
                () -> {
                  for (int step = 0; step < STEPS / 3; step++) {
                    worker.step(own);
                  }
                  return null;
                }));
      }
      Throwable cut = null;
      for (Future<?> each : done) {
        try {
          each.get();
        } catch (ExecutionException e) {
          cut = cut instanceof SimulatedDisk.PowerCut ? cut : e.getCause();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      if (cut instanceof SimulatedDisk.PowerCut power) {
        throw power;
      } else if (cut != null) {
        throw new AssertionError(cut);
      }
      assertTrue(open.failure().isEmpty(), open.failure());
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void powerCutsLoseNothingAndInventNothing(boolean together) throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      for (Trial trial : Trial.all()) {
        try {
          live(trial, seed, true, together);
        } catch (AssertionError e) {
          throw new AssertionError(trial.name() + ", seed " + seed + ": " + e.getMessage(), e);
        }
      }
    }
    assertTrue(cuts > 3 * SEEDS, "only " + cuts + " power cuts");
  }

  @Test
  void storesThatDoNotForceFailTheSameTrial() throws IOException {
    for (Trial each : Trial.all()) {
      assertThrows(
          AssertionError.class,
          () -> {
            for (int seed = 0; seed < 10; seed++) {
              for (Trial trial : Trial.all()) {
                if (trial.name().equals(each.name())) {
                  live(trial, seed, false, false);
                }
              }
            }
          },
          each.name());
    }
  }
}
