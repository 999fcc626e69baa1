package io.seamark.verb;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.OpenReport;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.OutputNames;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.OutputFolder;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer}. */
@Command(
    name = "buffer",
    description = {
      "List, verify, export, repair, compact and copy a replay buffer, or forget samples of it.",
      "",
      "list, verify, export and copy only read it, also beside its writer; the others need it for"
          + " themselves."
    },
    subcommands = {
      BufferVerb.Listing.class,
      BufferVerb.Verify.class,
      BufferVerb.Export.class,
      RepairCommand.class,
      CompactCommand.class,
      ForgetCommand.class,
      CopyCommand.class
    },
    synopsisSubcommandLabel = "(list | verify | export | repair | compact | forget | copy)")
public final class BufferVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public BufferVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException(
        "say what: buffer list, buffer verify, buffer export, buffer repair, buffer compact, buffer"
            + " forget or buffer copy");
  }

  /** Names what is damaged; the status that the verb ends with if all else goes well. */
  private static int damage(CommonOptions common, List<String> damages) {
    damages.forEach(common.err()::println);
    return damages.isEmpty() ? Seamark.DONE : Seamark.FAILED;
  }

  private static List<ReplayBuffer.Entry> entries(ReplayBuffer buffer) {
    try (var entries = buffer.entries()) {
      return entries.toList();
    }
  }

  /** {@code seamark buffer list}. */
  @Command(
      name = "list",
      description = "List the samples, or sum them up by domain; status 1 if a file is damaged.")
  static final class Listing implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
    private Path folder = Path.of("");

    @Option(names = "--by-domain", description = "Only numbers by domain.")
    private boolean byDomain;

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder))) {
        List<ReplayBuffer.Entry> entries = entries(buffer);
        Map<String, Integer> domains = new LinkedHashMap<>();
        entries.forEach(entry -> domains.merge(entry.domain(), 1, Integer::sum));
        if (byDomain) {
          Table table = new Table("domain", "samples");
          domains.forEach((domain, n) -> table.row(domain.isEmpty() ? "-" : domain, n.toString()));
          common.out().println(table);
        } else {
          Table table = new Table("id", "sequence", "edge", "domain", "score");
          for (ReplayBuffer.Entry entry : entries) {
            table.row(
                entry.id(),
                Long.toString(entry.sequence()),
                entry.edge(),
                entry.domain(),
                Table.figure(entry.score(), 4));
          }
          common.out().println(table);
        }
        OpenReport report = buffer.report();
        long gone = buffer.next() - entries.size();
        common
            .out()
            .println(
                String.format(
                    "%d samples, %d bytes; %d of all that came were dropped or are lost",
                    entries.size(), buffer.bytes(), gone));
        int status = damage(common, report.damages());
        if (common.json()) {
          Map<String, Object> figures = new LinkedHashMap<>();
          figures.put("samples", entries.size());
          figures.put("first", buffer.first());
          figures.put("next", buffer.next());
          figures.put("bytes", buffer.bytes());
          figures.put("gone", gone);
          figures.put("damages", report.damages());
          figures.put("unreadable", report.unreadable());
          figures.put("domains", domains);
          common.out().println(JsonLine.of(figures));
        }
        return status;
      }
    }
  }

  /** {@code seamark buffer verify}. */
  @Command(
      name = "verify",
      description =
          "Read every sample and hold it against its checksum; status 1 if anything is damaged, or if"
              + " a file is in the folder that no buffer has.")
  static final class Verify implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      List<String> damaged;
      List<String> foreign;
      OpenReport report;
      int samples;
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder))) {
        samples = buffer.size();
        damaged = buffer.verify();
        foreign = buffer.foreignFiles();
        report = buffer.report();
      }
      damaged.forEach(common.out()::println);
      foreign.forEach(name -> common.out().println(name + " is no file of a buffer"));
      if (report.tornBytes() > 0) {
        common
            .out()
            .println(
                report.tornBytes()
                    + " bytes follow the last whole sample: a write that was cut, or is under way");
      }
      common.out().println(samples + " samples, " + damaged.size() + " damaged");
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("samples", samples);
        figures.put("damaged", damaged.size());
        figures.put("damages", damaged);
        figures.put("unreadable", report.unreadable());
        figures.put("foreign", foreign);
        figures.put("tornBytes", report.tornBytes());
        common.out().println(JsonLine.of(figures));
      }
      return damaged.isEmpty() && foreign.isEmpty() ? Seamark.DONE : Seamark.FAILED;
    }
  }

  /** {@code seamark buffer export}. */
  @Command(
      name = "export",
      description = {
        "Write the samples as files.",
        "",
        "images/ (as the edge sent them), depth/ (PNG), answers/ (8-bit PNG class maps) and, at the"
            + " end, samples.csv. A file that seamark did not write there is never replaced."
      })
  static final class Export implements Verb {
    private static final String SAMPLES = "samples.csv";

    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
    private Path folder = Path.of("");

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where to write.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      int exported = 0;
      int damaged;
      StringBuilder table = new StringBuilder();
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder));
          OutputFolder files = OutputFolder.open(out, Map.of("the buffer", folder));
          Csv csv =
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
        List<String> found = buffer.report().damages();
        damage(common, found);
        damaged = found.size();
        List<ReplayBuffer.Entry> entries = entries(buffer);
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
          export(entry.sequence(), sample, files, csv);
          exported++;
        }
        files.write(SAMPLES, table.toString().getBytes(StandardCharsets.UTF_8));
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
}
