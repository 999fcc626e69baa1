package io.seamark.buffer;

import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowSchema.Column;
import io.seamark.buffer.format.RowValues;
import io.seamark.buffer.format.RowWriter;
import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Look;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The columns of samples and answers, and how the records become rows and back. */
final class SampleColumns {
  /** A character of a text takes at most three bytes in UTF-8, or a pair of them four. */
  private static final int TEXT = 3 * Checks.MAX_TEXT;

  static final String EDGE = "edge";
  static final String DOMAIN = "domain";
  static final String CAPTURED = "captured";

  /**
   * So many domains a segment counts by themselves. All edges are counted, since each has its
   * share; of edges there are only so many, of domains each sample may bring its own.
   */
  private static final int DOMAINS = 32;

  private static final List<Column> SAMPLE =
      List.of(
          Column.of("id", RowSchema.Type.UTF8).withIndex().atMost(TEXT),
          Column.of(EDGE, RowSchema.Type.UTF8).withIndex().atMost(TEXT),
          Column.of(DOMAIN, RowSchema.Type.UTF8).withIndex().atMost(TEXT),
          Column.of(CAPTURED, RowSchema.Type.TIMESTAMP).withIndex(),
          Column.of("width", RowSchema.Type.INT32),
          Column.of("height", RowSchema.Type.INT32),
          Column.of("media_type", RowSchema.Type.UTF8).atMost(TEXT),
          Column.of("image", RowSchema.Type.BINARY).asIs().atMost(Checks.MAX_FILE),
          Column.of("depth", RowSchema.Type.BINARY).orNull().asIs().atMost(Checks.MAX_FILE),
          Column.of("classes", RowSchema.Type.INT32),
          Column.of("scores_width", RowSchema.Type.INT32),
          Column.of("scores_height", RowSchema.Type.INT32),
          Column.of("scores", RowSchema.Type.BINARY).atMost(Checks.MAX_SCORES),
          Column.of("score_scale", RowSchema.Type.FLOAT32_LIST).atMost(Checks.MAX_CLASSES),
          Column.of("score_offset", RowSchema.Type.FLOAT32_LIST).atMost(Checks.MAX_CLASSES),
          Column.of("model_version", RowSchema.Type.UTF8).atMost(TEXT),
          Column.of("miner", RowSchema.Type.UTF8).atMost(TEXT),
          Column.of("score", RowSchema.Type.FLOAT64).withIndex(),
          Column.of("threshold", RowSchema.Type.FLOAT64));

  private static final List<Column> ANSWER =
      List.of(
          Column.of("answer", RowSchema.Type.BINARY).atMost(Checks.MAX_PIXELS),
          Column.of("masks", RowSchema.Type.INT32),
          Column.of("processing", RowSchema.Type.UTF8).atMost(TEXT),
          Column.of("stages", RowSchema.Type.UTF8_LIST).atMost(Checks.MAX_STAGES),
          Column.of("stage_seconds", RowSchema.Type.FLOAT64_LIST).atMost(Checks.MAX_STAGES));

  static final String SEQUENCE = "sequence";
  static final String PIXELS_BY_CLASS = "pixels_by_class";
  static final String SEGMENTS = "segments";
  static final String LOOK = "look";

  /** A sample on its way to the cloud. */
  static final RowSchema SAMPLE_MESSAGE = new RowSchema("sample", SAMPLE);

  /** An answer on its way to the edge. */
  static final RowSchema ANSWER_MESSAGE =
      new RowSchema(
          "answer",
          joined(
              List.of(
                  Column.of("width", RowSchema.Type.INT32),
                  Column.of("height", RowSchema.Type.INT32)),
              ANSWER));

  /** A sample in an edge's outbox. */
  static final RowSchema OUTBOX =
      new RowSchema("outbox", joined(List.of(Column.of(SEQUENCE, RowSchema.Type.INT64)), SAMPLE));

  /** A sample and its answer in the cloud's replay buffer. */
  static final RowSchema REPLAY =
      new RowSchema(
          "replay",
          joined(
              List.of(Column.of(SEQUENCE, RowSchema.Type.INT64)),
              SAMPLE,
              ANSWER,
              List.of(
                  Column.of(PIXELS_BY_CLASS, RowSchema.Type.INT64_LIST)
                      .withIndex()
                      .atMost(Checks.MAX_CLASSES),
                  // Added later: what earlier releases wrote ends before them.
                  Column.of(SEGMENTS, RowSchema.Type.BINARY).orNull().atMost(Checks.MAX_PIXELS),
                  Column.of(LOOK, RowSchema.Type.FLOAT32_LIST)
                      .orNull()
                      .withIndex()
                      .atMost(Look.VALUES))),
          new RowSchema.SummaryColumns(
              List.of(EDGE, "id"),
              List.of(
                  new RowSchema.CountedColumn(EDGE, Integer.MAX_VALUE),
                  new RowSchema.CountedColumn(DOMAIN, DOMAINS)),
              CAPTURED));

  private SampleColumns() {}

  @SafeVarargs
  private static List<Column> joined(List<Column>... parts) {
    List<Column> all = new ArrayList<>();
    for (List<Column> part : parts) {
      all.addAll(part);
    }
    return all;
  }

