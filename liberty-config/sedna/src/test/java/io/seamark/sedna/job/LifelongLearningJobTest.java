package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.sedna.JobIndex;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two rounds of a job on CamVid, told by variables alone. */
class LifelongLearningJobTest {
  private static final String CAMVID = "data/camvid/train";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  @SuppressWarnings("NullAway.Init")
  private SednaJob job;

  @SuppressWarnings("NullAway.Init")
  private List<Path> day;

  @SuppressWarnings("NullAway.Init")
  private List<Path> dusk;

  @BeforeEach
  void open() throws IOException {
    Path model = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    Path camvid = SharedFolder.path(CAMVID);
    job = new SednaJob(root);
    job.common.put("MODEL_URL", model.toUri().toString());
    job.common.put("SEAMARK_TRAINING_STEPS", "3");
    job.common.put("SEAMARK_TRAINING_BATCH", "1");
    job.common.put("SEAMARK_TRAINING_SIZE", "128x96");
    job.common.put("SEAMARK_TRAINING_HOLDOUT", "4");
    day = images(camvid, "0006R0_", 6);
    dusk = images(camvid, "0001TP_", 6);
  }

  @AfterEach
  void close() throws InterruptedException {
    job.close();
  }

  private static List<Path> images(Path folder, String prefix, int number) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> String.valueOf(f.getFileName()).startsWith(prefix))
          .sorted()
          .limit(number)
          .toList();
    }
  }

  /** Image and label; the folder of the dataset need not be theirs. */
  private static String labelled(Path image) {
    String name = String.valueOf(image.getFileName()).replace(".jpg", ".png");
    return image + " " + image.resolveSibling("../trainannot/" + name).normalize();
  }

  @Test
  void twoRounds() throws IOException, InterruptedException {
    job.list(
        "output/data/train/1/data.txt",
        day.subList(0, 4).stream().map(LifelongLearningJobTest::labelled).toList());
    SednaJob.Worked train = job.train(1, Map.of());
    train.ends(0);
    JobIndex first = job.index("output/train/1/index.pkl");
    String version = first.model().announced().version();
    String entry = "shared_model-" + version;
    assertEquals(
        List.of(
            "upload " + entry + ".model",
            "upload train_" + entry + ".sample",
            "upload seen_task_task_attr_extractor.pkl",
            "upload unseen_task_task_attr_extractor.pkl",
            "update",
            "download index.pkl"),
        job.base.calls);
    assertEquals("trained", first.verdict());
    assertEquals(
        "{\"name\":\"train-worker-x7k2p\",\"namespace\":\"default\",\"ownerName\":\"street-seg\","
            + "\"ownerKind\":\"lifelonglearningjob\",\"kind\":\"train\",\"status\":\"completed\","
            + "\"results\":[{\"format\":\"pkl\",\"url\":\"/output/train/1/index.pkl\","
            + "\"metrics\":null}]}",
        String.valueOf(job.controller.next()));

    job.base.calls.clear();
    // As the controller writes them, lines come again.
    String held = labelled(day.get(4));
    List<String> lines = List.of(held, labelled(day.get(5)), held);
    job.list("output/data/eval/1/data.txt", lines);
    SednaJob.Worked eval = job.eval(1, Map.of());
    eval.ends(0);
    assertEquals("status ", job.base.calls.get(job.base.calls.size() - 2));
    JsonNode evaluated = job.controller.next();
    assertTrue(String.valueOf(evaluated).contains("\"url\":\"/output/eval/1/index.pkl\""));
    double before = evaluated.path("results").path(0).path("metrics").path("accuracy").asDouble();
    assertTrue(before > 0.2 && before < 1, "accuracy is " + before);

    job.deploy(job.path("output/eval/1/index.pkl"));
    SednaJob.Worked infer = job.infer(Map.of("HEM_NAME", "CloudOnly"));
    job.frame(day.get(0), "a.jpg");
    infer.says("event=inference_begins model=" + version);
    SednaJob.await(
        "an unseen sample", () -> Files.exists(job.path("unseen_samples/data.txt")), infer);

    // The second round learns from what the worker has kept, and from frames without a label.
    List<String> unlabelled = new ArrayList<>(dusk.stream().map(Path::toString).toList());
    // Its list is the job's dataset now: what it names is beside it.
    unlabelled.addAll(Files.readAllLines(job.path("unseen_samples/data.txt")));
    job.list("output/data/train/2/data.txt", unlabelled);
    SednaJob.Worked second =
        job.train(
            2,
            Map.of(
                "SEAMARK_SEDNA_GATE",
                "false",
                "ORIGINAL_DATASET_URL",
                root + "/unseen_samples/data.txt"));
    second.ends(0);
    assertTrue(
        second.said().contains("labelled=0 unlabelled=7 of_earlier_rounds=4"), second.said());
    JobIndex next = job.index("output/train/2/index.pkl");
    assertNotEquals(version, next.model().announced().version());
    assertEquals(version, next.model().announced().parent());
    assertEquals(2, next.datasets().size());
    job.list("output/data/eval/2/data.txt", lines);
    SednaJob.Worked again = job.eval(2, Map.of("operator", ">", "model_threshold", "0.1"));
    again.ends(0);
    // With Sedna's defaults a good task is dropped, which is said, and its model deployed all the
    // same.
    assertTrue(again.said().contains("set operator to < to drop bad ones"), again.said());
    assertTrue(
        job.index("output/eval/2/index.pkl").seen().groups().get(0).tasks().stream()
            .anyMatch(JobIndex.Task::dropped));
    assertEquals("status train,shared_model-" + next.model().announced().version(), dropped());
    job.deploy(job.path("output/eval/2/index.pkl"));
    infer.says("event=model_fetched version=" + next.model().announced().version());
    job.frame(day.get(1), "b.jpg");
    infer.says("event=model_swapped from=" + version + " to=" + next.model().announced().version());

    assertEquals(List.of(), job.controller.findings);
    assertEquals(List.of(), job.base.findings);
  }

  private String dropped() {
    return job.base.calls.stream()
        .filter(call -> call.startsWith("status "))
        .reduce((a, b) -> b)
        .orElse("");
  }
}
