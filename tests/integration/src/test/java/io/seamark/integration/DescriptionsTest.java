package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cloud.LibertyServer;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the running services say of themselves: OpenAPI, and which metrics are counters. */
class DescriptionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String UNKNOWN = "unknown-task-processing";
  private static final String KNOWLEDGE = "knowledge-management";

  /** Where a body is binary, and where there is nothing because there was no such body. */
  private static final Map<String, Integer> OTHERWISE =
      Map.of(
          "/unknown-tasks", 415,
          "/knowledgebase/file/upload", 422,
          "/knowledgebase/file/download", 404,
          "/knowledgebase/update", 422,
          "/knowledgebase/update/status", 404);

  @TempDir static Path folder = Path.of(".");
  private static @Nullable LibertyServer unknown;
  private static @Nullable LibertyServer knowledge;

  @BeforeAll
  static void start() throws Exception {
    Map<String, String> data = Map.of("SEAMARK_DATA", folder.resolve("data").toString());
    Path work = Files.createDirectory(folder.resolve("work"));
    LibertyServer first = LibertyServer.start(Seamark.HOME, UNKNOWN, 0, work, data);
    unknown = first;
    first.awaitReady(Duration.ofMinutes(5));
    LibertyServer second = LibertyServer.start(Seamark.HOME, KNOWLEDGE, 0, work, data);
    knowledge = second;
    second.awaitReady(Duration.ofMinutes(5));
  }

  @AfterAll
  static void stop() {
    for (LibertyServer server : new LibertyServer[] {unknown, knowledge}) {
      if (server != null) {
        server.close();
      }
    }
  }

  private static URI uri(String service) {
    return Objects.requireNonNull(service.equals(UNKNOWN) ? unknown : knowledge).uri();
  }

  private static OpenAPI document(String service) throws Exception {
    HttpResponse<String> reply = send(HttpRequest.newBuilder(uri(service).resolve("openapi")));
    assertEquals(200, reply.statusCode());
    ParseOptions options = new ParseOptions();
    // References are put in place, so that what is read here is what they stand for.
    options.setResolveFully(true);
    options.setResolve(true);
    SwaggerParseResult read = new OpenAPIV3Parser().readContents(reply.body(), List.of(), options);
    assertEquals(List.of(), read.getMessages());
    return read.getOpenAPI();
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {UNKNOWN, KNOWLEDGE})
  @DisplayName("every path that is described is answered as it is described, examples included")
  void whatIsDescribedIsAnswered(String service) throws Exception {
    OpenAPI document = document(service);
    assertTrue(document.getPaths().size() > 8, document.getPaths().keySet().toString());
    int posted = 0;
    for (Map.Entry<String, PathItem> path : document.getPaths().entrySet()) {
      for (Map.Entry<HttpMethod, Operation> operation :
          path.getValue().readOperationsMap().entrySet()) {
        String called = operation.getKey() + " " + path.getKey();
        HttpRequest.Builder request = request(service, path, operation.getValue());
        String example = example(operation.getValue());
        if (operation.getKey() == HttpMethod.POST) {
          if (operation.getValue().getRequestBody() != null && example == null) {
            // Its body is binary: what has another type is refused as described.
            example = "{}";
          }
          posted++;
          request.POST(
              example == null
                  ? HttpRequest.BodyPublishers.noBody()
                  : HttpRequest.BodyPublishers.ofString(example));
          if (example != null) {
            request.header("Content-Type", "application/json");
          }
        }
        boolean deleted = operation.getKey() == HttpMethod.DELETE;
        if (deleted) {
          request.DELETE();
        }
        HttpResponse<String> reply = send(request);
        ApiResponse response =
            operation.getValue().getResponses().get(Integer.toString(reply.statusCode()));
        assertNotNull(response, called + " answers " + reply.statusCode() + ": " + reply.body());
        // No round is running that could be cancelled.
        int expected = OTHERWISE.getOrDefault(path.getKey(), deleted ? 404 : 200);
        assertEquals(expected, reply.statusCode(), called + ": " + reply.body());
        assertAsDescribed(called, reply, response);
      }
    }
    assertTrue(posted > 0, "nothing was posted");
  }

  private static HttpRequest.Builder request(
      String service, Map.Entry<String, PathItem> path, Operation operation) {
    List<Parameter> parameters = new ArrayList<>();
    if (path.getValue().getParameters() != null) {
      parameters.addAll(path.getValue().getParameters());
    }
    if (operation.getParameters() != null) {
      parameters.addAll(operation.getParameters());
    }
    String filled = path.getKey();
    String query = "";
    for (Parameter parameter : parameters) {
      if (parameter.getIn().equals("path")) {
        Object example = Objects.requireNonNull(parameter.getExample(), parameter.getName());
        filled = filled.replace("{" + parameter.getName() + "}", example.toString());
      } else if (parameter.getIn().equals("query") && parameter.getExample() != null) {
        query += (query.isEmpty() ? "?" : "&") + parameter.getName() + "=" + parameter.getExample();
      }
    }
    filled += query;
    return HttpRequest.newBuilder(uri(service).resolve(filled.substring(1)));
  }

  private static @Nullable String example(Operation operation) throws Exception {
    if (operation.getRequestBody() == null) {
      return null;
    }
    MediaType json = operation.getRequestBody().getContent().get("application/json");
    return json == null ? null : JSON.writeValueAsString(json.getExample());
  }

  private static void assertAsDescribed(
      String called, HttpResponse<String> reply, ApiResponse response) throws Exception {
    String type = reply.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    MediaType described = response.getContent().get(type);
    assertNotNull(described, called + " answers " + type + ", not " + response.getContent());
    Schema<?> schema = described.getSchema();
    if (!type.endsWith("json") || schema.getRequired() == null) {
      return;
    }
    assertFits(called, JSON.readTree(reply.body()), schema);
  }

  /** What is required is there, and what is there is described. */
  private static void assertFits(String where, JsonNode body, Schema<?> schema) {
    if (schema.getRequired() != null) {
      for (String name : schema.getRequired()) {
        assertTrue(body.has(name), where + " lacks " + name + ": " + body);
      }
    }
    if (schema.getProperties() != null) {
      body.fieldNames()
          .forEachRemaining(
              name ->
                  assertTrue(
                      schema.getProperties().containsKey(name),
                      where + " gives " + name + ", which is not described"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {UNKNOWN, KNOWLEDGE})
  @DisplayName("every example is what its schema says")
  void examplesFitTheirSchemas(String service) throws Exception {
    int examples = 0;
    for (Map.Entry<String, PathItem> path : document(service).getPaths().entrySet()) {
      for (Operation operation : path.getValue().readOperations()) {
        Map<String, MediaType> contents = new TreeMap<>();
        operation
            .getResponses()
            .forEach(
                (status, response) -> {
                  if (response.getContent() != null) {
                    response
                        .getContent()
                        .forEach((type, content) -> contents.put(status + " " + type, content));
                  }
                });
        if (operation.getRequestBody() != null) {
          operation
              .getRequestBody()
              .getContent()
              .forEach((type, content) -> contents.put("request " + type, content));
        }
        for (Map.Entry<String, MediaType> content : contents.entrySet()) {
          Object example = content.getValue().getExample();
          if (example != null && content.getKey().endsWith("json")) {
            JsonNode value = JSON.valueToTree(example);
            String where = path.getKey() + " " + content.getKey();
            assertFits(where, value.isArray() ? value.path(0) : value, itemOf(content.getValue()));
            examples++;
          }
        }
      }
    }
    assertTrue(examples > 4, "only " + examples + " examples");
  }

  private static Schema<?> itemOf(MediaType content) {
    Schema<?> schema = content.getSchema();
    return schema.getItems() == null ? schema : schema.getItems();
  }

  @Test
  @DisplayName("the protocol's paths name the model's version, and know no other")
  void versionsOfTheModel() throws Exception {
    String model = "v2/models/sam_fusion";
    JsonNode metadata = JSON.readTree(get(model).body());
    assertEquals("[\"1\"]", metadata.path("versions").toString());
    assertEquals(metadata, JSON.readTree(get(model + "/versions/1").body()));
    assertEquals(
        "{\"name\":\"sam_fusion\",\"ready\":true}", get(model + "/versions/1/ready").body());
    for (String path : List.of("/versions/2", "/versions/2/ready", "/versions/1x")) {
      HttpResponse<String> refused = get(model + path);
      assertEquals(404, refused.statusCode(), path);
      assertTrue(refused.body().contains("of model 'sam_fusion'; there is 1"), refused.body());
    }
    assertEquals(404, get("v2/models/other/versions/1").statusCode());
    HttpResponse<String> infer =
        send(
            HttpRequest.newBuilder(uri(UNKNOWN).resolve(model + "/versions/3/infer"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}", StandardCharsets.UTF_8)));
    assertEquals(404, infer.statusCode());
    assertTrue(infer.body().contains("there is no version '3'"), infer.body());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(UNKNOWN).resolve(path)));
  }

  @ParameterizedTest
  @ValueSource(strings = {UNKNOWN, KNOWLEDGE})
  @DisplayName("what only rises is a counter and says so in its name")
  void countersAreCounters(String service) throws Exception {
    // What has not been counted yet need not be there.
    get("v2/models/other");
    List<String> types =
        send(HttpRequest.newBuilder(uri(service).resolve("metrics")))
            .body()
            .lines()
            .filter(line -> line.startsWith("# TYPE seamark_"))
            .toList();
    for (String type : types) {
      assertEquals(type.endsWith(" counter"), type.contains("_total "), type);
    }
    if (service.equals(KNOWLEDGE)) {
      for (String name :
          List.of(
              "rounds", "accepted", "rejected", "failed", "idle", "dropped", "training_seconds")) {
        String expected = "# TYPE seamark_knowledge_" + name + "_total counter";
        assertTrue(types.contains(expected), () -> expected + " is not in " + types);
      }
    }
  }

  @Test
  @DisplayName("a round without samples is no error and says why it does not begin")
  void roundsSayWhyNot() throws Exception {
    HttpResponse<String> reply =
        send(
            HttpRequest.newBuilder(uri(KNOWLEDGE).resolve("rounds?force=true"))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertEquals(200, reply.statusCode());
    JsonNode request = JSON.readTree(reply.body()).path("last_request");
    assertEquals("no_samples", request.path("outcome").asText());
    assertEquals("the replay buffer holds no samples", request.path("reason").asText());
    HttpResponse<String> wrong =
        send(
            HttpRequest.newBuilder(uri(KNOWLEDGE).resolve("rounds?force=yes"))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertEquals(400, wrong.statusCode());
    assertTrue(wrong.body().contains("force is 'yes', but must be true or false"), wrong.body());
  }
}
