package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.sedna.LocalController;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.SednaWorker;
import io.seamark.sedna.Worker;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark sedna train}. */
@Command(
    name = "train",
    description = {
      "Train the job's model on TRAIN_DATASET_URL, leave model and index in OUTPUT_URL, and report"
          + " to the local controller.",
      "",
      "Started again after it was killed, with the same variables, it goes on from its last"
          + " checkpoint in OUTPUT_URL."
    })
public final class TrainCommand implements SednaWorker {
  @Mixin private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public TrainCommand() {}

  @Override
  public Integer call() throws IOException {
    CommonOptions.Workplace workplace =
        common.open(common.registry(), Worker.chosen(System.getenv()), Map.of());
    Worker worker = Worker.of(workplace);
    Worker.needed("TRAIN_DATASET_URL", worker.told().trainDataset());
    try (RemoteFiles files = new RemoteFiles(worker);
        OutputFolder out = OutputFolder.open(worker.folder(), Map.of());
        Stopping stopping = new Stopping()) {
      KnowledgeBase base = new KnowledgeBase(worker.told().knowledgeBase(), files.retries());
      LocalController controller = new LocalController(worker, files.retries());
      TrainedRound round = new TrainRound(worker, workplace, files, out).run(stopping);
      if (round == null) {
        common.err().println("stopped; started again, the worker goes on from its last checkpoint");
        return Seamark.FAILED;
      }
      new IndexDelivery(worker, files, out, base).deliver(round);
      controller.completed("train", worker.output(Worker.INDEX), null);
      common.out().println(round.done().verdict() + ": " + worker.output(Worker.INDEX));
      return Seamark.DONE;
    }
  }
}
