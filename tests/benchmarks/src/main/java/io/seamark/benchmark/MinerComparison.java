package io.seamark.benchmark;

import io.seamark.bench.UploadSweep;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.Sha256Output;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.report.CurvePicture;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares hard-example miners on a stream of CamVid's day frames (val) and dusk frames (train,
 * {@code 0001TP_*}), one to one, shuffled: mean IoU of the system when each miner's hardest 10 to
 * 90 % of the frames are answered by the cloud, the area under that curve, and the AUROC of its
 * score for "the edge's mean IoU on this frame is in the worst third", on dusk, day and all frames.
 *
 * <p>The cloud's answers, which cost seconds a frame, are kept in a folder, so that other miners
 * can be compared later on the same answers.
 */
public final class MinerComparison {
  private MinerComparison() {}

  /** A frame of the stream with what edge and cloud made of it. */
  private record Answered(
      boolean dusk, Prediction prediction, ConfusionMatrix edge, ConfusionMatrix cloud) {}

  /**
   * Prints both tables and writes the curves as a picture into the cache folder.
   *
   * @param arguments CamVid's folder, edge model, SAM's folder, cache folder, miners (names
   *     separated by commas), frames of each kind at most; then plugin settings as {@code
   *     KEY=VALUE}
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 6) {
      throw new IllegalArgumentException(
          "usage: MinerComparison CAMVID MODEL SAM CACHE MINER,MINER FRAMES [KEY=VALUE...]");
    }
    Path camvid = Path.of(arguments[0]);
    Path model = Path.of(arguments[1]);
    Path cache = Files.createDirectories(Path.of(arguments[3]));
    int most = Integer.parseInt(arguments[5]);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("mask_generator.segment_anything.folder", arguments[2]);
    for (String setting : Arrays.asList(arguments).subList(6, arguments.length)) {
      settings.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    PluginRegistry registry = PluginRegistry.discover(null, MinerComparison.class.getClassLoader());
    ConfiguredPlugins plugins = new ConfiguredPlugins(registry, settings, 1, 2);
    List<Path> dusk = images(camvid.resolve("train"), "0001TP_");
    List<Path> day = images(camvid.resolve("val"), "");
    Collections.shuffle(dusk, new Random(1));
    Collections.shuffle(day, new Random(2));
    int each = Math.min(most, Math.min(dusk.size(), day.size()));
    List<Path> stream = new ArrayList<>(dusk.subList(0, each));
    stream.addAll(day.subList(0, each));
    Collections.shuffle(stream, new Random(3));
    List<Answered> frames = answer(stream, model, plugins, cache.resolve(key(model, plugins)));
    compare(frames, arguments[4].split(","), registry, settings, cache);
  }

  private static List<Path> images(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files.filter(f -> f.getFileName().toString().startsWith(prefix)).sorted().toList());
    }
  }

  /** Another model, fusion or mask generator gives other answers. */
  private static String key(Path model, ConfiguredPlugins plugins) throws IOException {
    Sha256Output digest = new Sha256Output(OutputStream.nullOutputStream());
    digest.write(Files.readAllBytes(model));
    for (PluginKind<?> kind :
        List.of(
            PluginKind.BASEMODEL,
            PluginKind.UNSEEN_TASK_PROCESSING,
            PluginKind.MASK_GENERATOR,
            PluginKind.MASK_FUSION)) {
      digest.write(plugins.effective(kind).toString().getBytes(StandardCharsets.UTF_8));
    }
    return "answers-" + digest.sha256().substring(0, 16);
  }

