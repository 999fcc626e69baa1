package io.seamark.knowledge.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * The JSON of versions and of the state of learning, in a registry's files and in the service's
 * answers alike. What a later release has added is passed over when it is read.
 */
public final class KnowledgeJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private KnowledgeJson() {}

  /**
   * Writes a value.
   *
   * @param value a version, its provenance, the state of learning, or a collection of them
   * @return indented
   */
  public static String text(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
    }
  }

  /**
   * Reads a value.
   *
   * @param <T> what it is
   * @param json UTF-8
   * @param type of it
   * @return the value
   * @throws IOException if it is not JSON, or not of this type; says what is missing or wrong
   */
  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    try {
      return read(JSON.readTree(json), type);
    } catch (JsonProcessingException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads a value.
   *
   * @param <T> what it is
   * @param json parsed
   * @param type of it
   * @return the value
   * @throws IOException if it is not of this type; says what is missing or wrong
   */
  public static <T> T read(JsonNode json, Class<T> type) throws IOException {
    if (!json.isObject()) {
      throw new IOException("no JSON object but " + json.getNodeType());
    }
    try {
      return JSON.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      String reason =
          e.getCause() instanceof IllegalArgumentException cause
              ? String.valueOf(cause.getMessage())
              : e.getOriginalMessage();
      throw new IOException(reason, e);
    }
  }
}
