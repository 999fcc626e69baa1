package io.seamark.verb;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.OutputFile;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.knowledge.frames.BufferedFrames;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.knowledge.training.AppealNetTraining;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.TrainingSize;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TrainableModel;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.FrameSize;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark model appealnet}. */
@Command(
    name = "appealnet",
    description = {
      "Give an edge model AppealNet's predictor head, in place of one it has, for --hem appealnet.",
      "",
      "The head learns where the model's answer differs from the cloud's, on frames of a run's"
          + " buffer or of a folder with answers of 'predict --cloud-path', and on retained"
          + " labelled frames that are made worse at random. The other weights stay as they are."
    })
final class AppealNetCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "FILE", description = "An edge model, a safetensors file.")
  private Path file = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The model with the head, a safetensors file.")
  private Path out = Path.of("");

  @Mixin private OutputFile outputFile = new OutputFile();

  @Option(
      names = "--buffer",
      paramLabel = "DIR",
      description = "A replay buffer, such as a run's buffer/. Only read.")
  private @Nullable Path buffer;

  @Option(
      names = "--answered",
      paramLabel = "FOLDER[:GLOB,GLOB]",
      description = "Images that the cloud has answered, in place of a buffer.")
  private @Nullable String answered;

  @Option(
      names = "--answers",
      paramLabel = "DIR",
      description = "The cloud's answers to --answered: PNG class maps of the images' base names.")
  private @Nullable Path answers;

  @Option(
      names = "--retain",
      paramLabel = "FOLDER[:GLOB,GLOB]",
      description = "Labelled frames that the model knows; labels in FOLDERannot.")
  private @Nullable String retain;

  @Option(
      names = "--cost",
      paramLabel = "NUMBER",
      description =
          "The paper's beta: what an upload costs where an error costs 1. A higher one gives"
              + " higher q: a frame is hard where its expected loss, 1 minus a soft mIoU, is above"
              + " cost / threshold. Default: seamark.training.appealnet.cost.")
  private @Nullable Double cost;

  @Option(
      names = "--frames",
      paramLabel = "N",
      description =
          "Frames to examine, each at random worse than it is. Default:"
              + " seamark.training.appealnet.frames.")
  private @Nullable Integer frames;

  @Override
  public Integer call() throws IOException {
    CommonOptions.Workplace workplace = common.open(common.registry(), Map.of(), Map.of());
    if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
      throw new IllegalArgumentException("--out is '" + out + "', but must end in .safetensors");
    }
    if (buffer != null && answered != null) {
      throw new IllegalArgumentException(
          "--buffer and --answered are both given, but the answers come from one of them");
    }
    if ((answered == null) != (answers == null)) {
      throw new IllegalArgumentException("--answered and --answers must be given together");
    }
    if (buffer == null && answered == null && retain == null) {
      throw new IllegalArgumentException(
          "there is nothing to train on: give --buffer, --answered with --answers, or --retain");
    }
    ModelOptions.describe(file, workplace.plugins());
    outputFile.check(out, Map.of("the model that is read", file));
    ModelOptions.probe(file, workplace.plugins());
    AppealNetSettings settings = settings(workplace);
    LabelledFrames retained =
        retain == null ? LabelledFrames.NONE : RetainedFolder.open(retain, null);
    Path from = buffer;
    if (from == null) {
      LabelledFrames frames =
          answered == null ? LabelledFrames.NONE : RetainedFolder.open(answered, answers);
      return train(frames, retained, settings, workplace);
    }
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(Opening.buffer(from))) {
      List<Long> all = samples.sequences().boxed().toList();
      return train(BufferedFrames.answers(samples, all), retained, settings, workplace);
    }
  }

  private AppealNetSettings settings(CommonOptions.Workplace workplace) {
    Map<String, String> chosen = new LinkedHashMap<>();
    if (frames != null) {
      chosen.put("seamark.training.appealnet.frames", frames.toString());
    }
    if (cost != null) {
      chosen.put("seamark.training.appealnet.cost", cost.toString());
    }
    return SettingGroup.APPEALNET.with(workplace.settings(SettingGroup.APPEALNET), chosen);
  }

  private Integer train(
      LabelledFrames frames,
      LabelledFrames retained,
      AppealNetSettings settings,
      CommonOptions.Workplace workplace)
      throws IOException {
    Map<String, Double> losses = new TreeMap<>();
    TrainableModel start = workplace.plugins().create(PluginKind.BASEMODEL_TRAINING).load(file);
    // A buffer's frames are anybody's, a folder's are the user's own.
    LabelledFrames own = retained.size() > 0 || buffer != null ? retained : frames;
    FrameSize size = TrainingSize.of(workplace.settings(SettingGroup.TRAINING), start, own, 1);
    TrainableModel trained;
    try (Progress progress = new Progress("examine", settings.frames(), common.err())) {
      RoundControl control =
          new RoundControl() {
            @Override
            public void trained(int done, int all, double loss) {
              progress.step(String.format(Locale.ROOT, "edge's loss %.3f", loss));
            }
          };
      trained =
          AppealNetTraining.train(
                  start,
                  frames,
                  retained,
                  size,
                  settings,
                  workplace.seed(),
                  workplace.threads(),
                  control,
                  losses)
              .orElseThrow();
    }
    trained.save(out, Map.of());
    common
        .out()
        .printf(
            Locale.ROOT,
            "%s: head trained on %d answered and %d retained frames, loss %.3f -> %.3f%n",
            out,
            frames.size(),
            retained.size(),
            losses.get("appealnet_first_loss"),
            losses.get("appealnet_last_loss"));
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>(losses);
      figures.put("answered_frames", frames.size());
      figures.put("retained_frames", retained.size());
      figures.put("settings", SettingGroup.APPEALNET.values(settings));
      figures.put("out", out.toString());
      common.out().println(JsonLine.of(figures));
    }
    return Seamark.DONE;
  }
}
