package io.seamark.cli;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.Outbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code seamark outbox}. */
@Command(
    name = "outbox",
    description =
        "List the frames that could not be delivered to the cloud, or let them try again.",
    subcommands = {OutboxVerb.Listing.class, OutboxVerb.Retry.class},
    synopsisSubcommandLabel = "(list | retry)")
public final class OutboxVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public OutboxVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException("say what: outbox list or outbox retry");
  }

  private static Path existing(Path folder) {
    if (!Files.isRegularFile(folder.resolve("cursor"))) {
      throw new IllegalArgumentException(
          "outbox " + folder + " is none: name the folder outbox/ that edge or run made in --out");
    }
    return folder;
  }

  /** {@code seamark outbox list}. */
  @Command(
      name = "list",
      description = "List the frames that were set aside and why. Also beside a running edge.")
  static final class Listing implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The outbox's folder.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      Outbox.Standing standing = Outbox.look(existing(folder));
      Table table = new Table("id", "sequence", "domain", "reason");
      List<Map<String, Object>> asides = new ArrayList<>();
      for (Outbox.SetAside aside : standing.asides()) {
        table.row(
            aside.sample().id(),
            Long.toString(aside.sequence()),
            aside.sample().domain(),
            aside.reason());
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("id", aside.sample().id());
        one.put("sequence", aside.sequence());
        one.put("reason", aside.reason());
        asides.add(one);
      }
      common.out().println(table);
      common
          .out()
          .println(
              String.format(
                  "%d frames wait, %d are set aside",
                  standing.pending(), standing.asides().size()));
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("pending", standing.pending());
        figures.put("set_aside", asides);
        common.out().println(JsonLine.of(figures));
      }
      return Seamark.DONE;
    }
  }

  /** {@code seamark outbox retry}. */
  @Command(
      name = "retry",
      description =
          "Let every frame that was set aside wait for delivery again. The edge must be stopped.")
  static final class Retry implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "DIR", description = "The outbox's folder.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
      common.open(common.registry(), Map.of(), Map.of());
      int again;
      int pending;
      try (Outbox outbox = Outbox.open(existing(folder), BufferOptions.outbox(Long.MAX_VALUE))) {
        again = outbox.retryAsides();
        pending = outbox.pending();
      }
      common
          .out()
          .println(
              String.format(
                  "%d frames that were set aside wait again; %d wait in all", again, pending));
      if (common.json()) {
        common.out().println(JsonLine.of(Map.of("retried", again, "pending", pending)));
      }
      return Seamark.DONE;
    }
  }
}
