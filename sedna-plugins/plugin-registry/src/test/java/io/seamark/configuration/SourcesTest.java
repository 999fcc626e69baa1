package io.seamark.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.registry.WrittenKeys;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  private static final String ALGORITHM =
      """
      algorithm:
        paradigm_type: "lifelonglearning"
        modules:
          - type: "unseen_sample_recognition"
            name: "score_margin"
            url: "./hard_sample_mining.py"
            hyperparameters:
              - threshold:
                  values:
                    - 0.7
      """;

  private final Path folder;

  SourcesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void sedna_mapsEveryVariableThatSaysSomethingHere() {
    assertEquals(
        Map.of(
            "seamark.hard_example_mining", "IBT",
            "hard_example_mining.IBT.threshold_img", "0.9",
            "hard_example_mining.IBT.threshold_box", "0.4",
            "seamark.edge.name", "inferworker-x7k2p",
            "seamark.edge.model", "/models/rfnet.safetensors"),
        new SednaEnvironment(
                Map.of(
                    "HEM_NAME",
                    "IBT",
                    "HEM_PARAMETERS",
                    "[{\"key\":\"threshold_img\",\"value\":\"0.9\"},"
                        + "{\"key\":\"threshold_box\",\"value\":0.4}]",
                    "WORKER_NAME",
                    "inferworker-x7k2p",
                    "MODEL_URL",
                    "file:///models/rfnet.safetensors",
                    "MODEL_URLS",
                    "/deploy/index.pkl"))
            .getProperties());
  }

  @Test
  void sedna_leavesTheVariablesOfOthersAlone() {
    assertEquals(
        Map.of(),
        new SednaEnvironment(
                Map.of("MODEL_URL", "https://example.org/x", "HEM_PARAMETERS", "[]", "PATH", "/"))
            .getProperties());
  }

  @Test
  void sedna_leavesAModelOnAnotherMachineToItsWorker() {
    assertEquals(
        "s3://models/rfnet",
        new SednaEnvironment(Map.of("WORKER_NAME", "w", "MODEL_URL", "s3://models/rfnet"))
            .getValue("seamark.edge.model"));
  }

  @Test
  void sedna_takesItsParametersThatAreOurs() {
    String parameters =
        "{\"seamark.training.steps\":20,\"mask_fusion.sam.size\":\"2\",\"epochs\":3,"
            + "\"seamark.edge.name\":\"cam\"}";
    Map<String, String> worker = Map.of("WORKER_NAME", "w", "PARAMETERS", parameters);
    assertEquals(
        Map.of(
            "seamark.training.steps",
            "20",
            "mask_fusion.sam.size",
            "2",
            "seamark.edge.name",
            "cam"),
        new SednaEnvironment(worker).getProperties());
    assertEquals(Map.of(), new SednaEnvironment(Map.of("PARAMETERS", parameters)).getProperties());
    for (String other : List.of("/etc/parameters.py", "{epochs: 3}", "[1]")) {
      assertEquals(
          Map.of("seamark.edge.name", "w"),
          new SednaEnvironment(Map.of("WORKER_NAME", "w", "PARAMETERS", other)).getProperties());
    }
  }

  @Test
  void sedna_reportsAllFailuresAtOnce() {
    assertEquals(
        List.of(
            "HEM_PARAMETERS is 'threshold=1', but must be a JSON list such as"
                + " [{\"key\":\"threshold_img\",\"value\":\"0.9\"}]",
            "MODEL_URL is 'ftp://models/rfnet', but must be a path or a file: URL of an edge model"),
        lines(
            () ->
                new SednaEnvironment(
                    Map.of(
                        "HEM_NAME", "IBT",
                        "HEM_PARAMETERS", "threshold=1",
                        "WORKER_NAME", "w",
                        "MODEL_URL", "ftp://models/rfnet"))));
    assertEquals(
        List.of("HEM_PARAMETERS is set, but HEM_NAME, which it belongs to, is not"),
        lines(
            () ->
                new SednaEnvironment(
                    Map.of("HEM_PARAMETERS", "[{\"key\":\"a\",\"value\":\"1\"}]"))));
  }

  @Test
  void algorithm_choosesAndSetsPlugins() throws IOException {
    assertEquals(
        Map.of(
            "seamark.hard_example_mining", "score_margin",
            "hard_example_mining.score_margin.threshold", "0.7"),
        new AlgorithmSource(file(ALGORITHM)).getProperties());
  }

  @Test
  void algorithm_refusesWhatItCannotMean() throws IOException {
    Path several = file(ALGORITHM.replace("- 0.7", "- 0.7\n              - 0.8"));
    assertEquals(
        List.of(
            "algorithm file "
                + several
                + ": hard_example_mining.score_margin.threshold has 2 values, but must have one"
                + " here; several are for seamark bench"),
        lines(() -> new AlgorithmSource(several)));
    Path type = file(ALGORITHM.replace("unseen_sample_recognition", "unseen_sample_recogniton"));
    String message = lines(() -> new AlgorithmSource(type)).get(0);
    assertTrue(message.contains("module type is 'unseen_sample_recogniton'"), message);
    assertTrue(message.endsWith("(did you mean unseen_sample_recognition?)"), message);
  }

  @Test
  void every_sourceHasItsPlace() throws IOException {
    Path algorithm = file(ALGORITHM);
    Map<String, String> environment = new HashMap<>();
    environment.put("HEM_NAME", "score_margin");
    environment.put("HEM_PARAMETERS", "[{\"key\":\"threshold\",\"value\":\"0.25\"}]");
    String key = "hard_example_mining.score_margin.threshold";
    Map<String, String> file = Map.of(key, "0.2");

    assertEquals("0.7", value(key, algorithm, Map.of(), Map.of()));
    assertEquals("0.2", value(key, algorithm, Map.of(), file));
    assertEquals("0.25", value(key, algorithm, environment, file));
    environment.put(WrittenKeys.variable(key), "0.3");
    assertEquals("0.3", value(key, algorithm, environment, file));
  }

  @Test
  void keys_namesTheNearestOfAWrongOne() {
    assertEquals(1, SettingKeys.failures("--set", List.of("seamark.training.step")).size());
    String message = SettingKeys.failures("--set", List.of("seamark.training.step")).get(0);
    assertTrue(message.startsWith("--set sets 'seamark.training.step'"), message);
    assertTrue(message.endsWith("(did you mean seamark.training.steps?)"), message);
    assertEquals(List.of(), SettingKeys.failures("--set", SettingKeys.all()));
    assertEquals(List.of(), SettingKeys.failures("--set", List.of("metric.mean_iou.x")));
  }

  @Test
  void keys_ofTheEnvironmentFailOnlyIfTheyAreMeantForSeamark() {
    Config config =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(
                    Map.of(
                        "SEAMARK_TRAINING_STEP", "5",
                        "SEAMARK_EDGE_JPEG_QUALITY", "0.9",
                        "SEAMARK_EDGE_SERVICE_HOST", "10.0.0.1",
                        "SEAMARK_PORT", "tcp://10.0.0.1:80",
                        "SEAMARK_HOME", "/opt/seamark",
                        "STEP", "1"),
                    300),
                new PropertiesConfigSource(
                    Map.of("seamark.training.pace", "1", "seamark.home", "/opt", "java.home", "/"),
                    "system",
                    400))
            .build();

    List<String> failures = SettingKeys.failures(config);

    assertEquals(2, failures.size(), failures::toString);
    assertEquals(
        "SEAMARK_TRAINING_STEP is set, but did you mean SEAMARK_TRAINING_STEPS?", failures.get(0));
    assertTrue(failures.get(1).startsWith("seamark.training.pace is set, but"));
  }

  private static String value(
      String key, Path algorithm, Map<String, String> environment, Map<String, String> file) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(environment, 300),
                new PropertiesConfigSource(file, "file", 200),
                new PropertiesConfigSource(
                    Map.of(ConfigurationSources.ALGORITHM, algorithm.toString()),
                    "command line",
                    500));
    ConfigurationSources.of(builder.build(), environment).forEach(builder::withSources);
    return builder.build().getValue(key, String.class);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "algorithm", ".yaml"), text);
  }

  private static List<String> lines(org.junit.jupiter.api.function.Executable start) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, start).getMessage())
        .lines()
        .toList();
  }
}
