package io.seamark.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The YAML files that a cluster is given, as JSON. */
final class Manifests {
  static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  static final Path FOLDER = ROOT.resolve("liberty-config/cluster");

  /** What the chart is rendered for: the boards, and rounds as Jobs. */
  static final List<String> RENDERED = List.of("jetson-nano", "raspberry-pi", "training-job");

  private Manifests() {}

  /** One file's documents; anchors are resolved, a key that stands twice is refused. */
  static List<JsonNode> read(Path file) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    for (Object each : new Yaml(new SafeConstructor(options)).loadAll(Files.readString(file))) {
      if (each != null) {
        documents.add(new ObjectMapper().valueToTree(each));
      }
    }
    return documents;
  }

  static List<JsonNode> rendered(String board) throws IOException {
    return read(FOLDER.resolve("rendered").resolve(board + ".yaml"));
  }

  /** All rendered charts. */
  static List<JsonNode> allRendered() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (String name : RENDERED) {
      all.addAll(rendered(name));
    }
    return all;
  }

  /** What a person applies by hand, for Sedna or KubeEdge. */
  static List<JsonNode> written(String folder) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
      for (Path file : files.sorted().toList()) {
        all.addAll(read(file));
      }
    }
    return all;
  }

  static JsonNode find(List<JsonNode> documents, String kind, String name) {
    return documents.stream()
        .filter(d -> d.path("kind").asText().equals(kind))
        .filter(d -> d.path("metadata").path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  /** The specifications of every pod in a resource, wherever they stand. */
  static List<JsonNode> podSpecs(JsonNode resource) {
    return resource.findParents("containers");
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    if (array instanceof ArrayNode list) {
      list.forEach(each -> texts.add(each.asText()));
    }
    return texts;
  }
}
