package io.seamark.knowledge.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.durable.DurableFiles;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Verdict;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundResult;
import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.TrainingJobSettings;
import io.seamark.setting.TrainingJobSettings.RunsAs;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds as Jobs of a cluster that is an HTTP double; the folders and the registry are real. */
class KubernetesRoundsTest {
  private static final String IMAGE = "registry.example.org/street/seamark-cloud:1";

  @TempDir Path folder = Path.of("");
  private final ClusterDouble cluster = new ClusterDouble();
  private final ExecutorService service = Executors.newSingleThreadExecutor();

  private final ConfiguredPlugins plugins =
      new ConfiguredPlugins(
          PluginRegistry.discover(null, KubernetesRoundsTest.class.getClassLoader()),
          Map.of(),
          1,
          1);

  @SuppressWarnings("NullAway.Init")
  private ModelRegistry registry;

  @SuppressWarnings("NullAway.Init")
  private ReplayBuffer buffer;

  @BeforeEach
  void open() throws IOException {
    registry = registry(folder.resolve("models"));
    registry.begin(StreetModels.edgeModel(folder.resolve("cache")));
    buffer = ReplayBuffer.open(folder.resolve("buffer"), BufferOptions.defaults());
  }

  @AfterEach
  void close() throws IOException {
    service.shutdownNow();
    registry.close();
    buffer.close();
    cluster.close();
  }

  private ModelRegistry registry(Path models) throws IOException {
    KnowledgeManagement store = plugins.create(PluginKind.KNOWLEDGE_MANAGEMENT);
    return ModelRegistry.open(store, models, 1, Clock.systemUTC());
  }

  private KubernetesRounds rounds() throws IOException {
    return new KubernetesRounds(
        cluster.client(),
        template(),
        folder.resolve("buffer"),
        folder.resolve("rounds"),
        Map.of("SEAMARK_THREADS", "1", "SEAMARK_TRAINING_STEPS", "40"));
  }

  private JobTemplate template() throws IOException {
    Path file = folder.resolve("job.yaml");
    try (var in = KubernetesRoundsTest.class.getResourceAsStream("/job.yaml")) {
      Files.write(file, in == null ? new byte[0] : in.readAllBytes());
    }
    return JobTemplate.read(file, IMAGE);
  }

  /** Watches a round, and stops it when it is told to. */
  private static final class Watched implements RoundControl {
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopped;

    @Override
    public boolean cancelled() {
      return stopped;
    }

    @Override
    public void resumed(int done, int steps) {
      seen.add("resumed " + done + "/" + steps);
    }

    @Override
    public void trained(int done, int steps, double loss) {
      seen.add("trained " + done + "/" + steps + " " + loss);
    }

    @Override
    public void judged(int done, int frames) {
      seen.add("judged " + done + "/" + frames);
    }

    void awaits(String text) throws InterruptedException {
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (!seen.contains(text)) {
        assertTrue(System.nanoTime() < deadline, text + " is not in " + seen);
        Thread.sleep(20);
      }
    }
  }

