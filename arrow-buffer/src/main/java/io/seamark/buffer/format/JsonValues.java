package io.seamark.buffer.format;

import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of an index entry. */
record JsonValues(Map<String, String> scalars, Map<String, long[]> lists) implements RowValues {
  private <T> T value(Map<String, T> values, String column) throws IOException {
    T value = values.get(column);
    if (value == null) {
      throw new DamagedRecordException("an index entry lacks '" + column + "'");
    }
    return value;
  }

  @Override
  public String text(String column) throws IOException {
    return value(scalars, column);
  }

  @Override
  public int int32(String column) throws IOException {
    return Math.toIntExact(int64(column));
  }

  @Override
  public long int64(String column) throws IOException {
    return number(column, Long::valueOf);
  }

  @Override
  public @Nullable Long int64OrNull(String column) throws IOException {
    return scalars.containsKey(column) ? Long.valueOf(int64(column)) : null;
  }

  @Override
  public double float64(String column) throws IOException {
    return number(column, Double::valueOf);
  }

  private <N extends Number> N number(String column, Function<String, N> parse) throws IOException {
    try {
      return parse.apply(value(scalars, column));
    } catch (NumberFormatException e) {
      throw new DamagedRecordException("an index entry's '" + column + "' is no number");
    }
  }

  @Override
  public float @Nullable [] float32sOrNull(String column) throws IOException {
    String text = scalars.get(column);
    if (text == null) {
      return null;
    }
    String[] parts = text.isEmpty() ? new String[0] : text.split(" ", -1);
    float[] list = new float[parts.length];
    try {
      for (int i = 0; i < list.length; i++) {
        list[i] = Float.parseFloat(parts[i]);
      }
    } catch (NumberFormatException e) {
      throw new DamagedRecordException("an index entry's '" + column + "' is no list of numbers");
    }
    return list;
  }

  @Override
  public long[] int64s(String column) throws IOException {
    return value(lists, column);
  }
}
