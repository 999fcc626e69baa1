package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More kills by hand: {@link RoundKills#main}. */
class RoundKillsTest {
  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("a round that is killed twice ends with the weights of an undisturbed one")
  void killedTwice() throws Exception {
    RoundKills.Seen seen = new RoundKills(folder, 16, 3).play(2);
    assertEquals(List.of(), seen.faults());
    assertTrue(seen.kills() >= 2 && seen.goneOn() >= 1, seen.toString());
  }
}
