package io.seamark.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Schemas of custom resources, read from their definitions. A field that a definition does not name
 * is refused here, where the API server drops it without a word.
 */
final class CustomSchemas {
  private final Map<String, Schema> byKind = new TreeMap<>();
  private final Map<String, JsonNode> raw = new TreeMap<>();

  CustomSchemas(Path folder) throws IOException {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        for (JsonNode definition : Manifests.read(file)) {
          JsonNode spec = definition.path("spec");
          for (JsonNode version : spec.path("versions")) {
            String key =
                spec.path("group").asText()
                    + "/"
                    + version.path("name").asText()
                    + " "
                    + spec.path("names").path("kind").asText();
            ObjectNode schema = version.path("schema").path("openAPIV3Schema").deepCopy();
            // An object's own metadata are Kubernetes's, and checked elsewhere.
            ((ObjectNode) schema.path("properties")).putObject("metadata");
            closed(schema);
            raw.put(key, schema);
            byKind.put(key, registry.getSchema(schema));
          }
        }
      }
    }
  }

  private static String key(JsonNode resource) {
    return resource.path("apiVersion").asText() + " " + resource.path("kind").asText();
  }

  /** What is wrong with a resource; an unknown kind is wrong, too. */
  List<String> faults(JsonNode resource) {
    Schema schema = byKind.get(key(resource));
    if (schema == null) {
      return List.of(key(resource) + " is none of " + byKind.keySet());
    }
    return schema.validate(resource).stream().map(Error::toString).toList();
  }

  /** What is wrong with a pod's specification, as Kubernetes itself wrote it into Sedna's jobs. */
  List<String> podFaults(JsonNode podSpec) {
    ObjectNode schema =
        raw.getOrDefault("sedna.io/v1alpha1 LifelongLearningJob", MissingNode.getInstance())
            .at("/properties/spec/properties/deploySpec/properties/template/properties/spec")
            .deepCopy();
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema)
        .validate(podSpec)
        .stream()
        .map(Error::toString)
        .toList();
  }

  /** Refuses what is not named, as structural schemas mean it, everywhere below. */
  private static void closed(JsonNode node) {
    if (node instanceof ObjectNode schema) {
      JsonNode type = schema.path("type");
      if (type.isTextual()
          && type.asText().equals("object")
          && !schema.has("additionalProperties")
          && !schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
        schema.put("additionalProperties", false);
      }
      // Kubernetes's own words, which say how lists are merged; the validator warns of them.
      schema.remove(
          schema.properties().stream()
              .map(Map.Entry::getKey)
              .filter(name -> name.startsWith("x-kubernetes-"))
              .toList());
      for (Map.Entry<String, JsonNode> each : schema.properties()) {
        switch (each.getKey()) {
          case "properties" -> each.getValue().forEach(CustomSchemas::closed);
          case "items", "additionalProperties" -> closed(each.getValue());
          default -> {
            // anyOf and its like restrict values in a structural schema, they name no fields.
          }
        }
      }
    } else if (node instanceof ArrayNode list) {
      list.forEach(CustomSchemas::closed);
    }
  }

  static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
