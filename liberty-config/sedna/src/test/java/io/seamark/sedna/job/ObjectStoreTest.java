package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.sedna.DeployedIndex;
import io.seamark.sedna.ModelDownload;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import io.seamark.setting.SettingGroup;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples, models and indices in an object store that asks for the credentials. */
class ObjectStoreTest {
  private final StreetStore store = StreetStore.open();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @AfterEach
  void close() {
    store.close();
  }

  private RemoteFiles files(String secret) {
    return new RemoteFiles(
        new Worker(
            "job",
            SettingGroup.SEDNA_WORKER.with(
                SettingGroup.SEDNA_WORKER.defaults(), store.told(secret)),
            SettingGroup.SEDNA_CLIENT.with(
                SettingGroup.SEDNA_CLIENT.defaults(), Map.of("seamark.sedna.pause", "0.01"))));
  }

  @Test
  void keepsAndFetches() throws IOException {
    byte[] content = "0123456789".getBytes(StandardCharsets.UTF_8);
    Path file = Files.write(folder.resolve("a"), content);
    try (RemoteFiles files = files(StreetStore.SECRET)) {
      files.put(file, "s3://street/below/a.bin");
      assertArrayEquals(content, files.read("s3://street/below/a.bin", 10));
      Path here = files.local("s3://street/below/a.bin", folder.resolve("cache"), 10);
      assertArrayEquals(content, Files.readAllBytes(here));
      IOException large =
          assertThrows(IOException.class, () -> files.read("s3://street/below/a.bin", 9));
      assertTrue(String.valueOf(large.getMessage()).contains("9 bytes"), large.toString());
      IOException gone = assertThrows(IOException.class, () -> files.read("s3://street/none", 9));
      assertTrue(
          String.valueOf(gone.getMessage()).startsWith("s3://street/none: "), gone.toString());
    }
  }

  @Test
  void refusesWhoDoesNotKnowTheSecret() {
    try (RemoteFiles files = files("other")) {
      assertThrows(IOException.class, () -> files.read("s3://street/a", 9));
    }
  }

  @Test
  void holdsAWholeRound() throws IOException, InterruptedException {
    SednaJob job = new SednaJob(folder.resolve("node"));
    try (RemoteFiles files = files(StreetStore.SECRET)) {
      List<String> lines = StreetSamples.write(folder.resolve("data"), 2, Weather.DUSK);
      for (String line : lines) {
        for (String name : line.split(" ", -1)) {
          files.put(folder.resolve("data").resolve(name), "s3://street/data/" + name);
        }
      }
      Path list = job.list("data.txt", lines);
      files.put(list, "s3://street/output/data/train/1/data.txt");
      job.common.putAll(store.told(StreetStore.SECRET));
      job.common.put("SEAMARK_TRAINING_STEPS", "2");
      job.common.put("SEAMARK_TRAINING_SIZE", "96x64");
      job.common.put("KB_SERVER", "");
      SednaJob.Worked train =
          job.train(
              1,
              Map.of(
                  "TRAIN_DATASET_URL", "s3://street/output/data/train/1/data.txt",
                  "ORIGINAL_DATASET_URL", "s3://street/data/data.txt",
                  "OUTPUT_URL", "s3://street/output/train/1",
                  "DATA_PATH_PREFIX", "s3://street"));
      train.ends(0);
      assertEquals(List.of(), job.controller.findings);
      DeployedIndex deployed =
          new DeployedIndex(
              "s3://street/output/train/1/index.pkl", files, new ModelDownload(files, 1 << 26));
      var announced = deployed.champion(null).orElseThrow();
      Path model = folder.resolve("model");
      deployed.download(announced, model);
      assertEquals(announced.bytes(), Files.size(model));
      assertEquals(Optional.empty(), deployed.champion(announced.version()));
    } finally {
      job.close();
    }
  }
}
