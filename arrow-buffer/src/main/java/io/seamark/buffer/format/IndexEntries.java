package io.seamark.buffer.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the entries of an index one by one, so that none but the one at hand takes memory. */
final class IndexEntries implements AutoCloseable {
  /** For what is read: nothing of the index is long or deep. */
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(64 << 10)
                  .maxNameLength(1 << 10)
                  .maxNestingDepth(8)
                  .build())
          .build();

  private final RowSchema schema;
  private final JsonParser parser;
  private boolean begun;

  IndexEntries(ByteBuffer json, RowSchema schema) throws IOException {
    this.schema = schema;
    this.parser =
        STRICT.createParser(json.array(), json.arrayOffset() + json.position(), json.remaining());
  }

  /** The next entry, or null after the last. */
  @Nullable JsonValues next() throws IOException {
    try {
      JsonToken token = parser.nextToken();
      if (!begun && token != JsonToken.START_ARRAY) {
        throw new DamagedRecordException("the index is no array");
      }
      token = begun ? token : parser.nextToken();
      begun = true;
      if (token == JsonToken.END_ARRAY) {
        return null;
      }
      if (token != JsonToken.START_OBJECT) {
        throw new DamagedRecordException("an entry of the index is no object");
      }
      Map<String, String> scalars = new HashMap<>();
      Map<String, long[]> lists = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        RowSchema.Column column = schema.column(name);
        token = parser.nextToken();
        boolean wanted = column != null || name.equals("sequence") || name.equals("crc32c");
        if (!wanted) {
          parser.skipChildren();
        } else if (token == JsonToken.START_ARRAY) {
          lists.put(name, list(column == null ? 0 : column.most()));
        } else {
          scalars.put(name, parser.getText());
        }
      }
      return new JsonValues(scalars, lists);
    } catch (DamagedRecordException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedRecordException("the index is no JSON");
    }
  }

  private long[] list(int most) throws IOException {
    long[] values = new long[16];
    int n = 0;
    while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
      if (n == most) {
        throw new DamagedRecordException("a list of the index has more than " + most + " values");
      }
      if (n == values.length) {
        values = Arrays.copyOf(values, Math.min(most, 2 * n));
      }
      values[n++] = parser.getLongValue();
    }
    if (parser.currentToken() != JsonToken.END_ARRAY) {
      throw new DamagedRecordException("a list of the index holds other than numbers");
    }
    return Arrays.copyOf(values, n);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
