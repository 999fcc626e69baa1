package io.seamark.buffer;

import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What edge and cloud send each other: one Arrow IPC stream with one record batch of one row.
 *
 * <p>The schema's metadata holds {@code seamark.format} (the version, 1) and {@code seamark.kind}
 * ({@code sample} or {@code answer}); {@link io.seamark.buffer.format} lists the columns. Buffers
 * are compressed with zstd. Class scores travel as one byte each with a scale and an offset per
 * class: a logit comes back off by at most its class's range / 510, give or take the rounding of
 * float32.
 *
 * <p>Decoding trusts nothing: sizes are held against the bytes that are there, and against what
 * {@link HardSample} and {@link FusedAnswer} allow, before anything is allocated. Texts must have
 * no control characters. Whatever is wrong ends in an {@link IOException} with one line that says
 * what. {@link #sampleSizes} says what decoding will take.
 */
public final class ArrowMessages {
  /** Media type of the messages. */
  public static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";

  /** Limit that suits frames of up to 2048x1024: 16 MiB. */
  public static final long DEFAULT_LIMIT = 16L << 20;

  /** Room for a row, its compressed form and Arrow's rounding up to powers of two. */
  private static final long ENCODE_MEMORY = 1L << 30;

  private ArrowMessages() {}

  /**
   * Encodes a sample.
   *
   * @param sample with finite logits
   * @return the message
   * @throws IllegalArgumentException if a logit is not finite
   */
  public static byte[] encode(HardSample sample) {
    return encode(SampleColumns.SAMPLE_MESSAGE, row -> SampleColumns.write(row, sample));
  }

  /**
   * Encodes an answer.
   *
   * @param answer the answer
   * @return the message
   */
  public static byte[] encode(FusedAnswer answer) {
    return encode(
        SampleColumns.ANSWER_MESSAGE,
        row -> {
          row.set("width", answer.classMap().width()).set("height", answer.classMap().height());
          SampleColumns.write(row, answer);
        });
  }

  /**
   * Says what decoding a sample will take, before it is taken: looks at what the message says of
   * its sizes, and refuses what does not fit together. Nothing large is unpacked.
   *
   * @param message from {@link #encode(HardSample)}, or from anyone
   * @param limit the most bytes that the message may have, and that it may decompress to
   * @return the sizes
   * @throws IOException if the message is too large or not a sample, with the reason
   */
  public static SampleSizes sampleSizes(byte[] message, long limit) throws IOException {
    return SampleColumns.sizes(open(SampleColumns.SAMPLE_MESSAGE, message, limit));
  }

  /**
   * Decodes a sample.
   *
   * @param message from {@link #encode(HardSample)}, or from anyone
   * @param limit the most bytes that the message may have, and that it may decompress to
   * @return the sample
   * @throws IOException if the message is too large or not a sample, with the reason
   */
  public static HardSample decodeSample(byte[] message, long limit) throws IOException {
    HardSample sample =
        SampleColumns.readSample(open(SampleColumns.SAMPLE_MESSAGE, message, limit));
    checkPlain(sample);
    return sample;
  }

  /**
   * Decodes an answer.
   *
   * @param message from {@link #encode(FusedAnswer)}, or from anyone
   * @param limit the most bytes that the message may have, and that it may decompress to
   * @return the answer
   * @throws IOException if the message is too large or not an answer, with the reason
   */
  public static FusedAnswer decodeAnswer(byte[] message, long limit) throws IOException {
    FusedAnswer answer =
        SampleColumns.readAnswer(open(SampleColumns.ANSWER_MESSAGE, message, limit));
    checkPlain(answer);
    return answer;
  }

  /**
   * Says what decoding a sample with its answer will take, before it is taken.
   *
   * @param batch as {@link #decodeBuffered} takes it
   * @return bytes on the heap at most, the message not included
   * @throws IOException as {@link #sampleSizes} has it
   */
  public static long decodingBytes(byte[] batch) throws IOException {
    Row row = Row.ofBatch(SampleColumns.REPLAY, batch, Row.MAX_CONTENT);
    return SampleColumns.sizes(row).decodingBytes()
        + row.readingBytes("answer")
        + row.readingBytes(SampleColumns.SEGMENTS);
  }

  /**
   * Decodes a sample with its answer, as another program has it from a replay buffer. Its sequence
   * counts for nothing.
   *
   * @param batch a record batch message of one row with the columns of {@link ReplayBuffer#schema},
   *     from anyone
   * @return the sample and its answer
   * @throws IOException if it is none, with the reason
   */
  public static BufferedSample decodeBuffered(byte[] batch) throws IOException {
    Row row = Row.ofBatch(SampleColumns.REPLAY, batch, Row.MAX_CONTENT);
    BufferedSample sample = SampleColumns.readBuffered(row);
    checkPlain(sample.sample());
    checkPlain(sample.answer());
    long[] counted =
        SampleColumns.pixelsByClass(sample.answer().classMap(), sample.sample().scores().classes());
    if (!Arrays.equals(counted, row.int64s(SampleColumns.PIXELS_BY_CLASS))) {
      throw new IOException(
          "pixels_by_class of sample '"
              + sample.sample().id()
              + "' are not those of its answer, class by class");
    }
    return sample;
  }

  private static void checkPlain(HardSample sample) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("sample id", sample.id());
    texts.put("edge", sample.edge());
    texts.put("domain", sample.domain());
    texts.put("model version", sample.modelVersion());
    texts.put("miner", sample.miner());
    checkPlain(texts);
  }

  private static void checkPlain(FusedAnswer answer) throws IOException {
    checkPlain(Map.of("processing", answer.processing()));
    for (String stage : answer.seconds().keySet()) {
      checkPlain(Map.of("stage", stage));
    }
  }

  /** What comes from outside goes into logs and on terminals. */
  private static void checkPlain(Map<String, String> texts) throws IOException {
    try {
      texts.forEach(Checks::plain);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static byte[] encode(RowSchema schema, Consumer<RowWriter> fill) {
    try (RowWriter row = new RowWriter(schema, ENCODE_MEMORY)) {
      fill.accept(row);
      return row.stream();
    }
  }

  private static Row open(RowSchema schema, byte[] message, long limit) throws IOException {
    if (message.length > limit) {
      throw new IOException(
          "message has " + message.length + " bytes, but at most " + limit + " are allowed");
    }
    return Row.ofStream(schema, message, limit);
  }
}
