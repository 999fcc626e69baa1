package io.seamark.unknown.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.seamark.exchange.MemoryBudget;
import io.seamark.failure.BadInputException;
import io.seamark.perception.ClassScores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An inference request of the Open Inference Protocol v2, in JSON or with the binary tensor data
 * extension.
 *
 * @param id to be given back; null if there is none
 * @param edge parameter {@code edge}: whose line to stand in; empty if there is none
 * @param inputs by name
 * @param outputs which are asked for, each with whether it is wanted in binary; empty for all
 * @param binaryOutput whether outputs are wanted in binary where nothing else is said
 */
record InferenceRequest(
    @Nullable String id,
    String edge,
    Map<String, Input> inputs,
    Map<String, @Nullable Boolean> outputs,
    boolean binaryOutput) {
  static final String IMAGE = "image";
  static final String SCORES = "scores";
  private static final int MOST = 8;

  /** A tensor: numbers, or bytes where it is binary or of type BYTES. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Input(
      String datatype,
      List<Integer> shape,
      BoundedJson.@Nullable Tensor numbers,
      byte @Nullable [] bytes) {}

  /** What is read of an input before its bytes are known. */
  private static final class Draft {
    private String name = "";
    private String datatype = "";
    private List<Integer> shape = List.of();
    private BoundedJson.@Nullable Tensor numbers;
    private byte @Nullable [] text;
    private long binarySize = -1;
  }

  /**
   * Reads a request.
   *
   * @param body the whole of it
   * @param headerLength length of the JSON in front of binary data; null if there is none
   * @param memory that its tensors are counted against
   * @throws BadInputException if it is not one
   */
  static InferenceRequest read(
      byte[] body, @Nullable Integer headerLength, MemoryBudget.Claim memory) {
    if (headerLength != null && (headerLength < 0 || headerLength > body.length)) {
      throw new BadInputException(
          "Inference-Header-Content-Length is "
              + headerLength
              + ", but the body has "
              + body.length
              + " bytes");
    }
    int json = headerLength == null ? body.length : headerLength;
    List<Draft> drafts = new ArrayList<>();
    Map<String, @Nullable Boolean> outputs = new LinkedHashMap<>();
    Top top = new Top();
    BoundedJson.read(
        body,
        json,
        memory,
        parser -> {
          BoundedJson.object(
              "the request",
              parser,
              (name, value) -> {
                switch (name) {
                  case "id" -> top.id = BoundedJson.string("id", value);
                  case "parameters" -> top.read(value);
                  case "inputs" ->
                      drafts.addAll(
                          BoundedJson.array("inputs", MOST, value, InferenceRequest::input));
                  case "outputs" ->
                      BoundedJson.array("outputs", MOST, value, v -> output(v, outputs));
                  default -> value.skipChildren();
                }
              });
          return top;
        });
    Map<String, Input> inputs = new LinkedHashMap<>();
    int at = json;
    for (Draft draft : drafts) {
      byte[] bytes = draft.text;
      if (draft.binarySize >= 0) {
        if (draft.binarySize > body.length - at) {
          throw new BadInputException(
              "input '"
                  + draft.name
                  + "' says binary_data_size "
                  + draft.binarySize
                  + ", but "
                  + (body.length - at)
                  + " bytes are left");
        }
        memory.grow(2 * draft.binarySize);
        bytes = Arrays.copyOfRange(body, at, at + (int) draft.binarySize);
        at += bytes.length;
        if (draft.datatype.equals("BYTES")) {
          bytes = only(draft.name, bytes);
        }
      }
      Input input = new Input(draft.datatype, draft.shape, draft.numbers, bytes);
      if (inputs.put(draft.name, input) != null) {
        throw new BadInputException("input '" + draft.name + "' is there twice");
      }
    }
    if (at != body.length) {
      throw new BadInputException(
          (body.length - at) + " bytes at the end of the body belong to no input");
    }
    return new InferenceRequest(top.id, top.edge, inputs, outputs, top.binary);
  }

  /**
   * The frame and the scores; a frame without them is for the cloud's own edge model.
   *
   * @param memory that they are counted against
   * @throws BadInputException if an input is missing, unknown or of a wrong type or shape
   */
  TaskProcessor.Question question(TaskProcessor processor, MemoryBudget.Claim memory) {
    for (String name : inputs.keySet()) {
      if (!name.equals(IMAGE) && !name.equals(SCORES)) {
        throw new BadInputException(
            "input '" + name + "' is unknown; the inputs are " + IMAGE + " and " + SCORES);
      }
    }
    Input image = inputs.get(IMAGE);
    if (image == null) {
      throw new BadInputException("input '" + IMAGE + "' is missing");
    }
    Input scores = inputs.get(SCORES);
    if (scores == null && !processor.labels()) {
      throw new BadInputException(
          "input '"
              + SCORES
              + "' is missing: masks have no class of their own, so the edge model's logits, FP32"
              + " [1,C,h,w], must come with the image, as "
              + processor.unlabelled());
    }
    ClassScores logits = scores == null ? null : scores(scores, memory);
    if (image.datatype().equals("BYTES")) {
      byte[] file = image.bytes();
      if (file == null || count(image) != 1) {
        throw new BadInputException("input 'image' of type BYTES must hold one JPEG or PNG file");
      }
      return JsonFrames.ofFile(processor, file, logits, memory);
    }
    List<Integer> shape = image.shape();
    if (!image.datatype().equals("UINT8")
        || shape.size() != 4
        || shape.get(0) != 1
        || shape.get(3) != 3) {
      throw new BadInputException(
          "input 'image' is "
              + image.datatype()
              + " "
              + shape
              + ", but must be UINT8 [1,H,W,3] or BYTES [1]");
    }
    BoundedJson.Tensor numbers = image.numbers();
    byte[] rgb = numbers == null ? image.bytes() : numbers.bytes("input 'image'");
    return JsonFrames.ofPixels(
        processor, shape.get(2), shape.get(1), rgb == null ? new byte[0] : rgb, logits);
  }

  private static ClassScores scores(Input input, MemoryBudget.Claim memory) {
    List<Integer> shape = input.shape();
    if (!input.datatype().equals("FP32") || shape.size() != 4 || shape.get(0) != 1) {
      throw new BadInputException(
          "input 'scores' is " + input.datatype() + " " + shape + ", but must be FP32 [1,C,h,w]");
    }
    BoundedJson.Tensor numbers = input.numbers();
    float[] values = numbers == null ? new float[0] : numbers.floats();
    byte[] bytes = input.bytes();
    if (bytes != null) {
      memory.grow(bytes.length);
      values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    }
    return JsonFrames.scores(shape.subList(1, 4), values);
  }

  private static long count(Input input) {
    return input.shape().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }

  /** The one element of a binary BYTES tensor: its length in 4 bytes, then itself. */
  private static byte[] only(String name, byte[] bytes) {
    if (bytes.length < 4
        || ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt() != bytes.length - 4) {
      throw new BadInputException(
          "input '" + name + "' must hold one element, its length in 4 bytes before it");
    }
    return Arrays.copyOfRange(bytes, 4, bytes.length);
  }

  private static Draft input(JsonParser json) throws IOException {
    Draft draft = new Draft();
    BoundedJson.object(
        "an input",
        json,
        (name, value) -> {
          switch (name) {
            case "name" -> draft.name = BoundedJson.string("an input's name", value);
            case "datatype" -> draft.datatype = BoundedJson.string("datatype", value);
            case "shape" ->
                draft.shape = BoundedJson.array("shape", MOST, value, InferenceRequest::dimension);
            case "parameters" ->
                BoundedJson.object(
                    "parameters",
                    value,
                    (parameter, of) -> {
                      if (parameter.equals("binary_data_size")) {
                        draft.binarySize = size(of);
                      } else {
                        of.skipChildren();
                      }
                    });
            case "data" -> data(draft, value);
            default -> value.skipChildren();
          }
        });
    if ((draft.numbers != null || draft.text != null) == (draft.binarySize >= 0)) {
      throw new BadInputException(
          "input '" + draft.name + "' must have either data or a binary_data_size");
    }
    return draft;
  }

  private static void data(Draft draft, JsonParser json) throws IOException {
    if (json.isExpectedStartArrayToken()) {
      JsonToken first = json.nextToken();
      if (first == JsonToken.VALUE_STRING) {
        draft.text = BoundedJson.base64("an input's data", json);
        if (json.nextToken() != JsonToken.END_ARRAY) {
          throw new BadInputException("an input of type BYTES must have one element");
        }
        return;
      }
      draft.numbers = BoundedJson.tensorFrom("an input's data", first, json);
      return;
    }
    throw new BadInputException("an input's data must be an array");
  }

  private static int dimension(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw new BadInputException("a shape must hold whole numbers");
    }
    long value = json.getLongValue();
    if (value < 0 || value > TaskProcessor.LIMIT) {
      throw new BadInputException(
          "a shape holds " + value + ", but must hold 0 to " + TaskProcessor.LIMIT);
    }
    return (int) value;
  }

  private static long size(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0) {
      throw new BadInputException("binary_data_size must be a whole number from 0");
    }
    return json.getLongValue();
  }

  private static String output(JsonParser json, Map<String, @Nullable Boolean> outputs)
      throws IOException {
    String[] called = {""};
    @Nullable Boolean[] binary = {null};
    BoundedJson.object(
        "an output",
        json,
        (name, value) -> {
          switch (name) {
            case "name" -> called[0] = BoundedJson.string("an output's name", value);
            case "parameters" ->
                BoundedJson.object(
                    "parameters",
                    value,
                    (parameter, of) -> {
                      if (parameter.equals("binary_data")) {
                        binary[0] = flag(parameter, of);
                      } else {
                        of.skipChildren();
                      }
                    });
            default -> value.skipChildren();
          }
        });
    if (!InferenceAnswer.OUTPUTS.contains(called[0])) {
      throw new BadInputException(
          "output '"
              + called[0]
              + "' is unknown; the outputs are "
              + String.join(", ", InferenceAnswer.OUTPUTS));
    }
    outputs.put(called[0], binary[0]);
    return called[0];
  }

  private static boolean flag(String name, JsonParser json) {
    if (json.currentToken() == null || !json.currentToken().isBoolean()) {
      throw new BadInputException(name + " must be true or false");
    }
    return json.currentToken() == JsonToken.VALUE_TRUE;
  }

  /** What stands beside the tensors. */
  private static final class Top {
    private @Nullable String id;
    private String edge = "";
    private boolean binary;

    void read(JsonParser json) throws IOException {
      BoundedJson.object(
          "parameters",
          json,
          (name, value) -> {
            switch (name) {
              case "edge" -> edge = BoundedJson.string("edge", value);
              case "binary_data_output" -> binary = flag(name, value);
              default -> value.skipChildren();
            }
          });
    }
  }
}
