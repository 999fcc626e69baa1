package io.seamark.network;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.seamark.host.PlainFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open safetensors file: the header is read and checked at once, a weight's values when they are
 * asked for, so that a large model never needs to be in the heap as a whole. Types other than
 * floating point are checked and then left out (PyTorch's batch counters). Not thread-safe.
 */
public final class SafetensorsFile implements WeightSource, AutoCloseable {
  private static final int MAX_HEADER = 16 << 20;
  private static final int MAX_TENSORS = 100_000;
  private static final int MAX_METADATA = 4 << 20;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Map<String, Integer> BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("U16", 2),
          Map.entry("I16", 2),
          Map.entry("U32", 4),
          Map.entry("I32", 4),
          Map.entry("U64", 8),
          Map.entry("I64", 8),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("F32", 4),
          Map.entry("F64", 8));

  private record Entry(String type, List<Integer> shape, long begin, long end) {
    boolean isFloat() {
      return type.contains("F");
    }
  }

  private final Path path;
  private final FileChannel channel;
  private final long dataStart;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;
  private String prefix = "";

  private SafetensorsFile(
      Path path,
      FileChannel channel,
      long dataStart,
      Map<String, Entry> entries,
      Map<String, String> metadata) {
    this.path = path;
    this.channel = channel;
    this.dataStart = dataStart;
    this.entries = entries;
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Opens a file and checks its header: at most 16 MiB of JSON, known types, no overlap, no gap,
   * sizes that agree with the shapes and with the file.
   *
   * @param path the file
   * @return an open file
   * @throws IOException if the file cannot be read or breaks one of these rules; the message names
   *     file and rule
   */
  public static SafetensorsFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(PlainFile.require(path), StandardOpenOption.READ);
    try {
      return read(path, channel);
    } catch (JsonProcessingException e) {
      channel.close();
      throw new IOException(path + " is not a safetensors file: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      channel.close();
      throw new IOException(path + " is not a safetensors file: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static SafetensorsFile read(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    check(size >= 10, "it has " + size + " bytes");
    long headerLength = buffer(channel, 0, 8).getLong();
    check(
        headerLength >= 2 && headerLength <= MAX_HEADER && headerLength <= size - 8,
        "its header would be "
            + Long.toUnsignedString(headerLength)
            + " bytes long, but a header has 2 to "
            + Math.min(MAX_HEADER, size - 8));
    byte[] header = buffer(channel, 8, (int) headerLength).array();
    check(header[0] == '{', "its header does not start with '{'");
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(header)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        expect(json, json.nextToken(), JsonToken.START_OBJECT);
        if (name.equals("__metadata__")) {
          readMetadata(json, metadata);
        } else {
          entries.put(name, readEntry(json, name));
          check(entries.size() <= MAX_TENSORS, "it has more than " + MAX_TENSORS + " tensors");
        }
      }
      check(json.nextToken() == null, "its header goes on after the object's end");
    }
    checkLayout(entries, size - 8 - headerLength);
    return new SafetensorsFile(path, channel, 8 + headerLength, entries, metadata);
  }

  private static void readMetadata(JsonParser json, Map<String, String> metadata)
      throws IOException {
    int length = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING);
      String text = json.getText();
      length += key.length() + text.length();
      check(length <= MAX_METADATA, "its metadata is longer than " + MAX_METADATA + " characters");
      metadata.put(key, text);
    }
  }

  private static Entry readEntry(JsonParser json, String name) throws IOException {
    String type = "";
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> {
          expect(json, json.currentToken(), JsonToken.VALUE_STRING);
          type = json.getText();
        }
        case "shape" -> shape = readNumbers(json, name, 8);
        case "data_offsets" -> offsets = readNumbers(json, name, 2);
        default -> throw new IllegalArgumentException("'" + name + "' has a field '" + field + "'");
      }
    }
    Integer bytes = BYTES.get(type);
    if (bytes == null) {
      throw new IllegalArgumentException(
          "'" + name + "' has type '" + type + "', known are " + known());
    }
    if (shape == null || offsets == null || offsets.size() != 2) {
      throw new IllegalArgumentException("'" + name + "' lacks shape or data_offsets");
    }
    long elements = 1;
    for (long d : shape) {
      check(
          d >= 1 && d <= Integer.MAX_VALUE,
          "'" + name + "' has shape " + shape + ", but each size must be at least 1");
      elements = Math.multiplyExact(elements, d);
    }
    check(
        elements <= Integer.MAX_VALUE / 8,
        "'" + name + "' of shape " + shape + " has more than " + Integer.MAX_VALUE / 8 + " values");
    long begin = offsets.get(0);
    long end = offsets.get(1);
    check(
        begin >= 0 && end - begin == elements * bytes,
        "'" + name + "' of " + type + " " + shape + " cannot lie at bytes " + begin + " to " + end);
    return new Entry(type, shape.stream().map(Long::intValue).toList(), begin, end);
  }

  private static String known() {
    return BYTES.keySet().stream().sorted().toList().toString();
  }

  private static List<Long> readNumbers(JsonParser json, String name, int most) throws IOException {
    expect(json, json.currentToken(), JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT);
      numbers.add(json.getLongValue());
      check(numbers.size() <= most, "'" + name + "' has a list of more than " + most + " numbers");
    }
    return numbers;
  }

  private static void expect(JsonParser json, JsonToken found, JsonToken wanted) {
    check(
        found == wanted,
        "its header has "
            + found
            + " where "
            + wanted
            + " belongs, at character "
            + json.currentLocation().getByteOffset());
  }

  private static void checkLayout(Map<String, Entry> entries, long dataSize) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(Comparator.comparingLong(e -> e.getValue().begin()));
    long at = 0;
    for (Map.Entry<String, Entry> e : sorted) {
      check(
          e.getValue().begin() == at,
          "'"
              + e.getKey()
              + "' begins at byte "
              + e.getValue().begin()
              + ", but the tensor before it ends at "
              + at);
      at = e.getValue().end();
    }
    check(
        at == dataSize,
        "its tensors end at byte " + at + " of the data, but the file has " + dataSize);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static ByteBuffer buffer(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file ends at byte " + (position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  /**
   * Takes off what a wrapper puts before every name, such as {@code module.} or {@code _orig_mod.}.
   * Does nothing where the names are right or of something else.
   *
   * @param first a name that the network must have
   * @throws IllegalArgumentException if some names begin so and some do not, or several networks
   *     are in the file; the message says which
   */
  void takeOffPrefix(String first) {
    if (entries.containsKey(first)) {
      return;
    }
    List<String> found =
        entries.keySet().stream()
            .filter(name -> name.endsWith("." + first) || name.endsWith("/" + first))
            .map(name -> name.substring(0, name.length() - first.length()))
            .toList();
    if (found.isEmpty()) {
      return;
    }
    check(
        found.size() == 1,
        "it holds several networks, whose names begin with "
            + String.join(", ", found)
            + ": save one of them under names that begin with '"
            + first.substring(0, first.indexOf('.') + 1)
            + "'");
    String before = found.get(0);
    for (String name : names()) {
      check(
          name.startsWith(before),
          "its names begin with '" + before + "', but '" + name + "' does not: leave that out");
    }
    Map<String, Entry> renamed = new LinkedHashMap<>();
    entries.forEach(
        (name, entry) ->
            renamed.put(name.startsWith(before) ? name.substring(before.length()) : name, entry));
    check(
        renamed.size() == entries.size(),
        "without '" + before + "', with which its names begin, two of them would be the same");
    entries.clear();
    entries.putAll(renamed);
    prefix = before;
  }

  /**
   * What was taken off every name, since a wrapper such as PyTorch's DataParallel had put it there.
   *
   * @return such as {@code module.}; empty for names that are as they should be
   */
  public String prefix() {
    return prefix;
  }

  /**
   * The header's free text.
   *
   * @return {@code __metadata__}, in file order
   */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Names of the weights.
   *
   * @return the floating-point tensors, in file order
   */
  public List<String> names() {
    return entries.entrySet().stream()
        .filter(e -> e.getValue().isFloat())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public boolean has(String name) {
    Entry entry = entries.get(name);
    return entry != null && entry.isFloat();
  }

  @Override
  public List<Integer> shape(String name) {
    return entry(name).shape();
  }

  @Override
  public Tensor get(String name) {
    Entry entry = entry(name);
    float[] values;
    try {
      values = values(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": '" + name + "' cannot be read", e);
    }
    checkFinite(name, values);
    return new Tensor(entry.shape(), values);
  }

  /** A single such value can make every answer of a network meaningless. */
  private void checkFinite(String name, float[] values) {
    int nan = 0;
    int infinite = 0;
    for (float value : values) {
      if (!Float.isFinite(value)) {
        nan += Float.isNaN(value) ? 1 : 0;
        infinite += Float.isNaN(value) ? 0 : 1;
      }
    }
    if (nan + infinite > 0) {
      String message =
          path
              + ": "
              + prefix
              + name
              + " has "
              + (nan == 0
                  ? ""
                  : nan == 1 ? "1 value that is not a number" : nan + " values that are no numbers")
              + (nan > 0 && infinite > 0 ? " and " : "")
              + (infinite == 0
                  ? ""
                  : infinite + (infinite == 1 ? " value that is" : " values that are"))
              + (infinite == 0 ? "" : " infinite in single precision");
      throw new UncheckedIOException(message, new IOException(message));
    }
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null || !entry.isFloat()) {
      throw new IllegalArgumentException("the weights lack '" + name + "'");
    }
    return entry;
  }

  private float[] values(Entry entry) throws IOException {
    int bytes = BYTES.getOrDefault(entry.type(), 4);
    int n = (int) ((entry.end() - entry.begin()) / bytes);
    float[] values = new float[n];
    // In pieces, so that the heap holds the values and not the bytes too.
    int piece = 1 << 16;
    for (int from = 0; from < n; from += piece) {
      int count = Math.min(piece, n - from);
      ByteBuffer raw =
          buffer(channel, dataStart + entry.begin() + (long) from * bytes, count * bytes);
      switch (entry.type()) {
        case "F32" -> raw.asFloatBuffer().get(values, from, count);
        case "F64" -> {
          for (int i = 0; i < count; i++) {
            values[from + i] = (float) raw.getDouble();
          }
        }
        case "BF16" -> {
          for (int i = 0; i < count; i++) {
            values[from + i] = Float.intBitsToFloat(raw.getShort() << 16);
          }
        }
        default -> {
          for (int i = 0; i < count; i++) {
            values[from + i] = HalfFloat.toFloat(raw.getShort());
          }
        }
      }
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
