package io.seamark.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart, by what it renders for the boards. */
class ChartTest {
  private static final List<String> BOARDS = List.of("jetson-nano", "raspberry-pi");
  private static final Path CHART = Manifests.FOLDER.resolve("chart");
  private static final long MI = 1L << 20;

  @Test
  @DisplayName("what is committed was rendered from this chart")
  void renderedIsOfThisChart() throws Exception {
    StringBuilder sums = new StringBuilder();
    try (Stream<Path> files = Files.walk(CHART)) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(f -> Manifests.FOLDER.relativize(f).toString())
              .sorted()
              .toList();
      for (String name : names) {
        byte[] bytes = Files.readAllBytes(Manifests.FOLDER.resolve(name));
        sums.append(sha256(bytes)).append("  ").append(name).append('\n');
      }
    }
    String digest = sha256(sums.toString().getBytes(StandardCharsets.UTF_8));
    for (String board : Manifests.RENDERED) {
      Path file = Manifests.FOLDER.resolve("rendered/" + board + ".yaml");
      assertEquals(
          "# chart: " + digest,
          Files.readAllLines(file).get(1),
          () -> file + " is of another chart: run liberty-config/cluster/render.sh");
    }
  }

  @Test
  @DisplayName("helm renders what is committed, and finds nothing to lint")
  void helmRendersTheSame(@TempDir Path folder) throws Exception {
    String helm = System.getenv().getOrDefault("HELM", "helm");
    Process process =
        new ProcessBuilder("./render.sh", folder.toString())
            .directory(Manifests.FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "helm takes longer than a minute");
    if (process.exitValue() == 127) {
      abort(
          "there is no "
              + helm
              + " on this machine: that rendered/ is what the chart renders was not checked, only"
              + " that it is of this chart by its digest");
    }
    assertEquals(0, process.exitValue(), said);
    for (String board : Manifests.RENDERED) {
      assertEquals(
          Files.readString(Manifests.FOLDER.resolve("rendered/" + board + ".yaml")),
          Files.readString(folder.resolve(board + ".yaml")));
    }
  }

  @Test
  @DisplayName("with other values the chart keeps to Kubernetes's schemas, too")
  void otherValues(@TempDir Path folder) throws Exception {
    List<String> devices =
        List.of(
            "edge.camera.hostDevice=/dev/video0",
            "edge.camera.resource=example.org/camera",
            "edge.hostNetwork=true",
            "edge.state.existingClaim=state",
            "edge.javaOptions=-Xmx300m",
            "edge.model=initial/rfnet.safetensors",
            "edge.miner=CrossEntropy",
            "edge.plugins=plugins",
            "edge.source=/state/frames",
            "unknownTasks.service.type=NodePort",
            "unknownTasks.service.nodePort=30081",
            "unknownTasks.sam=sam/vit-b",
            "unknownTasks.settings.seamark\\.queue=8",
            "knowledge.service.type=LoadBalancer",
            "knowledge.trainingJob.enabled=true",
            "networkPolicy.apiServerCidrs={10.96.0.1/32}",
            "data.accessMode=ReadWriteMany",
            "data.storageClass=fast",
            "networkPolicy.edgeCidrs={10.0.0.0/8}",
            "networkPolicy.cloudCidrs={192.0.2.0/24}",
            "networkPolicy.monitoringNamespace.name=monitoring",
            "imagePullSecrets[0].name=pull");
    List<String> edgeAlone =
        List.of(
            "unknownTasks.enabled=false",
            "knowledge.enabled=false",
            "networkPolicy.enabled=false",
            "edge.state.prepare=false");
    for (List<String> values : List.of(devices, edgeAlone)) {
      Path rendered = folder.resolve("rendered.yaml");
      List<String> command =
          new ArrayList<>(List.of("template", "x", "chart/seamark", "--kube-version", "1.29.0"));
      values.forEach(value -> command.addAll(List.of("--set", value)));
      Files.writeString(rendered, helm(command));
      List<JsonNode> resources = Manifests.read(rendered);
      assertFalse(resources.isEmpty());
      for (JsonNode resource : resources) {
        assertEquals(List.of(), KubernetesSchemas.faults(resource), resource.path("kind").asText());
      }
    }
  }

  /** Runs Helm and gives what it printed; a test that needs it is skipped where there is none. */
  private static String helm(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getenv().getOrDefault("HELM", "helm"));
    command.addAll(arguments);
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(Manifests.FOLDER.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      abort("there is no " + command.get(0) + " on this machine: other values were not tried");
      throw e;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "helm takes longer than a minute");
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  @Test
  @DisplayName("images are those of this version of the project")
  void version() throws Exception {
    String pom = Files.readString(Manifests.ROOT.resolve("pom.xml"));
    String version = pom.replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
    JsonNode chart = Manifests.read(CHART.resolve("seamark/Chart.yaml")).get(0);
    assertEquals(version, chart.path("appVersion").asText());
    List<JsonNode> resources = new ArrayList<>(Manifests.allRendered());
    resources.addAll(Manifests.written("sedna"));
    Set<String> images = new TreeSet<>();
    resources.forEach(resource -> images.addAll(resource.findValuesAsText("image")));
    assertEquals(Set.of("seamark-cloud:" + version, "seamark-edge:" + version), images);
  }

  @Test
  @DisplayName("the edge goes to edge nodes alone, the cloud to all others")
  void nodes() throws IOException {
    for (JsonNode resource : Manifests.allRendered()) {
      String wanted =
          resource.path("kind").asText().equals("DaemonSet") ? "Exists" : "DoesNotExist";
      for (JsonNode pod : Manifests.podSpecs(resource)) {
        JsonNode terms =
            pod.at(
                "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
        assertEquals(1, terms.size(), "several terms are alternatives");
        boolean found = false;
        for (JsonNode expression : terms.path(0).path("matchExpressions")) {
          if (expression.path("key").asText().equals("node-role.kubernetes.io/edge")) {
            assertEquals(wanted, expression.path("operator").asText());
            found = true;
          }
        }
        assertTrue(found, () -> "no rule on edge nodes in " + resource.path("kind"));
      }
    }
  }

  @Test
  @DisplayName(
      "containers are nobody's root, write to their volumes alone, and but for one know no API server")
  void leastPrivilege() throws IOException {
    List<JsonNode> resources = new ArrayList<>(Manifests.allRendered());
    resources.addAll(Manifests.written("sedna"));
    int containers = 0;
    List<String> accounts = new ArrayList<>();
    for (JsonNode resource : resources) {
      for (JsonNode pod : Manifests.podSpecs(resource)) {
        assertTrue(pod.has("automountServiceAccountToken"));
        if (pod.path("automountServiceAccountToken").asBoolean(true)) {
          accounts.add(pod.path("serviceAccountName").asText());
        }
        assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean());
        assertTrue(pod.at("/securityContext/runAsUser").asInt() > 0);
        assertEquals("RuntimeDefault", pod.at("/securityContext/seccompProfile/type").asText());
        Set<String> volumes = new TreeSet<>();
        pod.path("volumes").forEach(v -> volumes.add(v.path("name").asText()));
        for (JsonNode container : pod.path("containers")) {
          containers++;
          JsonNode context = container.path("securityContext");
          assertTrue(context.path("readOnlyRootFilesystem").asBoolean());
          assertFalse(context.path("allowPrivilegeEscalation").asBoolean(true));
          assertEquals(List.of("ALL"), Manifests.texts(context.at("/capabilities/drop")));
          assertTrue(context.at("/capabilities/add").isMissingNode());
          assertTrue(container.at("/resources/limits/memory").isTextual());
          // Natives are unpacked there, and nothing else can be written.
          Set<String> mounts = new TreeSet<>();
          for (JsonNode mount : container.path("volumeMounts")) {
            mounts.add(mount.path("mountPath").asText());
            assertTrue(volumes.contains(mount.path("name").asText()), mount.toString());
          }
          assertTrue(mounts.contains("/tmp"), container.toString());
        }
        for (JsonNode container : pod.path("initContainers")) {
          assertEquals(
              List.of("CHOWN"), Manifests.texts(container.at("/securityContext/capabilities/add")));
        }
      }
    }
    assertEquals(11 + 5, containers);
    // Where rounds are Jobs, the service that starts them asks the API server.
    assertEquals(List.of("seamark-knowledge"), accounts);
  }

  @Test
  @DisplayName("the edge fits its board, with what the launcher lets Java take")
  void memory() throws Exception {
    // The smaller ones of both have 2 GB.
    long boardMemory = 2048 * MI;
    long java = bounded();
    for (String board : BOARDS) {
      JsonNode edge = Manifests.find(Manifests.rendered(board), "DaemonSet", "seamark-edge");
      JsonNode container = edge.at("/spec/template/spec/containers/0");
      long limit = bytes(container.at("/resources/limits/memory").asText());
      long request = bytes(container.at("/resources/requests/memory").asText());
      assertTrue(limit <= boardMemory / 2, board + " has half of its memory for others");
      assertTrue(request <= limit, board);
      assertTrue(java < limit, () -> "Java may take " + java + " bytes, which is above " + limit);
      assertEquals(
          "arm64", edge.at("/spec/template/spec/nodeSelector/kubernetes.io~1arch").asText());
    }
  }

  /** Heap, buffers, classes and code, as the slim distribution's launcher bounds them. */
  private static long bounded() throws IOException {
    String launcher =
        Files.readString(Manifests.ROOT.resolve("edge-runtime/target/seamark-edge/bin/seamark"));
    long sum = 0;
    for (String option :
        List.of(
            "-Xmx",
            "-XX:MaxDirectMemorySize=",
            "-XX:MaxMetaspaceSize=",
            "-XX:ReservedCodeCacheSize=")) {
      int at = launcher.indexOf(option);
      assertTrue(at > 0, () -> "the launcher does not say " + option);
      String value = launcher.substring(at + option.length()).split("[ \n]", 2)[0];
      sum += Long.parseLong(value.replace("m", "")) * MI;
    }
    return sum;
  }

  private static long bytes(String quantity) {
    assertTrue(quantity.matches("\\d+(Mi|Gi)"), quantity);
    long number = new BigInteger(quantity.replaceAll("\\D", "")).longValueExact();
    return number * (quantity.endsWith("Gi") ? 1024 : 1) * MI;
  }

  @Test
  @DisplayName("probes ask the paths of MicroProfile Health on a port that the container names")
  void probes() throws IOException {
    Map<String, String> paths =
        Map.of(
            "startupProbe", "/health/started",
            "livenessProbe", "/health/live",
            "readinessProbe", "/health/ready");
    int probed = 0;
    for (JsonNode resource : Manifests.allRendered()) {
      String kind = resource.path("kind").asText();
      if (!kind.equals("Deployment") && !kind.equals("DaemonSet")) {
        continue;
      }
      JsonNode container = resource.at("/spec/template/spec/containers/0");
      for (Map.Entry<String, String> path : paths.entrySet()) {
        JsonNode get = container.path(path.getKey()).path("httpGet");
        assertEquals(path.getValue(), get.path("path").asText());
        assertEquals(container.at("/ports/0/name").asText(), get.path("port").asText());
        probed++;
      }
      String port = container.at("/ports/0/containerPort").asText();
      assertTrue(Manifests.texts(container.path("args")).contains("--port=" + port));
    }
    assertEquals((2 * 3 + 2) * 3, probed);
  }

  @Test
  @DisplayName("the schema of the values takes the values of the boards, and refuses what is wrong")
  void values() throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
            .getSchema(
                new ObjectMapper().readTree(CHART.resolve("seamark/values.schema.json").toFile()));
    JsonNode defaults = Manifests.read(CHART.resolve("seamark/values.yaml")).get(0);
    assertEquals(List.of(), schema.validate(defaults));
    for (String board : Manifests.RENDERED) {
      JsonNode values = Manifests.read(CHART.resolve("values-" + board + ".yaml")).get(0);
      assertEquals(List.of(), schema.validate(values), board);
    }
    for (String wrong :
        List.of(
            "{'edge': {'thread': 2}}",
            "{'edge': {'threads': '2'}}",
            "{'edge': {'model': '../../etc/passwd'}}",
            "{'edge': {'state': {'hostPath': 'relative'}}}",
            "{'edge': {'camera': {'hostDevice': '/etc/shadow'}}}",
            "{'edge': {'cloudUrl': 'cloud:9081'}}",
            "{'edge': {'port': 80}}",
            "{'edge': {'resources': {'limits': {'cpu': '1'}}}}",
            "{'unknownTasks': {'service': {'type': 'ExternalName'}}}",
            "{'knowledge': {'trainingJob': {'enable': true}}}",
            "{'user': 0}",
            "{'edges': {}}")) {
      List<Error> faults = schema.validate(CustomSchemas.json(wrong.replace('\'', '"')));
      assertFalse(faults.isEmpty(), wrong);
    }
    // Each value has a place in the schema, so that a misspelt one below it is refused.
    ObjectNode unknown = defaults.deepCopy();
    for (String group : List.of("image", "unknownTasks", "knowledge", "data", "networkPolicy")) {
      ObjectNode one = unknown.deepCopy();
      ((ObjectNode) one.path(group)).put("misspelt", true);
      assertFalse(schema.validate(one).isEmpty(), group);
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
