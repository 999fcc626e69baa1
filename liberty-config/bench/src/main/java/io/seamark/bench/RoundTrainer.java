package io.seamark.bench;

import io.seamark.bench.IndexSamples.Target;
import io.seamark.imaging.DepthScale;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.knowledge.training.TaskModels;
import io.seamark.knowledge.training.TrainingSize;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Trains the edge models of a case with the service's {@link Learner}. */
final class RoundTrainer {
  private final RoundSettings settings;
  private final TrainingPlan plan;
  private final ConfiguredPlugins plugins;
  private final DepthScale scale;

  /**
   * A trainer for all rounds of a case.
   *
   * @param configured what holds where the plan says nothing
   * @param plan what the case's file says
   * @param plugins of the kinds {@link Learner#KINDS}
   * @param scale what the values of depth images mean
   */
  RoundTrainer(
      RoundSettings configured, TrainingPlan plan, ConfiguredPlugins plugins, DepthScale scale) {
    this.settings = plan.over(configured);
    this.plan = plan;
    this.plugins = plugins;
    this.scale = scale;
  }

  /**
   * The learner's settings as a service reads them.
   *
   * @param lookup value of a key, empty if it is not set
   * @param seed of every random choice
   * @param threads for training unless the settings name a number
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  static RoundSettings configured(
      Function<String, Optional<String>> lookup, long seed, int threads) {
    return LearningSettings.from(
            key ->
                switch (key) {
                  // Where a service keeps buffer and models; a case has a folder of its own.
                  case "seamark.data" -> Optional.of(".");
                  case "seamark.seed" -> Optional.of(Long.toString(seed));
                  case "seamark.threads" -> Optional.of(Integer.toString(threads));
                  default -> lookup.apply(key);
                })
        .round();
  }

  /** A round: what it trains which model on is decided, nothing is trained yet. */
  final class Round {
    private final Learner.Plan round;
    private final boolean gate;

    private Round(Learner.Plan round, boolean gate) {
      this.round = round;
      this.gate = gate;
    }

    /** Models with samples to train on. */
    List<Integer> models() {
      return round.models();
    }

    /** Why a model is not trained, if so. */
    Optional<String> idle(int model) {
      return round.idle(model);
    }

    /** Trains, chooses and saves; what was done, and how it compares where there is a gate. */
    Trained train(int model, Path start, Path to) throws IOException {
      Map<String, Double> figures = new HashMap<>();
      int samples = round.trained(model);
      List<Learner.Candidate> candidates =
          round
              .train(
                  model,
                  plugins.create(PluginKind.BASEMODEL_TRAINING).load(start),
                  plan.stepsFor(settings, samples),
                  RoundControl.QUIET,
                  figures)
              .orElseThrow();
      Optional<Learner.Choice> choice = Optional.empty();
      TrainableModel trained;
      if (gate) {
        Path folder = Objects.requireNonNull(to.toAbsolutePath().getParent());
        choice =
            round.choose(model, candidates, Optional.empty(), start, folder, RoundControl.QUIET);
        trained = choice.orElseThrow().chosen().candidate().model();
      } else {
        trained = round.unjudged(model, candidates, RoundControl.QUIET, figures).orElseThrow();
      }
      trained.save(to, Map.of());
      String done =
          String.format(
              Locale.ROOT,
              "%.0f steps on %d samples, loss %.3f to %.3f",
              figures.get("steps"),
              samples,
              figures.get("first_loss"),
              figures.get("last_loss"));
      return new Trained(done, choice.map(Learner.Choice::judged));
    }
  }

  /** What was done, in one line, and how it compares where there is a gate. */
  record Trained(String done, Optional<Learner.Judged> judged) {}

  /**
   * Decides what labelled samples train: all of them are trained on, and nothing is judged, since
   * no service has rounds on labels.
   *
   * @param labelled at least one
   * @param models which model each group of tasks trains
   * @param first file of the first model
   * @throws IOException if no sample can be read
   */
  Round onLabels(List<Target> labelled, TaskModels models, Path first) throws IOException {
    return round(labelled, List.of(), models, first, new Learner.Practice(false, false));
  }

  /**
   * Decides what hard samples train, as a service does.
   *
   * @param hard at least one
   * @param labelled those of round 0, for rehearsal
   * @param models which model each group of tasks trains
   * @param first file of the first model
   * @throws IOException if no sample can be read
   */
  Round onHardSamples(List<Target> hard, List<Target> labelled, TaskModels models, Path first)
      throws IOException {
    return round(
        hard,
        plan.rehearsal() ? labelled : List.of(),
        models,
        first,
        new Learner.Practice(plan.replay(), plan.gate()));
  }

  private Round round(
      List<Target> fresh,
      List<Target> rehearsal,
      TaskModels models,
      Path first,
      Learner.Practice practice)
      throws IOException {
    TrainableModel model = plugins.create(PluginKind.BASEMODEL_TRAINING).load(first);
    int classes = model.facts().classes().size();
    List<Target> targets =
        settings.training().classWeights()
            ? fresh.stream().map(target -> target.counted(scale, classes)).toList()
            : fresh;
    IndexSamples samples = new IndexSamples("samples of the round", targets, scale);
    LabelledFrames retained =
        rehearsal.isEmpty()
            ? LabelledFrames.NONE
            : new IndexSamples("samples of round 0", rehearsal, scale).frames();
    // An index holds the user's own frames, so that these may decide on the size.
    LabelledFrames own = rehearsal.isEmpty() ? samples.frames() : retained;
    Learner learner = new Learner(settings, plugins, retained, models, practice);
    return new Round(
        learner.plan(
            TrainingSize.of(settings.training(), model, own, settings.training().batch()), samples),
        practice.judged());
  }
}
