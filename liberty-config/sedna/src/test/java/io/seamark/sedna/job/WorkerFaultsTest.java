package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.sedna.JobIndex;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are killed with SIGKILL, and whose services are away. */
class WorkerFaultsTest {
  private static final int ATTEMPTS = 5;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  @SuppressWarnings("NullAway.Init")
  private SednaJob job;

  @BeforeEach
  void open() throws IOException {
    job = new SednaJob(root);
    job.common.put("SEAMARK_TRAINING_STEPS", "40");
    job.common.put("SEAMARK_TRAINING_BATCH", "1");
    job.common.put("SEAMARK_TRAINING_SIZE", "96x64");
    job.common.put("SEAMARK_TRAINING_CHECKPOINT", "4");
    List<String> lines = StreetSamples.write(root.resolve("data"), 6, Weather.DUSK);
    job.list("output/data/train/1/data.txt", lines.subList(0, 4));
    job.list("output/data/eval/1/data.txt", lines.subList(4, 6));
  }

  @AfterEach
  void close() throws InterruptedException {
    job.close();
  }

  @Test
  void trainingThatIsKilledGoesOn() throws IOException, InterruptedException {
    SednaJob.Worked first = job.train(1, Map.of());
    first.says("event=trained step=20 of=40");
    first.kill();
    assertFalse(Files.exists(root.resolve("output/train/1/index.pkl")));
    assertEquals(List.of(), job.base.calls);

    // Killed again once it has trained, while nobody takes its report.
    job.controller.failing.set(100);
    SednaJob.Worked second = job.train(1, Map.of("SEAMARK_SEDNA_PAUSE", "60"));
    second.says("event=round_resumed step=");
    second.says("event=attempt_failed attempt=1 of=5");
    second.kill();
    String version = job.index("output/train/1/index.pkl").model().announced().version();

    // Nothing is trained again; without the knowledge base every file is tried five times.
    job.controller.failing.set(0);
    job.base.calls.clear();
    job.base.away = true;
    SednaJob.Worked third = job.train(1, Map.of());
    third.ends(0);
    assertTrue(third.said().contains("event=round_taken_over"), third.said());
    assertFalse(third.said().contains("event=trained"), third.said());
    assertEquals(ATTEMPTS * 5, job.base.calls.size(), job.base.calls.toString());
    JobIndex index = job.index("output/train/1/index.pkl");
    assertEquals(version, index.model().announced().version());
    assertEquals(
        List.of(root + "/output/train/1/model-" + version + ".safetensors"), index.model().urls());
    assertEquals("train", job.controller.next().path("kind").asText());

    // The evaluation is killed and comes again; then the controller is away, which it logs.
    SednaJob.Worked eval = job.eval(1, Map.of("SEAMARK_SEDNA_PAUSE", "60"));
    eval.says("event=attempt_failed attempt=1 of=5");
    eval.kill();
    assertFalse(Files.exists(root.resolve("output/eval/1/index.pkl")));
    job.controller.close();
    SednaJob.Worked again = job.eval(1, Map.of());
    again.ends(0);
    assertTrue(again.said().contains("event=report_failed kind=eval"), again.said());
    assertEquals(version, job.index("output/eval/1/index.pkl").model().announced().version());
    assertEquals(List.of(), unfinished());

    job.deploy(root.resolve("output/eval/1/index.pkl"));
    SednaJob.Worked infer = job.infer(Map.of());
    infer.says("event=inference_begins model=" + version);
    infer.kill();
    // What was fetched serves, though nothing is deployed any more.
    Files.delete(root.resolve("output/deploy/index.pkl"));
    Files.delete(root.resolve("output/train/1/model-" + version + ".safetensors"));
    SednaJob.Worked after = job.infer(Map.of("HEM_NAME", "CloudOnly"));
    job.frame(root.resolve("data/dusk/0.png"), "a.png");
    after.says("event=inference_begins model=" + version);
    after.says("event=sync_failed");
    SednaJob.await(
        "an unseen sample", () -> Files.exists(root.resolve("unseen_samples/data.txt")), after);
  }

  private List<String> unfinished() throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("output"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".new") || name.equals(".round"))
          .toList();
    }
  }

  @Test
  void withoutItsSamplesTrainingFailsAndReportsNothing() throws IOException, InterruptedException {
    SednaJob.Worked gone =
        job.train(
            1,
            Map.of(
                "TRAIN_DATASET_URL", "s3://street/data.txt",
                "S3_ENDPOINT_URL", "http://127.0.0.1:9",
                "ACCESS_KEY_ID", "a",
                "SECRET_ACCESS_KEY", "sesame"));
    gone.ends(1);
    String said = gone.said();
    assertTrue(said.contains("event=attempt_failed attempt=5 of=5"), said);
    assertFalse(said.contains("sesame"), said);
    assertTrue(job.controller.taken.isEmpty());
    assertFalse(Files.exists(root.resolve("output/train/1/index.pkl")));
  }
}
