package io.seamark.benchmark;

import io.seamark.durable.DurableFiles;
import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.FrameCounts;
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
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What the gate lets through: rounds on buffers of the embedded street whose answers are good, and
 * on such whose answers were tampered with, each judged by the gate as it is, by one that sees the
 * mean alone against the serving model alone, and by none. What a promoted model has lost is then
 * counted on labelled frames of streets that nothing was trained or judged on.
 *
 * <p>A good answer is the street's label with the classes of a few of its segments wrong, as a
 * cloud's is. Tampering: all classes permuted; one renamed to another; the same, growing from round
 * to round; or one edge of four whose answers are all permuted. Half of the rounds learn from the
 * answers themselves ({@code relabel-frames=0}), for which tampering matters most, and half as by
 * default.
 */
public final class PoisonedBuffers {
  private static final FrameSize SIZE = new FrameSize(168, 112);
  private static final int CLASSES = 11;
  private static final int SAMPLES = 60;
  private static final int TEST_FRAMES = 60;
  private static final int ROUNDS = 3;
  private static final double WRONG = 0.1;
  private static final double BOUND = 0.08;
  private static final int LEAST_FRAMES = 6;
  private static final double[] SHARES = {0.05, 0.1, 0.2, 0.35, 0.5};
  private static final List<Weather> CHANGED =
      List.of(Weather.DUSK, Weather.NIGHT, Weather.RAIN, Weather.FOG);
  private static final Map<String, String> MEAN_ALONE =
      Map.of(
          "task_update_decision.evaluation_gate.max-class-loss", "1",
          "task_update_decision.evaluation_gate.confidence", "0");

  private final PluginRegistry registry =
      PluginRegistry.discover(null, PoisonedBuffers.class.getClassLoader());
  private final ConfiguredPlugins plugins = new ConfiguredPlugins(registry, Map.of(), 1, 2);
  private final Path folder;
  private final int steps;
  private final Path first;
  private final Map<String, Tally> tallies = new HashMap<>();

  /** How answers are tampered with. */
  private enum Tampering {
    NONE,
    PERMUTED,
    RENAMED,
    GROWING,
    ONE_EDGE
  }

  /** What a kind of gate did. */
  private static final class Tally {
    private int rounds;
    private int promoted;
    private int lossy;
    private double worst;
  }

