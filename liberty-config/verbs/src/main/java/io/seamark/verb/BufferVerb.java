package io.seamark.verb;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.CountsByValue;
import io.seamark.buffer.format.OpenReport;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import java.io.IOException;
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
    description = {
      "List, verify, export, serve, repair, compact and copy a replay buffer, or forget samples of it.",
      "",
      "list, verify, export, serve and copy only read it, also beside its writer; the others need it"
          + " for themselves."
    },
    subcommands = {
      BufferVerb.Listing.class,
      BufferVerb.Verify.class,
      ExportCommand.class,
      ServeCommand.class,
      RepairCommand.class,
      CompactCommand.class,
      ForgetCommand.class,
      CopyCommand.class
    },
    synopsisSubcommandLabel = "(list | verify | export | serve | repair | compact | forget | copy)")
public final class BufferVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public BufferVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException(
        "say what: buffer list, buffer verify, buffer export, buffer serve, buffer repair, buffer"
            + " compact, buffer forget or buffer copy");
  }

  /** Names what is damaged; the status that the verb ends with if all else goes well. */
  static int damage(CommonOptions common, List<String> damages) {
    damages.forEach(common.err()::println);
    return damages.isEmpty() ? Seamark.DONE : Seamark.FAILED;
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
        Map<String, Integer> domains = new LinkedHashMap<>();
        CountsByValue counts = buffer.domains();
        counts.values().forEach((domain, count) -> domains.put(domain, count.records()));
        if (byDomain) {
          Table table = new Table("domain", "samples");
          domains.forEach((domain, n) -> table.row(domain.isEmpty() ? "-" : domain, n.toString()));
          if (counts.others().records() > 0) {
            table.row("(others)", Integer.toString(counts.others().records()));
          }
          common.out().println(table);
        } else {
          Table table = new Table("id", "sequence", "edge", "domain", "score");
          buffer
              .entries()
              .forEach(
                  entry ->
                      table.row(
                          entry.id(),
                          Long.toString(entry.sequence()),
                          entry.edge(),
                          entry.domain(),
                          Table.figure(entry.score(), 4)));
          common.out().println(table);
        }
        int samples = buffer.size();
        OpenReport report = buffer.report();
        long gone = buffer.next() - samples;
        common
            .out()
            .println(
                String.format(
                    "%d samples, %d bytes; %d of all that came were dropped or are lost",
                    samples, buffer.bytes(), gone));
        int status = damage(common, report.damages());
        if (common.json()) {
          Map<String, Object> figures = new LinkedHashMap<>();
          figures.put("samples", samples);
          figures.put("first", buffer.first());
          figures.put("next", buffer.next());
          figures.put("bytes", buffer.bytes());
          figures.put("gone", gone);
          figures.put("damages", report.damages());
          figures.put("unreadable", report.unreadable());
          figures.put("domains", domains);
          figures.put("otherDomains", counts.others().records());
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
}
