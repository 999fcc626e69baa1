package io.seamark.sedna;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark sedna}. */
@Command(
    name = "sedna",
    description = {
      "A worker of Sedna's lifelong-learning job: what to do is said by Sedna's environment"
          + " variables alone.",
      "",
      "seamark settings --markdown lists the variables under 'What Sedna tells a worker'."
    },
    synopsisSubcommandLabel = "WORKER")
public final class SednaVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public SednaVerb() {}

  @Override
  public List<Verb> parts() {
    List<Verb> workers = new ArrayList<>();
    ServiceLoader.load(SednaWorker.class).forEach(workers::add);
    return workers;
  }

  @Override
  public Integer call() {
    throw new IllegalArgumentException(
        "say which worker: "
            + parts().stream()
                .map(worker -> "sedna " + new CommandLine(worker).getCommandName())
                .sorted()
                .collect(Collectors.joining(" or ")));
  }
}
