package io.seamark.sedna;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A JSON object that knows whether it is whole: {@code sha256} is the digest of the object without
 * it, written without blanks. What follows the object in a file is passed over, since Sedna's local
 * controller copies an index over an older one without cutting that off.
 */
public final class SealedJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SEAL = "sha256";

  private SealedJson() {}

  /**
   * Writes an object.
   *
   * @param object without a seal
   * @return a line of UTF-8
   */
  public static byte[] write(ObjectNode object) {
    ObjectNode sealed = JSON.createObjectNode();
    sealed.put(SEAL, digest(object));
    sealed.setAll(object);
    return (text(sealed) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads an object.
   *
   * @param bytes that begin with it
   * @return without its seal
   * @throws IOException if they do not, or it is not whole; says what is wrong
   */
  public static ObjectNode read(byte[] bytes) throws IOException {
    JsonNode first;
    try {
      first = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IOException("is no whole JSON object: " + e.getOriginalMessage(), e);
    }
    if (!(first instanceof ObjectNode object)) {
      throw new IOException("is no JSON object");
    }
    JsonNode seal = object.remove(SEAL);
    if (seal == null || !seal.isTextual()) {
      throw new IOException("has no " + SEAL + ", so it is no index of Seamark's");
    }
    if (!seal.asText().equals(digest(object))) {
      throw new IOException("is not what its " + SEAL + " says: half of it may be another's");
    }
    return object;
  }

  private static String digest(ObjectNode object) {
    return DurableFiles.sha256(text(object).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(ObjectNode object) {
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always written", e);
    }
  }
}
