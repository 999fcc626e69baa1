package io.seamark.cli;

import io.seamark.plugin.MiningDecision;
import io.seamark.text.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A miner's decisions: {@code image,score,threshold,hard,reason}. */
final class DecisionsCsv {
  private final StringBuilder text = new StringBuilder();
  private final Csv csv;

  DecisionsCsv() throws IOException {
    csv = new Csv(text, Csv.COMMAS, "image", "score", "threshold", "hard", "reason");
  }

  void add(String id, MiningDecision decision) throws IOException {
    csv.row(
        List.of(id, decision.score(), decision.threshold(), decision.hard(), decision.reason()));
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
