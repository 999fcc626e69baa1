package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.durable.DurableFiles;
import io.seamark.sedna.DeployedIndex;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.ModelDownload;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import io.seamark.setting.SettingGroup;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are killed with SIGKILL in the middle of a file that goes over the network. */
class CutTransfersTest {
  /** Of a model of three megabytes. */
  private static final int PASSED = 1 << 20;

  private static final String OUTPUT = "output/train/1/";

  private final StreetStore store = StreetStore.open();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  @SuppressWarnings("NullAway.Init")
  private SednaJob job;

  @BeforeEach
  void open() throws IOException {
    job = new SednaJob(root);
    job.common.put("SEAMARK_TRAINING_STEPS", "2");
    job.common.put("SEAMARK_TRAINING_SIZE", "96x64");
    // What a worker has of an s3:// folder is in the temporary one, which goes on to be there.
    job.common.put(
        "JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + Files.createDirectories(root.resolve("tmp")));
    job.common.putAll(store.told(StreetStore.SECRET));
    job.list(
        "output/data/train/1/data.txt", StreetSamples.write(root.resolve("data"), 2, Weather.DUSK));
  }

  @AfterEach
  void close() throws InterruptedException {
    job.close();
    store.close();
  }

  private static Map<String, String> s3(String endpoint) {
    return Map.of(
        "OUTPUT_URL", "s3://street/output/train/1",
        "DATA_PATH_PREFIX", "s3://street",
        "S3_ENDPOINT_URL", endpoint);
  }

  private String endpoint() {
    return "http://127.0.0.1:" + store.port();
  }

  private RemoteFiles files() {
    return new RemoteFiles(
        new Worker(
            "job",
            SettingGroup.SEDNA_WORKER.with(
                SettingGroup.SEDNA_WORKER.defaults(), store.told(StreetStore.SECRET)),
            SettingGroup.SEDNA_CLIENT.defaults()));
  }

  /** A training worker that is started again takes over what was trained, and ends well. */
  private void resumes(SednaJob.Worked again) throws IOException, InterruptedException {
    again.ends(0);
    assertTrue(again.said().contains("event=round_taken_over"), again.said());
    assertFalse(again.said().contains("event=trained"), again.said());
    assertEquals("train", job.controller.next().path("kind").asText());
    assertEquals(List.of(), List.copyOf(job.controller.taken));
    assertEquals(List.of(), job.controller.findings);
    assertEquals(List.of(), job.base.findings);
  }

  /** A training worker that is killed when so much of a request has come to the object store. */
  private void killedWhilePutting(String name, int passed)
      throws IOException, InterruptedException {
    try (StallingConnection network =
        new StallingConnection(
            store.port(),
            "PUT /street/" + OUTPUT + name,
            StallingConnection.Stalled.REQUEST,
            passed)) {
      SednaJob.Worked train = job.train(1, s3(network.address()));
      network.awaitStall(train);
      train.kill();
    }
    assertFalse(store.has(OUTPUT + Worker.INDEX));
    assertEquals(List.of(), List.copyOf(job.controller.taken));
  }

  @Test
  void throughTheObjectStore() throws IOException, InterruptedException {
    job.common.put("KB_SERVER", "");
    killedWhilePutting("model-", PASSED);
    killedWhilePutting(Worker.INDEX, 1);
    resumes(job.train(1, s3(endpoint())));
    try (RemoteFiles files = files()) {
      DeployedIndex index =
          new DeployedIndex(
              "s3://street/" + OUTPUT + Worker.INDEX, files, new ModelDownload(files, 1 << 26));
      // Fails unless size and digest are those of the index.
      index.download(index.champion(null).orElseThrow(), root.resolve("fetched"));
    }

    // And on its way from there to the device.
    Map<String, String> told = new HashMap<>(s3(endpoint()));
    told.put("MODEL_URLS", "s3://street/" + OUTPUT + Worker.INDEX);
    told.put("unseen_save_url", root.resolve("unseen").toString());
    Path models = root.resolve("edge/models");
    try (StallingConnection network =
        new StallingConnection(
            store.port(),
            "GET /street/" + OUTPUT + "model-",
            StallingConnection.Stalled.ANSWER,
            PASSED)) {
      told.put("S3_ENDPOINT_URL", network.address());
      SednaJob.Worked infer = job.infer(told);
      network.awaitStall(infer);
      infer.kill();
    }
    assertEquals(List.of(), named(models));

    told.put("S3_ENDPOINT_URL", endpoint());
    job.infer(told).says("event=inference_begins model=1-");
    List<String> started = named(models);
    assertTrue(started.contains("current.json"), started::toString);
    assertEquals(
        1,
        started.stream().filter(name -> name.endsWith(".safetensors")).count(),
        started::toString);
  }

  @Test
  void throughTheKnowledgeBase() throws IOException, InterruptedException {
    try (StallingConnection network =
        new StallingConnection(
            job.base.port(),
            "POST /knowledgebase/file/upload",
            StallingConnection.Stalled.REQUEST,
            PASSED)) {
      SednaJob.Worked train = job.train(1, Map.of("KB_SERVER", network.address()));
      network.awaitStall(train);
      train.kill();
    }
    assertFalse(Files.exists(root.resolve(OUTPUT + Worker.INDEX)));
    assertEquals(List.of(), List.copyOf(job.controller.taken));

    resumes(job.train(1, Map.of()));
    JobIndex.Model model = job.index(OUTPUT + Worker.INDEX).model();
    byte[] kept = job.base.files.get("shared_model-" + model.announced().version() + ".model");
    assertEquals(model.announced().sha256(), kept == null ? "" : DurableFiles.sha256(kept));
  }

  /** Files under a name that somebody would read. */
  private static List<String> named(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }
}
