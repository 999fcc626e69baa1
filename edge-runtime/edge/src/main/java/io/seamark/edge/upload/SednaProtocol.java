package io.seamark.edge.upload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * That of Sedna's joint inference: what its edge worker posts to a {@code BigModelService}, the
 * frame as nested lists {@code [H][W][3]} of 0 to 255, and {@code result} back. A result is a class
 * map {@code [H][W]}, such a map as the only element of a list, or an object with {@code class_map}
 * and, if it likes, {@code masks}, as our own service answers. 255 leaves a pixel to the edge.
 * Depth and scores are not sent: Sedna's contract has no place for them.
 *
 * @see <a href="https://github.com/kubeedge/sedna">Sedna, lib/sedna/service/client.py</a>
 */
public record SednaProtocol() implements CloudProtocol {
  private static final Set<Integer> FOR_GOOD = Set.of(400, 413, 422);
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxStringLength(4096)
                  .maxNumberLength(64)
                  .maxNameLength(256)
                  .build())
          .build();

  @Override
  public URI address(URI service) {
    return URI.create(service.toString().replaceAll("/+$", "") + "/predict");
  }

  @Override
  public String mediaType() {
    return "application/json";
  }

  @Override
  public byte[] question(HardSample sample) throws IOException {
    Frame frame = Images.decodeFrame(sample.image().bytes());
    byte[] rgb = frame.rgb();
    ByteArrayOutputStream out = new ByteArrayOutputStream(4 * rgb.length);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNullField("post_process");
      json.writeArrayFieldStart("data");
      for (int y = 0, i = 0; y < frame.height(); y++) {
        json.writeStartArray();
        for (int x = 0; x < frame.width(); x++) {
          json.writeStartArray();
          for (int c = 0; c < 3; c++) {
            json.writeNumber(rgb[i++] & 0xFF);
          }
          json.writeEndArray();
        }
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  @Override
  public FusedAnswer answer(HardSample sample, byte[] body) throws IOException {
    Answer answer = new Answer(sample);
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the answer is no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("result")) {
          answer.result(json);
        } else {
          json.skipChildren();
        }
      }
    }
    byte[] classes = answer.classes;
    if (classes == null) {
      throw new IOException("the answer has no result with a class map");
    }
    return new FusedAnswer(
        new ClassMap(sample.width(), sample.height(), classes), answer.masks, "sedna", Map.of());
  }

  /** By the JSON object with {@code detail} that Sedna's web framework, FastAPI, refuses with. */
  @Override
  public boolean refuses(int status, String mediaType, byte[] body) {
    if (!FOR_GOOD.contains(status) || !mediaType.startsWith("application/json")) {
      return false;
    }
    try (JsonParser json = JSON.createParser(body)) {
      return json.nextToken() == JsonToken.START_OBJECT
          && json.nextToken() == JsonToken.FIELD_NAME
          && json.currentName().equals("detail");
    } catch (IOException e) {
      return false;
    }
  }

  /** What an answer has said so far. */
  private static final class Answer {
    private final int width;
    private final int height;
    private final int known;
    private byte @Nullable [] classes;
    private int masks;

    Answer(HardSample sample) {
      width = sample.width();
      height = sample.height();
      known = sample.scores().classes();
    }

    void result(JsonParser json) throws IOException {
      require(json.currentToken() == JsonToken.START_ARRAY, "result is no list");
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_OBJECT) {
        object(json);
        require(json.nextToken() == JsonToken.END_ARRAY, "result has more than one element");
        return;
      }
      require(first == JsonToken.START_ARRAY, "result is no class map");
      if (json.nextToken() == JsonToken.START_ARRAY) {
        json.nextToken();
        rows(json);
        require(json.nextToken() == JsonToken.END_ARRAY, "result has more than one element");
      } else {
        rows(json);
      }
    }

    private void object(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("class_map")) {
          require(
              value == JsonToken.START_ARRAY && json.nextToken() == JsonToken.START_ARRAY,
              "class_map is no list [H][W]");
          json.nextToken();
          rows(json);
        } else if (name.equals("masks") && value == JsonToken.VALUE_NUMBER_INT) {
          masks = Math.max(0, json.getIntValue());
        } else {
          json.skipChildren();
        }
      }
    }

    /** From the first number of the first row to the end of the rows. */
    private void rows(JsonParser json) throws IOException {
      byte[] read = new byte[width * height];
      int i = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          require(
              json.currentToken() != null && json.currentToken().isNumeric(),
              "its class map is not " + width + "x" + height + ", as the frame is");
          double value = json.getDoubleValue();
          require(
              value == ClassMap.IGNORE
                  || (value >= 0 && value < known && value == Math.rint(value)),
              "its class map has the class "
                  + value
                  + ", but must have 0 to "
                  + (known - 1)
                  + ", or 255 for none");
          read[i++] = (byte) (int) value;
          json.nextToken();
        }
        require(
            json.currentToken() == JsonToken.END_ARRAY
                && json.nextToken()
                    == (y < height - 1 ? JsonToken.START_ARRAY : JsonToken.END_ARRAY),
            "its class map is not " + width + "x" + height + ", as the frame is");
        if (y < height - 1) {
          json.nextToken();
        }
      }
      classes = read;
    }

    private static void require(boolean holds, String otherwise) throws IOException {
      if (!holds) {
        throw new IOException("the answer cannot be used: " + otherwise);
      }
    }
  }
}
