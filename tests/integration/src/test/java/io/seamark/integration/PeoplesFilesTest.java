package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred rounds of {@link Havoc}, or as many as four minutes hold; {@code
 * -Dseamark.havoc.rounds=10000 -Dseamark.havoc.seconds=200000} plays more, {@code
 * -Dseamark.havoc.seed=N} others.
 */
class PeoplesFilesTest {
  private static final int WORLDS = 2;

  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("kills, full disks and second starts lose, change and cut no file, leave no process")
  void havoc() throws Exception {
    int rounds = Integer.getInteger("seamark.havoc.rounds", 100);
    Duration limit = Duration.ofSeconds(Integer.getInteger("seamark.havoc.seconds", 240));
    long seed = Long.getLong("seamark.havoc.seed", 1);
    List<Havoc> worlds = new ArrayList<>();
    for (int i = 0; i < WORLDS; i++) {
      worlds.add(new Havoc(folder.resolve("world-" + i), seed + i, ""));
    }
    ExecutorService threads = Executors.newFixedThreadPool(WORLDS);
    try {
      List<Future<?>> played = new ArrayList<>();
      for (Havoc world : worlds) {
        played.add(
            threads.submit(
                () -> {
                  world.play((rounds + WORLDS - 1) / WORLDS, limit);
                  return world.rounds();
                }));
      }
      for (Future<?> each : played) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
      worlds.forEach(Havoc::close);
    }
    for (Havoc world : worlds) {
      System.out.println(world.summary());
      assertEquals(List.of(), world.faults(), world::summary);
      assertTrue(world.rounds() > 0, "no round was played");
    }
  }
}