  private PoisonedBuffers(Path folder, int steps) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.steps = steps;
    this.first = StreetModels.edgeModel(folder);
  }

  /**
   * Prints a line for each buffer and a table.
   *
   * @param arguments folder for models; steps of a round; then the first and the last of the
   *     buffers, from 0, of which those below 40 are good and the next 40 are not
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 4) {
      throw new IllegalArgumentException("usage: PoisonedBuffers FOLDER STEPS FROM TO");
    }
    PoisonedBuffers buffers =
        new PoisonedBuffers(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    for (int i = Integer.parseInt(arguments[2]); i <= Integer.parseInt(arguments[3]); i++) {
      buffers.run(i);
    }
    buffers.tallies.forEach(
        (name, tally) ->
            System.out.printf(
                Locale.ROOT,
                "%s: %d promoted of %d rounds, %d of them lose more than %.2f of a class (%.3f)%n",
                name,
                tally.promoted,
                tally.rounds,
                tally.lossy,
                BOUND,
                tally.worst));
  }

  private void run(int number) throws IOException {
    boolean good = number < 40;
    int place = number % 40;
    Tampering tampering = good ? Tampering.NONE : Tampering.values()[1 + place % 4];
    double share = good ? 0 : SHARES[place / 4 % SHARES.length];
    boolean relabel = place >= 20;
    Weather weather = CHANGED.get((place + place / 4) % CHANGED.size());
    int rounds = tampering == Tampering.GROWING ? ROUNDS : 1;
    for (String gate : List.of("gate", "mean alone", "none")) {
      Path serving = first;
      for (int round = 1; round <= rounds; round++) {
        double now = tampering == Tampering.GROWING ? share * round / rounds : share;
        Samples samples = new Samples(1000 + number, weather, tampering, now, round);
        serving = round(number, gate, round, relabel, samples, serving);
      }
    }
  }

  private Path round(
      int number, String gate, int round, boolean relabel, Samples samples, Path serving)
      throws IOException {
    RoundSettings settings = settings(relabel, number);
    ConfiguredPlugins judging =
        gate.equals("mean alone") ? new ConfiguredPlugins(registry, MEAN_ALONE, 1, 2) : plugins;
    ProceduralDay retained = new ProceduralDay(number, 60, SIZE.width(), SIZE.height());
    Learner learner =
        new Learner(settings, judging, retained, StreetSamples.ONE, Learner.Practice.SERVICE);
    Learner.Plan plan = learner.plan(SIZE, samples.answered());
    List<Learner.Candidate> candidates = trained(number, round, serving, plan, settings);
    Path file = folder.resolve("model-" + gate.replace(' ', '-') + ".safetensors");
    boolean promoted = true;
    String reason = "";
    TrainableModel chosen = candidates.get(0).model();
    if (!gate.equals("none")) {
      Optional<Path> origin =
          gate.equals("gate") && !serving.equals(first) ? Optional.of(first) : Optional.empty();
      Learner.Choice choice =
          plan.choose(0, candidates, origin, serving, folder, RoundControl.QUIET).orElseThrow();
      promoted = choice.judged().verdict() instanceof Accepted;
      reason = choice.judged().verdict().reason();
      chosen = choice.chosen().candidate().model();
    }
    chosen.save(file, Map.of());
    List<Double> losses = losses(number, samples.weather, serving, file);
    String kind = samples.tampering == Tampering.NONE ? "good" : "tampered";
    Tally tally = tallies.computeIfAbsent(kind + ", " + gate, k -> new Tally());
    tally.rounds++;
    if (promoted) {
      tally.promoted++;
      tally.lossy += losses.get(0) > BOUND ? 1 : 0;
      tally.worst = Math.max(tally.worst, losses.get(0));
    }
    System.out.printf(
        Locale.ROOT,
        "%d %s %.2f %s round %d, %s: %s; largest loss of a class by day %.3f, in the new weather"
            + " %.3f; mean by day %+.3f, in the new weather %+.3f; %s%n",
        number,
        samples.tampering.name().toLowerCase(Locale.ROOT),
        samples.share,
        relabel ? "labelled anew" : "answers",
        round,
        gate,
        promoted ? "promoted" : "kept out",
        losses.get(0),
        losses.get(1),
        losses.get(2),
        losses.get(3),
        reason);
    if (!promoted) {
      return serving;
    }
    Path kept = folder.resolve("serving-" + gate.replace(' ', '-') + ".safetensors");
    Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
    return kept;
  }

  private String trainedFor = "";
  private List<Learner.Candidate> trainedLast = List.of();

  /** The same for every gate as long as they have let the same through. */
  private List<Learner.Candidate> trained(
      int number, int round, Path serving, Learner.Plan plan, RoundSettings settings)
      throws IOException {
    String key = number + " " + round + " " + DurableFiles.sha256(serving);
    if (!key.equals(trainedFor)) {
      trainedLast =
          plan.train(
                  0,
                  plugins.create(PluginKind.BASEMODEL_TRAINING).load(serving),
                  settings.training().steps(),
                  RoundControl.QUIET,
                  new HashMap<>())
              .orElseThrow();
      trainedFor = key;
    }
    return trainedLast;
  }

  private RoundSettings settings(boolean relabel, long seed) {
    return StreetSamples.settings(
        Map.of(
            "seamark.training.steps",
            Integer.toString(steps),
            "seamark.training.relabel-frames",
            relabel ? "256" : "0",
            "seamark.training.judge-retained",
            "12"),
        seed);
  }

  /** Largest loss of a class by day and in the new weather, and the change of both means. */
  private List<Double> losses(int number, Weather weather, Path serving, Path candidate)
      throws IOException {
    List<Double> all = new ArrayList<>();
    List<Double> means = new ArrayList<>();
    for (Weather seen : List.of(Weather.DAY, weather)) {
      ProceduralStreet street = new ProceduralStreet(500_000 + number, SIZE.width(), SIZE.height());
      List<Evaluation> both =
          new ModelJudge(plugins.create(PluginKind.BASEMODEL), CLASSES)
                  .judge(
                      List.of(serving, candidate),
                      List.of(ModelJudge.Panel.all(2, ModelJudge.Consensus.VIEWS)),
                      LabelledFrames.NONE,
                      List.of(),
                      StreetSamples.labelled(street, seen, 0, TEST_FRAMES),
                      () -> false,
                      done -> {})
                  .orElseThrow()
                  .get(0)
                  .stream()
                  .map(ModelJudge.Judgement::evaluation)
                  .toList();
      FrameCounts before = FrameCounts.sum(both.get(0).retainedCounts());
      FrameCounts after = FrameCounts.sum(both.get(1).retainedCounts());
      double worst = 0;
      for (int c = 0; c < before.classes(); c++) {
        int of = c;
        long with =
            both.get(0).retainedCounts().stream().filter(f -> f.labelled().get(of) > 0).count();
        worst = with >= LEAST_FRAMES ? Math.max(worst, before.iou(c) - after.iou(c)) : worst;
      }
      all.add(worst);
      means.add(after.meanIou() - before.meanIou());
    }
    all.addAll(means);
    return all;
  }

  /** Frames of a weather with answers. */
  private record Samples(long seed, Weather weather, Tampering tampering, double share, int round) {
    StreetSamples answered() {
      ProceduralStreet street = new ProceduralStreet(seed, SIZE.width(), SIZE.height());
      int offset = round * SAMPLES;
      return new StreetSamples(
          List.of(
              new StreetSamples.Part(
                  weather,
                  StreetSamples.kept(
                      SAMPLES, i -> answered(street.render(offset + i, weather), offset, i)))));
    }

    private LabelledFrame answered(ProceduralStreet.Rendered rendered, int offset, int i) {
      Sample sample = rendered.sample();
      byte[] classes = Objects.requireNonNull(sample.label()).classes().clone();
      int all = CLASSES;
      SplittableRandom random = new SplittableRandom(seed * 1_000_003 + offset + i);
      Map<Integer, Integer> wrong = new HashMap<>();
      for (int p = 0; p < classes.length; p++) {
        int other =
            wrong.computeIfAbsent(
                rendered.segments()[p],
                s -> random.nextDouble() < WRONG ? random.nextInt(all) : -1);
        classes[p] = other < 0 ? classes[p] : (byte) other;
      }
      boolean touched =
          tampering == Tampering.ONE_EDGE
              ? i % StreetSamples.EDGES == 0
              : random.nextDouble() < share;
      if (touched && tampering != Tampering.NONE) {
        for (int p = 0; p < classes.length; p++) {
          classes[p] = (byte) tampered(classes[p] & 0xFF, all);
        }
      }
      return new LabelledFrame(sample.frame(), new ClassMap(SIZE.width(), SIZE.height(), classes));
    }

    private int tampered(int c, int all) {
      if (c >= all) {
        return c;
      }
      int from = (int) (seed % all);
      return switch (tampering) {
        case NONE -> c;
        case PERMUTED, ONE_EDGE -> (c + 1 + from % (all - 1)) % all;
        case RENAMED, GROWING -> c == from ? (from + 3) % all : c;
      };
    }
  }
}