  private static List<Answered> answer(
      List<Path> stream, Path model, ConfiguredPlugins plugins, Path answers) throws IOException {
    Files.createDirectories(answers);
    List<Answered> frames = new ArrayList<>();
    UnseenTaskProcessing cloud = plugins.create(PluginKind.UNSEEN_TASK_PROCESSING);
    try (cloud;
        LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "bench", model)) {
      int classes = live.classes().size();
      for (Path image : stream) {
        String name = image.getFileName().toString().replaceAll("\\.[a-z]+$", ".png");
        Path folder = image.toAbsolutePath().getParent();
        Frame frame = Images.decodeFrame(Files.readAllBytes(image));
        ClassMap label =
            Images.decodeClassMap(Files.readAllBytes(Path.of(folder + "annot").resolve(name)));
        Prediction prediction = live.infer(frame).prediction();
        Path kept = answers.resolve(name);
        if (!Files.isRegularFile(kept)) {
          ClassMap fused = cloud.process(frame, prediction.scores()).classMap();
          DurableFiles.replace(kept, Images.encodeClassMap(fused.orElse(prediction.classMap())));
        }
        ConfusionMatrix edge = new ConfusionMatrix(classes);
        edge.add(label, prediction.classMap());
        ConfusionMatrix ofCloud = new ConfusionMatrix(classes);
        ofCloud.add(label, Images.decodeClassMap(Files.readAllBytes(kept)));
        frames.add(new Answered(name.startsWith("0001TP_"), prediction, edge, ofCloud));
      }
    }
    return frames;
  }

  private static void compare(
      List<Answered> frames,
      String[] miners,
      PluginRegistry registry,
      Map<String, String> settings,
      Path cache)
      throws IOException {
    StringBuilder sweeps = new StringBuilder("miner");
    for (int share = 0; share <= 100; share += 10) {
      sweeps.append(String.format(Locale.ROOT, " %5d%%", share));
    }
    sweeps.append("   area\n");
    StringBuilder telling = new StringBuilder("miner AUROC dusk day together\n");
    CurvePicture picture =
        new CurvePicture(
            "CamVid day and dusk, one to one",
            "share of frames answered by the cloud, hardest first",
            "mean IoU of the system");
    double[] iou = frames.stream().mapToDouble(f -> f.edge().meanIou()).toArray();
    for (String name : miners) {
      Map<String, String> chosen = new LinkedHashMap<>(settings);
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), name);
      HardExampleMining miner =
          new ConfiguredPlugins(registry, chosen, 1, 2).create(PluginKind.HARD_EXAMPLE_MINING);
      double[] scores =
          frames.stream().mapToDouble(f -> miner.mine(f.prediction()).score()).toArray();
      List<UploadSweep.Answered> answered = new ArrayList<>();
      for (int i = 0; i < scores.length; i++) {
        answered.add(
            new UploadSweep.Answered(scores[i], frames.get(i).edge(), frames.get(i).cloud()));
      }
      UploadSweep sweep = new UploadSweep(answered);
      sweeps.append(name);
      for (int share = 0; share <= 100; share += 10) {
        sweeps.append(String.format(Locale.ROOT, " %.4f", sweep.at(share / 100.0)));
      }
      sweeps.append(String.format(Locale.ROOT, " %.4f%n", sweep.area()));
      picture.curve(name, sweep.meanIou(), Double.NaN, Double.NaN);
      telling.append(
          String.format(
              Locale.ROOT,
              "%s %.3f %.3f %.3f%n",
              name,
              auroc(frames, scores, iou, true, false),
              auroc(frames, scores, iou, false, true),
              auroc(frames, scores, iou, true, true)));
    }
    Files.writeString(cache.resolve("curves.svg"), picture.svg());
    System.out.printf(
        "%d frames, half of them dusk; mean IoU by share of frames answered by the cloud%n%s%n%s",
        frames.size(), sweeps, telling);
  }

  /** The worst third is of the frames that are looked at. */
  private static double auroc(
      List<Answered> frames, double[] scores, double[] iou, boolean dusk, boolean day) {
    int[] of =
        IntStream.range(0, scores.length).filter(i -> frames.get(i).dusk() ? dusk : day).toArray();
    return UploadSweep.auroc(
        Arrays.stream(of).mapToDouble(i -> scores[i]).toArray(),
        UploadSweep.worstThird(Arrays.stream(of).mapToDouble(i -> iou[i]).toArray()));
  }
}
