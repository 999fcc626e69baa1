package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ianvs's examples of this job (kubeedge/ianvs, {@code examples}): files of their keys and values,
 * with the paths of small indices and one epoch. What runs and what is refused is the table of the
 * bench's page.
 */
class IanvsExamplesTest {
  private static final String RFNET = "rfnet/basemodel.py";
  private static final String ORIGIN = "ByOrigin";
  private static final String DOMAIN = "ByDomain";
  private static final String REAL = "[\"real\", \"sim\"]";
  private static final String DOMAINS = "[\"Cityscapes\", \"Synthia\", \"Cloud-Robotics\"]";
  private static final String GARDEN = "[\"front\", \"garden\"]";
  private static final String MINING =
      """
      - {type: "unseen_sample_recognition", name: "HardSampleMining",
         url: "./rfnet/hard_sample_mining.py", hyperparameters: [ threhold: {values: [0.95]} ]}
      """;

  @TempDir static Path data = Path.of("");

  @TempDir Path folder = Path.of("");

  /** Frames of every example's folders, with blanks in the names of some. */
  @BeforeAll
  static void frames() throws IOException {
    ProceduralStreet street = new ProceduralStreet(7, 64, 48);
    index(
        "robot", street, 12, i -> i % 3 == 0 ? "front yard/" + i : "back of the garden/f rame" + i);
    index(
        "city",
        street,
        10,
        i -> i < 4 ? "synthia_sim/RGB/" + i : "leftImg8bit/train/aachen/aachen_" + i);
    index(
        "mdil",
        street,
        9,
        i -> List.of("Cityscapes", "Synthia", "Cloud-Robotics").get(i / 3) + "/image " + i);
  }

  private interface Names {
    String of(int index);
  }

