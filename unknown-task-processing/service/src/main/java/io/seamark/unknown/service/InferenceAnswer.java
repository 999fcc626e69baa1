package io.seamark.unknown.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.seamark.exchange.CountedBytes;
import io.seamark.exchange.MemoryBudget;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An inference response of the Open Inference Protocol v2.
 *
 * @param body JSON, then the binary outputs
 * @param headerLength length of the JSON; -1 if nothing follows it
 */
@SuppressWarnings("ArrayRecordComponent")
record InferenceAnswer(byte[] body, int headerLength) {
  /** UINT8 [1,H,W]: each pixel's class; 255 is undecided. */
  static final String CLASS_MAP = "class_map";

  /** INT64 [1,C]: pixels of each class; undecided ones are in none. */
  static final String CLASS_COUNTS = "class_counts";

  /** INT64 [1]: masks that the answer rests on. */
  static final String MASKS = "masks";

  static final List<String> OUTPUTS = List.of(CLASS_MAP, CLASS_COUNTS, MASKS);

  private static final JsonFactory FACTORY = new JsonFactory();

  /** A tensor as bytes, little-endian; numbers of a type are equally wide. */
  private record Output(String name, String datatype, int[] shape, byte[] bytes, boolean binary) {}

  /**
   * Writes a response.
   *
   * @param memory that it is counted against
   * @throws io.seamark.exchange.RefusedException if there is no room for it
   * @throws IOException never: it writes to memory
   */
  static InferenceAnswer of(
      String model,
      InferenceRequest request,
      TaskProcessor.Answered answer,
      MemoryBudget.Claim memory)
      throws IOException {
    List<Output> outputs =
        OUTPUTS.stream()
            .filter(name -> request.outputs().isEmpty() || request.outputs().containsKey(name))
            .map(name -> output(name, request, answer))
            .toList();
    CountedBytes body = new CountedBytes(memory);
    try (JsonGenerator json = FACTORY.createGenerator(body)) {
      json.writeStartObject();
      json.writeStringField("model_name", model);
      json.writeStringField("model_version", InferenceResource.VERSION);
      if (request.id() != null) {
        json.writeStringField("id", request.id());
      }
      json.writeArrayFieldStart("outputs");
      for (Output output : outputs) {
        write(json, output);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    int length = body.size();
    boolean binary = false;
    for (Output output : outputs) {
      if (output.binary()) {
        binary = true;
        body.write(output.bytes());
      }
    }
    return new InferenceAnswer(body.exact(), binary ? length : -1);
  }

  private static Output output(
      String name, InferenceRequest request, TaskProcessor.Answered answer) {
    int classes = answer.classes();
    Boolean asked = request.outputs().get(name);
    boolean binary = asked == null ? request.binaryOutput() : asked;
    ClassMap map = answer.classMap();
    return switch (name) {
      case CLASS_MAP ->
          new Output(
              name, "UINT8", new int[] {1, map.height(), map.width()}, map.classes(), binary);
      case CLASS_COUNTS ->
          new Output(name, "INT64", new int[] {1, classes}, int64s(counts(map, classes)), binary);
      default -> new Output(name, "INT64", new int[] {1}, int64s(answer.masks()), binary);
    };
  }

  private static long[] counts(ClassMap map, int classes) {
    long[] counts = new long[classes];
    for (byte pixel : map.classes()) {
      int of = pixel & 0xFF;
      if (of < classes) {
        counts[of]++;
      }
    }
    return counts;
  }

  private static byte[] int64s(long... values) {
    ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      out.putLong(value);
    }
    return out.array();
  }

  private static void write(JsonGenerator json, Output output) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", output.name());
    json.writeStringField("datatype", output.datatype());
    json.writeFieldName("shape");
    json.writeArray(output.shape(), 0, output.shape().length);
    if (output.binary()) {
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", output.bytes().length);
      json.writeEndObject();
    } else {
      json.writeArrayFieldStart("data");
      if (output.datatype().equals("UINT8")) {
        for (byte value : output.bytes()) {
          json.writeNumber(value & 0xFF);
        }
      } else {
        ByteBuffer values = ByteBuffer.wrap(output.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
          json.writeNumber(values.getLong());
        }
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }
}
