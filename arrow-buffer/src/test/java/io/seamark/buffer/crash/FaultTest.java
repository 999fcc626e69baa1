package io.seamark.buffer.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.SimulatedDisk;
import io.seamark.buffer.format.SimulatedDisk.Fault;
import io.seamark.buffer.format.SimulatedDisk.Reason;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever operation of the disk fails, however: nothing is acknowledged that is not stored, what
 * was acknowledged can be read, and once the disk is well the store goes on by itself.
 */
class FaultTest {
  /** Of the operations that only read, which are most, one in so many fails in turn. */
  private static final int READS = Integer.getInteger("seamark.crash.every", 9);

  private static final int BEFORE = 20;
  private static final int WITH_FAULT = 24;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  /** A store at work, whose trial learns at once. */
  private static final class Life {
    private final Trial trial;
    private final Path store;
    private final Disk disk;
    private final Random random = new Random(5);
    private final List<Trial.Worker> workers = new ArrayList<>();
    private Trial.OpenStore open;
    private boolean closed;

    Life(Trial trial, Path store, Disk disk) throws IOException {
      this.trial = trial;
      this.store = store;
      this.disk = disk;
      this.open = open();
    }

    private Trial.OpenStore open() throws IOException {
      Trial.Opened opened = trial.open(store, disk, trial.start(), trial::learn);
      workers.clear();
      workers.addAll(opened.appenders());
      workers.addAll(opened.appenders());
      workers.addAll(opened.keepers());
      closed = false;
      return opened.store();
    }

    void step() throws IOException {
      workers.get(random.nextInt(workers.size())).step(random);
    }

    /** As a process that stops and another that begins. */
    void restart() throws IOException {
      open.close();
      closed = true;
      trial.restarted();
      open = open();
    }
  }

  /** Lets the operation fail; false if there were not so many. */
  private boolean fail(Trial trial, long operation, Fault how, Reason why) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path store = folder.resolve(trial.name());
    Life life = new Life(trial, store, disk);
    try {
      for (int step = 0; step < BEFORE; step++) {
        life.step();
      }
      disk.failAt(operation, how, why);
      boolean readable = how == Fault.ERROR || why != Reason.BROKEN;
      for (int step = 0; step < WITH_FAULT && !life.closed; step++) {
        try {
          if (step == WITH_FAULT / 2) {
            life.restart();
          } else {
            life.step();
          }
        } catch (IOException e) {
          requireLine(e);
          if (readable && !life.closed) {
            trial.check(life.open);
          }
        }
      }
      boolean came = disk.faultCame();
      disk.heal();
      if (life.closed) {
        life.open = life.open();
      }
      life.step();
      assertEquals("", life.open.failure());
      for (int step = 0; step < 12; step++) {
        life.step();
      }
      trial.check(life.open);
      life.open.close();
      trial.restarted();
      trial.check(store, operation % 2 == 0 ? disk : disk.afterPowerCut(new Random(operation)));
      return came;
    } finally {
      life.open.close();
    }
  }

  private static void requireLine(IOException e) {
    String line = String.valueOf(e.getMessage());
    assertTrue(line.length() > 8 && !line.contains("\n") && !line.contains("Exception"), line);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void everyOperationMayFail(Reason why) throws IOException {
    int failed = 0;
    for (Fault how : List.of(Fault.ERROR, Fault.ERROR_FROM_NOW_ON)) {
      for (int kind = 0; kind < Trial.all().size(); kind++) {
        boolean came = true;
        for (long operation = 0; came; operation += why == Reason.BROKEN ? READS : 1) {
          Trial trial = Trial.all().get(kind);
          String when = trial.name() + ", " + how + " of " + why + " at operation " + operation;
          try {
            came = fail(trial, operation, how, why);
          } catch (AssertionError | IOException | RuntimeException e) {
            throw new AssertionError(when + ": " + e, e);
          }
          failed++;
        }
      }
    }
    assertTrue(failed > 100, "only " + failed);
  }

  @Test
  void aThreadThatIsInterruptedAtEveryStepCostsNothing() throws IOException {
    for (Trial trial : Trial.all()) {
      Life life =
          new Life(trial, folder.resolve("interrupted").resolve(trial.name()), Disk.local());
      for (int step = 0; step < 60; step++) {
        Thread.currentThread().interrupt();
        if (step % 20 == 19) {
          life.restart();
        } else {
          life.step();
        }
        assertTrue(Thread.interrupted(), "it stays interrupted");
        assertEquals("", life.open.failure());
      }
      trial.check(life.open);
      life.open.close();
      trial.check(life.store, Disk.local());
    }
  }

  @Test
  void aSecondProcessThatTriesAtEveryStepIsRefusedAndCostsNothing() throws IOException {
    Process second =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SecondProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader says = second.inputReader(StandardCharsets.UTF_8);
        BufferedWriter ask = second.outputWriter(StandardCharsets.UTF_8)) {
      for (Trial trial : Trial.all()) {
        Life life = new Life(trial, folder.resolve("shared").resolve(trial.name()), Disk.local());
        for (int step = 0; step < 40; step++) {
          life.step();
          ask.write(trial.name() + " " + life.store + "\n");
          ask.flush();
          String said = String.valueOf(says.readLine());
          assertTrue(said.contains("one process may write to it"), said);
          if (step == 20) {
            life.restart();
          }
        }
        trial.check(life.open);
        life.open.close();
        trial.check(life.store, Disk.local());
      }
    } finally {
      second.destroyForcibly();
    }
  }
}
