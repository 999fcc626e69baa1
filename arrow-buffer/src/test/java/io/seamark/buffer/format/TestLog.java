package io.seamark.buffer.format;

import io.seamark.buffer.format.RowSchema.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A log of small records for tests: record n holds a name and bytes that follow from n. */
final class TestLog {
  static final RowSchema SCHEMA =
      new RowSchema(
          "test",
          List.of(
              Column.of("sequence", RowSchema.Type.INT64),
              Column.of("name", RowSchema.Type.UTF8).withIndex(),
              Column.of("data", RowSchema.Type.BINARY)),
          new RowSchema.SummaryColumns(
              List.of("name"), List.of(new RowSchema.CountedColumn("name", 3)), null));

  static final LogLimits LIMITS = new LogLimits(4096, 1000, 1 << 20, true);

  private TestLog() {}

  static SegmentLogWriter<String> open(Path folder, Disk disk) throws IOException {
    return SegmentLog.open(folder, SCHEMA, (sequence, values) -> values.text("name"), LIMITS, disk);
  }

  static SegmentLogReader<String> openReadOnly(Path folder, Disk disk) throws IOException {
    return SegmentLog.openReadOnly(folder, SCHEMA, (sequence, values) -> values.text("name"), disk);
  }

  /** How the records of an earlier trial become those of a segment. */
  static Indexing<String> indexing() {
    return new Indexing<>(SCHEMA, (sequence, values) -> values.text("name"), new Names());
  }

  static long append(SegmentLogWriter<String> log, int number) throws IOException {
    return log.append(row -> row.set("name", name(number)).set("data", data(number)));
  }

  static String name(int number) {
    return "record " + number;
  }

  static byte[] data(int number) {
    byte[] bytes = new byte[100 + number % 7 * 16];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  /** The numbers of the records in a log, each checked to be whole. */
  static List<Integer> numbers(SegmentLog<String> log) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = log.entries(0).toList();
    int i = 0;
    for (long at = log.ceiling(0); log.contains(at); at = log.ceiling(at + 1)) {
      Row row = log.read(at);
      String name = row.text("name");
      int number = Integer.parseInt(name.substring("record ".length()));
      if (row.int64("sequence") != at
          || !name.equals(names.get(i++))
          || !Arrays.equals(data(number), row.bytes("data"))) {
        throw new AssertionError("record " + at + " is not as it was written");
      }
      numbers.add(number);
    }
    return numbers;
  }
}