  /** What the Job's process does in the end: the registry that it was handed gets a version. */
  private void trains(boolean better) throws IOException {
    try (ModelRegistry handed = registry(folder.resolve("rounds/v1"))) {
      ModelVersion champion = handed.champion().orElseThrow();
      Path from = handed.weights(champion.version()).orElseThrow().file();
      ModelRegistry.Staged staged =
          handed.stage(
              (file, version) -> {
                DurableFiles.copy(from, file);
                Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);
              });
      TaskUpdateDecision.Evaluation none =
          new TaskUpdateDecision.Evaluation(1, 0.5, 0, Double.NaN, List.of(), List.of());
      handed.judge(
          staged,
          champion.version(),
          better
              ? new TaskUpdateDecision.Accepted("it gains")
              : new TaskUpdateDecision.Rejected("it loses"),
          none,
          none,
          Provenance.ofFile("a round"));
    }
  }

  private Future<RoundResult> begins(KubernetesRounds rounds, RoundControl control) {
    return service.submit(() -> rounds.run(registry, buffer, control));
  }

  @Test
  @DisplayName("a round is a Job of the template, and its version is taken in")
  void round() throws Exception {
    Watched watched = new Watched();
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, watched);
      Job job =
          cluster.runs(
              "street-training-v1",
              """
              goes on with the round that was cut short after 4 of 40 steps
              train 8/40 loss 0.250, 1.20 steps/s, 0:30 left
              judge 3/8
              """);
      watched.awaits("judged 3/8");
      assertEquals(List.of("resumed 4/40", "trained 8/40 0.25", "judged 3/8"), watched.seen);
      asWritten(job);
      trains(true);
      cluster.ends(job, 0);
      RoundResult.Judged judged = assertInstanceOf(RoundResult.Judged.class, result.get());
      assertEquals("v1", judged.version().version());
      assertEquals(Verdict.ACCEPTED, judged.version().verdict());
    }
    assertEquals("v1", registry.champion().orElseThrow().version());
    assertTrue(registry.weights("v1").isPresent());
    assertEquals(List.of(), cluster.jobs());
    assertFalse(Files.exists(folder.resolve("rounds/v1")));
  }

  private void asWritten(Job job) {
    assertEquals(
        Map.of(
            "app.kubernetes.io/name", "seamark",
            "seamark.io/training", "street-training",
            "seamark.io/version", "v1"),
        job.getMetadata().getLabels());
    assertEquals(0, job.getSpec().getBackoffLimit());
    assertEquals(86_400, job.getSpec().getTtlSecondsAfterFinished());
    assertEquals("Never", job.getSpec().getTemplate().getSpec().getRestartPolicy());
    assertTrue(job.getSpec().getTemplate().getSpec().getSecurityContext().getRunAsNonRoot());
    Container container = job.getSpec().getTemplate().getSpec().getContainers().get(0);
    assertEquals(IMAGE, container.getImage());
    assertEquals(
        List.of(
            "train",
            "--buffer=" + folder.resolve("buffer"),
            "--out=" + folder.resolve("rounds/v1"),
            "--json"),
        container.getArgs());
    // What the template says goes before what the service is set to.
    assertEquals(
        Map.of("SEAMARK_THREADS", "3", "SEAMARK_TRAINING_STEPS", "40"),
        container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue)));
  }

  @Test
  @DisplayName("a Job outlives the service, and is found again by its labels")
  void serviceStartsAgain() throws Exception {
    Watched watched = new Watched();
    Job job;
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, watched);
      job = cluster.runs("street-training-v1", "train 8/40 loss 0.250\n");
      watched.awaits("trained 8/40 0.25");
      watched.stopped = true;
      assertInstanceOf(RoundResult.Cancelled.class, result.get());
    }
    assertEquals(1, cluster.jobs().size());
    try (KubernetesRounds again = rounds()) {
      assertTrue(again.unfinished(registry));
      Future<RoundResult> result = begins(again, RoundControl.QUIET);
      trains(false);
      cluster.ends(job, 0);
      RoundResult.Judged judged = assertInstanceOf(RoundResult.Judged.class, result.get());
      assertEquals(Verdict.REJECTED, judged.version().verdict());
      assertFalse(again.unfinished(registry));
    }
    assertEquals("v0", registry.champion().orElseThrow().version());
  }

  @Test
  @DisplayName("a version whose Job is gone already is taken in")
  void theJobIsGone() throws Exception {
    registry.handOver(folder.resolve("rounds/v1"));
    trains(true);
    try (KubernetesRounds rounds = rounds()) {
      assertTrue(rounds.unfinished(registry));
      RoundResult result = rounds.run(registry, buffer, RoundControl.QUIET);
      assertInstanceOf(RoundResult.Judged.class, result);
    }
    assertEquals("v1", registry.champion().orElseThrow().version());
    assertEquals(List.of(), cluster.jobs());
  }

  @Test
  @DisplayName("a Job that is killed is followed by one that goes on in the same folder")
  void killed() throws Exception {
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, RoundControl.QUIET);
      Job first = cluster.runs("street-training-v1", "train 8/40 loss 0.250\n");
      Path checkpoint = Files.createDirectory(folder.resolve("rounds/v1/.round"));
      cluster.ends(first, 137);
      Job second = cluster.runs("street-training-v1", "train 12/40 loss 0.240\n");
      assertFalse(first.getMetadata().getUid().equals(second.getMetadata().getUid()));
      assertTrue(Files.isDirectory(checkpoint));
      trains(true);
      cluster.ends(second, 0);
      assertInstanceOf(RoundResult.Judged.class, result.get());
    }
  }

  @Test
  @DisplayName("a Job whose work fails is a round that fails, with its last words")
  void fails() throws Exception {
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, RoundControl.QUIET);
      Job job = cluster.runs("street-training-v1", "seamark: training diverged\n");
      cluster.ends(job, 1);
      ExecutionException failed = assertThrows(ExecutionException.class, result::get);
      assertEquals(
          "Job street-training-v1 failed with status 1: BackoffLimitExceeded; it said last: seamark:"
              + " training diverged",
          String.valueOf(failed.getCause() == null ? "" : failed.getCause().getMessage()));
    }
    assertEquals(List.of(), cluster.jobs());
    assertFalse(Files.exists(folder.resolve("rounds/v1")));
  }

  @Test
  @DisplayName("a round with nothing to do says so")
  void idle() throws Exception {
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, RoundControl.QUIET);
      Job job =
          cluster.runs(
              "street-training-v1", "{\"verdict\":\"idle\",\"reason\":\"no sample is new\"}\n");
      cluster.ends(job, 0);
      assertEquals(new RoundResult.Idle("no sample is new"), result.get());
    }
  }

  @Test
  @DisplayName("a round that is given up leaves no Job and no folder")
  void givenUp() throws Exception {
    Watched watched = new Watched();
    try (KubernetesRounds rounds = rounds()) {
      Future<RoundResult> result = begins(rounds, watched);
      cluster.runs("street-training-v1", "");
      watched.stopped = true;
      assertInstanceOf(RoundResult.Cancelled.class, result.get());
      rounds.giveUp(registry);
      assertFalse(rounds.unfinished(registry));
    }
    assertEquals(List.of(), cluster.jobs());
    assertFalse(Files.exists(folder.resolve("rounds/v1")));
  }

  @Test
  @DisplayName("by itself a round is a Job only in a pod with an image")
  void whereRoundsRun() throws IOException {
    Path none = folder.resolve("none");
    Path account = Files.createDirectory(folder.resolve("account"));
    for (RunsAs runsAs : RunsAs.values()) {
      for (Path there : List.of(none, account)) {
        for (String image : List.of("", IMAGE)) {
          boolean expected =
              runsAs == RunsAs.KUBERNETES_JOB
                  || (runsAs == RunsAs.AUTO && there.equals(account) && !image.isEmpty());
          TrainingJobSettings settings = new TrainingJobSettings(runsAs, image, Path.of(""));
          assertEquals(expected, TrainingPlace.asJob(settings, there), settings + " " + there);
        }
      }
    }
    assertEquals(
        "seamark.training.runs-as is kubernetes_job, but seamark.training.job.image is not set; name"
            + " the image of the Job, or choose process",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    TrainingPlace.template(
                        new TrainingJobSettings(RunsAs.KUBERNETES_JOB, "", Path.of(""))))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> TrainingPlace.template(new TrainingJobSettings(RunsAs.AUTO, IMAGE, Path.of(""))));
    Path wrong = Files.writeString(folder.resolve("pod.yaml"), "kind: Pod\n");
    assertThrows(IOException.class, () -> JobTemplate.read(wrong, IMAGE));
  }

  @Test
  @DisplayName("a Job gets the service's settings, and nothing else of its variables")
  void settings() {
    assertEquals(
        Map.of(
            "SEAMARK_TRAINING_STEPS", "40",
            "SEAMARK_TASK_UPDATE_DECISION", "evaluation_gate",
            "TASK_UPDATE_DECISION_EVALUATION_GATE_MIN_GAIN", "0.01",
            "SEAMARK_KNOWLEDGE_MANAGEMENT", "local_folder",
            "SEAMARK_MODELS_REJECTED", "1"),
        JobSettings.of(
            Map.of(
                "SEAMARK_TRAINING_STEPS", "40",
                "SEAMARK_TASK_UPDATE_DECISION", "evaluation_gate",
                "TASK_UPDATE_DECISION_EVALUATION_GATE_MIN_GAIN", "0.01",
                "SEAMARK_MODELS_REJECTED", "0",
                "SEAMARK_DATA", "/data",
                "SEAMARK_TRAINING_RUNS_AS", "auto",
                "HTTP_PORT", "9082",
                "PASSWORD", "sesame")));
  }
}
