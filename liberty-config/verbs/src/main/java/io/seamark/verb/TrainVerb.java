package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.training.Pace;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundResult;
import io.seamark.source.ImageFiles;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark train}. */
@Command(
    name = "train",
    description = {
      "Lifelong training from a buffer: one round, without a service.",
      "",
      "Trains on retained labelled frames and on the buffer, judges the new model"
          + " against the serving one on held-out frames, and keeps both with the verdict in --out."
          + " A round with nothing to train on is a normal round.",
      "",
      "A round that was stopped, or whose process was killed, goes on from its last checkpoint in"
          + " --out when the same command is given again, and ends with the model it would have"
          + " ended with."
    })
public final class TrainVerb implements Verb {
  private static final Logger LOG = LoggerFactory.getLogger(TrainVerb.class);

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--buffer",
      paramLabel = "DIR",
      required = true,
      description = "A replay buffer, such as a run's buffer/. Only read.")
  private Path buffer = Path.of("");

  @Option(
      names = "--retain",
      paramLabel = "FOLDER[:GLOB,GLOB]",
      description =
          "Labelled frames that the model knows; labels in FOLDERannot. 'none' for none. Default:"
              + " procedural ones for the embedded model, none for another.")
  private @Nullable String retain;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "seamark-models",
      description =
          "Every version with its verdict, and champion.safetensors. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-models");

  /** Made by the service loader. */
  public TrainVerb() {}

  @Override
  public Integer call() throws IOException {
    var registry = common.registry();
    Map<String, String> chosen = new LinkedHashMap<>();
    model.configure(chosen);
    if (retain != null) {
      chosen.put("seamark.retain", retain);
    }
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    Opening.buffer(buffer);
    Opening.folder(out, inputs(workplace));
    if (!workplace.text("seamark.edge.model").isEmpty()) {
      Path start = NamedPath.of(workplace.text("seamark.edge.model"));
      ModelOptions.say(start, ModelOptions.describe(start, workplace.plugins()));
      ModelOptions.probe(start, workplace.plugins());
    }
    LearningSettings settings = settings(workplace);
    RoundResult result;
    try (Watching control = new Watching()) {
      result = LifelongLearning.train(settings, workplace.plugins(), control);
    }
    tell(result);
    return Seamark.DONE;
  }

  /**
   * A registry replaces no model that it did not make, so it may be beside the one it began with.
   */
  private Map<String, Path> inputs(CommonOptions.Workplace workplace) {
    Map<String, Path> inputs = new LinkedHashMap<>();
    inputs.put("--buffer", buffer);
    String plugins = workplace.text("seamark.plugins");
    if (!plugins.isEmpty()) {
      inputs.put("--plugins", NamedPath.of(plugins));
    }
    String labels = workplace.text("seamark.retain.labels");
    if (!labels.isEmpty()) {
      inputs.put("seamark.retain.labels", NamedPath.of(labels));
    }
    String retained = workplace.text("seamark.retain");
    if (!retained.isEmpty()) {
      Path images = ImageFolder.Options.parse(retained).folder();
      inputs.put("--retain", images);
      inputs.putIfAbsent("the labels of --retain", ImageFiles.labelsBeside(images));
    }
    return inputs;
  }

  private LearningSettings settings(CommonOptions.Workplace workplace) {
    LearningSettings read =
        LearningSettings.from(
            key ->
                switch (key) {
                  case "seamark.data" -> Optional.of(out.toString());
                  default -> workplace.setting(key);
                });
    return new LearningSettings(
        buffer, List.of(), out, read.edgeModel(), read.knowledge(), read.round(), read.bounds());
  }

  /** Shows the round's progress, and ends it on Ctrl-C or SIGTERM. */
  private final class Watching implements RoundControl, AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Pace pace = new Pace();
    private @Nullable Progress training;
    private @Nullable Progress judging;

    Watching() {
      // The process must not end within a step: TensorFlow's threads would lose what they work on.
      Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "seamark-stop"));
    }

    private void stop() {
      stopped.set(true);
      try {
        if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("event=round_not_ended seconds={}", PATIENCE_SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean cancelled() {
      return stopped.get();
    }

    @Override
    public void resumed(int done, int steps) {
      common
          .err()
          .println(
              "goes on with the round that was cut short after "
                  + done
                  + " of "
                  + steps
                  + " steps");
      common.err().flush();
      training = new Progress("train", steps, done, common.err());
    }

    @Override
    public void trained(int done, int steps, double loss) {
      if (training == null) {
        training = new Progress("train", steps, common.err());
      }
      pace.step(done, steps);
      training.step(String.format(Locale.ROOT, "loss %.3f", loss) + rate());
    }

    private String rate() {
      double left = pace.secondsLeft();
      return Double.isNaN(left)
          ? ""
          : String.format(
              Locale.ROOT,
              ", %.2f steps/s, %d:%02d left",
              pace.stepsPerSecond(),
              (long) left / 60,
              (long) left % 60);
    }

    @Override
    public void judged(int done, int frames) {
      if (judging == null && training != null) {
        training.close();
      }
      // Each candidate is judged from the first frame to the last.
      if (judging == null || done == 0) {
        if (judging != null) {
          judging.close();
        }
        judging = new Progress("judge", frames, common.err());
      }
      if (done > 0) {
        judging.step("");
      }
    }

    @Override
    public void close() {
      ended.countDown();
      if (training != null) {
        training.close();
      }
      if (judging != null) {
        judging.close();
      }
    }
  }

  private void tell(RoundResult result) {
    Map<String, Object> figures = new LinkedHashMap<>();
    if (result instanceof RoundResult.Judged judged) {
      ModelVersion version = judged.version();
      common
          .out()
          .println(
              version.version()
                  + " "
                  + version.verdict().name().toLowerCase(Locale.ROOT)
                  + ": "
                  + version.reason());
      common.out().println("models in " + out);
      figures.put("version", version.version());
      figures.put("verdict", version.verdict().name().toLowerCase(Locale.ROOT));
      figures.put("reason", version.reason());
      figures.put("serving", figures(version.serving()));
      figures.put("candidate", figures(version.candidate()));
      figures.put("training", version.provenance().training());
      figures.put("curve", version.provenance().curve().stream().map(TrainVerb::point).toList());
    } else if (result instanceof RoundResult.Idle idle) {
      common.out().println("nothing to do: " + idle.reason());
      figures.put("verdict", "idle");
      figures.put("reason", idle.reason());
    } else if (result instanceof RoundResult.Cancelled cancelled) {
      common
          .out()
          .println(
              cancelled.kept() == 0
                  ? "stopped"
                  : "stopped after "
                      + cancelled.kept()
                      + " steps, from where the same command goes on");
      figures.put("verdict", "cancelled");
      figures.put("kept_steps", cancelled.kept());
    }
    figures.put("out", out.toString());
    if (common.json()) {
      common.out().println(JsonLine.of(figures));
    }
  }

  private static Map<String, Object> point(Provenance.Point of) {
    Map<String, Object> point = new LinkedHashMap<>();
    point.put("step", of.step());
    point.put("loss", of.loss());
    point.put("learning_rate", of.learningRate());
    point.put("seconds", of.seconds());
    point.put("phase", of.phase().name().toLowerCase(Locale.ROOT));
    return point;
  }

  private static Map<String, Object> figures(@Nullable Figures of) {
    Map<String, Object> figures = new LinkedHashMap<>();
    if (of != null) {
      figures.put("new_frames", of.newFrames());
      figures.put("new_agreement", of.newAgreement() == null ? Double.NaN : of.newAgreement());
      figures.put("retained_frames", of.retainedFrames());
      figures.put(
          "retained_mean_iou", of.retainedMeanIou() == null ? Double.NaN : of.retainedMeanIou());
    }
    return figures;
  }
}
