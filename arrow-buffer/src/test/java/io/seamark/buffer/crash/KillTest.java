package io.seamark.buffer.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process had acknowledged is there, and nothing else is. */
class KillTest {
  /** {@code -Dseamark.crash.seed} tries other moments; no two runs have quite the same. */
  private static final long SEED = Long.getLong("seamark.crash.seed", 1);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Test
  void aHundredKillsLoseNothingAndInventNothing() throws Exception {
    KillHarness harness = new KillHarness(folder, SEED, "");
    assertEquals(List.of(), harness.kill(100, 2, false));
    System.out.println(harness);
  }

  @Test
  void aStoreThatAcknowledgesBeforeItWritesFailsTheSameTrial() throws Exception {
    KillHarness harness = new KillHarness(folder, SEED, KilledProcess.EARLY);
    List<String> wrong = harness.kill(50, 1, false);
    assertEquals(1, wrong.size(), harness.toString());
    assertTrue(
        wrong.get(0).contains("is lost") || wrong.get(0).contains("but must be"), wrong.get(0));
  }
}
