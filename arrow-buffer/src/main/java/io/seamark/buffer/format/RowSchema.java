package io.seamark.buffer.format;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one kind of message or segment. Every record batch of it has one row. Immutable.
 *
 * <p>A later release may add nullable columns at the end: what an earlier one wrote lacks them, and
 * they are null there.
 */
public final class RowSchema {
  /** The version of the format, written as {@code seamark.format} into the schema's metadata. */
  public static final int FORMAT_VERSION = 1;

  static final String FORMAT_KEY = "seamark.format";
  static final String KIND_KEY = "seamark.kind";

  /** What a column holds. */
  public enum Type {
    /** UTF-8 text. */
    UTF8(new ArrowType.Utf8()),
    /** Bytes. */
    BINARY(new ArrowType.Binary()),
    /** Signed 32-bit integer. */
    INT32(new ArrowType.Int(32, true)),
    /** Signed 64-bit integer. */
    INT64(new ArrowType.Int(64, true)),
    /** 64-bit floating point. */
    FLOAT64(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
    /** Milliseconds since 1970 in UTC, 64 bits. */
    TIMESTAMP(new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC")),
    /** List of 32-bit floating point values. */
    FLOAT32_LIST(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
    /** List of 64-bit floating point values. */
    FLOAT64_LIST(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
    /** List of signed 64-bit integers. */
    INT64_LIST(new ArrowType.Int(64, true)),
    /** List of UTF-8 texts. */
    UTF8_LIST(new ArrowType.Utf8());

    /** The value's type; of a list, its elements' type. */
    @SuppressWarnings("ImmutableEnumChecker") // Its fields are final; Arrow marks them not.
    final ArrowType arrow;

    Type(ArrowType arrow) {
      this.arrow = arrow;
    }

    boolean isList() {
      return this == FLOAT32_LIST
          || this == FLOAT64_LIST
          || this == INT64_LIST
          || this == UTF8_LIST;
    }

    boolean isVariable() {
      return arrow instanceof ArrowType.Utf8 || arrow instanceof ArrowType.Binary;
    }

    /** Bytes of a value, or of an element of a list, if they are of one width. */
    int width() {
      return this == INT32 || this == FLOAT32_LIST ? 4 : 8;
    }

    /** Field nodes that a column of this type has in a record batch. */
    int nodes() {
      return isList() ? 2 : 1;
    }

    /** Buffers that a column of this type has in a record batch. */
    int buffers() {
      return (isList() ? 2 : 0) + (isVariable() ? 3 : 2);
    }
  }

  /**
   * One column.
   *
   * @param name unique in its schema
   * @param type what it holds
   * @param nullable whether it may be null
   * @param indexed whether a sealed segment repeats its value in the index of its footer; not for
   *     {@link Type#BINARY}
   * @param compressible whether compression is worth trying
   * @param most the most bytes of a text or of {@link Type#BINARY}, or elements of a list; a reader
   *     refuses more before it takes memory for them
   */
  public record Column(
      String name, Type type, boolean nullable, boolean indexed, boolean compressible, int most) {
    /** Mean bytes that the texts of a list may have. */
    private static final int LISTED_TEXT = 1024;

    /**
     * A column that is never null, not in the index, and as long as a record may be.
     *
     * @param name unique in its schema
     * @param type what it holds
     * @return the column
     */
    public static Column of(String name, Type type) {
      return new Column(name, type, false, false, true, Row.MAX_CONTENT);
    }

    /**
     * The same with a bound.
     *
     * @param bound see {@link #most}
     * @return the column
     */
    public Column atMost(int bound) {
      return new Column(name, type, nullable, indexed, compressible, bound);
    }

    /** The most bytes that the values of this column may have, of so many elements if a list. */
    long mostBytes(int elements) {
      if (!type.isVariable()) {
        return (long) type.width() * (type.isList() ? elements : 1);
      }
      return type.isList() ? (long) LISTED_TEXT * elements : most;
    }

    /**
     * The same, in the index.
     *
     * @return the column
     */
    public Column withIndex() {
      return new Column(name, type, nullable, true, compressible, most);
    }

    /**
     * The same, allowing null.
     *
     * @return the column
     */
    public Column orNull() {
      return new Column(name, type, true, indexed, compressible, most);
    }

    /**
     * The same, never compressed: for bytes that are compressed already.
     *
     * @return the column
     */
    public Column asIs() {
      return new Column(name, type, nullable, indexed, false, most);
    }
  }

  /**
   * A text column by whose values records are counted.
   *
   * @param column its name; it must be indexed
   * @param most so many values a segment counts by themselves at most, at least 1
   */
  public record CountedColumn(String column, int most) {}

  /**
   * What of its records a sealed segment sums up, so that it need not be read for it. All columns
   * must be indexed.
   *
   * @param name text columns that together name a record; empty if records have no names
   * @param counted text columns by whose values records are counted
   * @param time a column of milliseconds since 1970, whose bounds are kept; or null
   */
  public record SummaryColumns(
      List<String> name, List<CountedColumn> counted, @Nullable String time) {
    /** Nothing but how many records there are, and their numbers. */
    public static final SummaryColumns NONE = new SummaryColumns(List.of(), List.of(), null);

    /**
     * Copies the lists.
     *
     * @param name see above
     * @param counted see above
     * @param time see above
     */
    // Written out, since a compact constructor's parameters lose their type annotations.
    public SummaryColumns(List<String> name, List<CountedColumn> counted, @Nullable String time) {
      this.name = List.copyOf(name);
      this.counted = List.copyOf(counted);
      this.time = time;
    }

    /** The place of a column among the counted ones. */
    int counted(String column) {
      for (int i = 0; i < counted.size(); i++) {
        if (counted.get(i).column().equals(column)) {
          return i;
        }
      }
      throw new IllegalArgumentException("records are not counted by '" + column + "'");
    }
  }

  private final String kind;
  private final SummaryColumns summary;
  private final Map<String, Column> byName = new LinkedHashMap<>();
  private final List<Column> columns;
  private final Schema arrow;
  private final byte[] message;

  /**
   * A schema of records of which a segment sums up no column.
   *
   * @param kind written as {@code seamark.kind} into the schema's metadata
   * @param columns in their order, with unique names
   */
  public RowSchema(String kind, List<Column> columns) {
    this(kind, columns, SummaryColumns.NONE);
  }

  /**
   * A schema.
   *
   * @param kind written as {@code seamark.kind} into the schema's metadata
   * @param columns in their order, with unique names
   * @param summary what a sealed segment sums up
   */
  public RowSchema(String kind, List<Column> columns, SummaryColumns summary) {
    this.kind = kind;
    this.summary = summary;
    this.columns = List.copyOf(columns);
    for (Column column : columns) {
      if (byName.put(column.name(), column) != null) {
        throw new IllegalArgumentException("column '" + column.name() + "' is named twice");
      }
    }
    this.arrow = toArrow(kind, columns);
    this.message = toMessage(arrow);
  }

  /**
   * The kind.
   *
   * @return such as {@code sample}
   */
  public String kind() {
    return kind;
  }

  /**
   * What a sealed segment sums up.
   *
   * @return names of columns
   */
  public SummaryColumns summary() {
    return summary;
  }

  /**
   * The columns.
   *
   * @return in their order
   */
  public List<Column> columns() {
    return columns;
  }

  /**
   * The schema of some of the columns, such as all but the large ones.
   *
   * @param names of columns, in the order in which they shall stand
   * @return a schema of the same kind
   * @throws IllegalArgumentException if there is no such column, a name comes twice, or there is
   *     none
   */
  public RowSchema select(List<String> names) {
    List<Column> selected = new ArrayList<>();
    for (String name : names) {
      Column column = byName.get(name);
      if (column == null) {
        throw new IllegalArgumentException(
            "there is no column '"
                + name
                + "': must be one of "
                + String.join(", ", byName.keySet()));
      }
      selected.add(column);
    }
    if (selected.isEmpty()) {
      throw new IllegalArgumentException(
          "no column is named: must be one or more of " + String.join(", ", byName.keySet()));
    }
    return new RowSchema(kind, selected);
  }

  /** How many columns everything of this kind has: all but the nullable ones at the end. */
  int required() {
    int count = columns.size();
    while (count > 0 && columns.get(count - 1).nullable()) {
      count--;
    }
    return count;
  }

  /**
   * The schema of what lacks columns at the end.
   *
   * @param count at least {@link #required}
   */
  RowSchema first(int count) {
    return count == columns.size() ? this : new RowSchema(kind, columns.subList(0, count), summary);
  }

  /**
   * How many of the columns a record batch has: each column adds to both numbers, so they tell.
   *
   * @param nodes its field nodes
   * @param buffers its buffers
   * @return at least {@link #required}, or -1 if it is of another schema
   */
  int present(int nodes, int buffers) {
    int nodesLeft = nodes;
    int buffersLeft = buffers;
    int count = 0;
    while (count < columns.size() && nodesLeft > 0) {
      Type type = columns.get(count++).type();
      nodesLeft -= type.nodes();
      buffersLeft -= type.buffers();
    }
    return nodesLeft == 0 && buffersLeft == 0 && count >= required() ? count : -1;
  }

  /** The column of a name, or null. */
  @Nullable Column column(String name) {
    return byName.get(name);
  }

  /**
   * The schema as Arrow's library has it, with {@code seamark.format} and {@code seamark.kind}.
   *
   * @return not to be changed
   */
  public Schema arrow() {
    return arrow;
  }

  /** The schema as an encapsulated Arrow message; not to be changed. */
  byte[] message() {
    return message;
  }

  /**
   * The schema as an encapsulated Arrow message.
   *
   * @return a copy
   */
  public byte[] encapsulated() {
    return message.clone();
  }

  /**
   * Holds a schema message from another program against this schema.
   *
   * @param schemaMessage the encapsulated message
   * @return this schema, or as many of its columns as there are: those that are missing may be null
   * @throws IOException if it is another schema, with the reason
   */
  public RowSchema accept(byte[] schemaMessage) throws IOException {
    return first(IpcMessages.checkSchema(this, schemaMessage));
  }

  /** The schema message of a segment, marked with its id and salt. */
  byte[] message(long segment, long salt) {
    FlatBufferBuilder builder = new FlatBufferBuilder(4096);
    int header = arrow.getSchema(builder);
    byte[] marked = MessageMark.begin(builder, MessageHeader.Schema, header, 0, segment, salt);
    MessageMark.finish(marked);
    return marked;
  }

  private static Schema toArrow(String kind, List<Column> columns) {
    List<Field> fields = new ArrayList<>();
    for (Column column : columns) {
      Type type = column.type();
      if (type.isList()) {
        Field item = new Field("item", new FieldType(false, type.arrow, null), null);
        fields.add(
            new Field(
                column.name(),
                new FieldType(column.nullable(), new ArrowType.List(), null),
                List.of(item)));
      } else {
        fields.add(
            new Field(column.name(), new FieldType(column.nullable(), type.arrow, null), null));
      }
    }
    // Sorted, so that the same schema always has the same bytes.
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(FORMAT_KEY, Integer.toString(FORMAT_VERSION));
    metadata.put(KIND_KEY, kind);
    return new Schema(fields, Collections.unmodifiableMap(metadata));
  }

  private static byte[] toMessage(Schema arrow) {
    HeapChannel out = new HeapChannel(4096);
    try {
      MessageSerializer.serialize(new WriteChannel(out), arrow);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.bytes();
  }
}
