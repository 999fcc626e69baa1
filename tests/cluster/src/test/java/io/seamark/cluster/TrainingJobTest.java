package io.seamark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.seamark.knowledge.job.JobTemplate;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Job that a round becomes with the chart's template, and what the chart grants for it. */
class TrainingJobTest {
  private static final String KNOWLEDGE = "seamark-knowledge";

  @TempDir Path folder = Path.of("");

  private static JsonNode chart(String kind, String name) throws IOException {
    return Manifests.find(Manifests.rendered("training-job"), kind, name);
  }

  /** As the service makes it. */
  private JsonNode job() throws IOException {
    JsonNode template = chart("ConfigMap", KNOWLEDGE + "-training-job");
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"), template.path("data").path("job.yaml").asText());
    String json =
        Serialization.asJson(
            JobTemplate.read(file, "registry.example.org/street/seamark-cloud:1")
                .of(
                    "v7",
                    List.of("train", "--buffer=/data/buffer", "--out=/data/rounds/v7", "--json"),
                    Map.of("SEAMARK_TRAINING_STEPS", "400")));
    return new ObjectMapper().readTree(json);
  }

  @Test
  @DisplayName("the Job keeps to Kubernetes's schemas")
  void keepsToSchemas() throws IOException {
    JsonNode job = job();
    assertEquals(List.of(), KubernetesSchemas.faults(job));
    List<JsonNode> pods = Manifests.podSpecs(job);
    assertEquals(1, pods.size());
    assertEquals(
        List.of(), new CustomSchemas(SharedFolder.path("data/crds")).podFaults(pods.get(0)));
  }

  @Test
  @DisplayName("the Job works on the service's volume, as nobody's root and without a token")
  void asTheService() throws IOException {
    JsonNode job = job();
    JsonNode pod = job.at("/spec/template/spec");
    JsonNode service = chart("Deployment", KNOWLEDGE).at("/spec/template/spec");
    assertEquals("seamark-training-v7", job.at("/metadata/name").asText());
    assertEquals(0, job.at("/spec/backoffLimit").asInt(-1));
    assertTrue(job.at("/spec/ttlSecondsAfterFinished").asInt() > 0);
    assertEquals("Never", pod.path("restartPolicy").asText());
    assertFalse(pod.path("automountServiceAccountToken").asBoolean(true));
    assertEquals(service.path("securityContext"), pod.path("securityContext"));
    assertEquals(service.path("affinity"), pod.path("affinity"));
    JsonNode container = pod.path("containers").path(0);
    assertEquals(
        service.path("containers").path(0).path("securityContext"),
        container.path("securityContext"));
    assertEquals(claim(service), claim(pod));
    assertEquals(
        "/data",
        container.path("volumeMounts").path(0).path("mountPath").asText(),
        "buffer and models are where the service has them");
    Map<String, String> both =
        Map.of(
            "seamark.io/training", "seamark-training",
            "seamark.io/version", "v7",
            "app.kubernetes.io/component", "training");
    both.forEach(
        (name, value) -> {
          assertEquals(value, job.path("metadata").path("labels").path(name).asText());
          assertEquals(value, job.at("/spec/template/metadata").path("labels").path(name).asText());
        });
  }

  private static String claim(JsonNode pod) {
    return pod.findValue("claimName").asText();
  }

  @Test
  @DisplayName("the service may do with Jobs what it does, in its namespace, and nothing else")
  void rights() throws IOException {
    JsonNode rules = chart("Role", KNOWLEDGE).path("rules");
    assertEquals(2, rules.size());
    assertEquals(List.of("jobs"), Manifests.texts(rules.path(0).path("resources")));
    assertEquals(
        List.of("create", "get", "list", "watch", "delete"),
        Manifests.texts(rules.path(0).path("verbs")));
    assertEquals(List.of("pods", "pods/log"), Manifests.texts(rules.path(1).path("resources")));
    assertEquals(List.of("get", "list"), Manifests.texts(rules.path(1).path("verbs")));
    JsonNode binding = chart("RoleBinding", KNOWLEDGE);
    assertEquals(KNOWLEDGE, binding.at("/roleRef/name").asText());
    assertEquals("street", binding.at("/subjects/0/namespace").asText());
    assertEquals(
        KNOWLEDGE,
        chart("Deployment", KNOWLEDGE).at("/spec/template/spec/serviceAccountName").asText());
    List<JsonNode> ports = new ArrayList<>();
    chart("NetworkPolicy", KNOWLEDGE).at("/spec/egress/0/ports").forEach(ports::add);
    assertEquals(List.of(443, 6443), ports.stream().map(p -> p.path("port").asInt()).toList());
    assertEquals(0, chart("NetworkPolicy", "seamark-training").at("/spec/egress").size());
  }

  @Test
  @DisplayName("without it the chart grants nothing, and knowledge management calls nobody")
  void off() throws IOException {
    List<JsonNode> resources = Manifests.rendered("jetson-nano");
    Set<String> kinds = new TreeSet<>();
    resources.forEach(resource -> kinds.add(resource.path("kind").asText()));
    assertEquals(
        Set.of(
            "DaemonSet", "Deployment", "NetworkPolicy", "PersistentVolumeClaim", "Pod", "Service"),
        kinds);
    JsonNode policy = Manifests.find(resources, "NetworkPolicy", KNOWLEDGE);
    assertEquals(0, policy.at("/spec/egress").size());
  }
}
