package io.seamark.benchmark;

import io.seamark.bench.TransferMatrix;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TrainableModel;
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
import java.util.Optional;

/**
 * What is forgotten, and what helps ahead: the embedded street goes from day to dusk, night and
 * rain and back to day, and after each of them there is a round of learning on all samples so far.
 * After each round the mean IoU on labelled frames of each weather is measured, of a street that
 * nothing was trained or judged on.
 *
 * <p>Four ways: a service's round as it is by default; the same without a gate, whose first
 * candidate always serves; fine-tuning alone, on the newest weather's answers without retained
 * frames and without a gate; and, as what could be had with labels, one training on the labels of
 * all samples and the retained frames, with the steps of all rounds. The answers are those of a
 * cloud with a perfect segmenter ({@link StreetSamples#answered}), made from the scores of the
 * way's own model of that time.
 *
 * <p>Transfer is as Lopez-Paz and Ranzato 2017 (arXiv 1706.08840) define it, with the embedded
 * model instead of an untrained one. When day returns it is a fifth experience with the frames of
 * the first. Backward transfer is given before that, over day, dusk and night, and after it, over
 * all four weathers. Forward transfer is over dusk, night and rain, since day is not new when it
 * returns.
 */
public final class ContinualStreet {
  private static final FrameSize SIZE = new FrameSize(240, 160);
  private static final List<Weather> ROUNDS =
      List.of(Weather.DAY, Weather.DUSK, Weather.NIGHT, Weather.RAIN, Weather.DAY);
  private static final List<Weather> WEATHERS = ROUNDS.stream().distinct().toList();
  private static final List<String> WAYS = List.of("service", "ungated", "fine-tuning", "joint");
  private static final int SAMPLES = 24;
  private static final int RETAINED = 60;
  private static final int TEST_FRAMES = 30;

  private final PluginRegistry registry =
      PluginRegistry.discover(null, ContinualStreet.class.getClassLoader());
  private final ConfiguredPlugins plugins = new ConfiguredPlugins(registry, Map.of(), 1, 2);
  private final Path folder;
  private final Path start;
  private final int steps;

  /** Rows of all seeds, by way. */
  private final Map<String, List<List<double[]>>> all = new LinkedHashMap<>();

