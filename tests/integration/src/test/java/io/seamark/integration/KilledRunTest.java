package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ReplayBuffer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed takes its servers along, and leaves its folder to be looked at. */
class KilledRunTest {
  private static final String[] SMALL = {
    "--frames",
    "40",
    "--retain",
    "none",
    "--set",
    "seamark.training.steps=1",
    "--set",
    "hard_example_mining.score_margin.threshold=1"
  };

  @TempDir Path folder = Path.of(".");
  private final String id = UUID.randomUUID().toString();

  @Test
  @DisplayName("killed while the servers start, it leaves none, and its folder is used again")
  void killedAtTheStart() throws Exception {
    Process run = start();
    await(run, () -> servers().size() == 2);
    run.destroyForcibly().waitFor();
    assertEquals(List.of(), Havoc.survivors(id));
    Process again = start();
    await(again, () -> servers().size() == 2);
    assertFalse(Files.exists(folder.resolve("seamark-out-2")));
    again.destroyForcibly().waitFor();
    assertEquals(List.of(), Havoc.survivors(id));
  }

  @Test
  @DisplayName("killed at work, it leaves no server, a sealed buffer, and results that stay")
  void killedAtWork() throws Exception {
    Process run = start();
    Path buffer = folder.resolve("seamark-out/buffer");
    await(run, () -> stored(buffer) > 0);
    run.destroyForcibly().waitFor();
    assertEquals(List.of(), Havoc.survivors(id));
    try (Stream<Path> segments = Files.list(buffer)) {
      assertTrue(segments.anyMatch(s -> s.toString().endsWith(".arrow")), "nothing was sealed");
    }
    long before = stored(buffer);
    Seamark.Result refused =
        Seamark.run(folder, Duration.ofMinutes(2), "run", "--out", "seamark-out");
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(refused.err().contains("--overwrite"), refused.err());
    assertEquals(before, stored(buffer));
    Process again = start();
    await(again, () -> Files.isDirectory(folder.resolve("seamark-out-2/logs")));
    again.destroyForcibly().waitFor();
    assertEquals(List.of(), Havoc.survivors(id));
    assertEquals(before, stored(buffer));
  }

  private Process start() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Seamark.HOME.resolve("bin/seamark").toString());
    command.add("run");
    command.addAll(List.of(SMALL));
    File log = Files.createTempFile(folder, "run", ".txt").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log);
    builder.environment().put(Havoc.ROUND, id);
    return builder.start();
  }

  /** Java processes of the run, without its own. */
  private List<String> servers() {
    return Havoc.living(id).stream().filter(p -> p.endsWith("/java")).skip(1).toList();
  }

  private static long stored(Path buffer) {
    try (ReplayBuffer opened = ReplayBuffer.openReadOnly(buffer)) {
      return opened.size();
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(Process run, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    while (!condition.holds()) {
      assertTrue(run.isAlive() && System.nanoTime() < end, this::said);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private String said() {
    StringBuilder said = new StringBuilder("waited in vain");
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.filter(f -> f.toString().endsWith(".txt")).toList()) {
        said.append('\n').append(Files.readString(log));
      }
    } catch (java.io.IOException e) {
      said.append(e);
    }
    return said.toString();
  }
}