  private static void index(String name, ProceduralStreet street, int count, Names names)
      throws IOException {
    Path home = Files.createDirectory(data.resolve(name));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Weather weather = i % 2 == 0 ? Weather.DAY : Weather.DUSK;
      Sample sample = street.render(i, weather).sample();
      Path image = home.resolve(names.of(i) + ".png");
      Files.createDirectories(Objects.requireNonNull(image.getParent()));
      Files.write(image, Images.encodePng(sample.frame()));
      Files.createDirectories(home.resolve("gt"));
      Files.write(
          home.resolve("gt/" + i + ".png"),
          Images.encodeClassMap(Objects.requireNonNull(sample.label())));
      lines.add(names.of(i) + ".png gt/" + i + ".png");
    }
    Files.write(home.resolve("train.txt"), lines);
    Files.write(home.resolve("test.txt"), lines.subList(count - 3, count));
  }

  private static String testenv(
      String set, String train, String test, String mode, String metrics, int rounds) {
    return """
    testenv:
      dataset: {%s: "%s/train.txt", %s: "%s/test.txt"}
      model_eval:
        model_metric: {name: "accuracy", url: "./testenv/accuracy.py"%s}
        threshold: 0
        operator: "<"
      metrics: [%s]
      incremental_rounds: %d
    """
        .formatted(
            train,
            data.resolve(set),
            test,
            data.resolve(set),
            mode.isEmpty() ? "" : ", mode: \"" + mode + "\"",
            Stream.of(metrics.split(" "))
                .map(m -> "{name: \"" + m + "\"}")
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow(),
            rounds);
  }

  private static String algorithm(
      double ratio, String splitting, String file, String tasks, String origins, String more) {
    return """
    algorithm:
      paradigm_type: "lifelonglearning"
      lifelong_learning_data_setting: {train_ratio: %s, splitting_method: "%s"}
      modules:
        - type: "basemodel"
          name: "BaseModel"
          url: "./testalgorithms/%s"
          hyperparameters: [ learning_rate: {values: [0.0001]}, epochs: {values: [1]} ]
        - {type: "task_definition", name: "TaskDefinition%s", url: "./task_definition.py",
           hyperparameters: [ origins: {values: [ %s ]} ]}
        - {type: "task_allocation", name: "TaskAllocation%s", url: "./task_allocation.py",
           hyperparameters: [ origins: {values: [ %s ]} ]}
    """
            .formatted(ratio, splitting, file, tasks, origins, tasks, origins)
        + more.indent(4);
  }

  private Path job(String name, String sortBy, String metrics, String save) throws IOException {
    return Files.writeString(
        folder.resolve("benchmarkingjob.yaml"),
        """
        benchmarkingjob:
          name: "benchmarkingjob"
          workspace: "%s"
          testenv: "testenv.yaml"
          test_object: {type: "algorithms", algorithms: [ {name: "%s", url: "algorithm.yaml"} ]}
          rank:
            sort_by: [ %s ]
            visualization: {mode: "selected_only", method: "print_table"}
            selected_dataitem:
              {paradigms: ["all"], modules: ["all"], hyperparameters: ["all"], metrics: [%s]}
            save_mode: "%s"
        """
            .formatted(folder.resolve("workspace"), name, sortBy, metrics, save));
  }

  private record Ran(int status, String err) {}

  private static Ran run(Path job) {
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "bench",
            job.toString(),
            "--no-curve",
            "--set",
            "mask_generator.segment_anything.points-per-side=2",
            "--set",
            "seamark.threads=1");
    return new Ran(status, err.toString());
  }

  /** The one result of a job that must run, with what it has to say on the way. */
  private JsonNode runs(Path job, String testenv, String algorithm, String... said)
      throws IOException {
    Files.writeString(folder.resolve("testenv.yaml"), testenv);
    Files.writeString(folder.resolve("algorithm.yaml"), algorithm);
    Ran ran = run(job);
    assertEquals(0, ran.status(), ran.err());
    for (String part : said) {
      assertTrue(ran.err().contains(part), part + " is missing in\n" + ran.err());
    }
    try (Stream<Path> files = Files.walk(folder.resolve("workspace/benchmarkingjob"))) {
      List<Path> results = files.filter(f -> f.endsWith("result.json")).toList();
      assertEquals(1, results.size(), ran.err());
      JsonNode result = new ObjectMapper().readTree(Files.readAllBytes(results.get(0)));
      double accuracy = result.at("/metrics/accuracy").asDouble(-1);
      assertTrue(accuracy > 0 && accuracy <= 1, result.toString());
      return result;
    }
  }

  private void refused(String testenv, String algorithm, String... said) throws IOException {
    Files.writeString(folder.resolve("testenv.yaml"), testenv);
    Files.writeString(folder.resolve("algorithm.yaml"), algorithm);
    Ran ran = run(job("rfnet_lifelong_learning", ACCURACY, "\"accuracy\"", "selected_and_all"));
    assertEquals(2, ran.status(), ran.err());
    for (String part : said) {
      assertTrue(ran.err().contains(part), part + " is missing in\n" + ran.err());
    }
    assertFalse(ran.err().contains("Exception"), ran.err());
    assertFalse(Files.exists(folder.resolve("workspace")), ran.err());
  }

  private static final String ACCURACY = "{ \"accuracy\": \"descend\" }";
  private static final String BWT = ACCURACY + ", { \"BWT\": \"descend\" }";
  private static final String RATIO = ACCURACY + ", { \"samples_transfer_ratio\": \"ascend\" }";
  private static final String SHOWN = "\"accuracy\", \"samples_transfer_ratio\"";

  private static Set<String> tasks(JsonNode result) {
    Set<String> tasks = new TreeSet<>();
    result.at("/metrics/MATRIX").fieldNames().forEachRemaining(tasks::add);
    return tasks;
  }

  @Test
  @DisplayName("robot, benchmarkingjob-simple: no-inference over five rounds; its BWT is not there")
  void robotSimple() throws IOException {
    JsonNode result =
        runs(
            job(
                "rfnet_lifelong_learning",
                BWT,
                "\"accuracy\", \"task_avg_acc\", \"BWT\", \"FWT\"",
                "selected_and_all"),
            testenv(
                "robot",
                "train_index",
                "test_index",
                "no-inference",
                "accuracy samples_transfer_ratio",
                5),
            algorithm(0.9, "fwt_splitting", "rfnet/basemodel-simple.py", ORIGIN, GARDEN, ""),
            "round 0: 1 steps on 1 samples",
            "round 5: 2 steps on 3 samples");
    assertEquals(0, result.at("/metrics/samples_transfer_ratio").asDouble(-1));
  }

  @Test
  @DisplayName("robot, benchmarkingjob-sam: hard samples over three rounds, with the whole matrix")
  void robotSam() throws IOException {
    JsonNode result =
        runs(
            job(
                "sam_rfnet_lifelong_learning",
                ACCURACY,
                "\"accuracy\", \"task_avg_acc\"",
                "selected_and_all_and_picture"),
            testenv(
                "robot",
                "train_url",
                "test_url",
                "hard-example-mining",
                "accuracy samples_transfer_ratio task_avg_acc BWT FWT MATRIX",
                3),
            algorithm(
                0.9, "hard-example_splitting", "rfnet/basemodel-sam.py", ORIGIN, GARDEN, MINING),
            "round 3: ");
    assertEquals(Set.of("all", "front", "garden", "task_avg"), tasks(result));
  }

  @Test
  @DisplayName("robot before it was moved: Task_Avg_Acc and Matrix are today's figures")
  void robotEarlierNames() throws IOException {
    Path file =
        job(
            "rfnet_lifelong_learning",
            "{ \"Task_Avg_Acc\": \"descend\" }",
            "\"accuracy\", \"Task_Avg_Acc\", \"BWT\", \"FWT\"",
            "selected_and_all_and_picture");
    Files.writeString(
        folder.resolve("testenv.yaml"),
        testenv(
            "robot",
            "train_url",
            "test_url",
            "no-inference",
            "accuracy samples_transfer_ratio Task_Avg_Acc BWT FWT Matrix",
            5));
    Files.writeString(
        folder.resolve("algorithm.yaml"),
        algorithm(0.9, "fwt_splitting", "rfnet/basemodel-simple.py", ORIGIN, GARDEN, ""));
    IanvsJob job = IanvsJob.read(file, PluginRegistry.discover(null, getClass().getClassLoader()));
    assertEquals(
        List.of("accuracy", "samples_transfer_ratio", "task_avg_acc", "BWT", "FWT", "MATRIX"),
        job.metrics());
    assertEquals(List.of("accuracy", "task_avg_acc", "BWT", "FWT"), job.rank().metrics());
    assertEquals(Map.of("task_avg_acc", false), job.rank().sortBy());
  }

  @Test
  @DisplayName("robot-cityscapes-synthia and class_increment: a task for each domain, RFNet said")
  void domains() throws IOException {
    JsonNode result =
        runs(
            job(
                "erfnet_lifelong_learning",
                BWT,
                "\"accuracy\", \"BWT\", \"FWT\"",
                "selected_and_all"),
            testenv(
                "mdil",
                "train_url",
                "test_url",
                "no-inference",
                "accuracy samples_transfer_ratio BWT FWT Matrix",
                3),
            algorithm(0.9, "fwt_splitting", "erfnet/basemodel.py", DOMAIN, DOMAINS, ""),
            "the Python network erfnet/basemodel.py is not run: rfnet takes its place",
            "round 3: 1 steps on 2 samples");
    assertEquals(
        Set.of("all", "Cityscapes", "Synthia", "Cloud-Robotics", "task_avg"), tasks(result));
    assertTrue(result.get("notes").get(0).asText().contains("erfnet"), result.toString());
  }

  @Test
  @DisplayName("cityscapes-synthia, travel mode: city_splitting, whose first round is simulated")
  void travel() throws IOException {
    runs(
        job("rfnet_lifelong_learning for travel mode", RATIO, SHOWN, "selected_and_all"),
        testenv(
            "city",
            "train_index",
            "test_index",
            "no-inference",
            "accuracy samples_transfer_ratio",
            3),
        algorithm(0.95, "city_splitting", RFNET, ORIGIN, REAL, ""),
        "round 1: 2 steps on 3 samples",
        "round 2: 1 steps on 2 samples",
        "round 3: 1 steps on 2 samples");
    assertTrue(
        Files.isDirectory(
            folder.resolve("workspace/benchmarkingjob/rfnet_lifelong_learning for travel mode")));
  }

  @Test
  @DisplayName("cityscapes-synthia, small and full test: every round trains on its chunk's labels")
  void smallTest() throws IOException {
    runs(
        job("rfnet_lifelong_learning for small test", RATIO, SHOWN, "selected_and_all"),
        testenv(
            "city",
            "train_index",
            "test_index",
            "no-inference",
            "accuracy samples_transfer_ratio",
            2),
        algorithm(0.95, "default", RFNET, ORIGIN, REAL, ""),
        "round 1: 2 steps on 4 samples",
        "round 2: 2 steps on 4 samples");
  }

  @Test
  @DisplayName(
      "cityscapes-synthia and cityscapes, curb detection: no mode, and sizes of another loader")
  void curbDetection() throws IOException {
    JsonNode result =
        runs(
            job("rfnet_lifelong_learning", RATIO, SHOWN, "selected_and_all"),
            testenv("city", "train_index", "test_index", "", "accuracy samples_transfer_ratio", 2),
            algorithm(0.8, "default", RFNET, ORIGIN, REAL, "")
                .replace(
                    "epochs: {values: [1]}",
                    "epochs: {values: [1]}, base_size: {values: [1024]}, crop_size: {values:"
                        + " [768]}, batch_size: {values: [4]}, workers: {values: [4]}"),
            "base_size, crop_size, workers of the basemodel is not used",
            "round 1: 1 steps on 4 samples",
            "round 2: ");
    assertEquals("768", result.at("/hyperparameters/basemodel-crop_size").asText());
  }

  @Test
  @DisplayName("the index of Cityscapes and Synthia has a real and a simulated task")
  void realAndSimulated() {
    List<TaskSample> samples = new ArrayList<>();
    for (SampleIndex.Entry entry :
        SampleIndex.read(data.resolve("city/train.txt"), new ArrayList<>()).entries()) {
      samples.add(new TaskSample(samples.size(), entry.attributes()));
    }
    PluginRegistry registry = PluginRegistry.discover(null, getClass().getClassLoader());
    Map<String, String> settings =
        Map.of(
            "seamark.task_definition", "TaskDefinitionByOrigin",
            "task_definition.TaskDefinitionByOrigin.origins", "real,sim");
    assertEquals(
        Map.of("real", 6, "sim", 4),
        new ConfiguredPlugins(registry, settings, 0, 1)
            .create(PluginKind.TASK_DEFINITION).define(samples).stream()
                .collect(Collectors.toMap(Task::entry, task -> task.samples().size())));
  }

  @Test
  @DisplayName("other Python networks and recognitions are refused, with what there is")
  void python() throws IOException {
    String env =
        testenv("robot", "train_url", "test_url", "hard-example-mining", "accuracy BWT FWT", 2);
    for (String file : List.of("rfnet/basemodel-vit-simple.py", "rfnet/basemodel-vit-sam.py")) {
      refused(
          env,
          algorithm(0.9, "hard-example_splitting", file, ORIGIN, GARDEN, MINING),
          file + "', but names a Python network that Seamark has no plugin for");
    }
    refused(
        testenv("city", "train_url", "test_url", "", "accuracy samples_transfer_ratio", 2),
        algorithm(
            0.8,
            "default",
            RFNET,
            ORIGIN,
            REAL,
            """
            - {type: "unseen_sample_recognition", name: "UnseenSampleRecognitionByScene",
               url: "./rfnet/unseen_sample_recognition_by_scene.py",
               hyperparameters: [ model_path: {values: [ "./results/Epochofprose17.pth" ]} ]}
            """),
        "modules[3].name is 'UnseenSampleRecognitionByScene', but must be one of ",
        "HardSampleMining",
        "Seamark does not run the Python file of its url");
  }

  @Test
  @DisplayName("files with a merge's marks, and modes and metrics of detection, are refused")
  void notThisJob() throws IOException {
    String right = algorithm(0.8, "default", RFNET, ORIGIN, REAL, "");
    refused(
        testenv("city", "train_url", "test_url", "", "accuracy", 2),
        "<<<<<<< HEAD\n" + right + "=======\nversion 1\n>>>>>>> 9676c3e\n",
        "algorithm.yaml is not YAML: ");
    refused(
        testenv("city", "train_url", "test_url", "multi-inference", "map", 2),
        right,
        "model_metric.mode is 'multi-inference', but must be one of",
        "metrics[0].name is 'map', but must be one of");
  }

  @Test
  @DisplayName("a splitting without a round 0 is refused where a figure or mode needs one")
  void roundZero() throws IOException {
    String travel = algorithm(0.95, "city_splitting", RFNET, ORIGIN, REAL, "");
    refused(
        testenv("city", "train_url", "test_url", "no-inference", "accuracy BWT MATRIX", 3),
        travel,
        "splitting_method is 'city_splitting', but must be fwt_splitting or",
        "since BWT, MATRIX of testenv.metrics need a round 0");
    refused(
        testenv("city", "train_url", "test_url", "hard-example-mining", "accuracy", 3),
        travel,
        "since mode hard-example-mining reads a chunk for round 0");
    // No frame of this index is simulated, so that round 1 would have none.
    refused(
        testenv("robot", "train_url", "test_url", "no-inference", "accuracy", 3),
        travel,
        "train.txt has 0 leading lines that hold 'synthia_sim'",
        "leaves round 1 of city_splitting nothing to train on");
  }
}
