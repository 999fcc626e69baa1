package io.seamark.sedna.job;

import io.seamark.cli.Seamark;
import io.seamark.sedna.JobIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * A lifelong-learning job as Sedna runs one: workers are processes that are told what to do by
 * variables alone, and what its local controller does between them is done here.
 */
final class SednaJob {
  private static final int PATIENCE_SECONDS = 90;

  private final Path root;
  private final List<Worked> running = new ArrayList<>();
  final LocalControllerDouble controller = new LocalControllerDouble();
  final KnowledgeBaseDouble base = new KnowledgeBaseDouble();
  final Map<String, String> common = new LinkedHashMap<>();

  /** A worker's process and what it says. */
  record Worked(Process process, Path log) {
    /** Waits for its end, which must have this status. */
    void ends(int status) throws IOException, InterruptedException {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the worker does not end:\n" + said());
      }
      Assertions.assertEquals(status, process.exitValue(), said());
    }

    String said() throws IOException {
      return Files.readString(log);
    }

    /** Waits until the worker has said something. */
    void says(String text) throws IOException, InterruptedException {
      SednaJob.await("'" + text + "'", () -> said().contains(text) || ended(text), this);
    }

    private boolean ended(String text) throws IOException {
      if (!process.isAlive() && !said().contains(text)) {
        throw new AssertionError(
            "ended with " + process.exitValue() + " before it said '" + text + "':\n" + said());
      }
      return false;
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** What is waited for. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  static void await(String what, Condition condition, Worked worker)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited for " + what + " in vain:\n" + worker.said());
      }
      Thread.sleep(20);
    }
  }

  /**
   * A job whose node's root is a folder.
   *
   * @param root what a container has as {@code /home/data}
   */
  SednaJob(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("output"));
    common.put("NAMESPACE", "default");
    common.put("JOB_NAME", "street-seg");
    common.put("LC_SERVER", controller.address());
    common.put("KB_SERVER", base.address());
    common.put("DATA_PATH_PREFIX", root.toString());
    common.put("SEAMARK_SEDNA_PAUSE", "0.05");
    common.put("SEAMARK_SEDNA_PORT", "-1");
    common.put("SEAMARK_THREADS", "1");
  }

  Path path(String name) {
    return root.resolve(name);
  }

  /** Writes an index of samples as the local controller does. */
  Path list(String name, List<String> lines) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
    return file;
  }

  /** A training worker of a round. */
  Worked train(int round, Map<String, String> more) throws IOException {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("WORKER_NAME", "train-worker-x7k2p");
    told.put("TRAIN_DATASET_URL", root + "/output/data/train/" + round + "/data.txt");
    told.put("ORIGINAL_DATASET_URL", root + "/data/data.txt");
    told.put("OUTPUT_URL", root + "/output/train/" + round);
    if (round > 1) {
      told.put("HAS_COMPLETED_INITIAL_TRAINING", "true");
      told.put("CLOUD_KB_INDEX", "/output/train/" + (round - 1) + "/index.pkl");
    }
    told.putAll(more);
    return start("train", told);
  }

  /** An evaluation worker of a round. */
  Worked eval(int round, Map<String, String> more) throws IOException {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("WORKER_NAME", "eval-worker-m4q9z");
    told.put("TEST_DATASET_URL", root + "/output/data/eval/" + round + "/data.txt");
    told.put("ORIGINAL_DATASET_URL", root + "/data/data.txt");
    told.put("OUTPUT_URL", root + "/output/eval/" + round);
    told.put("MODEL_URLS", root + "/output/train/" + round + "/index.pkl");
    told.put("operator", "<");
    told.put("model_threshold", "0.01");
    told.putAll(more);
    return start("eval", told);
  }

  /** An inference worker. */
  Worked infer(Map<String, String> more) throws IOException {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("WORKER_NAME", "inferworker-abcde");
    told.put("MODEL_URLS", root + "/output/deploy/index.pkl");
    told.put("OUTPUT_URL", root + "/output");
    told.put("MODEL_POLL_PERIOD_SECONDS", "1");
    told.put("edge_output_url", root + "/edge");
    told.put("IMAGE_TOPIC_URL", root + "/camera");
    told.putAll(more);
    return start("infer", told);
  }

  private Worked start(String verb, Map<String, String> told) throws IOException {
    Path log = Files.createTempFile(root, verb + "-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Seamark.class.getName(),
            "sedna",
            verb);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).contains("proxy"));
    environment.putAll(common);
    environment.putAll(told);
    Worked worked =
        new Worked(builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
    running.add(worked);
    return worked;
  }

  /** What the local controller does: it copies, and does not cut off what was longer before. */
  void deploy(Path index) throws IOException {
    Path to = root.resolve("output/deploy/index.pkl");
    Files.createDirectories(to.getParent());
    byte[] bytes = Files.readAllBytes(index);
    Files.write(to, bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  JobIndex index(String name) throws IOException {
    Path file = root.resolve(name);
    return JobIndex.read(file.toString(), Files.readAllBytes(file));
  }

  /** A frame as a camera puts it there: beside, then moved. */
  void frame(Path image, String name) throws IOException {
    Path camera = Files.createDirectories(root.resolve("camera"));
    Path part = Files.copy(image, camera.resolve(name + ".part"));
    Files.move(part, camera.resolve(name));
  }

  /** Ends what still runs. */
  void close() throws InterruptedException {
    for (Worked worked : running) {
      worked.kill();
    }
    controller.close();
    base.close();
  }
}
