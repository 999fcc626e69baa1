package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.plugin.UnseenTaskProcessing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskProcessorTest {
  private static final int WIDTH = 8;
  private static final int HEIGHT = 4;
  private static final UnseenTaskAllocation FIRST = (extractor, samples) -> List.of(0);

  private final Path folder;

  TaskProcessorTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void process_answersAndStores() throws IOException {
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      TaskProcessor.Outcome outcome = processor.process(body("a", WIDTH));

      assertFalse(outcome.resent());
      assertEquals(0, outcome.sequence());
      assertEquals("argmax", outcome.answer().processing());
      assertEquals(
          List.of("decode", "fusion", "store"),
          List.copyOf(new TreeSet<>(outcome.seconds().keySet())));
      assertArrayEquals(
          outcome.answer().classMap().classes(),
          ArrowMessages.decodeAnswer(outcome.reply(), TaskProcessor.LIMIT).classMap().classes());
      assertEquals(1, processor.buffered());
    }
  }

  @Test
  void process_keepsWhatItReadAndNotWhatFollowsIt() throws IOException {
    HardSample sent =
        ArrowMessages.decodeSample(body("a", WIDTH).readAllBytes(), TaskProcessor.LIMIT);
    byte[] image = sent.image().bytes();
    byte[] depth = Images.encodeClassMap(new ClassMap(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]));
    HardSample heavy =
        sent.withFiles(
            new EncodedImage(EncodedImage.PNG, Arrays.copyOf(image, image.length + 3_000_000)),
            Arrays.copyOf(depth, depth.length + 3_000_000));
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      processor.process(new ByteArrayInputStream(ArrowMessages.encode(heavy)));
    }
    try (ReplayBuffer buffer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      HardSample kept = buffer.read(0).sample();
      assertArrayEquals(image, kept.image().bytes());
      assertArrayEquals(depth, kept.depthPng());
    }
  }

  @Test
  void process_aSampleSentAgainIsAnsweredButStoredOnceEvenAfterARestart() throws IOException {
    byte[] first;
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      first = processor.process(body("a", WIDTH)).answer().classMap().classes();
      assertTrue(processor.process(body("a", WIDTH)).resent());
      assertFalse(processor.process(body("b", WIDTH)).resent());
    }
    ArgmaxProcessing unused = new ArgmaxProcessing();
    try (TaskProcessor processor = processor(unused)) {
      TaskProcessor.Outcome again = processor.process(body("a", WIDTH));

      assertTrue(again.resent());
      assertEquals(0, again.sequence());
      assertArrayEquals(first, again.answer().classMap().classes());
      assertEquals(2, processor.buffered());
      assertEquals(0, unused.calls);
    }
  }

  @Test
  void process_answersASeenSampleFromTheEdgesScoresAndDoesNotKeepIt() throws IOException {
    ArgmaxProcessing unused = new ArgmaxProcessing();
    try (TaskProcessor processor =
        new TaskProcessor(
            unused,
            (sample, scores) -> sample.sequence() == 1,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            Duration.ofSeconds(5))) {
      TaskProcessor.Outcome seen = processor.process(body("a", WIDTH));

      assertEquals("seen: edge scores", seen.answer().processing());
      assertEquals(-1, seen.sequence());
      assertEquals(WIDTH, seen.answer().classMap().width());
      assertEquals(0, unused.calls);
      assertEquals(0, processor.buffered());
      assertEquals(0, processor.process(body("b", WIDTH)).sequence());
      assertEquals(1, unused.calls);
    }
  }

  @Test
  void process_storesASampleWithoutADomainUnderItsAllocatedTask() throws IOException {
    List<Map<String, Integer>> extractors = new ArrayList<>();
    List<TaskSample> allocated = new ArrayList<>();
    try (TaskProcessor processor =
        new TaskProcessor(
            new ArgmaxProcessing(),
            (sample, scores) -> true,
            (extractor, samples) -> {
              extractors.add(extractor);
              allocated.addAll(samples);
              return List.of(samples.get(0).sequence() == 3 ? 1 : 99);
            },
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            Duration.ofSeconds(5))) {
      processor.process(body("a", "", WIDTH));
      processor.process(body("b", "dusk", WIDTH));
      processor.process(body("c", "night", WIDTH));
      assertEquals("", processor.process(body("d", "", WIDTH)).sample().domain());
      processor.process(body("e", "", WIDTH));
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      // Of the first no task was known yet; the last's index is out of range.
      assertEquals(
          List.of("", "dusk", "night", "night", "dusk"),
          buffer.entries().map(ReplayBuffer.Entry::domain).toList());
      assertEquals("night", buffer.read(3).sample().domain());
    }
    assertEquals(List.of(Map.of("dusk", 0, "night", 1), Map.of("dusk", 0, "night", 1)), extractors);
    assertEquals(
        List.of(
            new TaskSample(3, Map.of("id", "d", "edge", "edge-1")),
            new TaskSample(4, Map.of("id", "e", "edge", "edge-1"))),
        allocated);
  }

  @Test
  void process_refusesWhatIsNoSample() throws IOException {
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      BadSampleException wrong =
          assertThrows(
              BadSampleException.class,
              () -> processor.process(new ByteArrayInputStream(new byte[] {1, 2, 3})));
      assertTrue(String.valueOf(wrong.getMessage()).startsWith("the body is no sample: "));
      assertEquals(400, wrong.status().getStatusCode());
      assertEquals(
          "sample 'a' says 9x4, but its image is 8x4",
          assertThrows(BadSampleException.class, () -> processor.process(body("a", 9)))
              .getMessage());
      BadSampleException large =
          assertThrows(
              BadSampleException.class,
              () -> processor.process(new ByteArrayInputStream(new byte[TaskProcessor.LIMIT + 1])));
      assertEquals("the body has more than 16777216 bytes", large.getMessage());
      assertEquals(413, large.status().getStatusCode());
      assertEquals(0, processor.buffered());
      assertEquals(0, processor.waiting());
    }
  }

  @Test
  void process_refusesFramesBeyondTheQueueAndTakesThemLater() throws Exception {
    ArgmaxProcessing held = new ArgmaxProcessing();
    held.go = new CountDownLatch(1);
    ExecutorService edge = Executors.newSingleThreadExecutor();
    try (TaskProcessor processor =
        new TaskProcessor(
            held,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            0,
            Duration.ofSeconds(5))) {
      Future<TaskProcessor.Outcome> first = edge.submit(() -> processor.process(body("a", WIDTH)));
      assertTrue(held.begun.await(10, TimeUnit.SECONDS));

      BusyException busy =
          assertThrows(BusyException.class, () -> processor.process(body("b", WIDTH)));
      assertEquals("1 frame is in work and 0 wait; try again in 1 s", busy.getMessage());
      assertEquals(1, busy.retryAfterSeconds());

      held.go.countDown();
      assertEquals(0, first.get(10, TimeUnit.SECONDS).sequence());
      assertEquals(1, processor.process(body("b", WIDTH)).sequence());
    } finally {
      edge.shutdownNow();
    }
  }

  @Test
  void close_closesThePluginAndSealsTheBuffer() throws IOException {
    ArgmaxProcessing processing = new ArgmaxProcessing();
    TaskProcessor processor = processor(processing);
    processor.process(body("a", WIDTH));

    processor.close();
    processor.close();

    assertEquals(1, processing.closes);
    assertEquals(
        "not ready: the service is stopping",
        assertThrows(NotReadyException.class, () -> processor.process(body("b", WIDTH)))
            .getMessage());
    String[] sealed = folder.toFile().list((parent, name) -> name.endsWith(".arrow"));
    assertEquals(1, sealed == null ? 0 : sealed.length);
  }

  private TaskProcessor processor(UnseenTaskProcessing processing) throws IOException {
    return new TaskProcessor(
        processing,
        (sample, scores) -> true,
        FIRST,
        "argmax",
        ReplayBuffer.open(folder, BufferOptions.defaults()),
        2,
        Duration.ofSeconds(5));
  }

  private static InputStream body(String id, int claimedWidth) throws IOException {
    return body(id, "dusk", claimedWidth);
  }

  private static InputStream body(String id, String domain, int claimedWidth) throws IOException {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    byte[] depth = new byte[WIDTH * HEIGHT];
    float[] logits = new float[2 * 2];
    logits[3] = 1;
    return new ByteArrayInputStream(
        ArrowMessages.encode(
            new HardSample(
                id,
                "edge-1",
                domain,
                0,
                claimedWidth,
                HEIGHT,
                new EncodedImage(
                    EncodedImage.PNG, Images.encodePng(new Frame(WIDTH, HEIGHT, rgb, depth))),
                null,
                new ClassScores(2, 2, 1, logits),
                "v0",
                "score_margin",
                0.4,
                0.6)));
  }

  /** Answers with the edge model's own classes, when it is let go. */
  private static final class ArgmaxProcessing implements UnseenTaskProcessing {
    private final CountDownLatch begun = new CountDownLatch(1);
    private CountDownLatch go = new CountDownLatch(0);
    private int calls;
    private int closes;

    @Override
    public Answer process(Frame frame, ClassScores scores) {
      calls++;
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      ClassMap map = scores.resize(frame.width(), frame.height()).argmax();
      return new Answer(map, List.of(), Map.of("fusion", 0.001));
    }

    @Override
    public void close() {
      closes++;
    }
  }
}
