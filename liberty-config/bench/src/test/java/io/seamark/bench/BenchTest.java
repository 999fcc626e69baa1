package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.bench.IanvsJob.Ranking;
import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.registry.PluginRegistry;
import io.seamark.shared.SharedFolder;
import io.seamark.text.Csv;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchTest {
  /** A round here is judged by one candidate, and a frame's masks are found by nine points. */
  private static final List<String> QUICK =
      List.of(
          "--set",
          "mask_generator.segment_anything.points-per-side=3",
          "--set",
          "seamark.training.candidates=averaged");

  private static final String MARGIN =
      "    - type: \"unseen_sample_recognition\"\n      name: \"score_margin\"\n";

  @TempDir Path folder = Path.of("");

  private record Ran(int status, String out, String err) {}

  private static Ran bench(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all =
        Stream.of(Stream.of("bench"), QUICK.stream(), Arrays.stream(arguments).map(String::valueOf))
            .flatMap(part -> part)
            .toArray(String[]::new);
    int status = Seamark.run(new PrintWriter(out), new PrintWriter(err), all);
    return new Ran(status, out.toString(), err.toString());
  }

  private Path example() throws IOException {
    return new ExampleJob(96, 64, 8).write(folder.resolve("job"));
  }

  private static void edit(Path job, String file, String from, String to) throws IOException {
    Path path = job.resolveSibling(file);
    String text = Files.readString(path);
    assertTrue(text.contains(from), file + " lacks " + from);
    Files.writeString(path, text.replace(from, to));
  }

  private static void assertRefused(Path job, String... parts) {
    Ran ran = bench(job);
    assertEquals(2, ran.status(), ran.err());
    for (String part : parts) {
      assertTrue(ran.err().contains(part), ran.err());
    }
    assertFalse(ran.err().contains("Exception"), ran.err());
  }

  private static List<Path> results(Path job) throws IOException {
    Path cases = job.resolveSibling("workspace/street/rfnet_lifelong_learning");
    List<Path> results = new ArrayList<>();
    try (Stream<Path> folders = Files.list(cases)) {
      folders
          .map(f -> f.resolve("result.json"))
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(results::add);
    }
    return results;
  }

  private static List<List<String>> rows(Path file) throws IOException {
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, Csv.BLANKS)) {
      return parser.stream().map(CSVRecord::toList).toList();
    }
  }

  @Test
  @DisplayName("the example job runs, writes Ianvs's files, and resumes where it was cut off")
  void exampleAndResume() throws IOException {
    Path job = example();
    Ran first = bench(job);
    assertEquals(0, first.status(), first.err());
    Path rank = job.resolveSibling("workspace/street/rank");
    List<List<String>> all = rows(rank.resolve("all_rank.csv"));
    assertEquals(3, all.size());
    assertEquals(
        List.of(
            "rank",
            "algorithm",
            "accuracy",
            "task_avg_acc",
            "BWT",
            "FWT",
            "MATRIX",
            "samples_transfer_ratio"),
        all.get(0).subList(0, 8));
    List<String> heading = all.get(0);
    assertTrue(
        heading.containsAll(
            List.of(
                "paradigm",
                "basemodel",
                "task_definition",
                "unseen_sample_recognition",
                "basemodel-learning_rate",
                "basemodel-hard_sample_target",
                "task_definition-origins",
                "unseen_sample_recognition-threhold",
                "BWT_usual",
                "FWT_usual")),
        heading::toString);
    assertEquals(List.of("time", "url"), heading.subList(heading.size() - 2, heading.size()));
    for (List<String> row : all.subList(1, 3)) {
      assertEquals(heading.size(), row.size());
      assertEquals("lifelonglearning", row.get(heading.indexOf("paradigm")));
      assertEquals("['day', 'dusk']", row.get(heading.indexOf("task_definition-origins")));
      assertTrue(row.get(heading.indexOf("MATRIX")).startsWith("{'all': [["));
    }
    double best = Double.parseDouble(all.get(1).get(heading.indexOf("accuracy")));
    assertTrue(best >= Double.parseDouble(all.get(2).get(heading.indexOf("accuracy"))));
    assertTrue(
        Files.readString(rank.resolve("upload_curve.svg")).contains("stroke=\"rgb(11,110,153)\""));
    List<List<String>> selected = rows(rank.resolve("selected_rank.csv"));
    assertEquals(
        List.of(
            "rank",
            "algorithm",
            "accuracy",
            "task_avg_acc",
            "BWT",
            "FWT",
            "samples_transfer_ratio",
            "upload_bytes",
            "paradigm",
            "unseen_sample_recognition",
            "basemodel-hard_sample_target",
            "time",
            "url"),
        selected.get(0));
    agreesWithTheMatrix(results(job).get(0));

    List<Path> results = results(job);
    assertEquals(2, results.size());
    byte[] kept = Files.readAllBytes(results.get(0));
    // As after a kill in the middle of the second case.
    Files.delete(results.get(1));
    Ran second = bench(job);
    assertEquals(0, second.status(), second.err());
    assertTrue(second.out().contains("2 cases, 1 of them finished before, 0 failed"), second.out());
    assertEquals(results, results(job));
    assertTrue(Arrays.equals(kept, Files.readAllBytes(results.get(0))));
    List<List<String>> again = rows(rank.resolve("all_rank.csv"));
    assertTrue(again.size() <= 4, "the kept case's row is there twice: " + again);
    assertEquals(
        again.size() - 1,
        again.stream()
            .skip(1)
            .map(r -> r.get(r.size() - 2) + r.get(r.size() - 1))
            .distinct()
            .count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rank algorithm time\n1 a 2 3\n",
        "rank algorithm rank\n1 a 2\n",
        "rank algorithm\n1 \"never closed\n"
      })
  @DisplayName("a rank file that is none is named, and stays as it is")
  void brokenRankFile(String text) throws IOException {
    Path rank = Files.createDirectory(folder.resolve("rank"));
    Path file = Files.writeString(rank.resolve("all_rank.csv"), text);
    Map<String, Boolean> order = Map.of("accuracy", false);
    List<String> all = List.of("all");
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      RankFiles files =
          new RankFiles(out, new Ranking(order, all, all, all, all, true, false), line -> {});
      for (Executable each : List.<Executable>of(files::check, () -> files.write(List.of()))) {
        IOException refused = assertThrows(IOException.class, each);
        String said = String.valueOf(refused.getMessage());
        assertTrue(said.contains(file.toString()), said);
        assertTrue(said.contains("move it away"), said);
        assertEquals(text, Files.readString(file));
      }
    }
  }

  private static CaseResult result(String url, double accuracy) {
    return new CaseResult(
        "key",
        "rfnet",
        Map.of("accuracy", accuracy),
        "lifelonglearning",
        Map.of("basemodel", "BaseModel"),
        Map.of(),
        Map.of(),
        "2026-01-01 00:00:00",
        url,
        "score_margin",
        List.of(),
        null,
        List.of());
  }

  @Test
  @DisplayName("rank files that a person edited or put there are carried on and kept as they were")
  void editedRankFiles() throws IOException {
    Map<String, Boolean> order = Map.of("accuracy", false);
    List<String> all = List.of("all");
    List<String> said = new ArrayList<>();
    Path rank = folder.resolve("rank");
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      RankFiles files =
          new RankFiles(out, new Ranking(order, all, all, all, all, true, false), said::add);
      files.write(List.of(result("a", 0.5)));
      files.write(List.of(result("a", 0.5), result("b", 0.6)));
      assertEquals(List.of(), said, "its own files are replaced");
      String edited =
          """
          rank algorithm accuracy paradigm basemodel note time url
          1 mine 0.9 lifelonglearning BaseModel "by hand" then there
          2 rfnet 0.1 lifelonglearning BaseModel changed "2026-01-01 00:00:00" a
          """;
      Files.writeString(rank.resolve("all_rank.csv"), edited);
      Files.writeString(rank.resolve("selected_rank.csv"), "my notes\n");
      Files.writeString(rank.resolve("upload_curve.svg"), "my picture");
      files.write(List.of(result("a", 0.5), result("b", 0.6)));
      files.curve("<svg/>");
      assertEquals(3, said.size(), said::toString);
      assertEquals(edited, Files.readString(rank.resolve("all_rank-kept-1.csv")));
      assertEquals("my notes\n", Files.readString(rank.resolve("selected_rank-kept-1.csv")));
      assertEquals("my picture", Files.readString(rank.resolve("upload_curve-kept-1.svg")));
      assertEquals(
          List.of("0.9", "0.6", "0.5"),
          rows(rank.resolve("all_rank.csv")).stream().skip(1).map(r -> r.get(2)).toList());
      Files.writeString(rank.resolve("selected_rank.csv"), "more notes\n");
      files.write(List.of(result("a", 0.5)));
      assertEquals("my notes\n", Files.readString(rank.resolve("selected_rank-kept-1.csv")));
      assertEquals("more notes\n", Files.readString(rank.resolve("selected_rank-kept-2.csv")));
    }
  }

  @Test
  @DisplayName("a broken rank file is refused before any case runs")
  void brokenRankFileStopsTheStart() throws IOException {
    Path job = example();
    Path rank = Files.createDirectories(job.resolveSibling("workspace/street/rank"));
    Files.writeString(rank.resolve("all_rank.csv"), "rank algorithm\n1 \"never closed\n");
    Ran ran = bench(job, "--no-curve");
    assertEquals(1, ran.status(), ran.err());
    assertTrue(ran.err().contains("move it away"), ran.err());
    assertFalse(Files.exists(rank.resolveSibling("rfnet_lifelong_learning")), ran.err());
  }

  @Test
  @DisplayName("a workspace has one owner at a time, and is no folder that is read")
  void oneOwner() throws IOException {
    Path job = example();
    Path workspace = job.resolveSibling("workspace/street");
    try (OutputFolder other = OutputFolder.open(workspace, Map.of())) {
      assertRefused(job, other.path() + " is being written by another seamark");
    }
    edit(
        job, "benchmarkingjob.yaml", job.resolveSibling("workspace").toString(), folder.toString());
    edit(job, "benchmarkingjob.yaml", "name: \"street\"", "name: \"job\"");
    assertRefused(job, "job is also the folder of the");
  }

  @Test
  @DisplayName("a case that the job names twice is run once, --fresh or not")
  void sameCaseTwice() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", MARGIN, "");
    edit(job, "algorithm.yaml", "[ 0.8 ]", "[ 0.8, 0.8 ]");
    Ran ran = bench(job, "--no-curve", "--fresh");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.err().contains("case 2/2 rfnet_lifelong_learning: the same as an"), ran.err());
    assertEquals(1, results(job).size());
    Path rank = job.resolveSibling("workspace/street/rank");
    assertEquals(2, rows(rank.resolve("all_rank.csv")).size());
  }

  @Test
  @DisplayName("rounds that would have nothing to evaluate are refused, with what would do")
  void figuresThatCannotBe() throws IOException {
    Path job = new ExampleJob(96, 64, 16).write(folder.resolve("job"));
    edit(job, "testenv.yaml", "incremental_rounds: 2", "incremental_rounds: 40");
    assertRefused(
        job,
        "testenv.incremental_rounds is 40, but ",
        "train-index.txt has 32 samples, of which hard-example_splitting with train_ratio 0.75"
            + " leaves some rounds nothing to evaluate, so BWT, FWT and MATRIX would be no numbers:"
            + " must be at most 8, or have an index of at least 160 samples");
    edit(job, "algorithm.yaml", "hard-example_splitting", "fwt_splitting");
    assertRefused(job, "must be at most 16, or have an index of at least 80 samples");
    edit(job, "testenv.yaml", "incremental_rounds: 40", "incremental_rounds: 16");
    assertEquals(
        16,
        IanvsJob.read(job, PluginRegistry.discover(null, getClass().getClassLoader())).rounds());
  }

  @Test
  @DisplayName("what would do is found at once, also for many rounds and few samples to train on")
  void figuresThatCannotBeForManyRounds() throws IOException {
    Path job = new ExampleJob(96, 64, 16).write(folder.resolve("job"));
    edit(job, "testenv.yaml", "incremental_rounds: 2", "incremental_rounds: 10000");
    edit(job, "algorithm.yaml", "train_ratio: 0.75", "train_ratio: 0.01");
    assertRefused(job, "must be with at least 2000000 samples");
  }

  @Test
  @DisplayName("labels without a class of the model give no number: said, and null in JSON")
  void noLabels() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", MARGIN, "");
    try (Stream<Path> files = Files.walk(job.resolveSibling("."))) {
      for (Path label : files.filter(f -> f.toString().endsWith("-label.png")).toList()) {
        byte[] nothing = new byte[96 * 64];
        Arrays.fill(nothing, (byte) 255);
        Files.write(label, Images.encodeClassMap(new ClassMap(96, 64, nothing)));
      }
    }
    edit(job, "testenv.yaml", "hard-example-mining", "no-inference");
    Ran ran = bench(job, "--json");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.err().contains("BWT"), ran.err());
    assertTrue(ran.err().contains("without a number: in some round no readable frame"), ran.err());
    List<String> lines = ran.out().lines().toList();
    JsonNode said = new ObjectMapper().readTree(lines.get(lines.size() - 1)).get("results").get(0);
    JsonNode kept =
        new ObjectMapper().readTree(Files.readAllBytes(results(job).get(0))).get("metrics");
    for (String metric : List.of("BWT", "FWT", "BWT_usual", "FWT_usual", "accuracy")) {
      assertTrue(said.get(metric).isNull(), metric + " is " + said.get(metric));
      assertTrue(kept.get(metric).isNull(), metric + " is " + kept.get(metric));
    }
    List<List<String>> rows = rows(job.resolveSibling("workspace/street/rank/all_rank.csv"));
    assertEquals("NaN", rows.get(1).get(rows.get(0).indexOf("BWT")));
    Ran again = bench(job);
    assertTrue(again.out().contains("1 of them finished before"), again.out());
  }

  @Test
  @DisplayName("a case that was cut off is left where a person's file lies, and run elsewhere")
  void unfinishedCaseWithAPersonsFile() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", MARGIN, "");
    assertEquals(0, bench(job, "--no-curve").status());
    Path result = results(job).get(0);
    // As a kill leaves it before the result.
    Files.delete(result);
    Path mine = Files.writeString(result.resolveSibling("case.json"), mine(result));
    Ran ran = bench(job, "--no-curve");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.err().contains("case.json exists already"), ran.err());
    assertEquals(mine(result), Files.readString(mine));
    assertEquals(1, results(job).size());
    assertFalse(results(job).contains(result));
    assertEquals(0, bench(job, "--no-curve", "--fresh").status());
  }

  /** A case's key as an editor writes it again. */
  private static String mine(Path result) throws IOException {
    Path key = result.resolveSibling("case.json");
    return new ObjectMapper().readTree(Files.readAllBytes(key)).toPrettyString();
  }

  @Test
  @DisplayName("--example that was cut off goes on, but not where a person has changed a file")
  void cutExampleGoesOn() throws IOException {
    Path job = example();
    Map<String, String> whole = digests(job);
    // As a kill leaves it: the job itself comes last.
    Files.delete(job);
    Files.delete(job.resolveSibling("test-index.txt"));
    Files.createFile(job.resolveSibling("day/.seamark-0123456789abcdef0123456789abcdef.new"));
    assertEquals(job, example());
    Map<String, String> again = digests(job);
    again.keySet().removeIf(name -> name.endsWith(".new"));
    assertEquals(whole, again);
    Path edited = Files.writeString(job.resolveSibling("testenv.yaml"), "mine");
    assertThrows(IllegalArgumentException.class, this::example);
    assertEquals("mine", Files.readString(edited));
  }

  private static Map<String, String> digests(Path job) throws IOException {
    Path place = job.resolveSibling(".").normalize();
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith(OutputFolder.RECORD)) {
          digests.put(place.relativize(file).toString(), DurableFiles.sha256(file));
        }
      }
    }
    return digests;
  }

  @Test
  @DisplayName("--example writes into a new or empty folder, and nowhere else")
  void exampleOverwritesNothing() throws IOException {
    Path mine = Files.createDirectory(folder.resolve("mine"));
    Path file = Files.writeString(mine.resolve("testenv.yaml"), "mine");
    for (Path where : List.of(mine, file)) {
      Ran ran = bench("--example", where);
      assertEquals(2, ran.status(), ran.err());
      assertEquals("mine", Files.readString(file));
    }
    try (Stream<Path> files = Files.list(mine)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  /** BWT and FWT as Ianvs's formulas give them, from the values that the case kept. */
  private static void agreesWithTheMatrix(Path result) throws IOException {
    JsonNode whole = new ObjectMapper().readTree(Files.readAllBytes(result));
    assertTrue(whole.path("notes").isArray(), whole.toString());
    JsonNode metrics = whole.get("metrics");
    JsonNode m = metrics.get("MATRIX").get("all");
    assertEquals(2, m.size());
    // Two rounds: usual BWT = R[2,1] - R[1,1].
    assertEquals(
        m.get(1).get(0).asDouble() - m.get(0).get(0).asDouble(),
        metrics.get("BWT_usual").asDouble(),
        1e-12);
    assertTrue(metrics.get("latency_ms").asDouble() > 0);
    assertTrue(metrics.get("cpu_seconds_per_frame").asDouble() > 0);
    assertTrue(metrics.get("task_avg_acc").asDouble() > 0);
  }

  @Test
  @DisplayName("a round without hard samples adds its row; nothing is uploaded or transferred")
  void nothingHard() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", "values: [ 0.8 ]", "values: [ 0.0 ]");
    edit(job, "algorithm.yaml", MARGIN, "");
    Ran ran = bench(job, "--no-curve");
    assertEquals(0, ran.status(), ran.err());
    JsonNode metrics =
        new ObjectMapper().readTree(Files.readAllBytes(results(job).get(0))).get("metrics");
    JsonNode m = metrics.get("MATRIX").get("all");
    assertEquals(m.get(0), m.get(1), "the model stayed, so its row repeats");
    assertEquals(0, metrics.get("samples_transfer_ratio").asDouble());
    assertEquals(0, metrics.get("upload_bytes").asLong());
    assertEquals(metrics.get("edge_accuracy"), metrics.get("accuracy"));
  }

  @Test
  @DisplayName("no-inference and ground truth, as Ianvs's examples have them, and old index keys")
  void noInference() throws IOException {
    Path job = example();
    edit(job, "testenv.yaml", "hard-example-mining", "no-inference");
    edit(job, "testenv.yaml", "train_index:", "train_url:");
    edit(job, "testenv.yaml", "test_index:", "test_url:");
    edit(job, "algorithm.yaml", "hard-example_splitting", "fwt_splitting");
    edit(job, "algorithm.yaml", MARGIN, "");
    Ran ran = bench(job);
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.err().contains("round 0: 1 steps on 1 samples"), ran.err());
    assertEquals(1, results(job).size());
  }

  @Test
  @DisplayName("ground truth trains hard samples, seen ones teach nothing, --fresh runs all anew")
  void groundTruthAndFresh() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", "values: [ 0.8 ]", "values: [ 1.0 ]");
    edit(
        job,
        "algorithm.yaml",
        MARGIN,
        """
            - type: "unseen_sample_re_recognition"
              name: "SampleReRegonitionDefault"
        """);
    edit(
        job,
        "algorithm.yaml",
        "- epochs:",
        "- hard_sample_target:\n            values: [ ground_truth ]\n        - replay:\n"
            + "            values: [ false ]\n        - epochs:");
    Ran first = bench(job, "--no-curve");
    assertEquals(0, first.status(), first.err());
    // Every second frame that is looked at again is called seen.
    assertTrue(
        first.err().contains("round 1: 3 of 3 frames hard, 2 of them seen after all"), first.err());
    assertTrue(first.err().contains("round 1: 1 steps on 1 samples"), first.err());
    assertTrue(
        first.err().contains("round 2: 3 of 3 frames hard, 1 of them seen after all"), first.err());
    assertTrue(first.err().contains("round 2: 1 steps on 2 samples"), first.err());
    List<Path> results = results(job);
    assertEquals(1, results.size());
    JsonNode result = new ObjectMapper().readTree(Files.readAllBytes(results.get(0)));
    assertEquals(
        "ground_truth", result.get("hyperparameters").get("basemodel-hard_sample_target").asText());
    assertEquals(
        "SampleReRegonitionDefault",
        result.get("effective").get("seamark.unseen_sample_re_recognition").asText());
    assertEquals(0.8571, result.get("metrics").get("samples_transfer_ratio").asDouble());
    assertTrue(result.get("metrics").get("upload_bytes").asLong() > 0);
    try (Stream<Path> files = Files.walk(results.get(0).resolveSibling("output/inference"))) {
      assertEquals(0, files.filter(Files::isRegularFile).count(), "an answer was kept to train on");
    }

    Ran kept = bench(job, "--no-curve");
    assertTrue(kept.out().contains("1 cases, 1 of them finished before, 0 failed"), kept.out());
    assertEquals(results, results(job));
    Ran fresh = bench(job, "--no-curve", "--fresh");
    assertTrue(fresh.out().contains("1 cases, 0 of them finished before, 0 failed"), fresh.out());
    List<Path> both = results(job);
    assertEquals(2, both.size());
    for (Path each : both) {
      JsonNode again = new ObjectMapper().readTree(Files.readAllBytes(each));
      assertEquals(result.get("key"), again.get("key"));
      assertEquals(
          result.get("metrics").get("MATRIX"),
          again.get("metrics").get("MATRIX"),
          "the same case and seed give another result");
    }
  }

  @Test
  @DisplayName("a group of tasks with enough samples has a model, which its frames are given to")
  void modelOfEachTask() throws IOException {
    Path job = new ExampleJob(96, 64, 28).write(folder.resolve("job"));
    edit(job, "testenv.yaml", "hard-example-mining", "no-inference");
    edit(job, "algorithm.yaml", "hard-example_splitting", "fwt_splitting");
    edit(
        job,
        "algorithm.yaml",
        MARGIN,
        """
            - type: "task_relationship_discovery"
              name: "DefaultTaskRelationDiscover"
            - type: "task_allocation"
              name: "TaskAllocationByOrigin"
              hyperparameters:
                - origins:
                    values:
                      - [ "day", "dusk" ]
        """);
    edit(job, "algorithm.yaml", "- epochs:", "- steps:");
    Ran ran = bench(job);
    assertEquals(0, ran.status(), ran.err());
    // Round 1 holds one task only, which trains the global model.
    assertTrue(ran.err().contains("round 1: 1 steps on 21 samples"), ran.err());
    assertTrue(ran.err().contains("round 2, model 1: 1 steps on 11 samples"), ran.err());
    assertTrue(ran.err().contains("round 2, model 2: 1 steps on 10 samples"), ran.err());
    JsonNode m =
        new ObjectMapper()
            .readTree(Files.readAllBytes(results(job).get(0)))
            .get("metrics")
            .get("MATRIX");
    assertEquals(Set.of("all", "task_avg", "day", "dusk"), Set.copyOf(names(m)));
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  @DisplayName("what is wrong is said all at once, with file, key, value and the right ones")
  void wrongFiles() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", "learning_rate:", "learnin_rate:");
    edit(job, "algorithm.yaml", "HardSampleMining", "HardSampleMinin");
    edit(job, "testenv.yaml", "incremental_rounds: 2", "incremental_round: 1");
    edit(job, "benchmarkingjob.yaml", "\"descend\" }, {", "\"down\" }, {");
    assertRefused(
        job,
        "algorithm.yaml: basemodel BaseModel has no hyperparameter 'learnin_rate'",
        "did you mean learning_rate?",
        "modules[2].name is 'HardSampleMinin', but must be one of HardSampleMining",
        "testenv.incremental_round is not a key of this format",
        "did you mean incremental_rounds?",
        "sort_by[0].accuracy is 'down', but must be one of ascend, descend");
  }

  @Test
  @DisplayName("a key that stands twice and text that is no YAML are named with their line")
  void notYaml() throws IOException {
    Path job = example();
    edit(
        job,
        "testenv.yaml",
        "incremental_rounds: 2",
        "incremental_rounds: 2\n  incremental_rounds: 3");
    edit(job, "algorithm.yaml", "values: [ 1 ]", "values: [ 1");
    assertRefused(
        job,
        "testenv.yaml is not YAML: key incremental_rounds stands twice in line",
        "algorithm.yaml is not YAML: ");
  }

  @Test
  @DisplayName("Ianvs's own traps are refused with a reason")
  void traps() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", "hard-example_splitting", "default");
    edit(
        job,
        "algorithm.yaml",
        "name: \"BaseModel\"",
        "name: \"BaseModel\"\n      url: \"./rfnet/vit_basemodel.py\"");
    edit(job, "benchmarkingjob.yaml", "\"testenv.yaml\"", "\"gone/testenv.yaml\"");
    assertRefused(
        job,
        "vit_basemodel.py', but names a Python network that Seamark has no plugin for",
        "gone/testenv.yaml', but there is no such file",
        "must be fwt_splitting or hard-example_splitting");
  }

  @Test
  @DisplayName("a line that names no files, a missing file and an empty index are named by line")
  void wrongIndex() throws IOException {
    Path job = example();
    Path index = job.resolveSibling("train-index.txt");
    Files.writeString(index, "my frames/1.png my frames/1-label.png\nday/none.png day/0.png\n");
    Files.writeString(job.resolveSibling("test-index.txt"), "\n");
    assertRefused(
        job,
        "train-index.txt:1: 'my frames/1.png my frames/1-label.png' cannot be cut at its blanks"
            + " into two or three files",
        "train-index.txt:2: 'day/none.png day/0.png' names 'day/none.png', which is not a file",
        "test-index.txt lists no samples");
  }

  @Test
  @DisplayName("values make every combination")
  void combinations() throws IOException {
    Path job = example();
    edit(job, "algorithm.yaml", "[ 0.0001 ]", "[ 0.0001, 0.001 ]");
    edit(job, "algorithm.yaml", "[ 0.8 ]", "[ 0.7, 0.8, 0.9 ]");
    IanvsJob read =
        IanvsJob.read(job, PluginRegistry.discover(null, BenchTest.class.getClassLoader()));
    // Two rates by three thresholds of one miner and the other miner as it is.
    assertEquals(8, read.cases().size());
    assertEquals(8, read.cases().stream().distinct().count());
    assertEquals(
        "0.7",
        read.cases().get(0).settings().get("hard_example_mining.confidence_share.threshold"));
  }

  @Test
  @DisplayName("a small job made from CamVid: two tasks, two rounds")
  void camVid() throws IOException {
    Path frames = SharedFolder.path("data/camvid/train");
    Path model = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    Path sam = SharedFolder.path("models/sam-standin");
    Path job = example();
    List<String> day = lines(frames, "0016E5_", 10);
    List<String> dusk = lines(frames, "0001TP_", 6);
    List<String> train = new ArrayList<>(day.subList(0, 6));
    for (int i = 0; i < 3; i++) {
      train.add(day.get(6 + i));
      train.add(dusk.get(i));
    }
    Files.write(job.resolveSibling("train-index.txt"), train);
    Files.write(job.resolveSibling("test-index.txt"), List.of(day.get(9), dusk.get(4)));
    edit(job, "algorithm.yaml", "\"day\", \"dusk\"", "\"0001TP\", \"0016E5\"");
    edit(job, "algorithm.yaml", MARGIN, "");
    edit(
        job,
        "algorithm.yaml",
        "- epochs:",
        "- batch_size:\n            values: [ 1 ]\n        - steps:");
    Ran ran =
        bench(
            job,
            "--edge-model",
            model,
            "--sam",
            sam,
            "--no-curve",
            "--set",
            "mask_generator.segment_anything.points-per-side=2");
    assertEquals(0, ran.status(), ran.err());
    JsonNode metrics =
        new ObjectMapper().readTree(Files.readAllBytes(results(job).get(0))).get("metrics");
    assertTrue(metrics.get("accuracy").asDouble() > 0.2, metrics::toString);
    assertTrue(metrics.get("MATRIX").has("0001TP"), metrics::toString);
  }

  private static List<String> lines(Path frames, String prefix, int count) throws IOException {
    try (Stream<Path> files = Files.list(frames)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(prefix))
          .sorted()
          .limit(count)
          .map(
              f ->
                  f
                      + " "
                      + Objects.requireNonNull(frames.getParent())
                          .resolve("trainannot")
                          .resolve(f.getFileName().toString().replace(".jpg", ".png")))
          .toList();
    }
  }
}
