package io.seamark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a cluster is given keeps to the schemas of those who read it. */
class ClusterResourcesTest {
  @Test
  @DisplayName("Sedna's and KubeEdge's resources keep to their definitions, without a field more")
  void customResources() throws IOException {
    CustomSchemas schemas = new CustomSchemas(SharedFolder.path("data/crds"));
    List<JsonNode> resources = new ArrayList<>(Manifests.written("sedna"));
    resources.addAll(Manifests.written("kubeedge"));
    TreeSet<String> kinds = new TreeSet<>();
    for (JsonNode resource : resources) {
      kinds.add(resource.path("kind").asText());
      assertEquals(List.of(), schemas.faults(resource), resource.path("kind").asText());
      assertEquals(List.of(), KubernetesSchemas.metadataFaults(resource));
    }
    assertEquals(
        new TreeSet<>(
            List.of(
                "Dataset",
                "Device",
                "DeviceModel",
                "JointInferenceService",
                "LifelongLearningJob",
                "Model")),
        kinds);
  }

  @Test
  @DisplayName("the schemas of custom resources see a wrong name, type, or a missing field")
  void customSchemasSeeFaults() throws IOException {
    CustomSchemas schemas = new CustomSchemas(SharedFolder.path("data/crds"));
    JsonNode job = Manifests.find(Manifests.written("sedna"), "LifelongLearningJob", "street");
    JsonNode misspelt = job.deepCopy();
    ((ObjectNode) misspelt.at("/spec/trainSpec/template/spec/containers/0")).put("arg", "x");
    assertOneFault("arg", schemas.faults(misspelt));
    JsonNode typed = job.deepCopy();
    ((ObjectNode) typed.at("/spec/dataset")).put("trainProb", "0.8");
    assertOneFault("trainProb", schemas.faults(typed));
    JsonNode missing = job.deepCopy();
    ((ObjectNode) missing.path("spec")).remove("outputDir");
    assertOneFault("outputDir", schemas.faults(missing));
    // The API server drops a template's metadata, since the definition names none.
    JsonNode dropped = job.deepCopy();
    ((ObjectNode) dropped.at("/spec/evalSpec/template")).putObject("metadata").putObject("labels");
    assertOneFault("labels", schemas.faults(dropped));
    JsonNode device = Manifests.find(Manifests.written("kubeedge"), "Device", "street-camera-1");
    JsonNode free = device.deepCopy();
    ((ObjectNode) free.at("/spec/protocol/configData")).put("anything", 1);
    assertEquals(List.of(), schemas.faults(free));
  }

  @Test
  @DisplayName("the chart rendered for each board keeps to Kubernetes's schemas")
  void chartIsKubernetes() throws IOException {
    for (String board : Manifests.RENDERED) {
      List<JsonNode> resources = Manifests.rendered(board);
      assertTrue(resources.size() >= 10, () -> board + " has only " + resources.size());
      for (JsonNode resource : resources) {
        String name = board + ": " + resource.path("kind").asText();
        assertEquals(List.of(), KubernetesSchemas.faults(resource), name);
      }
    }
  }

  @Test
  @DisplayName("pods keep to the schema that Kubernetes wrote into Sedna's definitions, too")
  void podsAreKubernetes() throws IOException {
    CustomSchemas schemas = new CustomSchemas(SharedFolder.path("data/crds"));
    int pods = 0;
    for (JsonNode resource : Manifests.allRendered()) {
      for (JsonNode pod : Manifests.podSpecs(resource)) {
        pods++;
        assertEquals(List.of(), schemas.podFaults(pod), resource.path("kind").asText());
      }
    }
    assertEquals(11, pods, "an edge for each board, and each time two services and a test");
  }

  @Test
  @DisplayName("Kubernetes's schemas see a wrong name, type, or a missing field")
  void kubernetesSchemasSeeFaults() throws IOException {
    JsonNode edge = Manifests.find(Manifests.rendered("jetson-nano"), "DaemonSet", "seamark-edge");
    String container = "/spec/template/spec/containers/0";
    JsonNode misspelt = edge.deepCopy();
    ((ObjectNode) misspelt.at(container)).put("livenesProbe", "x");
    assertOneFault("livenesProbe", KubernetesSchemas.faults(misspelt));
    JsonNode typed = edge.deepCopy();
    ((ObjectNode) typed.at(container + "/ports/0")).put("containerPort", "many");
    assertFalse(KubernetesSchemas.faults(typed).isEmpty());
    JsonNode missing = edge.deepCopy();
    ((ObjectNode) missing.path("spec")).remove("selector");
    assertOneFault("selector", KubernetesSchemas.faults(missing));
    JsonNode unknown = edge.deepCopy();
    ((ObjectNode) unknown).put("kind", "DemonSet");
    assertOneFault("DemonSet", KubernetesSchemas.faults(unknown));
  }

  private static void assertOneFault(String named, List<String> faults) {
    assertFalse(faults.isEmpty(), "no fault was found in " + named);
    assertTrue(faults.toString().contains(named), () -> named + " is not in " + faults);
  }
}
