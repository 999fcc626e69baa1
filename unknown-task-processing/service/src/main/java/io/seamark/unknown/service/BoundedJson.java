package io.seamark.unknown.service;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import io.seamark.exchange.CountedBytes;
import io.seamark.exchange.MemoryBudget;
import io.seamark.failure.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads JSON from anyone, token by token: tensors never become trees of objects. */
final class BoundedJson {
  /** Names of fields that a request may have in all: the reader keeps every one. */
  static final int MAX_NAMES = 4096;

  /** Characters of a text; files are read another way. */
  private static final int MAX_TEXT = 4096;

  private static final Base64Variant BASE64 = Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();

  /** Deeper than any request of ours. */
  static final int MAX_DEPTH = 16;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_TEXT)
                  .maxNumberLength(64)
                  .maxNameLength(256)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private BoundedJson() {}

  /** Counts names, and knows what memory is counted against. */
  private static final class Bounded extends JsonParserDelegate {
    private final MemoryBudget.Claim memory;
    private int names;

    Bounded(JsonParser json, MemoryBudget.Claim memory) {
      super(json);
      this.memory = memory;
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
      JsonToken token = super.nextToken();
      if (token == JsonToken.FIELD_NAME && ++names > MAX_NAMES) {
        throw new BadInputException("the body has more than " + MAX_NAMES + " fields");
      }
      return token;
    }

    @Override
    public JsonParser skipChildren() throws IOException {
      JsonToken token = currentToken();
      int depth = token != null && token.isStructStart() ? 1 : 0;
      while (depth > 0) {
        token = nextToken();
        if (token == null) {
          return this;
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
      return this;
    }
  }

  private static MemoryBudget.Claim memory(JsonParser json) {
    return ((Bounded) json).memory;
  }

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
   * @param memory that tensors and files in it are counted against
   * @throws BadInputException if it is not JSON, or nested too deeply
   * @throws io.seamark.exchange.RefusedException if there is no room for what it holds
   */
  static <T> T read(byte[] bytes, int length, MemoryBudget.Claim memory, Text<T> text) {
    try (JsonParser json = new Bounded(FACTORY.createParser(bytes, 0, length), memory)) {
      if (json.nextToken() == null) {
        throw new BadInputException("the body is empty, but must be JSON");
      }
      T value = text.read(json);
      if (json.nextToken() != null) {
        throw new BadInputException("the body goes on after the end of its JSON");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new BadInputException("the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new BadInputException("the body is not JSON: " + e.getMessage());
    }
  }

  /**
   * Reads an object.
   *
   * @throws BadInputException if it is none
   * @throws IOException if it is not JSON
   */
  static void object(String what, JsonParser json, Field field) throws IOException {
    if (!json.isExpectedStartObjectToken()) {
      throw new BadInputException(what + " must be a JSON object");
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
   * @throws BadInputException if it is none, or too long
   * @throws IOException if it is not JSON
   */
  static <T> List<T> array(String what, int most, JsonParser json, Text<T> element)
      throws IOException {
    if (!json.isExpectedStartArrayToken()) {
      throw new BadInputException(what + " must be a JSON array");
    }
    List<T> out = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (out.size() == most) {
        throw new BadInputException(what + " has more than " + most + " elements");
      }
      out.add(element.read(json));
    }
    return out;
  }

  /**
   * Reads a text.
   *
   * @throws BadInputException if it is none
   * @throws IOException if it is not JSON
   */
  static String string(String what, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadInputException(what + " must be a string");
    }
    return json.getText();
  }

  /**
   * Reads a file.
   *
   * @throws BadInputException if it is no base64 text
   * @throws IOException if it is not JSON
   */
  static byte[] base64(String what, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadInputException(what + " must be a string");
    }
    CountedBytes bytes = new CountedBytes(memory(json));
    try {
      // Decoded from where it lies: it never becomes a text.
      json.readBinaryValue(BASE64, bytes);
    } catch (JsonEOFException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new BadInputException(what + " is not base64: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw new BadInputException(what + " is not base64: " + e.getMessage());
    }
    return bytes.exact();
  }

  /** Numbers in nested arrays; in bytes where all are whole numbers from 0 to 255. */
  static final class Tensor {
    private final List<Integer> shape;
    private final byte[] small;
    private final float @Nullable [] large;
    private final MemoryBudget.Claim memory;

    private Tensor(
        List<Integer> shape, byte[] small, float @Nullable [] large, MemoryBudget.Claim memory) {
      this.shape = shape;
      this.small = small;
      this.large = large;
      this.memory = memory;
    }

    /** Lengths, the outermost first. */
    List<Integer> shape() {
      return shape;
    }

    /** Row-major. */
    float[] floats() {
      if (large != null) {
        return large;
      }
      memory.grow((long) Float.BYTES * small.length);
      float[] out = new float[small.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = small[i] & 0xFF;
      }
      return out;
    }

    /**
     * Row-major, unsigned.
     *
     * @throws BadInputException if one is no whole number from 0 to 255
     */
    byte[] bytes(String what) {
      if (large != null) {
        for (float value : large) {
          if (!isByte(value)) {
            throw new BadInputException(
                what + " holds " + value + ", but must hold whole numbers from 0 to 255");
          }
        }
      }
      return small;
    }
  }

  private static boolean isByte(float value) {
    return value >= 0 && value <= 255 && value == (int) value;
  }

  /**
   * Reads nested arrays of numbers.
   *
   * @throws BadInputException if they are ragged, or hold something else
   * @throws IOException if it is not JSON
   */
  static Tensor tensor(String what, JsonParser json) throws IOException {
    if (!json.isExpectedStartArrayToken()) {
      throw new BadInputException(what + " must be an array of numbers");
    }
    return tensorFrom(what, json.nextToken(), json);
  }

  /**
   * Reads nested arrays of numbers whose first bracket was read already.
   *
   * @param first the token behind it
   * @throws BadInputException if they are ragged, or hold something else
   * @throws IOException if it is not JSON
   */
  static Tensor tensorFrom(String what, @Nullable JsonToken first, JsonParser json)
      throws IOException {
    Filling filling = new Filling(what, memory(json));
    filling.read(first, json, 0);
    return filling.tensor();
  }

  /** What was read of a tensor so far. */
  private static final class Filling {
    private final String what;
    // -1 while the first array of that depth is not at its end.
    private final List<Integer> shape = new ArrayList<>();
    private final MemoryBudget.Claim memory;
    private byte[] small = new byte[0];
    // From the first number on that is no byte.
    private float @Nullable [] large;
    private int size;
    private int rank = -1;

    Filling(String what, MemoryBudget.Claim memory) {
      this.what = what;
      this.memory = memory;
    }

    Tensor tensor() {
      List<Integer> lengths = shape.stream().map(length -> Math.max(0, length)).toList();
      float[] floats = large;
      if (floats == null) {
        return new Tensor(lengths, resized(small, size), null, memory);
      }
      return new Tensor(lengths, small, resized(floats, size), memory);
    }

    private byte[] resized(byte[] from, int length) {
      memory.grow(length);
      byte[] out = Arrays.copyOf(from, length);
      memory.shrink(from.length);
      return out;
    }

    private float[] resized(float[] from, int length) {
      memory.grow((long) Float.BYTES * length);
      float[] out = Arrays.copyOf(from, length);
      memory.shrink((long) Float.BYTES * from.length);
      return out;
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
          throw new BadInputException(
              what + " must be an array of numbers, equally deep everywhere");
        }
      }
      int known = shape.get(depth);
      if (known >= 0 && known != length) {
        throw new BadInputException(
            what + " has rows of " + known + " and of " + length + " elements");
      }
      shape.set(depth, length);
    }

    private void add(float value) {
      float[] floats = large;
      if (floats == null && isByte(value)) {
        if (size == small.length) {
          small = resized(small, 64 + size + size / 2);
        }
        small[size++] = (byte) (int) value;
        return;
      }
      if (floats == null) {
        memory.grow((long) Float.BYTES * (size + 64));
        floats = new float[size + 64];
        for (int i = 0; i < size; i++) {
          floats[i] = small[i] & 0xFF;
        }
        memory.shrink(small.length);
        small = new byte[0];
      } else if (size == floats.length) {
        floats = resized(floats, size + size / 2);
      }
      floats[size++] = value;
      large = floats;
    }
  }
}
