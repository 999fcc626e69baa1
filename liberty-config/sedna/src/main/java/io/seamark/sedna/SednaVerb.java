package io.seamark.sedna;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Verb;
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
    subcommands = {TrainCommand.class, EvalCommand.class, InferCommand.class},
    synopsisSubcommandLabel = "(train | eval | infer)")
public final class SednaVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public SednaVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException("say what: sedna train, sedna eval or sedna infer");
  }
}
