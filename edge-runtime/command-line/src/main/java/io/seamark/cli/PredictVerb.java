package io.seamark.cli;

import io.seamark.durable.OutputFolder;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.sync.LiveModel;
import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import io.seamark.host.CacheFolder;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.perception.ScoreNotes;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NonFiniteScoresException;
import io.seamark.unknown.processing.FrameProcessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark predict}. */
@Command(
    name = "predict",
    description = {
      "Label a folder of images with an edge model.",
      "",
      "Writes one 8-bit PNG class map per image, named after it; what no file name may hold is"
          + " written as in addresses (a/b is a%%2Fb.png). A file that seamark did not write there"
          + " is never replaced. An image that cannot be read is skipped and counted."
    })
public final class PredictVerb implements Verb {
  private static final String ENDING = ".png";
  private static final String DECISIONS = "decisions.csv";

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--hem",
      paramLabel = "NAME",
      description =
          "Write decisions.csv (image,score,threshold,hard,reason) of this hard-example miner, once"
              + " all images are labelled.")
  private @Nullable String hem;

  @Option(
      names = "--cloud-path",
      description = "Send every image through unknown-task processing instead: masks and fusion.")
  private boolean cloudPath;

  @Option(names = "--fusion", paramLabel = "NAME", description = "Mask fusion for --cloud-path.")
  private @Nullable String fusion;

  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description = "SAM's two ONNX graphs for --cloud-path. Default: the embedded segmenter.")
  private @Nullable Path sam;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "seamark-predictions",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-predictions");

  private int images;
  private int skipped;
  private int hard;
  private final List<Double> decode = new ArrayList<>();
  private final List<Double> infer = new ArrayList<>();
  private final List<Double> cloud = new ArrayList<>();
  private final List<Double> write = new ArrayList<>();

  /** Made by the service loader. */
  public PredictVerb() {}

  @Override
  public Integer call() throws IOException {
    Map<String, String> chosen = new LinkedHashMap<>();
    var registry = common.registry();
    if (!source.named()) {
      throw new IllegalArgumentException("--images DIR is missing: the folder to label");
    }
    source.configure(registry, chosen);
    model.configure(chosen);
    if (hem != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), hem);
    }
    if (fusion != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.MASK_FUSION), fusion);
    }
    if (sam != null) {
      chosen.put("seamark.sam", sam.toString());
    }
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    ConfiguredPlugins plugins = workplace.plugins();
    HardExampleMining miner = hem == null ? null : plugins.create(PluginKind.HARD_EXAMPLE_MINING);
    Path file = ModelOptions.file(workplace, CacheFolder.path());
    ModelOptions.probe(file, plugins);
    if (miner != null) {
      ModelOptions.checkMiner(file, plugins);
    }
    BaseModel basemodel = plugins.create(PluginKind.BASEMODEL);
    try (OpenedSource frames = SourceOptions.open(plugins);
        LiveModel live = new LiveModel(basemodel, "predict", file);
        Processing processing =
            new Processing(
                cloudPath
                    ? FrameProcessing.open(workplace.plugins(ModelOptions.cloudLooksWith(file)))
                    : null);
        OutputFolder folder = OutputFolder.open(out, workplace.inputs())) {
      SampleFiles files = new SampleFiles(folder, "");
      files.check(frames.ids(), List.of(ENDING));
      DecisionsCsv decisions = miner == null ? null : new DecisionsCsv();
      if (decisions != null) {
        folder.check(List.of(DECISIONS));
      }
      frames.begin(file, plugins, common.err());
      ConfusionMatrix counts = new ConfusionMatrix(live.classes().size());
      SeenTaskInference inference =
          new SeenTaskInference(SeenTaskInference.Parts.of(plugins), List.of(live), "predict");
      Labelling labelling =
          new Labelling(inference, miner, decisions, processing.frames(), files, counts);
      label(frames, labelling);
      if (images == 0) {
        throw new IOException("none of the " + skipped + " images could be labelled");
      }
      if (decisions != null) {
        folder.write(DECISIONS, decisions.bytes());
      }
      frames.end(common.err());
      tell(live.classes(), counts, frames);
    }
    return Seamark.DONE;
  }

  /** The cloud's path, if wanted. */
  private record Processing(@Nullable FrameProcessing frames) implements AutoCloseable {
    @Override
    public void close() {
      if (frames != null) {
        frames.close();
      }
    }
  }

  /** What a sample is labelled with and where its label goes. */
  private record Labelling(
      SeenTaskInference inference,
      @Nullable HardExampleMining miner,
      @Nullable DecisionsCsv decisions,
      @Nullable FrameProcessing unknown,
      SampleFiles files,
      ConfusionMatrix counts) {}

  private void label(SampleSource frames, Labelling labelling) throws IOException {
    Set<String> ids = new HashSet<>();
    try (Progress progress = new Progress("predict", frames.size().orElse(-1), common.err())) {
      while (true) {
        long start = System.nanoTime();
        Optional<SourceItem> next = frames.next();
        if (next.isEmpty()) {
          return;
        }
        double decoded = since(start);
        if (next.get() instanceof UnreadableSample bad) {
          skip(bad.id(), bad.reason());
        } else if (next.get() instanceof Sample sample) {
          if (!ids.add(sample.id())) {
            skip(sample.id(), "a sample of this name came before");
          } else if (label(sample, labelling)) {
            decode.add(decoded);
          }
        }
        progress.step(images == 0 ? "" : String.format("%.0f ms/image", 1e3 * median(infer)));
      }
    }
  }

  /** Whether the sample could be labelled; a label that cannot be written ends it all. */
  private boolean label(Sample sample, Labelling labelling) throws IOException {
    long start = System.nanoTime();
    ClassMap answer;
    MiningDecision decision;
    double inferred;
    double looked = Double.NaN;
    try {
      Prediction prediction = labelling.inference().infer(sample).prediction();
      inferred = since(start);
      HardExampleMining miner = labelling.miner();
      decision = miner == null ? null : miner.mine(prediction);
      answer = prediction.classMap();
      FrameProcessing unknown = labelling.unknown();
      if (unknown != null) {
        start = System.nanoTime();
        answer = unknown.answer(sample.frame(), prediction.scores()).classMap().orElse(answer);
        looked = since(start);
      }
      ClassMap label = sample.label();
      if (label != null) {
        labelling.counts().add(label, answer);
      }
    } catch (IllegalArgumentException | NonFiniteScoresException e) {
      skip(sample.id(), Seamark.message(e));
      return false;
    } catch (FailedException e) {
      // A plugin that fails says nothing of the image: with it there is nothing to go on for.
      if (e.kind() == FailureKind.OUR_FAULT) {
        throw e;
      }
      skip(sample.id(), Seamark.message(e));
      return false;
    }
    start = System.nanoTime();
    labelling.files().write(sample.id(), ENDING, Images.encodeClassMap(answer));
    write.add(since(start));
    infer.add(inferred);
    if (labelling.unknown() != null) {
      cloud.add(looked);
    }
    images++;
    DecisionsCsv decisions = labelling.decisions();
    if (decision != null && decisions != null) {
      decisions.add(sample.id(), decision);
      hard += decision.hard() ? 1 : 0;
    }
    return true;
  }

  private void skip(String id, String reason) {
    skipped++;
    common.err().println("skipped " + id + ": " + reason);
  }

  private void tell(ClassSet classes, ConfusionMatrix counts, OpenedSource frames) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("images", images);
    figures.put("skipped", skipped);
    figures.put("without_depth", frames.withoutDepth());
    figures.put("out", out.toString());
    if (hem != null) {
      figures.put("hem", hem);
      figures.put("hard", hard);
    }
    if (counts.labelledPixels() > 0) {
      Table table = new Table("class", "IoU");
      Map<String, Double> perClass = new LinkedHashMap<>();
      for (int c = 0; c < classes.size(); c++) {
        perClass.put(classes.names().get(c), counts.iou(c));
        table.row(classes.names().get(c), Table.figure(counts.iou(c), 4));
      }
      figures.put("mean_iou", counts.meanIou());
      figures.put("pixel_accuracy", counts.pixelAccuracy());
      figures.put("iou", perClass);
      table.row("mean IoU", Table.figure(counts.meanIou(), 4));
      table.row("pixel accuracy", Table.figure(counts.pixelAccuracy(), 4));
      common.out().println(table);
    }
    List<String> odd = ScoreNotes.of(counts, classes);
    odd.forEach(note -> common.err().println("note: " + note));
    List<String> notes = new ArrayList<>(frames.notes());
    notes.addAll(odd);
    figures.put("notes", notes);
    Table times = new Table("stage", "median ms");
    Map<String, Double> medians = new LinkedHashMap<>();
    time(times, medians, "decode", decode);
    time(times, medians, "infer", infer);
    if (cloudPath) {
      time(times, medians, "cloud_path", cloud);
    }
    time(times, medians, "write", write);
    figures.put("median_ms", medians);
    common.out().println(times);
    common
        .out()
        .printf(
            "%d images labelled, %d skipped%s, class maps in %s%n",
            images, skipped, hem == null ? "" : ", " + hard + " hard", out);
    if (common.json()) {
      common.out().println(JsonLine.of(figures));
    }
  }

  private static void time(
      Table table, Map<String, Double> figures, String stage, List<Double> seconds) {
    table.row(stage, Table.figure(1e3 * median(seconds), 2));
    figures.put(stage, 1e3 * median(seconds));
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }
}
