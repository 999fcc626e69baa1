package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrowMessagesTest {
  @Test
  void sampleComesBackAsItWas() throws IOException {
    for (int number = 0; number < 4; number++) {
      HardSample sample = Samples.sample(number, 61, 33, 3000);
      HardSample back =
          ArrowMessages.decodeSample(ArrowMessages.encode(sample), ArrowMessages.DEFAULT_LIMIT);
      assertSame(sample, back);
    }
  }

  @Test
  void answerComesBackAsItWas() throws IOException {
    FusedAnswer answer = Samples.answer(Samples.sample(1, 61, 33, 10));
    FusedAnswer back =
        ArrowMessages.decodeAnswer(ArrowMessages.encode(answer), ArrowMessages.DEFAULT_LIMIT);
    assertArrayEquals(answer.classMap().classes(), back.classMap().classes());
    assertEquals(61, back.classMap().width());
    assertEquals(answer.seconds(), back.seconds());
    assertEquals(answer.processing(), back.processing());
    assertEquals(answer.masks(), back.masks());
  }

  @Test
  void whatDecodingTakesIsSaidBefore() throws IOException {
    for (int number = 0; number < 4; number++) {
      HardSample sample = Samples.sample(number, 1024, 512, 200_000);
      byte[] message = ArrowMessages.encode(sample);
      SampleSizes sizes = ArrowMessages.sampleSizes(message, ArrowMessages.DEFAULT_LIMIT);
      assertEquals(sample.id(), sizes.id());
      assertEquals(sample.edge(), sizes.edge());
      assertEquals(1024, sizes.width());
      assertEquals(512, sizes.height());
      assertEquals(200_000, sizes.imageBytes());
      assertEquals(number % 2 == 0 ? 100_001 : 0, sizes.depthBytes());
      assertEquals(11, sizes.classes());
      assertEquals(256, sizes.scoresWidth());
      assertEquals(128, sizes.scoresHeight());
      HardSample[] decoded = new HardSample[1];
      long taken =
          Allocated.by(
              () -> decoded[0] = ArrowMessages.decodeSample(message, ArrowMessages.DEFAULT_LIMIT));
      assertSame(sample, decoded[0]);
      assertTrue(
          taken <= sizes.decodingBytes(), () -> taken + " of " + sizes.decodingBytes() + " bytes");
      assertTrue(sizes.decodingBytes() < taken * 3 / 2, "more than is said to be taken: " + taken);
      long asked = Allocated.by(() -> ArrowMessages.sampleSizes(message, 1 << 24));
      assertTrue(asked < SampleSizes.REST, () -> "asking took " + asked + " bytes");
    }
  }

  @Test
  void claimsThatCannotBeAreRefusedBeforeMemoryIsTaken() throws IOException {
    HardSample s = Samples.small(1);
    byte[] zeros = new byte[8 << 20];
    byte[] honest =
        ArrowMessages.encode(
            new HardSample(
                s.id(),
                s.edge(),
                s.domain(),
                0,
                4000,
                4000,
                s.image(),
                null,
                new ClassScores(2, 2048, 2048, new float[8 << 20]),
                "v1",
                "m",
                0,
                0));
    assertTrue(honest.length < 16_000, () -> honest.length + " bytes");
    SampleSizes sizes = ArrowMessages.sampleSizes(honest, ArrowMessages.DEFAULT_LIMIT);
    assertEquals((5L * zeros.length) + SampleSizes.REST + 40, sizes.decodingBytes());
    // The buffer of the scores begins with the number of bytes that it decompresses to.
    int at = find(honest, zeros.length);
    for (long claim : new long[] {zeros.length - 1, zeros.length + 1, 12 << 20, -2, 1L << 40}) {
      byte[] lie = honest.clone();
      ByteBuffer.wrap(lie).order(ByteOrder.LITTLE_ENDIAN).putLong(at, claim);
      long asked = refusal(() -> ArrowMessages.sampleSizes(lie, ArrowMessages.DEFAULT_LIMIT));
      long decoded = refusal(() -> ArrowMessages.decodeSample(lie, ArrowMessages.DEFAULT_LIMIT));
      assertTrue(asked < SampleSizes.REST && decoded < SampleSizes.REST, "claim " + claim);
    }
  }

  private static int find(byte[] message, long number) {
    ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 8 <= message.length; at += 8) {
      if (bytes.getLong(at) == number) {
        return at;
      }
    }
    throw new AssertionError("no " + number);
  }

  /** Bytes allocated until the work is refused, which it must be, with a reason. */
  private static long refusal(Allocated.Work work) throws IOException {
    return Allocated.by(
        () -> {
          IOException e = assertThrows(IOException.class, work::run);
          assertTrue(String.valueOf(e.getMessage()).matches("[^\\n]{11,}"), e.toString());
        });
  }

  @Test
  void messagesMayNotBeLargerThanTheLimit() {
    byte[] message = ArrowMessages.encode(Samples.small(1));
    IOException e = assertThrows(IOException.class, () -> ArrowMessages.decodeSample(message, 100));
    assertEquals(
        "message has " + message.length + " bytes, but at most 100 are allowed", e.getMessage());
  }

  @Test
  void whatDecompressesToMoreThanTheLimitIsRefused() {
    byte[] bomb =
        ArrowMessages.encode(
            new FusedAnswer(
                new ClassMap(4000, 4000, new byte[16_000_000]), 0, "sam_fusion", Map.of()));
    assertTrue(bomb.length < 20_000, () -> "the map has " + bomb.length + " bytes");
    IOException e =
        assertThrows(IOException.class, () -> ArrowMessages.decodeAnswer(bomb, 1_000_000));
    assertEquals(
        "record batch holds more than the 1000000 bytes allowed when decompressed", e.getMessage());
  }

  @Test
  void oneKindIsNotTakenForTheOther() {
    byte[] sample = ArrowMessages.encode(Samples.small(1));
    IOException e =
        assertThrows(
            IOException.class,
            () -> ArrowMessages.decodeAnswer(sample, ArrowMessages.DEFAULT_LIMIT));
    assertEquals("seamark.kind is 'sample', but must be 'answer'", e.getMessage());
    byte[] html = "<html>not what you asked for</html>".getBytes(StandardCharsets.UTF_8);
    e =
        assertThrows(
            IOException.class, () -> ArrowMessages.decodeAnswer(html, ArrowMessages.DEFAULT_LIMIT));
    assertEquals("no Arrow message starts at byte 0", e.getMessage());
    assertThrows(
        IOException.class,
        () -> ArrowMessages.decodeSample(new byte[0], ArrowMessages.DEFAULT_LIMIT));
  }

  @Test
  void logitsThatAreNotFiniteAreRefused() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      HardSample sample = Samples.small(1);
      sample.scores().logits()[7] = bad;
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> ArrowMessages.encode(sample));
      assertEquals("logit 3 of class 1 is " + bad + ", but must be finite", e.getMessage());
    }
  }

  @Test
  void extremeLogitsStayFiniteAndWithinTheBound() throws IOException {
    float[][] cases = {
      {Float.MAX_VALUE, -Float.MAX_VALUE, 0, 1},
      {0, 0, 0, 0},
      {Float.MIN_VALUE, 0, Float.MIN_VALUE, 0},
      {1e6f, 1e6f + 1, 1e6f + 2, 1e6f + 3}
    };
    for (float[] logits : cases) {
      ClassScores back = QuantisedScores.of(new ClassScores(1, 2, 2, logits)).logits();
      double range = 0;
      for (float a : logits) {
        for (float b : logits) {
          range = Math.max(range, (double) a - b);
        }
      }
      for (int i = 0; i < 4; i++) {
        double rounding = Math.ulp(logits[i]) + 255.0 * Float.MIN_VALUE;
        assertTrue(Math.abs((double) logits[i] - back.logits()[i]) <= range / 510 + rounding);
        assertTrue(Float.isFinite(back.logits()[i]));
      }
    }
  }

  @Test
  void anyOtherBytesEndInOneClearLine() {
    Random random = new Random(5);
    byte[][] seeds = {
      ArrowMessages.encode(Samples.small(1)),
      ArrowMessages.encode(Samples.small(2)),
      ArrowMessages.encode(Samples.answer(Samples.small(1)))
    };
    int refused = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] message = seeds[i % 3].clone();
      int changes = 1 + random.nextInt(4);
      for (int c = 0; c < changes; c++) {
        int at = random.nextInt(message.length - 4);
        switch (random.nextInt(4)) {
          case 0 -> message[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> message[at] = (byte) random.nextInt();
          case 2 -> ByteBuffer.wrap(message).putInt(at & ~3, interesting(random));
          default -> message = Arrays.copyOf(message, Math.max(8, at));
        }
      }
      try {
        if (i % 3 == 2) {
          ArrowMessages.decodeAnswer(message, 1 << 20);
        } else {
          ArrowMessages.decodeSample(message, 1 << 20);
        }
      } catch (IOException e) {
        refused++;
        String line = String.valueOf(e.getMessage());
        assertTrue(line.length() > 10 && !line.contains("\n") && !line.contains("Exception"), line);
      }
    }
    assertTrue(refused > 20_000, "only " + refused + " were refused");
  }

  private static int interesting(Random random) {
    int[] values = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24, 0xFFFFFF7F, 255};
    return values[random.nextInt(values.length)];
  }

  @Test
  void recordsRefuseWhatMakesNoSense() {
    HardSample s = Samples.small(1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new HardSample(
                    " ",
                    s.edge(),
                    s.domain(),
                    0,
                    8,
                    6,
                    s.image(),
                    null,
                    s.scores(),
                    "v1",
                    "m",
                    0,
                    0));
    assertEquals(
        "sample id has 1 characters, but must have 1 to 200, not all blank", e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new BufferedSample(
                    s, new FusedAnswer(new ClassMap(1, 1, new byte[1]), 0, "p", Map.of())));
    assertEquals("answer to sample 'frame-1' is 1x1, but its frame is 8x6", e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new FusedAnswer(new ClassMap(1, 1, new byte[1]), 0, "p", Map.of("a", -1.0)));
  }

  static void assertSame(HardSample expected, HardSample actual) {
    assertEquals(expected.id(), actual.id());
    assertEquals(expected.edge(), actual.edge());
    assertEquals(expected.domain(), actual.domain());
    assertEquals(expected.capturedMillis(), actual.capturedMillis());
    assertEquals(expected.width(), actual.width());
    assertEquals(expected.height(), actual.height());
    assertEquals(expected.image().mediaType(), actual.image().mediaType());
    assertArrayEquals(expected.image().bytes(), actual.image().bytes());
    assertArrayEquals(expected.depthPng(), actual.depthPng());
    assertEquals(expected.modelVersion(), actual.modelVersion());
    assertEquals(expected.miner(), actual.miner());
    assertEquals(expected.score(), actual.score());
    assertEquals(expected.threshold(), actual.threshold());
    int plane = expected.scores().width() * expected.scores().height();
    for (int c = 0; c < expected.scores().classes(); c++) {
      float min = Float.POSITIVE_INFINITY;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        min = Math.min(min, expected.scores().logits()[i]);
        max = Math.max(max, expected.scores().logits()[i]);
      }
      double allowed = ((double) max - min) / 510 * (1 + 1e-4);
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        double error = Math.abs(expected.scores().logits()[i] - actual.scores().logits()[i]);
        assertTrue(error <= allowed, () -> "error " + error + " of " + allowed);
      }
    }
  }
}
