package io.seamark.benchmark;

import io.seamark.edge.sync.LiveModel;
import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.evaluation.ModelJudge.Consensus;
import io.seamark.knowledge.evaluation.ModelJudge.Judgement;
import io.seamark.knowledge.evaluation.ModelRanking;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.training.Holdout;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.FrameSize;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How well models are ranked without labels of the new world. Recipes good and bad make candidates
 * from the same night and fog samples of the embedded street; their true mean IoU on the stream's
 * frames, and on frames of the same weathers of another street, is found from labels. Of each
 * criterion, the rank correlation with that truth is printed, and how far the candidate that it
 * puts first is below the best one; the latter also among the candidates of one recipe, which is
 * what a round chooses from.
 */
public final class ChoiceWithoutLabels {
  private static final FrameSize SIZE = new FrameSize(240, 160);
  private static final int CLASSES = 11;
  private static final List<Weather> WEATHERS = List.of(Weather.NIGHT, Weather.FOG);
  private static final int SAMPLES = 30;
  private static final int RETAINED = 60;
  private static final int TEST_FRAMES = 20;
  private static final int SHORT = 4;
  private static final String RELABEL = "seamark.training.relabel-frames";

  private final PluginRegistry registry =
      PluginRegistry.discover(null, ChoiceWithoutLabels.class.getClassLoader());
  private final ConfiguredPlugins plugins = new ConfiguredPlugins(registry, Map.of(), 1, 2);
  private final Path folder;
  private final Path start;
  private final int steps;
  private final long seed;
  private final LabelledFrames retained;

  /**
   * A way to make candidates.
   *
   * @param name for the table
   * @param rehearses whether it has the retained frames
   * @param tampered whether the answers of every other frame have their classes permuted
   * @param training settings that differ from the default
   * @param plugins likewise
   */
  private record Recipe(
      String name,
      boolean rehearses,
      boolean tampered,
      Map<String, String> training,
      Map<String, String> plugins) {}

  /** A model that was made, and its true mean IoU on the stream and on the other street. */
  private record Made(String recipe, String name, Path file, double stream, double others) {}

