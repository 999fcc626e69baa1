package io.seamark.unknown.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads JSON from anyone, token by token: tensors never become trees of objects. */
final class BoundedJson {
  /** Deeper than any request of ours. */
  static final int MAX_DEPTH = 16;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(TaskProcessor.LIMIT)
                  .maxNumberLength(64)
                  .maxNameLength(256)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private BoundedJson() {}

  /** Takes the value of a field; what it leaves unread is skipped by the caller's parser. */
  interface Field {
    /**
     * Reads or skips the value that the parser stands on.
     *
     * @throws IOException if it is not JSON
     */
    void read(String name, JsonParser json) throws IOException;
  }

  /** Reads a whole text. */
  interface Text<T> {
    /**
     * Reads the value that the parser stands on.
     *
     * @throws IOException if it is not JSON
     */
    T read(JsonParser json) throws IOException;
  }

  /**
   * Reads one value and nothing behind it.
   *
   * @throws BadSampleException if it is not JSON, or nested too deeply
   */
  static <T> T read(byte[] bytes, int length, Text<T> text) {
    try (JsonParser json = FACTORY.createParser(bytes, 0, length)) {
      if (json.nextToken() == null) {
        throw new BadSampleException("the body is empty, but must be JSON");
      }
      T value = text.read(json);
      if (json.nextToken() != null) {
        throw new BadSampleException("the body goes on after the end of its JSON");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new BadSampleException("the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadSampleException("the body is not JSON: " + e.getMessage());
    }
  }

  /**
   * Reads an object.
   *
   * @throws BadSampleException if it is none
   * @throws IOException if it is not JSON
   */
  static void object(String what, JsonParser json, Field field) throws IOException {
    if (!json.isExpectedStartObjectToken()) {
      throw new BadSampleException(what + " must be a JSON object");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      field.read(name, json);
    }
  }

  /**
   * Reads an array's elements one after the other.
   *
   * @param most how many there may be
   * @throws BadSampleException if it is none, or too long
   * @throws IOException if it is not JSON
   */
  static <T> List<T> array(String what, int most, JsonParser json, Text<T> element)
      throws IOException {
    if (!json.isExpectedStartArrayToken()) {
      throw new BadSampleException(what + " must be a JSON array");
    }
    List<T> out = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (out.size() == most) {
        throw new BadSampleException(what + " has more than " + most + " elements");
      }
      out.add(element.read(json));
    }
    return out;
  }

  /**
   * Reads a text.
   *
   * @throws BadSampleException if it is none
   * @throws IOException if it is not JSON
   */
  static String string(String what, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadSampleException(what + " must be a string");
    }
    return json.getText();
  }

  /**
   * Reads a file.
   *
   * @throws BadSampleException if it is no base64 text
   * @throws IOException if it is not JSON
   */
  static byte[] base64(String what, JsonParser json) throws IOException {
    try {
      return Base64.getDecoder().decode(string(what, json));
    } catch (IllegalArgumentException e) {
      throw new BadSampleException(what + " is not base64: " + e.getMessage());
    }
  }

  /**
   * Numbers in nested arrays.
   *
   * @param shape lengths, the outermost first
   * @param values row-major
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Tensor(List<Integer> shape, float[] values) {}

  /**
   * Reads nested arrays of numbers.
   *
   * @throws BadSampleException if they are ragged, or hold something else
   * @throws IOException if it is not JSON
   */
  static Tensor tensor(String what, JsonParser json) throws IOException {
    if (!json.isExpectedStartArrayToken()) {
      throw new BadSampleException(what + " must be an array of numbers");
    }
    return tensorFrom(what, json.nextToken(), json);
  }

  /**
   * Reads nested arrays of numbers whose first bracket was read already.
   *
   * @param first the token behind it
   * @throws BadSampleException if they are ragged, or hold something else
   * @throws IOException if it is not JSON
   */
  static Tensor tensorFrom(String what, @Nullable JsonToken first, JsonParser json)
      throws IOException {
    Filling filling = new Filling(what);
    filling.read(first, json, 0);
    return new Tensor(
        filling.shape.stream().map(length -> Math.max(0, length)).toList(),
        Arrays.copyOf(filling.values, filling.size));
  }

  /** What was read of a tensor so far. */
  private static final class Filling {
    private final String what;
    // -1 while the first array of that depth is not at its end.
    private final List<Integer> shape = new ArrayList<>();
    private float[] values = new float[64];
    private int size;
    private int rank = -1;

    Filling(String what) {
      this.what = what;
    }

    void read(@Nullable JsonToken first, JsonParser json, int depth) throws IOException {
      if (shape.size() == depth) {
        shape.add(-1);
      }
      int length = 0;
      for (JsonToken token = first; token != JsonToken.END_ARRAY; token = json.nextToken()) {
        length++;
        if (token == JsonToken.START_ARRAY && (rank < 0 || depth < rank)) {
          read(json.nextToken(), json, depth + 1);
        } else if (token != null && token.isNumeric() && (rank < 0 || depth == rank)) {
          rank = depth;
          add(json.getFloatValue());
        } else {
          throw new BadSampleException(
              what + " must be an array of numbers, equally deep everywhere");
        }
      }
      int known = shape.get(depth);
      if (known >= 0 && known != length) {
        throw new BadSampleException(
            what + " has rows of " + known + " and of " + length + " elements");
      }
      shape.set(depth, length);
    }

    private void add(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size + size / 2);
      }
      values[size++] = value;
    }
  }
}
