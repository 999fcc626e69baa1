package io.seamark.report;

import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Verdict;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SegmentMask;
import io.seamark.report.RunRecord.BadFrame;
import io.seamark.report.RunRecord.Figure;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Moment;
import io.seamark.report.RunRecord.Outcome;
import io.seamark.report.RunRecord.PluginChoice;
import io.seamark.report.RunRecord.ServedModel;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A run that never was, with the shape of a real one. */
final class SyntheticRun {
  private static final int FRAMES = 240;
  private static final List<Weather> DRIFT =
      List.of(Weather.DAY, Weather.DUSK, Weather.NIGHT, Weather.RAIN, Weather.FOG);

  private SyntheticRun() {}

  /** Writes the page to look at. */
  public static void main(String[] arguments) throws IOException {
    HtmlReport.write(Path.of(arguments[0]), record());
  }

  static RunRecord record() {
    ProceduralStreet street = new ProceduralStreet(3, 240, 160);
    Random random = new Random(5);
    Set<String> shown = new HashSet<>();
    List<Moment> moments = new ArrayList<>();
    List<FrameFigures> frames = new ArrayList<>();
    double seconds = 2;
    for (int i = 0; i < FRAMES; i++) {
      int part = i * DRIFT.size() / FRAMES;
      Weather weather = DRIFT.get(part);
      double gain = i > 170 ? 0.2 : i > 110 ? 0.12 : 0;
      double[] base = {0.72, 0.5, 0.34, 0.38, 0.44};
      double edge = Math.min(0.74, base[part] + (i < 48 ? 0 : gain));
      edge += 0.05 * random.nextGaussian();
      double score = 0.3 + 0.5 * edge + 0.05 * random.nextGaussian();
      boolean hard = score < 0.6;
      double system = hard ? edge + 0.14 + 0.05 * random.nextGaussian() : edge;
      seconds += hard ? 0.35 : 0.12;
      String version = i > 170 ? "v4" : i > 110 ? "v2" : "v1";
      FrameFigures figures =
          new FrameFigures(
              i,
              String.format(Locale.ROOT, "%s_%08d", weather.domain(), i),
              weather.domain(),
              seconds,
              6 + 2 * random.nextDouble(),
              hard ? 240 + 120 * random.nextDouble() : Double.NaN,
              hard,
              score,
              0.6,
              edge,
              system,
              hard ? 9000 + random.nextInt(4000) : 0,
              hard ? 2600 + random.nextInt(900) : 0,
              version,
              0.35 + 0.4 * random.nextDouble(),
              210 + 0.2 * i + 8 * random.nextDouble());
      frames.add(figures);
      if (shown.add(weather + (hard ? " hard" : " easy"))) {
        moments.add(moment(street.render(i, weather), figures, random));
      }
    }
    Map<String, String> setup = new LinkedHashMap<>();
    setup.put("Source", "procedural_street, 240 frames of 240x160");
    setup.put("Edge model", "embedded RFNet, reduced width (2.1 MB)");
    setup.put("Segmenter", "embedded SAM-architecture segmenter, 16x16 points");
    setup.put("Cloud", "two Open Liberty servers started for this run");
    setup.put("Seed", "42");
    setup.put("Threads", "2");
    setup.put("Machine", "Linux 6.1 amd64, 2 processors, Java 17.0.15");
    return new RunRecord(
        "Street from day to fog <seed 42>",
        Instant.parse("2026-03-05T14:21:09Z"),
        seconds + 3,
        setup,
        ClassSet.CAMVID,
        new Outcome(0.412, 0.553, 0.561, "192 drifted frames"),
        List.of(new Figure("upload_of_all", "Sent, against sending all", 0.46, "%", "")),
        frames,
        moments,
        List.of(
            new ServedModel(
                model("v1", null, Verdict.INITIAL, "the model the run started with", null, null),
                0),
            new ServedModel(
                model(
                    "v2",
                    "v1",
                    Verdict.ACCEPTED,
                    "better on held-out frames by 14.9 points, worse on retained by 0.5",
                    new Figures(48, 0.432, 20, 0.721),
                    new Figures(48, 0.581, 20, 0.716)),
                frames.get(110).seconds()),
            new ServedModel(
                model(
                    "v3",
                    "v2",
                    Verdict.REJECTED,
                    "worse on held-out frames by 0.7 points",
                    new Figures(48, 0.581, 0, null),
                    new Figures(48, 0.574, 0, null)),
                Double.NaN),
            new ServedModel(
                model(
                    "v4",
                    "v2",
                    Verdict.ACCEPTED,
                    "better on held-out frames by 6.1 points",
                    new Figures(48, 0.432, 20, 0.721),
                    new Figures(48, 0.581, 20, 0.716)),
                frames.get(170).seconds())),
        List.of(
            new BadFrame(
                "day_00000017",
                "frames/day_00000017.jpg: truncated JPEG: the file ends in the middle, after 4096"
                    + " bytes"),
            new BadFrame("<script>alert(1)</script>", "a name & a reason with \"quotes\""),
            new BadFrame("esc\u001b[2J\u0000\u202e\u009b", "'onload=alert(2)")),
        List.of(
            new PluginChoice(
                "sample_source",
                "procedural_street",
                new TreeMap<>(
                    Map.of(
                        "frames",
                        "240",
                        "width",
                        "240",
                        "height",
                        "160",
                        "drift",
                        "day,dusk,night,rain,fog"))),
            new PluginChoice("hard_example_mining", "score_margin", Map.of("threshold", "0.6")),
            new PluginChoice("mask_fusion", "score_sum", Map.of()),
            new PluginChoice("replay_policy", "reservoir", Map.of("capacity", "512")),
            new PluginChoice(
                "mask_generator",
                "segment_anything",
                new TreeMap<>(
                    Map.of("points-per-side", "16", "pred-iou-thresh", "0.88", "model", ""))),
            new PluginChoice(
                "task_update_decision", "evaluation_gate", Map.of("min-gain", "0.005"))),
        List.of("no answer has class 2 (<Pole>), labelled in 12 pixels"));
  }

