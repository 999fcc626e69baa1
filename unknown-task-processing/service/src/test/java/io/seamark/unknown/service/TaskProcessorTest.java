package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.Disk;
import io.seamark.exchange.Exchange;
import io.seamark.exchange.MemoryBudget;
import io.seamark.exchange.RefusedException;
import io.seamark.failure.BadInputException;
import io.seamark.failure.FailureKind;
import io.seamark.failure.NotReadyException;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnfitScoresException;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.registry.NonFiniteScoresException;
import io.seamark.registry.PluginFailedException;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.HardSamples;
import io.seamark.unknown.processing.UnseenTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskProcessorTest {
  private static final int WIDTH = 8;
  private static final int HEIGHT = 4;
  private static final UnseenTaskAllocation FIRST = (extractor, samples) -> List.of(0);

  private static final MemoryBudget OUTSIDE = new MemoryBudget("it outside", 1 << 20);

  private final Path folder;
  private final ServiceMemory memory = new ServiceMemory(256L << 20);

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
    HardSample sent = ArrowMessages.decodeSample(body("a", WIDTH).body(), TaskProcessor.LIMIT);
    byte[] image = sent.image().bytes();
    byte[] depth = Images.encodeClassMap(new ClassMap(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]));
    HardSample heavy =
        sent.withFiles(
            new EncodedImage(EncodedImage.PNG, Arrays.copyOf(image, image.length + 3_000_000)),
            Arrays.copyOf(depth, depth.length + 3_000_000));
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      processor.process(exchange(ArrowMessages.encode(heavy)));
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
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
        processor(
            unused,
            (sample, scores) -> sample.sequence() == 1,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            memory,
            OUTSIDE)) {
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
        processor(
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
            memory,
            OUTSIDE)) {
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
      BadInputException wrong =
          assertThrows(
              BadInputException.class, () -> processor.process(exchange(new byte[] {1, 2, 3})));
      assertTrue(String.valueOf(wrong.getMessage()).startsWith("the body is no sample: "));
      assertEquals(FailureKind.BAD_INPUT, wrong.kind());
      assertEquals(
          "sample 'a' says 9x4, but its image is 8x4",
          assertThrows(BadInputException.class, () -> processor.process(body("a", 9)))
              .getMessage());
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
        processor(
            held,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            0,
            memory,
            OUTSIDE)) {
      Future<TaskProcessor.Outcome> first = edge.submit(() -> processor.process(body("a", WIDTH)));
      assertTrue(held.begun.await(10, TimeUnit.SECONDS));

      BusyException busy =
          assertThrows(BusyException.class, () -> processor.process(body("b", WIDTH)));
      assertEquals("1 frame is in work and 0 wait; try again in 1 s", busy.getMessage());
      assertEquals(1, busy.retrySeconds());

      held.go.countDown();
      assertEquals(0, first.get(10, TimeUnit.SECONDS).sequence());
      assertEquals(1, processor.process(body("b", WIDTH)).sequence());
    } finally {
      edge.shutdownNow();
    }
  }

  @Test
  void process_refusesEdgesBeyondTheBoundBeforeAnythingIsDoneForThem() throws IOException {
    ArgmaxProcessing processing = new ArgmaxProcessing();
    try (TaskProcessor processor =
        processor(
            processing,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults().withMaxSamples(9, 9, 1)),
            2,
            memory,
            OUTSIDE)) {
      processor.process(body("a", WIDTH));

      BusyException refused =
          assertThrows(
              BusyException.class, () -> processor.process(body("forged", "a", "dusk", WIDTH)));
      assertEquals(
          "the buffer has samples of 1 edges, the most that seamark.buffer.max-edges allows; those"
              + " of edge 'forged' are refused until another's are dropped; try again in 60 s",
          refused.getMessage());
      processor.process(body("b", WIDTH));

      assertEquals(2, processing.calls);
      assertEquals(2, processor.buffered());
      assertEquals(1, processor.buffer().refused());
    }
  }

  @Test
  @DisplayName("what decoding takes outside of the heap is counted")
  void process_countsDecodingOutsideOfTheHeap() throws IOException {
    try (TaskProcessor processor =
        processor(
            new ArgmaxProcessing(),
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            memory,
            new MemoryBudget("work outside of the heap", 8 * WIDTH * HEIGHT - 1))) {
      RefusedException refused =
          assertThrows(RefusedException.class, () -> processor.process(body("a", WIDTH)));
      assertEquals(RefusedException.TOO_LARGE, refused.status());
      assertTrue(
          String.valueOf(refused.getMessage()).endsWith(" for work outside of the heap"),
          refused.getMessage());
    }
  }

  @Test
  @DisplayName(
      "a frame that needs more than there is, is refused with both figures, and holds nothing")
  void process_refusesWhatThereIsNoRoomFor() throws IOException {
    ArgmaxProcessing unused = new ArgmaxProcessing();
    try (TaskProcessor processor = processor(unused)) {
      // 4900x4900 pixels and one class: as a file nearly nothing.
      Exchange kill = exchange(sample("kill", 4900, 4900, new byte[] {1}, 1));
      RefusedException refused =
          assertThrows(RefusedException.class, () -> processor.process(kill));
      assertEquals(413, refused.status());
      assertTrue(
          String.valueOf(refused.getMessage())
              .matches(
                  "a frame of 4900x4900 with scores of 1 classes needs [0-9.]+ MB of memory, but"
                      + " this service has [0-9.]+ MB for a frame in work; .*-Xmx.*"),
          refused.getMessage());
      assertEquals(0, unused.calls);
      assertEquals(0, processor.waiting());
      kill.memory().close();
      assertEquals(0, memory.requests().held());
      assertEquals(0, memory.work().held());
      assertEquals(0, processor.process(body("good", WIDTH)).sequence());
      assertEquals(0, memory.work().held());
      assertEquals(0, memory.ahead().held());
    }
  }

  @Test
  @DisplayName("what a processing needs outside of the heap is counted too")
  void process_refusesWhatTheEngineHasNoRoomFor() throws IOException {
    ArgmaxProcessing unused = new ArgmaxProcessing();
    unused.need = new MemoryNeed(0, OUTSIDE.size() + 1);
    try (TaskProcessor processor = processor(unused)) {
      RefusedException refused =
          assertThrows(RefusedException.class, () -> processor.process(body("a", WIDTH)));
      assertEquals(413, refused.status());
      assertTrue(String.valueOf(refused.getMessage()).endsWith("for it outside"));
    }
  }

  @Test
  @DisplayName("a packed message that unpacks to more than there is room for is refused unread")
  void process_countsAMessageBeforeItUnpacksIt() throws IOException {
    ServiceMemory small = new ServiceMemory(8L << 20);
    try (TaskProcessor processor =
        processor(
            new ArgmaxProcessing(),
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            small,
            OUTSIDE)) {
      // Scores of zeros: a few KB that unpack to megabytes.
      byte[] packed =
          ArrowMessages.encode(
              new HardSample(
                  "a",
                  "edge-1",
                  "",
                  0,
                  WIDTH,
                  HEIGHT,
                  new EncodedImage(EncodedImage.PNG, new byte[] {1}),
                  null,
                  new ClassScores(2, 1000, 1000, new float[2_000_000]),
                  "v0",
                  "score_margin",
                  0.4,
                  0.6));
      assertTrue(packed.length < 10_000, packed.length + " bytes");
      Exchange exchange = new Exchange(small.requests(), packed);
      assertEquals(
          413, assertThrows(RefusedException.class, () -> processor.process(exchange)).status());
      exchange.memory().close();
      assertEquals(0, small.requests().held());
    }
  }

  @Test
  void process_goesOnBesideASegmentThatCannotBeRead() throws IOException {
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      processor.process(body("a", WIDTH));
    }
    byte[] cut = {'A', 'R', 'R', 'O', 'W', '1', 0, 0, -1, -1, -1, -1};
    Files.write(folder.resolve("0000000007.arrow"), cut);
    try (TaskProcessor processor = processor(new ArgmaxProcessing())) {
      assertTrue(processor.process(body("a", WIDTH)).resent());
      assertFalse(processor.process(body("b", WIDTH)).resent());
      assertEquals(List.of("0000000007.arrow"), processor.buffer().report().unreadable());
    }
    assertArrayEquals(cut, Files.readAllBytes(folder.resolve("0000000007.arrow")));
  }

  @Test
  @DisplayName("one that runs out of memory leaves nothing behind, and the next is answered")
  void process_goesOnAfterOutOfMemory() throws IOException {
    ArgmaxProcessing failing = new ArgmaxProcessing();
    failing.failure = new OutOfMemoryError("Java heap space");
    try (TaskProcessor processor = processor(failing)) {
      assertThrows(OutOfMemoryError.class, () -> processor.process(body("a", WIDTH)));
      assertEquals(0, memory.work().held());
      assertEquals(0, processor.waiting());
      failing.failure = null;
      assertEquals(0, processor.process(body("a", WIDTH)).sequence());
    }
  }

  @Test
  @DisplayName("frames without scores get the processing's own, or the reason why not")
  void answer_labelsFramesThatHaveNoScores() throws IOException {
    ArgmaxProcessing labelling = new ArgmaxProcessing();
    try (TaskProcessor processor = processor(labelling)) {
      assertFalse(processor.labels());
      labelling.labels = true;
      labelling.missing = "edge model x is not there yet";
      assertEquals(
          "not ready: edge model x is not there yet",
          assertThrows(NotReadyException.class, () -> processor.check(WIDTH, HEIGHT, 0, null))
              .getMessage());
      labelling.missing = "";
      processor.check(WIDTH, HEIGHT, 0, null);
      Frame frame = new Frame(WIDTH, HEIGHT, new byte[3 * WIDTH * HEIGHT], null);
      TaskProcessor.Answered answer =
          processor
              .answer("x", List.of(new TaskProcessor.Question(WIDTH, HEIGHT, 0, () -> frame, null)))
              .answers()
              .get(0);
      assertEquals(3, answer.classes());
      assertEquals(2, answer.classMap().at(0, 0));
    }
  }

  @Test
  @DisplayName("scores that the processing refuses are the request's fault")
  void process_namesScoresThatDoNotFit() throws IOException {
    ArgmaxProcessing refusing = new ArgmaxProcessing();
    refusing.unfit = "scores have 2 classes, but the edge model has 3";
    try (TaskProcessor processor = processor(refusing)) {
      assertEquals(
          refusing.unfit,
          assertThrows(BadInputException.class, () -> processor.process(body("a", WIDTH)))
              .getMessage());
      assertEquals(0, processor.buffered());
    }
  }

  @Test
  @DisplayName("what a plugin throws is its failure, says nothing of the frame, and ends nothing")
  void process_namesAPluginThatFails() throws IOException {
    ArgmaxProcessing broken = new ArgmaxProcessing();
    try (TaskProcessor processor = processor(broken)) {
      broken.thrown = new IllegalArgumentException("index -1");
      failed(
          "unseen_task_processing 'argmax' failed: IllegalArgumentException: index -1", processor);
      broken.thrown = null;
      for (Error error : List.of(new StackOverflowError(), new NoClassDefFoundError("gone/Away"))) {
        broken.failure = error;
        String message = error.getMessage() == null ? "" : ": " + error.getMessage();
        failed(
            "unseen_task_processing 'argmax' failed: " + error.getClass().getSimpleName() + message,
            processor);
      }
      broken.failure = null;
      assertEquals(0, processor.buffered());
      assertEquals(0, processor.waiting());
      assertEquals(0, memory.work().held());
      assertEquals(0, processor.process(body("a", WIDTH)).sequence());
    }
  }

  @Test
  @DisplayName("so is what re-recognition and task allocation throw")
  void process_namesTheOtherPluginsThatFail() throws IOException {
    try (TaskProcessor processor =
        processor(
            new ArgmaxProcessing(),
            (sample, scores) -> {
              if (sample.sequence() == 0) {
                throw new IllegalArgumentException("no such scores");
              }
              return true;
            },
            (extractor, samples) -> {
              throw new IllegalArgumentException("no such task");
            },
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            memory,
            OUTSIDE)) {
      failed(
          "unseen_sample_re_recognition 'second_look' failed: IllegalArgumentException: no such"
              + " scores",
          processor);
      processor.process(body("b", "dusk", WIDTH));
      PluginFailedException e =
          assertThrows(PluginFailedException.class, () -> processor.process(body("c", "", WIDTH)));
      assertEquals(
          "unseen_task_allocation 'first' failed: IllegalArgumentException: no such task",
          e.getMessage());
      assertEquals(1, processor.buffered());
    }
  }

  private void failed(String message, TaskProcessor processor) {
    PluginFailedException e =
        assertThrows(PluginFailedException.class, () -> processor.process(body("a", WIDTH)));
    assertEquals(message, e.getMessage());
    assertEquals(FailureKind.OUR_FAULT, e.kind());
  }

  @Test
  @DisplayName("scores that the service's own model gives and that are not finite are its fault")
  void process_namesAModelThatGivesNoUsableScores() throws IOException {
    ArgmaxProcessing broken = new ArgmaxProcessing();
    broken.labels = true;
    broken.missing = "";
    broken.unusable = "the model's scores of this frame are not finite: 16 of 32 are NaN";
    Frame frame = new Frame(WIDTH, HEIGHT, new byte[3 * WIDTH * HEIGHT], null);
    try (TaskProcessor processor = processor(broken)) {
      String reason = "not ready: " + broken.unusable;
      assertEquals(
          reason,
          assertThrows(NotReadyException.class, () -> processor.process(body("a", WIDTH)))
              .getMessage());
      assertEquals(
          reason,
          assertThrows(
                  NotReadyException.class,
                  () ->
                      processor.answer(
                          "x",
                          List.of(new TaskProcessor.Question(WIDTH, HEIGHT, 0, () -> frame, null))))
              .getMessage());
      assertEquals(0, processor.buffered());
    }
  }

  @Test
  @DisplayName("of two new edges that are there for the last place, the later one is told to wait")
  void process_refusesAnEdgeWhosePlaceWasTakenMeanwhile() throws Exception {
    ArgmaxProcessing held = new ArgmaxProcessing();
    held.go = new CountDownLatch(1);
    HardSample other =
        ArrowMessages.decodeSample(body("other", "b", "dusk", WIDTH).body(), TaskProcessor.LIMIT);
    ExecutorService edge = Executors.newSingleThreadExecutor();
    try (TaskProcessor processor =
        processor(
            held,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults().withMaxSamples(9, 9, 1)),
            2,
            memory,
            OUTSIDE)) {
      Future<TaskProcessor.Outcome> late = edge.submit(() -> processor.process(body("a", WIDTH)));
      assertTrue(held.begun.await(10, TimeUnit.SECONDS));
      processor
          .buffer()
          .append(
              new BufferedSample(
                  other,
                  new FusedAnswer(
                      new ClassMap(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]),
                      0,
                      "argmax",
                      Map.of())));
      held.go.countDown();
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> late.get(10, TimeUnit.SECONDS));
      BusyException busy = assertInstanceOf(BusyException.class, refused.getCause());
      assertTrue(String.valueOf(busy.getMessage()).contains("max-edges"), busy.getMessage());
      assertEquals(0, busy.waiting());
      assertEquals(2, busy.queue());
    } finally {
      edge.shutdownNow();
    }
  }

  @Test
  @DisplayName("what reading a file's header and structure takes is counted")
  void process_countsReadingTheFile() throws IOException {
    ServiceMemory small = new ServiceMemory(8L << 20);
    HardSample sent = ArrowMessages.decodeSample(body("a", WIDTH).body(), TaskProcessor.LIMIT);
    byte[] image = sent.image().bytes();
    byte[] heavy = Arrays.copyOf(image, 400_000);
    byte[] body =
        ArrowMessages.encode(sent.withFiles(new EncodedImage(EncodedImage.PNG, heavy), null));
    ArgmaxProcessing unused = new ArgmaxProcessing();
    try (TaskProcessor processor =
        processor(
            unused,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            small,
            OUTSIDE)) {
      Exchange exchange = new Exchange(small.requests(), body);
      assertEquals(
          413, assertThrows(RefusedException.class, () -> processor.process(exchange)).status());
      exchange.memory().close();
      assertEquals(0, small.requests().held());
      assertEquals(0, unused.calls);
      MemoryBudget budget = new MemoryBudget("tests", 3L * heavy.length);
      try (MemoryBudget.Claim claim = budget.claim()) {
        JsonFrames.ofFile(processor, heavy, sent.scores(), claim);
        assertEquals(0, claim.bytes());
        claim.grow(1);
        assertThrows(
            RefusedException.class,
            () -> JsonFrames.ofFile(processor, heavy, sent.scores(), claim));
        assertEquals(1, claim.bytes());
      }
      assertThrows(
          RefusedException.class, () -> processor.check(WIDTH, HEIGHT, 2_000_000, sent.scores()));
    }
  }

  @Test
  @DisplayName("the next frame's part of the memory outside is its own")
  void process_keepsAPartForTheNextFrame() throws IOException {
    long ahead = OUTSIDE.size() / 16;
    ArgmaxProcessing processing = new ArgmaxProcessing();
    try (TaskProcessor processor = processor(processing)) {
      processing.need = new MemoryNeed(0, OUTSIDE.size() - ahead);
      processor.process(body("a", WIDTH));
      processing.need = new MemoryNeed(0, OUTSIDE.size() - ahead + 1);
      assertEquals(
          413,
          assertThrows(RefusedException.class, () -> processor.process(body("b", WIDTH))).status());
    }
  }

  @Test
  @DisplayName("what the buffer's index may take is no part of the shares, and must leave half")
  void memory_leavesRoomForTheIndex() {
    ServiceMemory shared = new ServiceMemory(512L << 20);
    long before = shared.requests().size() + shared.ahead().size() + shared.work().size();
    BufferOptions bounds = BufferOptions.defaults();
    shared.leaveToIndex(bounds);
    assertEquals(
        before - bounds.indexBytes(),
        shared.requests().size() + shared.ahead().size() + shared.work().size());
    BufferOptions many = bounds.withMaxSamples(10_000_000, 9, 9);
    shared.leaveToIndex(many);
    ServiceMemory small = new ServiceMemory(256L << 20);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> small.leaveToIndex(many));
    assertEquals(
        "seamark.buffer.max-samples is '10000000', whose index may take 158.5 MB of memory, but must"
            + " be at most half of the 160.0 MB that this heap has for frames and index; a larger"
            + " heap (-Xmx) allows more",
        refused.getMessage());
  }

  @Test
  @DisplayName("what could be answered and never stored is refused before it is worked on")
  void process_refusesWhatCannotBeStored() throws IOException {
    ServiceMemory large = new ServiceMemory(3L << 30);
    byte[] image = new byte[12_000_000];
    new Random(1).nextBytes(image);
    try (TaskProcessor processor =
        processor(
            new ArgmaxProcessing(),
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults()),
            2,
            large,
            new MemoryBudget("it outside", 1L << 30))) {
      Exchange exchange = new Exchange(large.requests(), sample("a", 6000, 4000, image, 1));
      RefusedException refused =
          assertThrows(RefusedException.class, () -> processor.process(exchange));
      assertEquals(413, refused.status());
      assertTrue(
          String.valueOf(refused.getMessage())
              .matches(
                  "a frame of 6000x4000 with scores of 1 classes and a file of 12000000 bytes needs"
                      + " [0-9.]+ MB of memory, but this service has 64.0 MB for storing a sample"),
          refused.getMessage());
    }
  }

  private static byte[] sample(String id, int width, int height, byte[] image, int classes) {
    return ArrowMessages.encode(
        new HardSample(
            id,
            "edge-1",
            "",
            0,
            width,
            height,
            new EncodedImage(EncodedImage.PNG, image),
            null,
            new ClassScores(classes, 1, 1, new float[classes]),
            "v0",
            "score_margin",
            0.4,
            0.6));
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

  @Test
  void process_whileTheDiskFailsAsksToComeAgainAndGoesOnWhenItDoes() throws IOException {
    FailingDisk disk = new FailingDisk();
    ArgmaxProcessing processing = new ArgmaxProcessing();
    try (TaskProcessor processor =
        processor(
            processing,
            (sample, scores) -> true,
            FIRST,
            "argmax",
            ReplayBuffer.open(folder, BufferOptions.defaults(), disk),
            2,
            memory,
            OUTSIDE)) {
      assertEquals(0, processor.process(body("a", WIDTH)).sequence());
      disk.failing = true;
      for (int i = 0; i < 3; i++) {
        NotReadyException refused =
            assertThrows(NotReadyException.class, () -> processor.process(body("b", WIDTH)));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("samples cannot be stored: "),
            refused.getMessage());
        assertEquals(FailureKind.NOT_READY, refused.kind());
        assertEquals(10, refused.retrySeconds());
      }
      assertEquals(2, processing.calls, "what could not be kept is not worked on again");
      assertTrue(processor.failure().contains("Input/output error"), processor.failure());
      disk.failing = false;
      assertEquals("", processor.failure(), "readiness alone brings it back");
      assertEquals(1, processor.process(body("b", WIDTH)).sequence());
      assertTrue(processor.process(body("b", WIDTH)).resent());
      assertEquals(2, processor.buffered());
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      assertEquals(2, buffer.size());
      assertTrue(buffer.report().clean(), buffer.report().toString());
    }
  }

  @Test
  @DisplayName("while one edge's sample is forced, others are answered, and they share a force")
  void process_storesSamplesOfSeveralEdgesTogether() throws Exception {
    ExecutorService edges = Executors.newCachedThreadPool();
    HeldDisk disk = new HeldDisk();
    try (TaskProcessor processor = processor(new ArgmaxProcessing(), disk);
        disk) {
      List<Future<TaskProcessor.Outcome>> outcomes = storing(processor, disk, 5, edges);
      disk.letGo();
      Set<Long> sequences = new TreeSet<>();
      for (Future<TaskProcessor.Outcome> outcome : outcomes) {
        sequences.add(outcome.get(10, TimeUnit.SECONDS).sequence());
      }
      assertEquals(Set.of(0L, 1L, 2L, 3L, 4L), sequences);
      assertTrue(disk.forces() < 5, disk.forces() + " forces for five samples");
      assertEquals(0, memory.ahead().held());
      assertEquals(5, processor.buffered());
    } finally {
      edges.shutdownNow();
    }
  }

  @Test
  void close_waitsForWhatIsBeingStored() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    HeldDisk disk = new HeldDisk();
    try (TaskProcessor processor = processor(new ArgmaxProcessing(), disk);
        disk) {
      List<Future<TaskProcessor.Outcome>> outcomes = storing(processor, disk, 2, threads);
      Future<?> closed = threads.submit(() -> closed(processor));
      assertThrows(TimeoutException.class, () -> closed.get(200, TimeUnit.MILLISECONDS));
      disk.letGo();
      closed.get(10, TimeUnit.SECONDS);
      for (Future<TaskProcessor.Outcome> outcome : outcomes) {
        outcome.get(10, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      assertEquals(2, buffer.size());
    }
  }

  private static boolean closed(TaskProcessor processor) throws IOException {
    processor.close();
    return true;
  }

  /** Samples of so many edges that have had their turn and wait for the disk. */
  private List<Future<TaskProcessor.Outcome>> storing(
      TaskProcessor processor, HeldDisk disk, int edges, ExecutorService threads) throws Exception {
    disk.hold();
    List<Future<TaskProcessor.Outcome>> outcomes = new ArrayList<>();
    for (int edge = 0; edge < edges; edge++) {
      Exchange body = body("edge-" + edge, "a", "dusk", WIDTH);
      outcomes.add(threads.submit(() -> processor.process(body)));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (disk.forces() == 0 || processor.storing() < edges) {
      assertTrue(System.nanoTime() < end, processor.storing() + " are being stored");
      Thread.onSpinWait();
    }
    assertEquals(List.of(), outcomes.stream().filter(Future::isDone).toList());
    return outcomes;
  }

  private TaskProcessor processor(UnseenTaskProcessing processing, Disk disk) throws IOException {
    return processor(
        processing,
        (sample, scores) -> true,
        FIRST,
        "argmax",
        ReplayBuffer.open(folder, BufferOptions.defaults(), disk),
        9,
        memory,
        OUTSIDE);
  }

  private static TaskProcessor processor(
      UnseenTaskProcessing processing,
      UnseenSampleReRecognition reRecognition,
      UnseenTaskAllocation allocation,
      String name,
      ReplayBufferWriter buffer,
      int queue,
      ServiceMemory memory,
      MemoryBudget outside) {
    return new TaskProcessor(
        new HardSamples(
            new FrameProcessing(name, processing),
            new UnseenTasks("second_look", reRecognition, "first", allocation),
            buffer),
        queue,
        memory,
        outside);
  }

  private TaskProcessor processor(UnseenTaskProcessing processing) throws IOException {
    return processor(
        processing,
        (sample, scores) -> true,
        FIRST,
        "argmax",
        ReplayBuffer.open(folder, BufferOptions.defaults()),
        2,
        memory,
        OUTSIDE);
  }

  private Exchange body(String id, int claimedWidth) {
    return body(id, "dusk", claimedWidth);
  }

  private Exchange body(String id, String domain, int claimedWidth) {
    return body("edge-1", id, domain, claimedWidth);
  }

  private Exchange exchange(byte[] body) {
    return new Exchange(memory.requests(), body);
  }

  private Exchange body(String edge, String id, String domain, int claimedWidth) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    byte[] depth = new byte[WIDTH * HEIGHT];
    float[] logits = new float[2 * 2];
    logits[3] = 1;
    return exchange(
        ArrowMessages.encode(
            new HardSample(
                id,
                edge,
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
    private MemoryNeed need = MemoryNeed.NONE;
    private @Nullable RuntimeException thrown;
    private @Nullable Error failure;
    private boolean labels;
    private String missing = "no model";
    private String unfit = "";
    private String unusable = "";

    @Override
    public Answer process(Frame frame, ClassScores scores) {
      calls++;
      if (failure != null) {
        throw failure;
      }
      if (thrown != null) {
        throw thrown;
      }
      if (!unusable.isEmpty()) {
        throw new NonFiniteScoresException(unusable);
      }
      if (!unfit.isEmpty()) {
        throw new UnfitScoresException(unfit);
      }
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
    public boolean labels() {
      return labels;
    }

    @Override
    public String unlabelled() {
      return missing;
    }

    @Override
    public ClassScores label(Frame frame) {
      if (!unusable.isEmpty()) {
        throw new NonFiniteScoresException(unusable);
      }
      return new ClassScores(3, 1, 1, new float[] {0, 0, 1});
    }

    @Override
    public MemoryNeed memory(int width, int height, int classes) {
      return need.plus(UnseenTaskProcessing.super.memory(width, height, classes));
    }

    @Override
    public void close() {
      closes++;
    }
  }
}
