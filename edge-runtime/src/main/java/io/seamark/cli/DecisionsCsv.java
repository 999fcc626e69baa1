package io.seamark.cli;

import io.seamark.plugin.MiningDecision;
import io.seamark.text.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A miner's decisions: {@code image,score,threshold,hard,reason}. */
final class DecisionsCsv implements AutoCloseable {
  private final Csv csv;

  DecisionsCsv(Path file) throws IOException {
    csv =
        new Csv(
            Files.newBufferedWriter(file, StandardCharsets.UTF_8),
            Csv.COMMAS,
            "image",
            "score",
            "threshold",
            "hard",
            "reason");
  }

  void write(String id, MiningDecision decision) throws IOException {
    csv.row(
        List.of(id, decision.score(), decision.threshold(), decision.hard(), decision.reason()));
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
