package io.seamark.sedna;

import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.EdgeAnswers;
import io.seamark.cli.EdgeParts;
import io.seamark.cli.JsonLine;
import io.seamark.cli.SampleFiles;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.host.NamedPath;
import io.seamark.perception.ClassMap;
import io.seamark.plugin.SampleSource;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.EdgeSettings.CloudProtocolName;
import io.seamark.setting.SednaJointInferenceSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark sedna joint-inference}. */
@Command(
    name = "joint-inference",
    description = {
      "The edge worker of Sedna's joint inference: label frames with the small model of MODEL_URL,"
          + " have the big model at BIG_MODEL_IP and BIG_MODEL_PORT answer the hard ones, and report"
          + " to the local controller.",
      "",
      "Answers, outbox and log go to edge_output_url. An easy frame's answer is the small model's; a"
          + " hard one's is replaced when the big model has answered."
    })
public final class JointInferenceCommand implements SednaWorker {
  private static final String MINING = "inference-then-mining";

  @Mixin private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public JointInferenceCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommonOptions.Workplace workplace =
        common.open(
            common.registry(),
            Worker.chosen(System.getenv()),
            Map.of("seamark.edge.cloud-protocol", "sedna"));
    Worker worker = Worker.of(workplace);
    SednaJointInferenceSettings told = workplace.settings(SettingGroup.SEDNA_JOINT_INFERENCE);
    if (!told.miningMode().strip().equals(MINING)) {
      throw new IllegalArgumentException(
          "MINING_MODE is '"
              + told.miningMode()
              + "', but must be "
              + MINING
              + ": every miner here reads the small model's answer");
    }
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    Path folder = NamedPath.of(worker.told().edgeOutput());
    try (SampleSource frames = WorkerLoop.source(worker, workplace);
        OutputFolder out = OutputFolder.open(folder, workplace.inputs())) {
      EdgeRuntime.Parts parts =
          EdgeParts.of(workplace, folder, bigModel(worker, told, settings), null);
      Files.createDirectories(folder.resolve(EdgeAnswers.FOLDER));
      EdgeAnswers answers =
          new EdgeAnswers(
              new SampleFiles(out, EdgeAnswers.FOLDER), out.names(), settings.answersMaxFiles());
      try (EdgeRuntime runtime = new EdgeRuntime(parts, new Answers(answers));
          Reports reports = new Reports(worker, runtime.metrics(), told.period())) {
        reports.start();
        WorkerLoop.run(worker, workplace, runtime, frames);
        reports.report();
        tell(runtime);
      }
    }
    return Seamark.DONE;
  }

  /** Sedna's services have the job's name in their address; ours has not. */
  private static URI bigModel(
      Worker worker, SednaJointInferenceSettings told, EdgeSettings settings) {
    String host = told.bigModelIp().strip();
    String at =
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + told.bigModelPort();
    return Addresses.http(
        "BIG_MODEL_IP",
        settings.cloudProtocol() == CloudProtocolName.SEDNA ? at + "/" + worker.job() : at);
  }

  private void tell(EdgeRuntime runtime) {
    EdgeMetrics.Totals totals = runtime.metrics().totals();
    common
        .out()
        .printf(
            "%d frames answered, %d hard, %d answered by the big model, %d skipped%n",
            totals.frames(), totals.hard(), totals.answers(), totals.skipped());
    if (runtime.pending() > 0) {
      common.err().printf("%d hard frames wait for a big model that answers%n", runtime.pending());
    }
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("frames", totals.frames());
      figures.put("hard", totals.hard());
      figures.put("cloud_answers", totals.answers());
      figures.put("skipped", totals.skipped());
      figures.put("undelivered", runtime.pending());
      common.out().println(JsonLine.of(figures));
    }
  }

  /** Tells the local controller in turn, as long as there is something new. */
  private static final class Reports implements AutoCloseable {
    private final LocalController controller;
    private final EdgeMetrics metrics;
    private final int period;
    private final LocalDateTime started = LocalDateTime.now(ZoneId.systemDefault());
    private final ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "seamark-reports");
              thread.setDaemon(true);
              return thread;
            });
    private long told;

    Reports(Worker worker, EdgeMetrics metrics, int period) {
      this.controller =
          new LocalController(worker, new Retries(worker.own().attempts(), worker.own().pause()));
      this.metrics = metrics;
      this.period = period;
    }

    void start() {
      Future<?> ignored =
          clock.scheduleWithFixedDelay(this::report, period, period, TimeUnit.SECONDS);
      if (ignored.isDone()) {
        throw new IllegalStateException("the reports did not start");
      }
    }

    synchronized void report() {
      EdgeMetrics.Totals totals = metrics.totals();
      if (totals.frames() > told
          && controller.inferred(
              started, LocalDateTime.now(ZoneId.systemDefault()), totals.frames(), totals.hard())) {
        told = totals.frames();
      }
    }

    @Override
    public void close() {
      clock.shutdownNow();
    }
  }

  /** Writes class maps, the big model's last. */
  private record Answers(EdgeAnswers files) implements AnswerSink {
    @Override
    public void answered(EdgeAnswer answer) {
      write(answer.sample().id(), answer.prediction().classMap());
    }

    @Override
    public void improved(CloudAnswer answer) {
      write(answer.sample().id(), answer.answer().classMap());
    }

    private void write(String id, ClassMap map) {
      try {
        files.write(id, map);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
