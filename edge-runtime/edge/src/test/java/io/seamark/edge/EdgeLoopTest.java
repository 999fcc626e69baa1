package io.seamark.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.sync.ShadowOptions;
import io.seamark.edge.upload.ArrowProtocol;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.edge.upload.CloudLink;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.Delivery;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeLoopTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final ClassScores ONE = new ClassScores(1, 1, 1, new float[1]);

  @TempDir Path folder = Path.of("");
  private final Answers answers = new Answers();
  private EdgeAudit audit = EdgeAudit.NONE;
  private final List<Prediction> mined = new ArrayList<>();
  private final List<Delivery> deliveries = Collections.synchronizedList(new ArrayList<>());

  private static final class Answers implements AnswerSink {
    final List<EdgeAnswer> own = Collections.synchronizedList(new ArrayList<>());
    final List<String> improved = Collections.synchronizedList(new ArrayList<>());
    final List<CloudAnswer> audited = Collections.synchronizedList(new ArrayList<>());
    final List<UnreadableSample> skipped = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void answered(EdgeAnswer answer) {
      own.add(answer);
    }

    @Override
    public void improved(CloudAnswer answer) {
      improved.add(answer.sample().id());
    }

    @Override
    public void audited(CloudAnswer answer) {
      audited.add(answer);
    }

    @Override
    public void skipped(UnreadableSample item) {
      skipped.add(item);
    }
  }

  /** Every second frame is hard. Keeps the deliveries, and fails at each all the same. */
  private final class EverySecond implements HardExampleMining {
    private final AtomicInteger frames = new AtomicInteger();

    @Override
    public MiningDecision mine(Prediction prediction) {
      mined.add(prediction);
      return frames.getAndIncrement() % 2 == 0
          ? new MiningDecision.Hard(0.1, 0.6, "even")
          : new MiningDecision.Easy(0.9, 0.6, "odd");
    }

    @Override
    public void delivered(Delivery delivery) {
      deliveries.add(delivery);
      throw new IllegalStateException("a miner's fault");
    }
  }

  private SeenTaskInference.Parts tasks =
      new SeenTaskInference.Parts(
          (extractor, samples) -> List.of(0),
          results -> results.stream().map(TaskResult::prediction).toList(),
          Map.of());

  private BaseModel basemodel = EdgeFixtures.rfnet();

  private EdgeRuntime runtime(@Nullable URI cloud) throws IOException {
    return runtime(cloud, null);
  }

  private EdgeRuntime runtime(@Nullable URI cloud, @Nullable URI knowledge) throws IOException {
    return runtime(cloud, knowledge, "state");
  }

  private EdgeRuntime runtime(@Nullable URI cloud, @Nullable URI knowledge, String state)
      throws IOException {
    return new EdgeRuntime(
        new EdgeRuntime.Parts(
            new EdgeOptions("edge", "every_second", 0.9, audit, 4, LONG),
            basemodel,
            tasks,
            EdgeFixtures.model(folder, "model", 1),
            "v0",
            new EverySecond(),
            folder.resolve(state),
            false,
            cloud,
            knowledge,
            LONG,
            ShadowOptions.NONE,
            1 << 26,
            new CloudLink.Options(
                Duration.ofMillis(10), Duration.ofMillis(100), LONG, 1 << 20, new ArrowProtocol()),
            BufferOptions.outbox(1 << 30)),
        answers);
  }

  @Test
  void startsWithTheInitialModelWhereTheFetchedOneDoesNotRun() throws IOException {
    Path models = Files.createDirectories(folder.resolve("state/models"));
    Path fetched = EdgeFixtures.model(models, "v7", 2);
    URI knowledge = URI.create("http://127.0.0.1:9");
    record(models, fetched);
    try (EdgeRuntime runtime = runtime(null, knowledge)) {
      assertEquals("v7", runtime.model().version());
    }
    byte[] bytes = Files.readAllBytes(fetched);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putFloat(8 + (int) content.getLong(0), Float.NaN);
    Files.write(fetched, bytes);
    record(models, fetched);
    try (EdgeRuntime runtime = runtime(null, knowledge)) {
      assertEquals("v0", runtime.model().version());
    }
    assertTrue(Files.exists(fetched));
  }

  private static void record(Path models, Path fetched) throws IOException {
    Files.writeString(
        models.resolve("current.json"),
        String.format(
            "{\"version\":\"v7\",\"sha256\":\"%s\",\"bytes\":%d}",
            DurableFiles.sha256(fetched), Files.size(fetched)));
  }

  private static List<SourceItem> stream(int from, int to) {
    List<SourceItem> items = new ArrayList<>();
    for (int i = from; i < to; i++) {
      items.add(EdgeFixtures.sample(i));
    }
    return items;
  }

  private static TestServer cloud(int port) throws IOException {
    return new TestServer(
        port,
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          HardSample sample = ArrowMessages.decodeSample(body, ArrowMessages.DEFAULT_LIMIT);
          TestServer.send(exchange, 200, ArrowMessages.encode(EdgeFixtures.answer(sample)));
        });
  }

  @Test
  void hardFramesGetTheCloudsAnswerBadOnesAreSkippedAndCounted() throws Exception {
    List<SourceItem> items = stream(0, 6);
    items.add(2, new UnreadableSample("broken", "broken.jpg ends early"));
    try (TestServer cloud = cloud(0);
        EdgeRuntime runtime = runtime(cloud.address())) {
      runtime.start();
      runtime.run(EdgeFixtures.source(items));
      assertTrue(runtime.drain(LONG));
      assertEquals(6, answers.own.size());
      assertEquals(List.of("frame-0", "frame-2", "frame-4"), answers.improved);
      assertEquals("broken", answers.skipped.get(0).id());
      EdgeMetrics.Totals totals = runtime.metrics().totals();
      assertEquals(6, totals.frames());
      assertEquals(3, totals.hard());
      assertEquals(1, totals.skipped());
      assertEquals(3, totals.answers());
      assertTrue(totals.bytesUp() > 0 && totals.bytesDown() > 0);
    }
  }

  @Test
  void theMinerLearnsOfEachDeliveryAndItsFaultSendsNothingTwice() throws Exception {
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    try (TestServer cloud = cloud(0);
        EdgeRuntime runtime = runtime(cloud.address())) {
      runtime.start();
      runtime.run(EdgeFixtures.source(stream(0, 6)));
      assertTrue(runtime.drain(LONG));
      assertEquals(List.of("frame-0", "frame-2", "frame-4"), answers.improved);
      assertEquals(3, deliveries.size());
      assertEquals(
          runtime.metrics().totals().bytesUp(),
          deliveries.stream().mapToLong(Delivery::bytesUp).sum());
      for (Delivery delivery : deliveries) {
        assertTrue(delivery.seconds() > 0);
        assertFalse(delivery.mined().isBefore(before));
        assertFalse(delivery.mined().isAfter(Instant.now()));
      }
    }
  }

  /** Every answer is class 0 in the left half and undecided in the right one. */
  private static TestServer halfDecided() throws IOException {
    return new TestServer(
        0,
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          HardSample sample = ArrowMessages.decodeSample(body, ArrowMessages.DEFAULT_LIMIT);
          ClassMap map = EdgeFixtures.answer(sample).classMap();
          for (int i = 0; i < map.classes().length; i++) {
            map.classes()[i] = (byte) (i % map.width() < map.width() / 2 ? 0 : ClassMap.IGNORE);
          }
          TestServer.send(
              exchange, 200, ArrowMessages.encode(new FusedAnswer(map, 3, "half", Map.of())));
        });
  }

  @Test
  @DisplayName("with share 1 every easy frame is audited: sent, measured, and easy all the same")
  void allEasyFramesAreAudited() throws Exception {
    audit = new EdgeAudit(1, 7);
    try (TestServer cloud = halfDecided();
        EdgeRuntime runtime = runtime(cloud.address())) {
      runtime.start();
      runtime.run(EdgeFixtures.source(stream(0, 6)));
      assertTrue(runtime.drain(LONG));
      assertEquals(
          List.of("frame-1", "frame-3", "frame-5"),
          answers.audited.stream().map(answer -> answer.sample().id()).toList());
      assertEquals(List.of("frame-0", "frame-2", "frame-4"), answers.improved);
      assertFalse(answers.own.get(1).decision().hard());
      assertFalse(answers.own.get(1).stored(), "no answer of the cloud replaces it");
      EdgeMetrics.Totals totals = runtime.metrics().totals();
      assertEquals(3, totals.hard());
      assertEquals(3, totals.answers());
      assertEquals(3, totals.audited());
      assertEquals(3, deliveries.size(), "the miner's budget pays for hard frames alone");
      long audits = answers.audited.stream().mapToLong(CloudAnswer::bytesUp).sum();
      assertTrue(audits > 0);
      assertEquals(
          totals.bytesUp() - audits, deliveries.stream().mapToLong(Delivery::bytesUp).sum());
      double sum = 0;
      for (CloudAnswer answer : answers.audited) {
        HardSample sample = answer.sample();
        ClassMap own = sample.scores().resize(sample.width(), sample.height()).argmax();
        double same = 0;
        for (int y = 0; y < own.height(); y++) {
          for (int x = 0; x < own.width() / 2; x++) {
            same += own.at(x, y) == 0 ? 1 : 0;
          }
        }
        double share = same / (own.height() * (own.width() / 2));
        assertEquals(share, answer.agreement(), 1e-12);
        sum += share;
      }
      assertEquals(sum / 3, totals.easyAgreement(), 1e-12);
    }
  }

  private List<String> auditedWith(EdgeAudit chosen, String state) throws Exception {
    audit = chosen;
    answers.audited.clear();
    try (TestServer cloud = cloud(0);
        EdgeRuntime runtime = runtime(cloud.address(), null, state)) {
      runtime.start();
      runtime.run(EdgeFixtures.source(stream(0, 16)));
      assertTrue(runtime.drain(LONG));
    }
    return answers.audited.stream().map(answer -> answer.sample().id()).toList();
  }

  @Test
  @DisplayName("the same seed audits the same frames, another one others, and share 0 none")
  void auditsAreDrawnByTheSeed() throws Exception {
    List<String> first = auditedWith(new EdgeAudit(0.5, 7), "a");
    assertTrue(!first.isEmpty() && first.size() < 8, first.toString());
    assertEquals(first, auditedWith(new EdgeAudit(0.5, 7), "b"));
    assertNotEquals(first, auditedWith(new EdgeAudit(0.5, 8), "c"));
    assertEquals(List.of(), auditedWith(new EdgeAudit(0, 7), "d"));
  }

  @Test
  void theShareOfAuditedFramesIsTheOneAskedFor() {
    EdgeAudit rare = new EdgeAudit(0.01, 1);
    long drawn =
        IntStream.range(0, 100_000)
            .mapToObj(i -> String.format("frame_%06d.png", i))
            .filter(rare::draws)
            .count();
    // Five standard deviations of a binomial.
    assertEquals(1000, (double) drawn, 5 * Math.sqrt(990));
    assertThrows(IllegalArgumentException.class, () -> new EdgeAudit(1.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new EdgeAudit(Double.NaN, 1));
  }

  @Test
  void withoutACloudEveryFrameIsAnsweredAndNoneKept() throws Exception {
    try (EdgeRuntime runtime = runtime(null)) {
      runtime.start();
      runtime.run(EdgeFixtures.source(stream(0, 4)));
      assertTrue(runtime.drain(LONG));
      assertEquals(4, answers.own.size());
      assertFalse(answers.own.get(0).stored());
    }
  }

  @Test
  void cloudThatDiesDuringTheRunLosesNoHardFrameNorStopsTheLoop() throws Exception {
    TestServer first = cloud(0);
    int port = first.port();
    try (EdgeRuntime runtime = runtime(first.address())) {
      runtime.start();
      runtime.run(EdgeFixtures.source(stream(0, 10)));
      assertTrue(runtime.drain(LONG));
      first.close();
      // More hard frames than the window allows to wait for a cloud that answers.
      runtime.run(EdgeFixtures.source(stream(10, 50)));
      assertEquals(50, answers.own.size());
      assertEquals(20, runtime.pending());
    }
    // The next process finds them, and so does the cloud that comes back.
    try (TestServer second = cloud(port);
        EdgeRuntime runtime = runtime(second.address())) {
      runtime.start();
      assertTrue(runtime.drain(LONG));
    }
    List<String> hard = new ArrayList<>();
    for (int i = 0; i < 50; i += 2) {
      hard.add("frame-" + i);
    }
    assertEquals(hard, answers.improved.stream().distinct().toList());
  }

  @Test
  void framesAreAllocatedToATaskBeforeTheModelAndIntegratedBeforeTheMiner() throws Exception {
    List<TaskSample> allocated = new ArrayList<>();
    List<TaskResult> integrated = new ArrayList<>();
    Prediction other =
        new Prediction(new ClassMap(1, 1, new byte[1]), ONE, PixelConfidence.of(ONE));
    tasks =
        new SeenTaskInference.Parts(
            (extractor, samples) -> {
              assertEquals(Map.of("dusk", 7), extractor);
              allocated.addAll(samples);
              return List.of(7);
            },
            results -> {
              integrated.addAll(results);
              return List.of(other);
            },
            Map.of("dusk", 7));
    try (EdgeRuntime runtime = runtime(null)) {
      runtime.run(EdgeFixtures.source(stream(3, 4)));
      assertEquals(
          List.of(new TaskSample(0, Map.of("id", "frame-3", "edge", "edge", "domain", "day"))),
          allocated);
      // There is no model 7, so the one there is labels the frame.
      assertEquals(0, integrated.get(0).task());
      assertEquals(EdgeFixtures.WIDTH, integrated.get(0).prediction().classMap().width());
      assertEquals(other, answers.own.get(0).prediction());
      assertEquals(List.of(other), mined);
    }
  }

  @Test
  void aPluginThatGivesNoResultCostsTheFrameAndNotTheRun() throws Exception {
    tasks =
        new SeenTaskInference.Parts((extractor, samples) -> List.of(), r -> List.of(), Map.of());
    try (EdgeRuntime runtime = runtime(null)) {
      runtime.run(EdgeFixtures.source(stream(0, 2)));
      assertEquals(
          "frame-0: task_allocation gave 0 results for 1 sample, but must give one each",
          answers.skipped.get(0).reason());
      assertEquals(2, answers.skipped.size());
    }
  }

  @Test
  void aBaseModelThatFailsOnAFrameIsNamedAndTheNextFrameIsLabelled() throws Exception {
    BaseModel rfnet = EdgeFixtures.rfnet();
    byte[] odd = EdgeFixtures.frame(1).rgb();
    basemodel =
        (model, width, height, depth) -> {
          BaseModel.Session session = rfnet.open(model, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              if (Arrays.equals(odd, frame.rgb())) {
                throw new StackOverflowError();
              }
              return session.infer(frame);
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    try (EdgeRuntime runtime = runtime(null)) {
      runtime.run(EdgeFixtures.source(stream(0, 3)));
      assertEquals(2, answers.own.size());
      String reason = answers.skipped.get(0).reason();
      assertTrue(reason.matches("frame-1: basemodel '.+' failed: StackOverflowError"), reason);
    }
  }

  @Test
  void stopEndsTheRun() throws Exception {
    try (EdgeRuntime runtime = runtime(null)) {
      runtime.stop();
      runtime.run(EdgeFixtures.source(stream(0, 4)));
      assertEquals(0, answers.own.size());
    }
  }
}
