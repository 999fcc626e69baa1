package io.seamark.bench;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.OutputFolder;
import io.seamark.host.CacheFolder;
import java.io.IOException;
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

/** {@code seamark bench}. */
@Command(
    name = "bench",
    description = {
      "Run a benchmarking job of Ianvs for lifelong learning.",
      "",
      "Reads benchmarkingjob.yaml and the testenv.yaml and algorithm.yaml it names. Every"
          + " combination of modules and hyperparameters is a test case, whose result is saved as"
          + " soon as it is there; a job that is started again runs the cases that have none."
          + " Writes rank/all_rank.csv, rank/selected_rank.csv and rank/upload_curve.svg."
    })
public final class BenchVerb implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The job's benchmarkingjob.yaml.")
  private @Nullable Path file;

  @Option(
      names = "--example",
      paramLabel = "DIR",
      description = "Write a small job on generated street frames into a new folder, and stop.")
  private @Nullable Path example;

  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description = "SAM's two ONNX graphs. Default: the embedded segmenter.")
  private @Nullable Path sam;

  @Option(
      names = "--fresh",
      description = "Run all cases anew, finished ones too, in new folders: earlier results stay.")
  private boolean fresh;

  @Option(
      names = "--no-curve",
      description =
          "Draw no curve over the upload share, for which the cloud answers every test frame.")
  private boolean noCurve;

  /** Made by the service loader. */
  public BenchVerb() {}

  @Override
  public Integer call() throws IOException {
    if (example != null) {
      if (file != null) {
        throw new IllegalArgumentException("--example writes a job; FILE is for running one");
      }
      Path job = ExampleJob.STANDARD.write(example);
      common.out().println("wrote " + job + "; run it: seamark bench " + job);
      return Seamark.DONE;
    }
    if (file == null) {
      throw new IllegalArgumentException(
          "FILE is missing: a benchmarkingjob.yaml, or --example DIR to get one");
    }
    var registry = common.registry();
    IanvsJob job = IanvsJob.read(file, registry);
    List<Bench.Prepared> cases = new ArrayList<>();
    for (TestCase test : job.cases()) {
      cases.add(prepare(test, registry));
    }
    Path folder = job.workspace().resolve(job.name());
    try (OutputFolder owned = OutputFolder.open(folder, inputs(job, cases))) {
      return run(job, cases, owned);
    }
  }

  /** Folders that are read: results do not go into one of them. */
  private Map<String, Path> inputs(IanvsJob job, List<Bench.Prepared> cases) {
    Map<String, Path> inputs = new LinkedHashMap<>();
    inputs.put("the folder of the training index", folder(job.train().file()));
    inputs.put("the folder of the test index", folder(job.test().file()));
    for (Bench.Prepared each : cases) {
      inputs.put("the folder of the edge model", folder(each.model()));
    }
    if (file != null) {
      inputs.put("the folder of the job", folder(file));
    }
    if (sam != null) {
      inputs.put("--sam", sam);
    }
    return inputs;
  }

  private static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file : folder;
  }

  private Integer run(IanvsJob job, List<Bench.Prepared> cases, OutputFolder folder)
      throws IOException {
    Path rank = folder.path().resolve("rank");
    Bench bench =
        new Bench(
            job,
            folder,
            fresh,
            !noCurve,
            line -> {
              common.err().println(line);
              common.err().flush();
            });
    List<CaseResult> results = bench.run(cases);
    Table ranked = bench.rank(results);
    common.out().println(ranked);
    curves(results);
    common
        .out()
        .printf(
            "%d cases, %d of them finished before, %d failed; rank files in %s%n",
            cases.size(), bench.kept(), bench.failed().size(), rank);
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("cases", cases.size());
      figures.put("kept", bench.kept());
      figures.put("failed", bench.failed());
      figures.put("results", results.stream().map(CaseResult::metrics).toList());
      figures.put(
          "notes",
          results.stream()
              .flatMap(r -> r.notes().stream().map(note -> r.algorithm() + ": " + note))
              .toList());
      figures.put("rank", rank.toString());
      common.out().println(JsonLine.of(figures));
    }
    return bench.failed().isEmpty() ? Seamark.DONE : Seamark.FAILED;
  }

  private Bench.Prepared prepare(TestCase test, io.seamark.registry.PluginRegistry registry)
      throws IOException {
    Map<String, String> chosen = new LinkedHashMap<>(test.settings());
    model.configure(chosen);
    Path initial = test.initialModel();
    if (initial != null) {
      chosen.put("seamark.edge.model", initial.toString());
    }
    if (sam != null) {
      chosen.put("seamark.sam", sam.toString());
    }
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    test.settings()
        .forEach(
            (key, value) -> {
              String used = workplace.explicit().getOrDefault(key, value);
              if (!used.equals(value)) {
                throw new IllegalArgumentException(
                    "--set "
                        + key
                        + "="
                        + used
                        + " contradicts "
                        + test.algorithm()
                        + ", whose file says "
                        + value
                        + ": keep one");
              }
            });
    Path model = ModelOptions.file(workplace, CacheFolder.path());
    ModelOptions.probe(model, workplace.plugins());
    return Bench.Prepared.of(test, workplace, model);
  }

  private void curves(List<CaseResult> results) {
    Table table =
        new Table("mean IoU by upload share", "0 %", "10 %", "30 %", "50 %", "100 %", "area");
    boolean any = false;
    for (CaseResult result : results) {
      List<Double> sweep = result.sweep();
      if (!sweep.isEmpty()) {
        any = true;
        List<String> cells = new ArrayList<>(List.of(result.algorithm() + " " + result.miner()));
        for (double share : new double[] {0, 0.1, 0.3, 0.5, 1}) {
          cells.add(Table.figure(sweep.get((int) Math.round(share * (sweep.size() - 1))), 4));
        }
        cells.add(Table.figure(result.figure("upload_curve_area"), 4));
        table.row(cells.toArray(String[]::new));
      }
    }
    if (any) {
      common.out().println(table);
    }
  }
}
