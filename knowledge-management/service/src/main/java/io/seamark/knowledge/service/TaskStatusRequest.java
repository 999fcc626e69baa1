package io.seamark.knowledge.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sedna's {@code {"status": 0, "tasks": "a,b"}}, with the values that its server takes for these.
 *
 * @param keep whether the tasks are those that stay, else those that go
 * @param tasks entries
 */
record TaskStatusRequest(boolean keep, List<String> tasks) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Pattern WHOLE = Pattern.compile("\\s*[+-]?[0-9]{1,18}\\s*");
  private static final String NULL = "none is not an allowed value";
  private static final String NULL_TYPE = "type_error.none.not_allowed";

  /** What is wrong, and where, in the words of Sedna's server. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Object> where;
    private final String type;

    InvalidException(String message, String type, Object... where) {
      super(message);
      this.where = List.of(where);
      this.type = type;
    }

    /** Names and positions in the body. */
    List<Object> where() {
      return where;
    }

    String type() {
      return type;
    }
  }

  /**
   * Reads a body.
   *
   * @param body JSON
   * @param type of the body
   * @return what it asks for
   * @throws InvalidException if it is something else
   * @throws IOException never, since the body is there
   */
  static TaskStatusRequest read(byte[] body, @Nullable MediaType type)
      throws InvalidException, IOException {
    if (body.length == 0) {
      throw new InvalidException("field required", "value_error.missing");
    }
    if (type != null && !type.getSubtype().endsWith("json")) {
      throw new InvalidException("value is not a valid dict", "type_error.dict");
    }
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
      throw new InvalidException(
          "not JSON: " + e.getOriginalMessage(), "value_error.jsondecode", at);
    }
    if (!json.isObject()) {
      throw new InvalidException("value is not a valid dict", "type_error.dict");
    }
    return new TaskStatusRequest(keep(json.get("status")), tasks(json.get("tasks")));
  }

  private static boolean keep(@Nullable JsonNode status) throws InvalidException {
    if (status == null) {
      throw new InvalidException("field required", "value_error.missing", "status");
    }
    if (status.isNull()) {
      throw new InvalidException(NULL, NULL_TYPE, "status");
    }
    if (status.isTextual() && WHOLE.matcher(status.textValue()).matches()) {
      return Long.parseLong(status.textValue().strip()) != 0;
    }
    if (status.isNumber()) {
      // Python's int() cuts the fraction off.
      return Math.abs(status.doubleValue()) >= 1;
    }
    if (status.isBoolean()) {
      return status.booleanValue();
    }
    throw new InvalidException("value is not a valid integer", "type_error.integer", "status");
  }

  private static List<String> tasks(@Nullable JsonNode tasks) throws InvalidException {
    if (tasks == null || tasks.isNull()) {
      return List.of();
    }
    if (tasks.isContainerNode()) {
      throw new InvalidException("str type expected", "type_error.str", "tasks");
    }
    String text = tasks.asText();
    return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
  }
}