  private ContinualStreet(Path folder, int steps) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.steps = steps;
    this.start = StreetModels.edgeModel(folder);
  }

  /**
   * Prints mean IoU by round and weather for each seed and way, then the means over the seeds.
   *
   * @param arguments seeds with commas between them; steps of a round; folder for models; maybe the
   *     ways with commas between them, of service, ungated, fine-tuning and joint
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3 || arguments.length > 4) {
      throw new IllegalArgumentException(
          "usage: ContinualStreet SEED,SEED STEPS FOLDER [WAY,WAY]; ways are " + WAYS);
    }
    List<String> ways = arguments.length == 3 ? WAYS : Arrays.asList(arguments[3].split(",", -1));
    if (!WAYS.containsAll(ways)) {
      throw new IllegalArgumentException("ways are '" + arguments[3] + "', but must be of " + WAYS);
    }
    ContinualStreet street =
        new ContinualStreet(Path.of(arguments[2]), Integer.parseInt(arguments[1]));
    for (String seed : arguments[0].split(",", -1)) {
      Run run = street.new Run(Long.parseLong(seed));
      for (String way : ways) {
        run.way(way);
      }
    }
    street.all.forEach(
        (way, seeds) -> {
          List<double[]> mean = new ArrayList<>();
          for (int r = 0; r < seeds.get(0).size(); r++) {
            double[] row = new double[WEATHERS.size()];
            for (List<double[]> rows : seeds) {
              for (int w = 0; w < row.length; w++) {
                row[w] += rows.get(r)[w] / seeds.size();
              }
            }
            mean.add(row);
          }
          System.out.printf("%s, mean over %d seeds%n", way, seeds.size());
          for (int r = 0; r < mean.size(); r++) {
            print(mean.size() == 2 && r == 1 ? "all labels" : round(r), mean.get(r), "");
          }
          transfer(mean);
        });
  }

  private static String round(int number) {
    return number == 0 ? "start" : number + " " + ROUNDS.get(number - 1).domain();
  }

  private static void print(String name, double[] row, String note) {
    System.out.printf(
        Locale.ROOT,
        "  %-12s %s %s%n",
        name,
        String.join(
            " ", Arrays.stream(row).mapToObj(v -> String.format(Locale.ROOT, "%.3f", v)).toList()),
        note);
  }

  /** Transfer is linear in the rows: that of the mean is the mean of the seeds'. */
  private static void transfer(List<double[]> rows) {
    if (rows.size() <= ROUNDS.size()) {
      return;
    }
    TransferMatrix before = matrix(rows, ROUNDS.size() - 1);
    System.out.printf(
        Locale.ROOT,
        "  BWT before day returns %+.3f, at the end %+.3f; FWT %+.3f%n",
        before.backwardUsual(),
        matrix(rows, ROUNDS.size()).backwardUsual(),
        before.forwardUsual());
  }

  private static TransferMatrix matrix(List<double[]> rows, int rounds) {
    double[][] places = new double[rounds + 1][rounds];
    for (int r = 0; r <= rounds; r++) {
      for (int j = 0; j < rounds; j++) {
        places[r][j] = rows.get(r)[WEATHERS.indexOf(ROUNDS.get(j))];
      }
    }
    return new TransferMatrix(places[0], places);
  }

  /** All ways of one seed. */
  private final class Run {
    private final long seed;
    private final ProceduralStreet street;
    private final ProceduralDay retained;
    private final List<LabelledFrames> tests = new ArrayList<>();
    private final double[] before;

    Run(long seed) throws IOException {
      this.seed = seed;
      this.street = new ProceduralStreet(seed, SIZE.width(), SIZE.height());
      this.retained = new ProceduralDay(seed, RETAINED, SIZE.width(), SIZE.height());
      ProceduralStreet other = new ProceduralStreet(500_000 + seed, SIZE.width(), SIZE.height());
      for (Weather weather : WEATHERS) {
        tests.add(StreetSamples.labelled(other, weather, 0, TEST_FRAMES));
      }
      this.before = look(start);
    }

    private void way(String name) throws IOException {
      System.out.printf(
          "%s, seed %d: %s%n",
          name, seed, String.join(" ", WEATHERS.stream().map(Weather::domain).toList()));
      List<double[]> rows = new ArrayList<>();
      rows.add(before);
      print(round(0), before, "");
      switch (name) {
        case "service" -> service(rows, true);
        case "ungated" -> service(rows, false);
        case "fine-tuning" -> fineTuning(rows);
        default -> joint(rows);
      }
      transfer(rows);
      all.computeIfAbsent(name, n -> new ArrayList<>()).add(rows);
    }

    private double[] look(Path model) throws IOException {
      double[] row = new double[tests.size()];
      for (int w = 0; w < row.length; w++) {
        row[w] = StreetSamples.meanIou(plugins, model, tests.get(w));
      }
      return row;
    }

    private RoundSettings settings(Map<String, String> other, int rounds, int round) {
      Map<String, String> training = new HashMap<>(other);
      training.put("seamark.training.steps", Integer.toString(rounds * steps));
      return StreetSamples.settings(training, seed * 100 + round);
    }

    private StreetSamples.Part part(int round, Path serving) throws IOException {
      Weather weather = ROUNDS.get(round);
      return new StreetSamples.Part(
          weather,
          StreetSamples.answered(street, weather, round * SAMPLES, SAMPLES, serving, plugins));
    }

    private void service(List<double[]> rows, boolean gated) throws IOException {
      Path serving = start;
      List<StreetSamples.Part> parts = new ArrayList<>();
      for (int round = 0; round < ROUNDS.size(); round++) {
        parts.add(part(round, serving));
        RoundSettings settings = settings(Map.of(), 1, round);
        Learner.Plan plan =
            new Learner(settings, plugins, retained, StreetSamples.ONE, Learner.Practice.SERVICE)
                .plan(SIZE, new StreetSamples(parts));
        List<Learner.Candidate> candidates = train(plan, serving, settings);
        Learner.Candidate chosen = candidates.get(0);
        String reason = "";
        if (gated) {
          Optional<Path> first = serving.equals(start) ? Optional.empty() : Optional.of(start);
          Learner.Choice choice =
              plan.choose(0, candidates, first, serving, folder, RoundControl.QUIET).orElseThrow();
          chosen = choice.chosen().candidate();
          TaskUpdateDecision.Verdict verdict = choice.judged().verdict();
          reason = verdict instanceof Accepted ? "" : "kept out: " + verdict.reason();
        }
        double[] row = rows.get(rows.size() - 1);
        if (reason.isEmpty()) {
          serving = saved(chosen.model(), (gated ? "service-" : "ungated-") + round);
          row = look(serving);
        }
        rows.add(row);
        print(round(round + 1), row, reason.isEmpty() ? chosen.name().text() : reason);
      }
    }

    private void fineTuning(List<double[]> rows) throws IOException {
      Path serving = start;
      RoundSettings settings;
      for (int round = 0; round < ROUNDS.size(); round++) {
        settings =
            settings(
                Map.of("seamark.training.averaging", "0", "seamark.training.candidates", "last"),
                1,
                round);
        StreetSamples samples = new StreetSamples(List.of(part(round, serving)));
        Learner.Plan plan = unjudged(settings, plugins, LabelledFrames.NONE, samples);
        serving = saved(train(plan, serving, settings).get(0).model(), "fine-tuned-" + round);
        double[] row = look(serving);
        rows.add(row);
        print(round(round + 1), row, "");
      }
    }

    private void joint(List<double[]> rows) throws IOException {
      List<LabelledFrames> labelled = new ArrayList<>();
      List<StreetSamples.Part> parts = new ArrayList<>();
      for (int round = 0; round < ROUNDS.size(); round++) {
        Weather weather = ROUNDS.get(round);
        LabelledFrames frames = StreetSamples.labelled(street, weather, round * SAMPLES, SAMPLES);
        labelled.add(frames);
        parts.add(new StreetSamples.Part(weather, frames));
      }
      labelled.add(retained);
      RoundSettings settings =
          settings(Map.of("seamark.training.relabel-after", "1"), ROUNDS.size(), 0);
      ConfiguredPlugins plain =
          new ConfiguredPlugins(registry, Map.of("sample_augmentation.restyle.share", "0"), 1, 2);
      Learner.Plan plan =
          unjudged(settings, plain, StreetSamples.all(labelled), new StreetSamples(parts));
      double[] row = look(saved(train(plan, start, settings).get(0).model(), "joint"));
      rows.add(row);
      print("all labels", row, "after " + settings.training().steps() + " steps");
    }

    private Learner.Plan unjudged(
        RoundSettings settings,
        ConfiguredPlugins with,
        LabelledFrames labelled,
        StreetSamples samples) {
      return new Learner(
              settings, with, labelled, StreetSamples.ONE, new Learner.Practice(false, false))
          .plan(SIZE, samples);
    }

    private List<Learner.Candidate> train(Learner.Plan plan, Path from, RoundSettings settings)
        throws IOException {
      return plan.train(
              0,
              plugins.create(PluginKind.BASEMODEL_TRAINING).load(from),
              settings.training().steps(),
              RoundControl.QUIET,
              new HashMap<>())
          .orElseThrow();
    }

    private Path saved(TrainableModel model, String name) throws IOException {
      Path file = folder.resolve(seed + "-" + name + ".safetensors");
      model.save(file, Map.of());
      return file;
    }
  }
}