  static ModelVersion model(
      String version,
      @Nullable String parent,
      Verdict verdict,
      String reason,
      @Nullable Figures serving,
      @Nullable Figures candidate) {
    return new ModelVersion(
        version,
        "0".repeat(64),
        2_134_120,
        "2026-03-05T14:21:4" + version.charAt(1) + "Z",
        parent,
        verdict,
        reason,
        serving,
        candidate,
        parent == null
            ? Provenance.ofFile(version + ".safetensors")
            : Provenance.ofFile(version + ".safetensors")
                .with(List.of(), "averaged", Map.of(), curve()));
  }

  private static List<Provenance.Point> curve() {
    List<Provenance.Point> curve = new ArrayList<>();
    for (int step = 3; step <= 300; step += 3) {
      Provenance.Phase phase =
          step <= 120 ? Provenance.Phase.RESTYLED : Provenance.Phase.RELABELLED;
      curve.add(new Provenance.Point(step, 0.2 + 30.0 / (50 + step), 2e-4, step / 5.0, phase));
    }
    return curve;
  }

  private static Moment moment(
      ProceduralStreet.Rendered rendered, FrameFigures figures, Random random) {
    Sample sample = rendered.sample();
    Frame frame = sample.frame();
    ClassMap label = sample.label();
    byte[] truth = label == null ? new byte[0] : label.classes();
    byte[] edge = truth.clone();
    for (int block = 0; block < 60; block++) {
      int x0 = random.nextInt(frame.width() - 24);
      int y0 = random.nextInt(frame.height() - 16);
      byte wrong = (byte) random.nextInt(11);
      for (int y = y0; y < y0 + 10; y++) {
        for (int x = x0; x < x0 + 16; x++) {
          edge[y * frame.width() + x] = wrong;
        }
      }
    }
    return new Moment(
        figures,
        String.format(
            Locale.ROOT, "margin %.3f %s 0.600", figures.score(), figures.hard() ? "<" : ">="),
        frame,
        new ClassMap(frame.width(), frame.height(), edge),
        figures.hard() ? masks(frame, rendered.segments()) : null,
        figures.hard() ? label : null,
        label);
  }

  private static List<SegmentMask> masks(Frame frame, int[] segments) {
    Map<Integer, BitSet> things = new TreeMap<>();
    for (int i = 0; i < segments.length; i++) {
      things.computeIfAbsent(segments[i], id -> new BitSet()).set(i);
    }
    SegmentMask.Box all = new SegmentMask.Box(0, 0, frame.width(), frame.height());
    return things.values().stream()
        .map(
            bits ->
                new SegmentMask(
                    frame.width(),
                    frame.height(),
                    bits,
                    bits.cardinality(),
                    all,
                    0.9f,
                    0.95f,
                    0,
                    0,
                    all))
        .filter(mask -> mask.area() > 40)
        .toList();
  }
}
