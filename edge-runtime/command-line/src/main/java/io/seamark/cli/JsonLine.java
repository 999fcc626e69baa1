package io.seamark.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/**
 * Figures as one JSON object on one line, with six decimals at most. What is not a number is {@code
 * null}.
 */
public final class JsonLine {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new Rounded())
                  .addSerializer(double.class, new Rounded()))
          .build();

  private JsonLine() {}

  /**
   * Writes figures.
   *
   * @param figures a map or a record of numbers, texts, truth values, lists and more of its kind
   * @return one line, in the order of the map or the record
   */
  public static String of(Object figures) {
    try {
      return JSON.writeValueAsString(figures);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures cannot be written as JSON", e);
    }
  }

  private static final class Rounded extends StdSerializer<Double> {
    private static final long serialVersionUID = 1;

    Rounded() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(Math.round(value * 1e6) / 1e6);
      } else {
        json.writeNull();
      }
    }
  }
}