  static void write(RowWriter row, HardSample sample) {
    QuantisedScores scores = QuantisedScores.of(sample.scores());
    row.set("id", sample.id())
        .set(EDGE, sample.edge())
        .set(DOMAIN, sample.domain())
        .set(CAPTURED, sample.capturedMillis())
        .set("width", sample.width())
        .set("height", sample.height())
        .set("media_type", sample.image().mediaType())
        .set("image", sample.image().bytes())
        .set("depth", sample.depthPng())
        .set("classes", scores.classes())
        .set("scores_width", scores.width())
        .set("scores_height", scores.height())
        .set("scores", scores.q())
        .set("score_scale", scores.scale())
        .set("score_offset", scores.offset())
        .set("model_version", sample.modelVersion())
        .set("miner", sample.miner())
        .set("score", sample.score())
        .set("threshold", sample.threshold());
  }

  /** What a sample says of its sizes, held against the sizes of what it holds. */
  static SampleSizes sizes(Row row) throws IOException {
    int classes = row.int32("classes");
    int scoresWidth = row.int32("scores_width");
    int scoresHeight = row.int32("scores_height");
    int scores = row.declaredBytes("scores");
    QuantisedScores.checkSize(classes, scoresWidth, scoresHeight, scores);
    int width = row.int32("width");
    int height = row.int32("height");
    String id = row.text("id");
    String edge = row.text(EDGE);
    try {
      Checks.name("sample id", id);
      Checks.name("edge", edge);
      Checks.plain("sample id", id);
      Checks.plain("edge", edge);
      Checks.frameSize(width, height);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
    long files = row.readingBytes("image") + row.readingBytes("depth");
    long logits = row.readingBytes("scores") + (long) Float.BYTES * scores;
    return new SampleSizes(
        id,
        edge,
        width,
        height,
        row.declaredBytes("image"),
        row.declaredBytes("depth"),
        classes,
        scoresWidth,
        scoresHeight,
        SampleSizes.REST + files + logits);
  }

  static HardSample readSample(Row row) throws IOException {
    int classes = row.int32("classes");
    int scoresWidth = row.int32("scores_width");
    int scoresHeight = row.int32("scores_height");
    // Asked first: memory for logits that cannot be is not taken.
    QuantisedScores.checkSize(classes, scoresWidth, scoresHeight, row.declaredBytes("scores"));
    QuantisedScores scores =
        new QuantisedScores(
            classes,
            scoresWidth,
            scoresHeight,
            row.bytes("scores"),
            row.float32s("score_scale"),
            row.float32s("score_offset"));
    try {
      return new HardSample(
          row.text("id"),
          row.text(EDGE),
          row.text(DOMAIN),
          row.int64(CAPTURED),
          row.int32("width"),
          row.int32("height"),
          new EncodedImage(row.text("media_type"), row.bytes("image")),
          row.bytesOrNull("depth"),
          scores.logits(),
          row.text("model_version"),
          row.text("miner"),
          row.float64("score"),
          row.float64("threshold"));
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /** What the buffer keeps beside sample and answer. */
  static void write(RowWriter row, @Nullable ClassMap segments, @Nullable Look look) {
    row.set(SEGMENTS, segments == null ? null : segments.classes())
        .set(LOOK, look == null ? null : look.values());
  }

  static BufferedSample readBuffered(Row row) throws IOException {
    HardSample sample = readSample(row);
    byte[] segments = row.bytesOrNull(SEGMENTS);
    try {
      return new BufferedSample(
          sample,
          readAnswer(row),
          segments == null ? null : new ClassMap(sample.width(), sample.height(), segments),
          readLook(row));
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  static @Nullable Look readLook(RowValues values) throws IOException {
    float[] look = values.float32sOrNull(LOOK);
    try {
      return look == null ? null : Look.ofValues(look);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  static void write(RowWriter row, FusedAnswer answer) {
    row.set("answer", answer.classMap().classes())
        .set("masks", answer.masks())
        .set("processing", answer.processing())
        .set("stages", List.copyOf(answer.seconds().keySet()))
        .set(
            "stage_seconds",
            answer.seconds().values().stream().mapToDouble(Double::doubleValue).toArray());
  }

  static FusedAnswer readAnswer(Row row) throws IOException {
    int width = row.int32("width");
    int height = row.int32("height");
    List<String> stages = row.texts("stages");
    double[] seconds = row.float64s("stage_seconds");
    if (stages.size() != seconds.length) {
      throw new IOException(
          "there are " + stages.size() + " stages, but " + seconds.length + " stage_seconds");
    }
    Map<String, Double> byStage = new TreeMap<>();
    for (int i = 0; i < seconds.length; i++) {
      byStage.put(stages.get(i), seconds[i]);
    }
    try {
      return new FusedAnswer(
          new ClassMap(width, height, row.bytes("answer")),
          row.int32("masks"),
          row.text("processing"),
          byStage);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /** Undecided pixels are in none. */
  static long[] pixelsByClass(ClassMap map, int classes) {
    // By turns, since neighbours are mostly alike and a count waits for the one before.
    int[][] counts = new int[4][256];
    byte[] values = map.classes();
    for (int i = 0; i < values.length; i++) {
      counts[i & 3][values[i] & 0xFF]++;
    }
    return IntStream.range(0, classes)
        .mapToLong(c -> (long) counts[0][c] + counts[1][c] + counts[2][c] + counts[3][c])
        .toArray();
  }

  /** The reason a record gave for refusing its values, which it may quote, on one line. */
  private static IOException refused(IllegalArgumentException reason) {
    return new IOException(String.valueOf(reason.getMessage()).replaceAll("\\p{C}", "?"), reason);
  }
}
