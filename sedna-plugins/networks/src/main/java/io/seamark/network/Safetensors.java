package io.seamark.network;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads and writes whole safetensors files. */
public final class Safetensors {
  private static final JsonMapper JSON = new JsonMapper();

  private Safetensors() {}

  /**
   * Reads every floating-point tensor (F16, BF16, F32, F64) as float32. Other types are left out.
   *
   * @param path the file
   * @return its weights and metadata
   * @throws IOException if the file cannot be read or is no sound safetensors file; the message
   *     names file and rule
   */
  public static Weights read(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : file.names()) {
        tensors.put(name, file.get(name));
      }
      return new Weights(tensors, file.metadata());
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Writes weights so that the path holds either the old file or the whole new one, whatever
   * happens in between.
   *
   * @param path the file; its folder exists
   * @param weights what to write, in this order
   * @param precision how
   * @throws IOException if writing fails
   * @throws IllegalArgumentException if a value is not finite or beyond half precision's range
   */
  public static void write(Path path, Weights weights, Precision precision) throws IOException {
    int bytes = precision == Precision.F16 ? 2 : 4;
    ObjectNode header = JSON.createObjectNode();
    if (!weights.metadata().isEmpty()) {
      ObjectNode metadata = header.putObject("__metadata__");
      weights.metadata().forEach(metadata::put);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> e : weights.tensors().entrySet()) {
      ObjectNode entry = header.putObject(e.getKey());
      entry.put("dtype", precision.name());
      e.getValue().shape().forEach(entry.putArray("shape")::add);
      long end = at + (long) bytes * e.getValue().values().length;
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] json = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    // Padded with blanks so that the data begin at a multiple of eight.
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');

    DurableFiles.write(
        path,
        out -> {
          WritableByteChannel channel = Channels.newChannel(out);
          ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
          buffer.putLong(padded.length).flip();
          writeAll(channel, buffer);
          writeAll(channel, ByteBuffer.wrap(padded));
          for (Map.Entry<String, Tensor> e : weights.tensors().entrySet()) {
            writeValues(channel, buffer, e.getKey(), e.getValue().values(), precision);
          }
        });
  }

  private static void writeValues(
      WritableByteChannel channel,
      ByteBuffer buffer,
      String name,
      float[] values,
      Precision precision)
      throws IOException {
    buffer.clear();
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "'" + name + "' holds " + value + ", but weights must be finite");
      }
      if (precision == Precision.F32) {
        buffer.putFloat(value);
      } else {
        short half = HalfFloat.fromFloat(value);
        if ((half & 0x7FFF) == 0x7C00) {
          throw new IllegalArgumentException(
              "'" + name + "' holds " + value + ", but half precision ends at 65504");
        }
        buffer.putShort(half);
      }
      if (buffer.remaining() < 4) {
        writeAll(channel, buffer.flip());
        buffer.clear();
      }
    }
    writeAll(channel, buffer.flip());
  }

  private static void writeAll(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
