package io.seamark.verb;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.OutputNames;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.durable.OutputFolder;
import io.seamark.export.TableFormat;
import io.seamark.imaging.Images;
import io.seamark.perception.EncodedImage;
import io.seamark.text.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer export}. */
@Command(
    name = "export",
    description = {
      "Write the samples as files: all, or those for which all the options given hold.",
      "",
      "As images: images/ (as the edge sent them), depth/ (PNG), answers/ (8-bit PNG class maps) and,"
          + " at the end, samples.csv. As parquet or feather: samples.parquet or samples.feather, a"
          + " table with all columns of the buffer, a sample a row; with --rows-per-file"
          + " samples-00000.parquet and so on.",
      "",
      "A file that seamark did not write there is never replaced."
    })
final class ExportCommand implements Verb {
  private static final String SAMPLES = "samples.csv";

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
  private Path folder = Path.of("");

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where to write.")
  private Path out = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "images, parquet or feather. Default: images.")
  private Format format = Format.IMAGES;

  @Option(
      names = "--rows-per-file",
      paramLabel = "N",
      description = "Begin another file of the table after so many samples. Default: one file.")
  private @Nullable Integer rowsPerFile;

  @Mixin private SampleChoice chosen = new SampleChoice();

  private int exported;
  private int damaged;

  /** What the samples are written as. */
  enum Format {
    IMAGES,
    PARQUET,
    FEATHER
  }

  @Override
  public Integer call() throws IOException {
    common.open(common.registry(), Map.of(), Map.of());
    chosen.asked();
    Integer rows = rowsPerFile;
    if (rows != null && (rows < 1 || format == Format.IMAGES)) {
      throw new IllegalArgumentException(
          "--rows-per-file is '"
              + rows
              + "', but must be at least 1, and goes with --format parquet or feather");
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder));
        OutputFolder files = OutputFolder.open(out, Map.of("the buffer", folder))) {
      switch (format) {
        case IMAGES -> images(buffer, files);
        case PARQUET -> table(buffer, files, TableFormat.PARQUET);
        case FEATHER -> table(buffer, files, TableFormat.FEATHER);
      }
    }
    common.out().println(exported + " samples in " + out + ", " + damaged + " damaged");
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("exported", exported);
      figures.put("damaged", damaged);
      figures.put("out", out.toString());
      common.out().println(JsonLine.of(figures));
    }
    return damaged == 0 ? Seamark.DONE : Seamark.FAILED;
  }

  private void table(ReplayBuffer buffer, OutputFolder files, TableFormat written)
      throws IOException {
    TableExport export = new TableExport(common, buffer, chosen, files, written, rowsPerFile);
    export.write();
    damage(buffer);
    exported = export.exported();
    damaged += export.damaged();
  }

  /** Once all indexes were read. */
  private void damage(ReplayBuffer buffer) {
    List<String> found = buffer.report().damages();
    BufferVerb.damage(common, found);
    damaged += found.size();
  }

  private void images(ReplayBuffer buffer, OutputFolder files) throws IOException {
    StringBuilder table = new StringBuilder();
    try (Csv csv =
        new Csv(
            table,
            Csv.COMMAS,
            "sequence",
            "name",
            "edge",
            "id",
            "domain",
            "captured_ms",
            "score",
            "threshold",
            "model",
            "masks")) {
      List<ReplayBuffer.Entry> entries =
          buffer
              .entries()
              .filter(entry -> chosen.holds(entry.edge(), entry.domain(), entry.id()))
              .toList();
      damage(buffer);
      files.check(names(entries));
      for (String sub : List.of("images", "depth", "answers")) {
        Files.createDirectories(out.resolve(sub));
      }
      for (ReplayBuffer.Entry entry : entries) {
        BufferedSample sample;
        try {
          sample = buffer.read(entry.sequence());
        } catch (IOException e) {
          damaged++;
          common.err().println("skipped " + entry.id() + ": " + Seamark.message(e));
          continue;
        }
        if (chosen.holds(sample.sample().capturedMillis())) {
          export(entry.sequence(), sample, files, csv);
          exported++;
        }
      }
      files.write(SAMPLES, table.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Every name that may be written; what an image is of is known once it is read. */
  private static List<String> names(List<ReplayBuffer.Entry> entries) {
    List<String> names = new ArrayList<>(List.of(SAMPLES));
    for (ReplayBuffer.Entry entry : entries) {
      String map = map(entry.sequence(), entry.id());
      names.add("images/" + map);
      names.add("images/" + base(map) + ".jpg");
      names.add("depth/" + map);
      names.add("answers/" + map);
    }
    return names;
  }

  /** Ids are unique within an edge only. */
  private static String map(long sequence, String id) {
    return OutputNames.of(sequence + "-" + id, ".png");
  }

  /** All endings have four characters. */
  private static String base(String map) {
    return map.substring(0, map.length() - ".png".length());
  }

  private static void export(long sequence, BufferedSample stored, OutputFolder files, Csv csv)
      throws IOException {
    HardSample sample = stored.sample();
    String map = map(sequence, sample.id());
    String name = base(map);
    String ending = sample.image().mediaType().equals(EncodedImage.PNG) ? ".png" : ".jpg";
    files.write("images/" + name + ending, sample.image().bytes());
    byte[] depth = sample.depthPng();
    if (depth != null) {
      files.write("depth/" + map, depth);
    }
    files.write("answers/" + map, Images.encodeClassMap(stored.answer().classMap()));
    csv.row(
        List.of(
            sequence,
            name,
            sample.edge(),
            sample.id(),
            sample.domain(),
            sample.capturedMillis(),
            sample.score(),
            sample.threshold(),
            sample.modelVersion(),
            stored.answer().masks()));
  }
}
