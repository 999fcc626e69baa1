package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.sedna.LocalController;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.SednaWorker;
import io.seamark.sedna.Worker;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark sedna eval}. */
@Command(
    name = "eval",
    description =
        "Evaluate the models of MODEL_URLS on TEST_DATASET_URL, leave the index of the best in"
            + " OUTPUT_URL, and report to the local controller.")
public final class EvalCommand implements SednaWorker {
  @Mixin private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public EvalCommand() {}

  @Override
  public Integer call() throws IOException {
    CommonOptions.Workplace workplace =
        common.open(common.registry(), Worker.chosen(System.getenv()), Map.of());
    Worker worker = Worker.of(workplace);
    Worker.needed("TEST_DATASET_URL", worker.told().testDataset());
    try (RemoteFiles files = new RemoteFiles(worker);
        OutputFolder out = OutputFolder.open(worker.folder(), Map.of())) {
      KnowledgeBase base = new KnowledgeBase(worker.told().knowledgeBase(), files.retries());
      LocalController controller = new LocalController(worker, files.retries());
      Evaluation.Evaluated best = new Evaluation(worker, workplace, files, out).run();
      new IndexDelivery(worker, files, out, base).write(best.index(), base.drop(best.dropped()));
      Map<String, Double> metrics = best.metrics();
      controller.completed("eval", worker.output(Worker.INDEX), metrics.isEmpty() ? null : metrics);
      common.out().println("evaluated: " + worker.output(Worker.INDEX) + " " + metrics);
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>(metrics);
        figures.put("dropped", best.dropped());
        common.out().println(JsonLine.of(figures));
      }
      return Seamark.DONE;
    }
  }
}