  private ChoiceWithoutLabels(Path folder, int steps, long seed) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.start = StreetModels.edgeModel(folder);
    this.steps = steps;
    this.seed = seed;
    this.retained = new ProceduralDay(seed, RETAINED, SIZE.width(), SIZE.height());
  }

  /**
   * Prints a line for each candidate and one for each criterion.
   *
   * @param arguments folder for models; steps of a recipe; seed of everything
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      throw new IllegalArgumentException("usage: ChoiceWithoutLabels FOLDER STEPS SEED");
    }
    new ChoiceWithoutLabels(
            Path.of(arguments[0]), Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]))
        .compare();
  }

  private List<Recipe> recipes() {
    Map<String, String> none = Map.of();
    Map<String, String> answers = Map.of(RELABEL, "0");
    return List.of(
        new Recipe("default", true, false, none, none),
        new Recipe(
            "no restyling", true, false, none, Map.of("sample_augmentation.restyle.share", "0")),
        new Recipe("no rehearsal", false, false, none, none),
        new Recipe(
            "high rate", true, false, Map.of("seamark.training.learning-rate", "0.003"), none),
        new Recipe("answers", true, false, answers, none),
        new Recipe("tampered", true, true, answers, none),
        new Recipe("tampered, no rehearsal", false, true, answers, none),
        new Recipe(
            "short",
            true,
            false,
            Map.of("seamark.training.steps", Integer.toString(Math.max(1, steps / SHORT))),
            none));
  }

  private void compare() throws IOException {
    ProceduralStreet street = new ProceduralStreet(seed, SIZE.width(), SIZE.height());
    ProceduralStreet other = new ProceduralStreet(500_000 + seed, SIZE.width(), SIZE.height());
    List<StreetSamples.Part> parts = new ArrayList<>();
    List<StreetSamples.Part> tampered = new ArrayList<>();
    List<LabelledFrames> stream = new ArrayList<>();
    List<LabelledFrames> others = new ArrayList<>();
    for (Weather weather : WEATHERS) {
      LabelledFrames answered = StreetSamples.answered(street, weather, 0, SAMPLES, start, plugins);
      parts.add(new StreetSamples.Part(weather, answered));
      tampered.add(new StreetSamples.Part(weather, tampered(answered)));
      stream.add(StreetSamples.labelled(street, weather, 0, SAMPLES));
      others.add(StreetSamples.labelled(other, weather, 0, TEST_FRAMES));
    }
    StreetSamples samples = new StreetSamples(parts);
    LabelledFrames onStream = StreetSamples.all(stream);
    LabelledFrames onOthers = StreetSamples.all(others);
    System.out.printf(
        Locale.ROOT,
        "start: stream %.3f, other street %.3f%n",
        StreetSamples.meanIou(plugins, start, onStream),
        StreetSamples.meanIou(plugins, start, onOthers));
    List<Made> made = new ArrayList<>();
    for (Recipe recipe : recipes()) {
      StreetSamples learnt = recipe.tampered ? new StreetSamples(tampered) : samples;
      for (Learner.Candidate candidate : candidates(recipe, learnt)) {
        String name = recipe.name + ": " + candidate.name().text();
        Path file = folder.resolve("candidate-" + made.size() + ".safetensors");
        candidate.model().save(file, Map.of());
        made.add(
            new Made(
                recipe.name,
                name,
                file,
                StreetSamples.meanIou(plugins, file, onStream),
                StreetSamples.meanIou(plugins, file, onOthers)));
        Made last = made.get(made.size() - 1);
        System.out.printf(
            Locale.ROOT, "%s: stream %.3f, other street %.3f%n", name, last.stream, last.others);
      }
    }
    judge(made, samples);
  }

  /** Every other frame's classes one further. */
  private static LabelledFrames tampered(LabelledFrames answered) throws IOException {
    List<LabelledFrame> frames = new ArrayList<>();
    for (int i = 0; i < answered.size(); i++) {
      LabelledFrame frame = answered.read(i);
      byte[] classes = frame.target().classes().clone();
      for (int p = 0; i % 2 == 0 && p < classes.length; p++) {
        int c = classes[p] & 0xFF;
        classes[p] = (byte) (c < CLASSES ? (c + 1) % CLASSES : c);
      }
      frames.add(
          new LabelledFrame(frame.frame(), new ClassMap(SIZE.width(), SIZE.height(), classes)));
    }
    return StreetSamples.kept(frames.size(), frames::get);
  }

  private List<Learner.Candidate> candidates(Recipe recipe, StreetSamples samples)
      throws IOException {
    Map<String, String> training = new HashMap<>();
    training.put("seamark.training.steps", Integer.toString(steps));
    training.putAll(recipe.training);
    RoundSettings settings = StreetSamples.settings(training, seed);
    return new Learner(
            settings,
            new ConfiguredPlugins(registry, recipe.plugins, 1, 2),
            recipe.rehearses ? retained : LabelledFrames.NONE,
            StreetSamples.ONE,
            Learner.Practice.SERVICE)
        .plan(SIZE, samples)
        .train(
            0,
            plugins.create(PluginKind.BASEMODEL_TRAINING).load(start),
            settings.training().steps(),
            RoundControl.QUIET,
            new HashMap<>())
        .orElseThrow();
  }

  private void judge(List<Made> made, StreetSamples samples) throws IOException {
    Holdout holdout = new Holdout(StreetSamples.settings(Map.of(), seed).training().holdout());
    List<Long> sequences =
        samples.described().map(d -> d.sequence()).filter(holdout::holds).toList();
    LabelledFrames onNew = samples.frames(sequences);
    LabelledFrames onRetained =
        retained.choose(
            IntStream.range(0, retained.size()).filter(holdout::holds).boxed().toList(), "day");
    double[] views = new double[made.size()];
    double[] entropy = new double[made.size()];
    for (int m = 0; m < views.length; m++) {
      List<Evaluation> both =
          evaluations(List.of(start, made.get(m).file), onNew, onRetained, Consensus.VIEWS);
      views[m] = both.get(1).newAgreement() - both.get(0).newAgreement();
      entropy[m] = entropy(made.get(m).file, onNew);
    }
    Criteria criteria = new Criteria(made, onNew, onRetained, views, entropy);
    List<Integer> all = IntStream.range(0, made.size()).boxed().toList();
    Map<String, double[]> found = criteria.of(all);
    System.out.println("candidate: " + String.join("; ", found.keySet()));
    for (int m : all) {
      System.out.printf(
          "%s: %s%n",
          made.get(m).name,
          String.join(
              " ",
              found.values().stream().map(c -> String.format(Locale.ROOT, "%.3f", c[m])).toList()));
    }
    double[] stream = made.stream().mapToDouble(Made::stream).toArray();
    double[] others = made.stream().mapToDouble(Made::others).toArray();
    System.out.printf(
        Locale.ROOT,
        "%d candidates, stream %.3f to %.3f, other street %.3f to %.3f%n",
        made.size(),
        Arrays.stream(stream).min().orElseThrow(),
        max(stream),
        Arrays.stream(others).min().orElseThrow(),
        max(others));
    System.out.println("criterion: correlation, below the best; the same on the other street");
    found.forEach(
        (name, scores) ->
            System.out.printf(
                Locale.ROOT,
                "%s: %.2f, %.3f; %.2f, %.3f; chose %s%n",
                name,
                spearman(scores, stream),
                below(scores, stream),
                spearman(scores, others),
                below(scores, others),
                made.get(first(scores)).name));
    double[] same = new double[made.size()];
    System.out.printf(
        Locale.ROOT,
        "at random, expected: 0, %.3f; 0, %.3f%n",
        below(same, stream),
        below(same, others));
    within(made, criteria);
  }

  /** As a round has it: the candidates of one recipe alone. */
  private static void within(List<Made> made, Criteria criteria) throws IOException {
    Map<String, List<Integer>> recipes = new LinkedHashMap<>();
    for (int m = 0; m < made.size(); m++) {
      recipes.computeIfAbsent(made.get(m).recipe, r -> new ArrayList<>()).add(m);
    }
    Map<String, double[]> sums = new LinkedHashMap<>();
    for (List<Integer> some : recipes.values()) {
      double[] stream = some.stream().mapToDouble(m -> made.get(m).stream).toArray();
      double[] others = some.stream().mapToDouble(m -> made.get(m).others).toArray();
      Map<String, double[]> found = new LinkedHashMap<>(criteria.of(some));
      found.put("at random, expected", new double[some.size()]);
      found.forEach(
          (name, scores) -> {
            double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
            sum[0] += below(scores, stream) / recipes.size();
            sum[1] += below(scores, others) / recipes.size();
          });
    }
    System.out.println("among the candidates of a recipe, below its best, mean over recipes");
    sums.forEach(
        (name, sum) -> System.out.printf(Locale.ROOT, "%s: %.3f; %.3f%n", name, sum[0], sum[1]));
  }

  /** What is known of candidates without labels of the new world; the higher, the better. */
  private final class Criteria {
    private final List<Made> made;
    private final LabelledFrames onNew;
    private final LabelledFrames onRetained;
    private final double[] views;
    private final double[] entropy;

    Criteria(
        List<Made> made,
        LabelledFrames onNew,
        LabelledFrames onRetained,
        double[] views,
        double[] entropy) {
      this.made = made;
      this.onNew = onNew;
      this.onRetained = onRetained;
      this.views = views;
      this.entropy = entropy;
    }

    /** The scores of some of the candidates, held against each other. */
    Map<String, double[]> of(List<Integer> some) throws IOException {
      List<Evaluation> together =
          evaluations(
              some.stream().map(m -> made.get(m).file).toList(),
              onNew,
              onRetained,
              Consensus.ENSEMBLE);
      List<Double> agreement = together.stream().map(Evaluation::newAgreement).toList();
      List<Integer> order =
          ModelRanking.order(List.of(agreement, some.stream().map(m -> views[m]).toList()));
      List<Integer> withRetained =
          ModelRanking.order(
              List.of(agreement, together.stream().map(Evaluation::retainedMeanIou).toList()));
      Map<String, double[]> scores = new LinkedHashMap<>();
      scores.put(
          "agreement with the ensemble",
          together.stream().mapToDouble(Evaluation::newAgreement).toArray());
      scores.put(
          "the same rank plus that of the gain over views",
          IntStream.range(0, some.size()).mapToDouble(m -> -order.indexOf(m)).toArray());
      scores.put(
          "the same rank plus that of the retained mIoU",
          IntStream.range(0, some.size()).mapToDouble(m -> -withRetained.indexOf(m)).toArray());
      scores.put(
          "mIoU on retained frames",
          together.stream().mapToDouble(Evaluation::retainedMeanIou).toArray());
      scores.put(
          "agreement over views, ahead of the start, as a round does",
          some.stream().mapToDouble(m -> views[m]).toArray());
      scores.put("mean entropy, low", some.stream().mapToDouble(m -> -entropy[m]).toArray());
      return scores;
    }
  }

  private static int first(double[] scores) {
    int first = 0;
    for (int m = 1; m < scores.length; m++) {
      first = scores[m] > scores[first] ? m : first;
    }
    return first;
  }

  /** How far the one that scores highest is below the best; the mean of those that score equal. */
  private static double below(double[] scores, double[] truth) {
    double top = max(scores);
    return max(truth)
        - IntStream.range(0, scores.length)
            .filter(m -> scores[m] == top)
            .mapToDouble(m -> truth[m])
            .average()
            .orElseThrow();
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  private List<Evaluation> evaluations(
      List<Path> models, LabelledFrames onNew, LabelledFrames onRetained, Consensus consensus)
      throws IOException {
    List<String> tasks = IntStream.range(0, onNew.size()).mapToObj(i -> "").toList();
    return new ModelJudge(plugins.create(PluginKind.BASEMODEL), CLASSES)
            .judge(
                models,
                List.of(ModelJudge.Panel.all(models.size(), consensus)),
                onNew,
                tasks,
                onRetained,
                () -> false,
                done -> {})
            .orElseThrow()
            .get(0)
            .stream()
            .map(Judgement::evaluation)
            .toList();
  }

  /** In nats, the mean over cells and frames. */
  private double entropy(Path model, LabelledFrames frames) throws IOException {
    double sum = 0;
    long cells = 0;
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "look", model)) {
      for (int i = 0; i < frames.size(); i++) {
        ClassScores scores = live.infer(frames.read(i).frame()).prediction().scores();
        for (float p : scores.probabilities()) {
          sum -= p > 0 ? p * Math.log(p) : 0;
        }
        cells += (long) scores.width() * scores.height();
      }
    }
    return sum / cells;
  }

  /** Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank. */
  private static double spearman(double[] a, double[] b) {
    double[] x = ranks(a);
    double[] y = ranks(b);
    double middle = (x.length - 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - middle) * (y[i] - middle);
      xx += (x[i] - middle) * (x[i] - middle);
      yy += (y[i] - middle) * (y[i] - middle);
    }
    return xy / Math.sqrt(xx * yy);
  }

  private static double[] ranks(double[] values) {
    return Arrays.stream(values)
        .map(
            v ->
                Arrays.stream(values).filter(o -> o < v).count()
                    + (Arrays.stream(values).filter(o -> o == v).count() - 1) / 2.0)
        .toArray();
  }
}
