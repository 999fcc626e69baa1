package io.seamark.unknown.processing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.failure.BadInputException;
import io.seamark.failure.FailedException;
import io.seamark.failure.NotReadyException;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnfitScoresException;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.registry.NonFiniteScoresException;
import io.seamark.registry.PluginFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardSamplesTest {
  private static final Frame FRAME = new Frame(4, 2, new byte[24], new byte[8]);
  private static final UnseenTasks ALL_UNSEEN =
      new UnseenTasks("all", (known, scores) -> true, "last", (extractor, samples) -> List.of(0));
  private static final ClassScores SCORES = new ClassScores(2, 2, 1, new float[] {0, 0, 1, 1});

  @TempDir Path folder = Path.of("");

  private static UnseenTaskProcessing plugin(Function<ClassScores, ClassMap> answer) {
    return plugin(answer, List.of());
  }

  private static UnseenTaskProcessing plugin(
      Function<ClassScores, ClassMap> answer, List<SegmentMask> masks) {
    return new UnseenTaskProcessing() {
      @Override
      public Answer process(Frame frame, ClassScores scores) {
        return new Answer(answer.apply(scores), masks, Map.of("fusion", 0.5));
      }

      @Override
      public void close() {}
    };
  }

  private static ClassMap argmax(ClassScores scores) {
    return scores.resize(4, 2).argmax();
  }

  private static ClassMap thrown(RuntimeException e) {
    throw e;
  }

  private static HardSample sample(String id, String domain) {
    return sample(id, domain, "score_margin");
  }

  private static HardSample sample(String id, String domain, String miner) {
    return new HardSample(
        id,
        "edge",
        domain,
        0,
        4,
        2,
        new EncodedImage(EncodedImage.PNG, new byte[] {1}),
        null,
        SCORES,
        "v0",
        miner,
        0.4,
        0.6);
  }

  @Test
  @DisplayName(
      "an unseen sample is kept under its task, a seen one is not, a known one is looked up")
  void answer_keepsWhatIsUnseen() throws IOException {
    ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults());
    UnseenTasks tasks =
        new UnseenTasks(
            "odd",
            (known, scores) -> known.sequence() != 1,
            "last",
            (extractor, samples) -> List.of(extractor.size() - 1));
    try (HardSamples samples =
        new HardSamples(
            new FrameProcessing("argmax", plugin(HardSamplesTest::argmax)), tasks, buffer)) {
      HardSamples.Outcome first =
          samples.keep(samples.answer(sample("a", "dusk"), FRAME, Map.of("decode", 1.0)));
      assertEquals(0, first.sequence());
      assertEquals("argmax", first.answer().processing());
      assertEquals(Set.of("decode", "fusion"), first.answer().seconds().keySet());
      assertEquals(Set.of("decode", "fusion", "store"), first.seconds().keySet());

      HardSamples.Outcome seen = samples.keep(samples.answer(sample("b", ""), FRAME, Map.of()));
      assertEquals(-1, seen.sequence());
      assertEquals(UnseenTasks.SEEN, seen.answer().processing());
      assertEquals(1, seen.answer().classMap().at(3, 1));

      assertEquals(1, samples.keep(samples.answer(sample("c", ""), FRAME, Map.of())).sequence());
      assertTrue(samples.keep(samples.answer(sample("a", "dusk"), FRAME, Map.of())).resent());
      assertFalse(first.resent());
    }
    try (ReplayBuffer kept = ReplayBuffer.openReadOnly(folder)) {
      assertEquals(
          List.of("dusk", "dusk"), kept.entries().map(ReplayBuffer.Entry::domain).toList());
    }
  }

  @Test
  @DisplayName("another frame of the same name has an answer and a place of its own")
  void answer_tellsFramesByWhatTheyShow() throws IOException {
    ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults());
    HardSample day = sample("a", "day");
    byte[] png = Arrays.copyOf(day.image().bytes(), day.image().bytes().length + 1);
    HardSample other = day.withFiles(new EncodedImage(day.image().mediaType(), png), null);
    try (HardSamples samples =
        new HardSamples(
            new FrameProcessing("argmax", plugin(HardSamplesTest::argmax)), ALL_UNSEEN, buffer)) {
      assertEquals(0, samples.keep(samples.answer(day, FRAME, Map.of())).sequence());
      HardSamples.Outcome another = samples.keep(samples.answer(other, FRAME, Map.of()));
      assertFalse(another.resent());
      assertEquals(1, another.sequence());
      assertEquals(0, samples.keep(samples.answer(day, FRAME, Map.of())).sequence());
      assertTrue(samples.keep(samples.answer(other, FRAME, Map.of())).resent());
      assertEquals(1, samples.keep(samples.answer(other, FRAME, Map.of())).sequence());
      assertEquals(2, buffer.size());
      assertTrue(buffer.read(1).sample().id().matches("a~[0-9a-f]{16}"));
    }
  }

  @Test
  @DisplayName("a sample whose record is damaged is answered and stored anew")
  void answer_damagedIsAnsweredAnew() throws IOException {
    ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults());
    try (HardSamples samples =
        new HardSamples(
            new FrameProcessing("argmax", plugin(HardSamplesTest::argmax)), ALL_UNSEEN, buffer)) {
      samples.keep(samples.answer(sample("a", "day"), FRAME, Map.of()));
      Path journal = folder.resolve("0000000000.journal");
      byte[] bytes = Files.readAllBytes(journal);
      bytes[bytes.length - 20] ^= 1;
      Files.write(journal, bytes);
      HardSamples.Outcome anew = samples.keep(samples.answer(sample("a", "day"), FRAME, Map.of()));
      assertFalse(anew.resent());
      assertEquals(1, anew.sequence());
      assertTrue(samples.keep(samples.answer(sample("a", "day"), FRAME, Map.of())).resent());
      assertEquals(1, buffer.size());
    }
  }

  @Test
  @DisplayName("an audited sample is answered by the cloud and kept, whoever would call it seen")
  void answer_auditedIsLookedAt() throws IOException {
    ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults());
    UnseenTasks tasks =
        new UnseenTasks(
            "none", (known, scores) -> false, "none", (extractor, samples) -> List.of());
    try (HardSamples samples =
        new HardSamples(
            new FrameProcessing("argmax", plugin(HardSamplesTest::argmax)), tasks, buffer)) {
      assertEquals(
          -1, samples.keep(samples.answer(sample("a", "dusk"), FRAME, Map.of())).sequence());
      HardSample audit = sample("b", "dusk", HardSample.auditOf("score_margin"));
      HardSamples.Outcome looked = samples.keep(samples.answer(audit, FRAME, Map.of()));
      assertEquals("argmax", looked.answer().processing());
      assertEquals(0, looked.sequence());
      assertTrue(buffer.read(0).sample().audited());
    }
  }

  private static SegmentMask mask(float predictedIou, int... pixels) {
    BitSet bits = new BitSet();
    for (int pixel : pixels) {
      bits.set(pixel);
    }
    SegmentMask.Box box = new SegmentMask.Box(0, 0, 4, 2);
    return new SegmentMask(4, 2, bits, pixels.length, box, predictedIou, 1, 0, 0, box);
  }

  @Test
  @DisplayName("masks are kept beside the answer, the smaller one where they overlap, and the look")
  void answer_keepsMasks() throws IOException {
    List<SegmentMask> masks = new ArrayList<>();
    masks.add(mask(0.9f, 1));
    masks.add(mask(0.5f, 0, 1, 2, 4));
    for (int i = 0; i < MaskNumbers.MOST - 2; i++) {
      masks.add(mask(0.8f, 3, 7));
    }
    // One too many, and the least believed in.
    masks.add(mask(0.1f, 6));
    try (HardSamples samples =
        new HardSamples(
            new FrameProcessing("argmax", plugin(HardSamplesTest::argmax, masks)),
            new UnseenTasks("all", (known, scores) -> true, "none", (e, s) -> List.of()),
            ReplayBuffer.open(folder, BufferOptions.defaults()))) {
      samples.keep(samples.answer(sample("a", "dusk"), FRAME, Map.of()));
      BufferedSample kept = samples.buffer().read(0);
      assertEquals(masks.size(), kept.answer().masks());
      Look look = Objects.requireNonNull(kept.look());
      assertArrayEquals(Look.of(FRAME).values(), look.values());
      ClassMap segments = Objects.requireNonNull(kept.segments());
      byte none = (byte) ClassMap.IGNORE;
      byte small = (byte) (MaskNumbers.MOST - 1);
      byte pair = (byte) (MaskNumbers.MOST - 2);
      assertArrayEquals(new byte[] {0, small, 0, pair, 0, none, none, pair}, segments.classes());
    }
  }

  @Test
  @DisplayName(
      "a sample is looked at with what is known of it, and masks are found if it is unseen")
  void tasks_askForNoMoreThanTheyNeed() {
    UnseenTasks tasks =
        new UnseenTasks(
            "no",
            (known, scores) -> {
              assertEquals(new TaskSample(0, Map.of(TaskSample.ID, "a")), known);
              assertSame(SCORES, scores);
              return false;
            },
            "none",
            (extractor, samples) -> List.of());
    UnseenTasks.Answered seen =
        tasks.answer(
            new UnseenTasks.Sample(Map.of(TaskSample.ID, "a"), FRAME, SCORES, Map.of(), false),
            () -> {
              throw new AssertionError("not needed");
            },
            () -> {
              throw new AssertionError("not needed");
            });
    assertFalse(seen.unseen());
    assertEquals("", seen.domain());
  }

  @Test
  @DisplayName("each failure has its kind: the request's, the model's, the plugin's")
  void answer_failuresHaveKinds() {
    ClassScores broken = new ClassScores(1, 1, 1, new float[] {Float.NaN});
    assertEquals(
        "scores hold NaN, but must be finite",
        assertThrows(
                BadInputException.class,
                () ->
                    new FrameProcessing("p", plugin(HardSamplesTest::argmax)).answer(FRAME, broken))
            .getMessage());
    fails(BadInputException.class, "2 classes", new UnfitScoresException("2 classes"));
    fails(NotReadyException.class, "not ready: all NaN", new NonFiniteScoresException("all NaN"));
    fails(
        NotReadyException.class,
        "not ready: no file",
        new UncheckedIOException("no file", new IOException()));
    fails(
        PluginFailedException.class,
        "unseen_task_processing 'p' failed: IllegalArgumentException: -1",
        new IllegalArgumentException("-1"));
  }

  private static void fails(
      Class<? extends FailedException> kind, String message, RuntimeException thrown) {
    FrameProcessing processing = new FrameProcessing("p", plugin(scores -> thrown(thrown)));
    assertEquals(message, assertThrows(kind, () -> processing.answer(FRAME, SCORES)).getMessage());
  }

  @Test
  @DisplayName("an answer or a mask of another size than the frame is the plugin's failure")
  void answer_sizesAreChecked() {
    FrameProcessing small =
        new FrameProcessing("p", plugin(scores -> new ClassMap(1, 1, new byte[1])));
    assertEquals(
        "unseen_task_processing 'p' gave an answer of 1x1 for a frame of 4x2",
        assertThrows(PluginFailedException.class, () -> small.answer(FRAME, SCORES)).getMessage());
    SegmentMask.Box box = new SegmentMask.Box(0, 0, 0, 0);
    SegmentMask mask = new SegmentMask(2, 4, new BitSet(), 0, box, 1, 1, 0, 0, box);
    FrameProcessing turned =
        new FrameProcessing("p", plugin(HardSamplesTest::argmax, List.of(mask)));
    assertEquals(
        "unseen_task_processing 'p' gave a mask of 2x4 for a frame of 4x2",
        assertThrows(PluginFailedException.class, () -> turned.answer(FRAME, SCORES)).getMessage());
  }
}
