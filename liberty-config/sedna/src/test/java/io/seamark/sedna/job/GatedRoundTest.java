package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.durable.DurableFiles;
import io.seamark.sedna.JobIndex;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds that learn from frames without a label, and are held against what served before. */
class GatedRoundTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  /** The least gain that the gate asks for, and what else decides. */
  private static String gate(String gain) {
    String gate = "\"task_update_decision.evaluation_gate.";
    return "{\"seamark.training.holdout\":2,\"epochs\":7,"
        + (gate + "min-gain\":" + gain + ",")
        + (gate + "min-new-frames\":1,")
        + (gate + "max-loss\":1,")
        + (gate + "max-class-loss\":1}");
  }

  @Test
  void aModelThatIsNotBetterIsNotHandedOn() throws IOException, InterruptedException {
    SednaJob job = new SednaJob(root);
    try {
      job.common.put("SEAMARK_TRAINING_STEPS", "2");
      job.common.put("SEAMARK_TRAINING_BATCH", "1");
      job.common.put("SEAMARK_TRAINING_SIZE", "96x64");
      Path data = root.resolve("data");
      List<String> lines = new ArrayList<>(StreetSamples.write(data, 4, Weather.DAY));
      // Of these, only the images are named.
      List<String> dusk =
          StreetSamples.write(data, 4, Weather.DUSK).stream()
              .map(line -> line.split(" ", -1)[0])
              .toList();
      lines.addAll(dusk);
      job.list("output/data/train/1/data.txt", lines);

      SednaJob.Worked strict = job.train(1, Map.of("PARAMETERS", gate("1")));
      strict.ends(0);
      JobIndex rejected = job.index("output/train/1/index.pkl");
      assertEquals("rejected", rejected.verdict(), strict.said());
      assertTrue(rejected.reason().contains("+1.0000"), rejected.reason());
      assertTrue(rejected.model().announced().version().startsWith("base-"));
      // The base model is handed on, for the edge has no other way to it.
      Path kept = Path.of(rejected.model().urls().get(1));
      assertTrue(kept.startsWith(root.resolve("output/train/1")), kept.toString());
      assertEquals(rejected.model().announced().sha256(), DurableFiles.sha256(kept));

      // Another setting is another round; the cloud's answers are there already.
      SednaJob.Worked lenient = job.train(1, Map.of("PARAMETERS", gate("-1")));
      lenient.ends(0);
      JobIndex trained = job.index("output/train/1/index.pkl");
      assertEquals("trained", trained.verdict(), lenient.said());
      assertEquals(rejected.model().announced().version(), trained.model().announced().parent());
      assertEquals(4, trained.seen().groups().get(0).tasks().get(0).samples());

      // Nothing has a label, so there is nothing to score and nothing is dropped.
      job.list("output/data/eval/1/data.txt", dusk);
      SednaJob.Worked eval = job.eval(1, Map.of());
      eval.ends(0);
      job.controller.next();
      job.controller.next();
      assertTrue(
          job.controller.next().path("results").path(0).path("metrics").isNull(), eval.said());
      assertEquals(
          trained.model().announced(), job.index("output/eval/1/index.pkl").model().announced());
    } finally {
      job.close();
    }
  }
}
