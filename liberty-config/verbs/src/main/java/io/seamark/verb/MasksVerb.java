package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.OpenedSource;
import io.seamark.cli.Progress;
import io.seamark.cli.SampleFiles;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.OutputFolder;
import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.SampleSource;
import io.seamark.unknown.segment.MaskRecords;
import io.seamark.unknown.segment.Prompt;
import io.seamark.unknown.segment.SegmentAnything;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark masks}. */
@Command(
    name = "masks",
    description = {
      "SAM's automatic masks of a folder of images, or those of points, boxes and rough masks.",
      "",
      "Writes one JSON array of SAM's mask records (COCO RLE) per image, named after it; what no"
          + " file name may hold is written as in addresses (a/b is a%%2Fb.json). A file that seamark"
          + " did not write there is never replaced. An image that cannot be read is skipped and"
          + " counted."
    })
public final class MasksVerb implements Verb {
  private static final String RECORDS = ".json";
  private static final String PICTURE = ".png";

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();

  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description = "SAM's two ONNX graphs. Default: the embedded segmenter.")
  private @Nullable Path sam;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "seamark-masks",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-masks");

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = {
        "fast: prompts where least is found yet. reference: every point of the grid, exactly the"
            + " original's masks. Default: fast."
      })
  private @Nullable String mode;

  @Option(
      names = "--points",
      paramLabel = "X,Y[,0]",
      description =
          "Find what lies at a point, in pixels, instead of everything; ',0' says that the point"
              + " lies beside it. Points of one thing are joined by ':'. May be given several"
              + " times.")
  private List<String> points = List.of();

  @Option(
      names = "--boxes",
      paramLabel = "X,Y,W,H",
      description = "Find what a box holds, in pixels. May be given several times.")
  private List<String> boxes = List.of();

  @Option(
      names = "--mask-prompts",
      paramLabel = "FILE",
      description =
          "Find what a rough mask means: a picture of the images' size, white where the thing is."
              + " May be given several times.")
  private List<Path> maskPrompts = List.of();

  @Option(
      names = "--pictures",
      description = "Also write one PNG per image, each mask in a colour of its own.")
  private boolean pictures;

  private int images;
  private int skipped;
  private long masks;
  private List<String> notes = List.of();
  private final Map<String, List<Double>> seconds = new TreeMap<>();

  /** Made by the service loader. */
  public MasksVerb() {}

  @Override
  public Integer call() throws IOException {
    var registry = common.registry();
    if (!source.named()) {
      throw new IllegalArgumentException("--images DIR is missing: the folder to find masks in");
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    source.configure(registry, chosen);
    if (sam != null) {
      chosen.put("seamark.sam", sam.toString());
    }
    if (mode != null) {
      chosen.put("mask_generator.segment_anything.mode", mode);
    }
    List<Prompt> prompts = new ArrayList<>();
    points.forEach(text -> prompts.add(PromptText.points(text)));
    boxes.forEach(text -> prompts.add(PromptText.box(text)));
    maskPrompts.forEach(file -> prompts.add(PromptText.mask(file)));
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    try (OpenedSource frames = SourceOptions.open(workplace.plugins());
        MaskGenerator generator = Opening.generator(workplace);
        Progress progress = new Progress("masks", frames.size().orElse(-1), common.err())) {
      if (!prompts.isEmpty() && !(generator instanceof SegmentAnything)) {
        throw new IllegalArgumentException(
            "--points, --boxes and --mask-prompts need the mask generator segment_anything");
      }
      try (OutputFolder folder = OutputFolder.open(out, workplace.inputs())) {
        SampleFiles files = new SampleFiles(folder, "");
        files.check(frames.ids(), pictures ? List.of(RECORDS, PICTURE) : List.of(RECORDS));
        frames.begin(common.err());
        notes = frames.notes();
        find(frames, generator, prompts, files, progress);
      }
    }
    if (images == 0) {
      throw new IOException("none of the " + skipped + " images could be read");
    }
    tell();
    return Seamark.DONE;
  }

  private void find(
      SampleSource frames,
      MaskGenerator generator,
      List<Prompt> prompts,
      SampleFiles files,
      Progress progress)
      throws IOException {
    Set<String> ids = new HashSet<>();
    while (true) {
      Optional<SourceItem> next = frames.next();
      if (next.isEmpty()) {
        return;
      }
      if (next.get() instanceof UnreadableSample bad) {
        skip(bad.id(), bad.reason());
      } else if (next.get() instanceof Sample sample) {
        if (ids.add(sample.id())) {
          find(generator, sample, prompts, files);
        } else {
          skip(sample.id(), "a sample of this name came before");
        }
      }
      progress.step(masks + " masks");
    }
  }

  private void skip(String id, String reason) {
    skipped++;
    common.err().println("skipped " + id + ": " + reason);
  }

  private void find(MaskGenerator generator, Sample sample, List<Prompt> prompts, SampleFiles files)
      throws IOException {
    MaskGenerator.Generated found;
    if (!prompts.isEmpty() && generator instanceof SegmentAnything prompted) {
      long start = System.nanoTime();
      List<SegmentMask> pointed =
          prompted.prompt(sample.frame(), prompts).stream().flatMap(List::stream).toList();
      found =
          new MaskGenerator.Generated(
              pointed, Map.of("prompts", (System.nanoTime() - start) / 1e9));
    } else {
      found = generator.generate(sample.frame());
    }
    // Both or none are counted: the records come last.
    if (pictures) {
      files.write(
          sample.id(), PICTURE, Images.encodePng(MaskPicture.of(sample.frame(), found.masks())));
    }
    files.write(sample.id(), RECORDS, MaskRecords.write(found.masks()));
    images++;
    masks += found.masks().size();
    found.seconds().forEach((s, t) -> seconds.computeIfAbsent(s, k -> new ArrayList<>()).add(t));
  }

  private void tell() {
    Table table = new Table("stage", "median ms");
    Map<String, Double> medians = new LinkedHashMap<>();
    seconds.forEach(
        (stage, times) -> {
          double median = 1e3 * times.stream().sorted().toList().get(times.size() / 2);
          medians.put(stage, median);
          table.row(stage, Table.figure(median, 1));
        });
    common.out().println(table);
    common.out().printf("%d masks in %d images, %d skipped, in %s%n", masks, images, skipped, out);
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("images", images);
      figures.put("skipped", skipped);
      figures.put("masks", masks);
      figures.put("notes", notes);
      figures.put("median_ms", medians);
      figures.put("out", out.toString());
      common.out().println(JsonLine.of(figures));
    }
  }
}
