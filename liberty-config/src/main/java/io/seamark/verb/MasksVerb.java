package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.OutputNames;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.SampleSource;
import io.seamark.unknown.segment.MaskRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark masks}. */
@Command(
    name = "masks",
    description = {
      "SAM's automatic masks of a folder of images.",
      "",
      "Writes one JSON array of SAM's mask records (COCO RLE) per image, named after it. An image"
          + " that cannot be read is skipped and counted."
    })
public final class MasksVerb implements Verb {
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

  private int images;
  private int skipped;
  private long masks;
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
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    try (SampleSource frames = SourceOptions.open(workplace.plugins());
        MaskGenerator generator = Opening.generator(workplace);
        Progress progress = new Progress("masks", frames.size().orElse(-1), common.err())) {
      Opening.folder(out);
      while (true) {
        Optional<SourceItem> next = frames.next();
        if (next.isEmpty()) {
          break;
        }
        if (next.get() instanceof UnreadableSample bad) {
          skipped++;
          common.err().println("skipped " + bad.id() + ": " + bad.reason());
        } else if (next.get() instanceof Sample sample) {
          find(generator, sample);
        }
        progress.step(masks + " masks");
      }
    }
    if (images == 0) {
      throw new IOException("none of the " + skipped + " images could be read");
    }
    tell();
    return Seamark.DONE;
  }

  private void find(MaskGenerator generator, Sample sample) throws IOException {
    MaskGenerator.Generated found = generator.generate(sample.frame());
    Files.write(
        out.resolve(OutputNames.of(sample.id(), ".json")), MaskRecords.write(found.masks()));
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
      figures.put("median_ms", medians);
      figures.put("out", out.toString());
      common.out().println(JsonLine.of(figures));
    }
  }
}
