package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some rounds of {@link Havoc}; {@code -Dseamark.havoc.rounds=10000 -Dseamark.havoc.seconds=200000}
 * plays more, {@code -Dseamark.havoc.seed=N} others.
 */
class PeoplesFilesTest {
  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName(
      "kills, full disks and second starts lose, change and cut no file, and leave no process")
  void havoc() throws Exception {
    Havoc havoc = new Havoc(folder, Long.getLong("seamark.havoc.seed", 1), "");

    havoc.play(
        Integer.getInteger("seamark.havoc.rounds", 100),
        Duration.ofSeconds(Integer.getInteger("seamark.havoc.seconds", 120)));

    System.out.println(havoc.summary());
    assertEquals(List.of(), havoc.faults(), havoc::summary);
    assertTrue(havoc.rounds() > 0, "no round was played");
  }
}
