package io.seamark.buffer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt is the thread's affair: the log goes on, and the thread stays interrupted. */
class InterruptTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private interface Work {
    void run() throws IOException;
  }

  private static void interrupted(Work work) throws IOException {
    Thread.currentThread().interrupt();
    work.run();
    assertTrue(Thread.interrupted(), "it stays interrupted");
  }

  @Test
  void everyOperationOfAnInterruptedThreadIsDone() throws IOException {
    List<SegmentLogWriter<String>> opened = new ArrayList<>();
    interrupted(() -> opened.add(TestLog.open(folder, Disk.local())));
    try (SegmentLogWriter<String> log = opened.get(0);
        SegmentLogReader<String> reader = TestLog.openReadOnly(folder, Disk.local())) {
      for (int i = 0; i < 40; i++) {
        int number = i;
        interrupted(() -> assertEquals(number, TestLog.append(log, number)));
      }
      interrupted(log::seal);
      interrupted(() -> assertEquals(40, TestLog.numbers(log).size()));
      interrupted(reader::refresh);
      interrupted(() -> assertEquals(40, TestLog.numbers(reader).size()));
      interrupted(() -> log.drop(3));
      interrupted(() -> assertEquals(40, TestLog.append(log, 40)));
      interrupted(log::verify);
    }
    interrupted(
        () -> {
          try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
            assertTrue(log.report().clean(), log.report().toString());
            assertEquals(
                IntStream.range(0, 41).boxed().toList(), TestLog.numbers(log), "3 is there again");
          }
        });
  }

  @Test
  void aThreadThatIsInterruptedAtAnyMomentCostsTheOthersNothing() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
      List<Future<?>> writers = new ArrayList<>();
      List<Thread> targets = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        writers.add(
            threads.submit(
                () -> {
                  synchronized (targets) {
                    targets.add(Thread.currentThread());
                    targets.notifyAll();
                  }
                  for (int i = 0; i < 60; i++) {
                    int name = i;
                    long sequence =
                        log.append(
                            row -> row.set("name", "record " + name).set("data", new byte[100]));
                    assertEquals("record " + name, log.read(sequence).text("name"));
                  }
                  return null;
                }));
      }
      Thread interrupter =
          new Thread(
              () -> {
                while (!done.get()) {
                  synchronized (targets) {
                    targets.forEach(Thread::interrupt);
                  }
                  Thread.onSpinWait();
                }
              });
      interrupter.start();
      try {
        for (Future<?> writer : writers) {
          writer.get(60, TimeUnit.SECONDS);
        }
      } finally {
        done.set(true);
        interrupter.join();
        threads.shutdownNow();
      }
    }
    try (SegmentLogWriter<String> log = TestLog.open(folder, Disk.local())) {
      assertTrue(log.report().clean(), log.report().toString());
      assertEquals(120, log.countFrom(0));
      assertEquals(List.of(), log.verify());
    }
  }
}
