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
import io.seamark.imaging.Images;
import io.seamark.perception.EncodedImage;
import io.seamark.text.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    description = "List, verify and export a replay buffer. Only reads it, also beside its writer.",
    subcommands = {BufferVerb.Listing.class, BufferVerb.Verify.class, BufferVerb.Export.class},
    synopsisSubcommandLabel = "(list | verify | export)")
public final class BufferVerb implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public BufferVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException("say what: buffer list, buffer verify or buffer export");
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
          "Read every sample and hold it against its checksum; status 1 if anything is damaged.")
  static final class Verify implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      List<String> damaged;
      int samples;
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder))) {
        samples = buffer.size();
        damaged = buffer.verify();
      }
      damaged.forEach(common.out()::println);
      common.out().println(samples + " samples, " + damaged.size() + " damaged");
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("samples", samples);
        figures.put("damaged", damaged.size());
        common.out().println(JsonLine.of(figures));
      }
      return damaged.isEmpty() ? Seamark.DONE : Seamark.FAILED;
    }
  }

  /** {@code seamark buffer export}. */
  @Command(
      name = "export",
      description = {
        "Write the samples as files.",
        "",
        "images/ (as the edge sent them), depth/ (PNG), answers/ (8-bit PNG class maps) and"
            + " samples.csv."
      })
  static final class Export implements Verb {
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
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(Opening.buffer(folder))) {
        List<String> found = buffer.report().damages();
        damage(common, found);
        damaged = found.size();
        Opening.folder(out);
        for (String sub : List.of("images", "depth", "answers")) {
          Files.createDirectories(out.resolve(sub));
        }
        try (Csv csv =
            new Csv(
                Files.newBufferedWriter(out.resolve("samples.csv"), StandardCharsets.UTF_8),
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
          for (ReplayBuffer.Entry entry : entries(buffer)) {
            try {
              export(entry.sequence(), buffer.read(entry.sequence()), csv);
              exported++;
            } catch (IOException e) {
              damaged++;
              common.err().println("skipped " + entry.id() + ": " + Seamark.message(e));
            }
          }
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

    private void export(long sequence, BufferedSample stored, Csv csv) throws IOException {
      HardSample sample = stored.sample();
      // Ids are unique within an edge only.
      String name = sequence + "-" + OutputNames.of(sample.id(), "");
      String ending = sample.image().mediaType().equals(EncodedImage.PNG) ? ".png" : ".jpg";
      Files.write(out.resolve("images").resolve(name + ending), sample.image().bytes());
      byte[] depth = sample.depthPng();
      if (depth != null) {
        Files.write(out.resolve("depth").resolve(name + ".png"), depth);
      }
      Files.write(
          out.resolve("answers").resolve(name + ".png"),
          Images.encodeClassMap(stored.answer().classMap()));
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
