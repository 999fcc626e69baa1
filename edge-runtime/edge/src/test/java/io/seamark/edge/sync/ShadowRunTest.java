package io.seamark.edge.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.EdgeFixtures;
import io.seamark.edge.TestServer;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded street model and variants of it, on frames of the street. */
class ShadowRunTest {
  private static final ShadowOptions FOUR_FRAMES = new ShadowOptions(4, 0.5);
  private static final String SCORES = "logits.conv.weight";
  private static final List<Frame> STREET = street();

  @TempDir Path folder = Path.of("");
  private final EdgeMetrics metrics = new EdgeMetrics();
  private final AtomicInteger downloads = new AtomicInteger();
  private final TestServer service = new TestServer(0, this::serve);
  private final Map<String, Path> published = new LinkedHashMap<>();
  private volatile String champion = "v0";
  private Path street = Path.of("");
  private @Nullable ModelFolder models;

  ShadowRunTest() throws IOException {}

  private static List<Frame> street() {
    ProceduralStreet street = new ProceduralStreet(3, 96, 64);
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      frames.add(street.render(10L * i, Weather.DAY).sample().frame());
    }
    return frames;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String version = champion;
    if (path.endsWith("/weights")) {
      downloads.incrementAndGet();
      Path file = published.get(path.split("/", -1)[2]);
      TestServer.send(exchange, 200, file == null ? new byte[0] : Files.readAllBytes(file));
    } else if (("\"" + version + "\"")
        .equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      TestServer.send(exchange, 304, new byte[0]);
    } else {
      Path file = published.getOrDefault(version, street);
      String json =
          "{\"version\":\"%s\",\"sha256\":\"%s\",\"bytes\":%d}"
              .formatted(version, DurableFiles.sha256(file), Files.size(file));
      TestServer.send(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
    }
  }

  @BeforeEach
  void start() throws IOException {
    street = StreetModels.edgeModel(folder.resolve("embedded"));
    published.put("v0", street);
  }

  @AfterEach
  void stop() throws IOException {
    service.close();
    if (models != null) {
      models.close();
    }
  }

  /** The embedded model with the class scores' weights times a factor, as the cloud's next. */
  private void publish(String version, float factor) throws IOException {
    EdgeModel model = EdgeModel.load(street);
    Map<String, Tensor> tensors = new LinkedHashMap<>(model.weights().tensors());
    Tensor scores = model.weights().get(SCORES);
    float[] values = scores.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    tensors.put(SCORES, new Tensor(scores.shape(), values));
    Path file = folder.resolve("cloud-" + version + ".safetensors");
    model.withWeights(new Weights(tensors, model.weights().metadata())).save(file, Precision.F32);
    published.put(version, file);
    champion = version;
  }

  private ModelSync sync(LiveModel live, ShadowOptions options) throws IOException {
    if (models != null) {
      models.close();
    }
    ModelFolder opened = new ModelFolder(folder.resolve("models"), false);
    models = opened;
    return new ModelSync(
        new KnowledgeClient(service.address(), 1 << 26),
        live,
        opened,
        Duration.ofSeconds(30),
        options,
        metrics);
  }

  /** Streams until a comparison has ended; gives the versions that answered. */
  private static List<String> stream(LiveModel live, ModelSync sync) throws IOException {
    List<String> versions = new ArrayList<>();
    long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (sync.comparisons().isEmpty() && System.nanoTime() < deadline) {
      versions.add(live.infer(STREET.get(versions.size() % STREET.size())).version());
    }
    versions.add(live.infer(STREET.get(0)).version());
    return versions;
  }

  @Test
  void aNewModelAnswersOnlyOnceItWasComparedOnLiveFrames() throws Exception {
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "initial", street);
        ModelSync sync = sync(live, FOUR_FRAMES)) {
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      publish("v1", 1.5f);
      assertEquals(
          "v1", assertInstanceOf(ModelSync.Shadowing.class, sync.poll()).version().version());
      assertInstanceOf(ModelSync.Shadowing.class, sync.poll());
      assertTrue(models().current().isEmpty(), "what only runs beside is not started with");

      List<String> versions = stream(live, sync);

      assertEquals("v1", versions.get(versions.size() - 1));
      assertTrue(versions.indexOf("v1") >= 4, versions::toString);
      ShadowComparison found = sync.comparisons().get(0);
      assertNull(found.refusal());
      assertEquals("v1", found.version());
      assertEquals("v0", found.serving());
      assertEquals(4, found.frames());
      // A factor on all scores changes how sure the model is, not what it says.
      assertTrue(found.agreement() > 0.99, found::text);
      assertTrue(found.margin() > found.servingMargin(), found::text);
      assertTrue(found.seconds() > 0 && found.servingSeconds() > 0, found::text);
      for (int i = 0; i < LiveModel.TRIAL; i++) {
        live.infer(STREET.get(0));
      }
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      assertEquals("v1", models().current().orElseThrow().version());
      assertEquals(1, downloads.get());
    }
  }

  private ModelFolder models() {
    ModelFolder opened = models;
    if (opened == null) {
      throw new IllegalStateException("nothing was opened");
    }
    return opened;
  }

  @Test
  void aBrokenModelIsRefusedAndNotFetchedAgain() throws Exception {
    long updates = metrics.totals().modelUpdates();
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "initial", street)) {
      try (ModelSync sync = sync(live, FOUR_FRAMES)) {
        sync.poll();
        publish("v1", -1);
        assertInstanceOf(ModelSync.Shadowing.class, sync.poll());
        List<String> versions = stream(live, sync);
        assertTrue(versions.stream().allMatch("v0"::equals), versions::toString);
        String reason = String.valueOf(sync.comparisons().get(0).refusal());
        assertTrue(
            reason.matches(
                "it agrees with v0 on 0\\.\\d{3} of the pixels, but must on"
                    + " seamark\\.edge\\.shadow\\.min-agreement=0\\.5"),
            reason);
        assertEquals(new ModelSync.Unchanged(), sync.poll());
        // The cloud takes it back.
        champion = "v0";
        assertEquals(new ModelSync.Unchanged(), sync.poll());
      }
      champion = "v1";
      try (ModelSync again = sync(live, FOUR_FRAMES)) {
        ModelSync.Refused known = assertInstanceOf(ModelSync.Refused.class, again.poll());
        assertEquals("v1", known.version().version());
        assertEquals(new ModelSync.Unchanged(), again.poll());
        assertEquals(1, downloads.get());
        assertEquals(updates, metrics.totals().modelUpdates());
      }
      try (ModelSync still = sync(live, ShadowOptions.NONE)) {
        assertInstanceOf(ModelSync.Refused.class, still.poll());
      }
      Files.delete(folder.resolve("models").resolve("refused.json"));
      try (ModelSync atOnce = sync(live, ShadowOptions.NONE)) {
        assertInstanceOf(ModelSync.Updated.class, atOnce.poll());
        assertEquals("v1", live.infer(STREET.get(0)).version());
      }
    }
  }

  @Test
  void aModelWhoseScoresOfALiveFrameAreNotFiniteIsRefused() throws Exception {
    BaseModel rfnet = EdgeFixtures.rfnet();
    BaseModel spoilt =
        (model, width, height, depth) -> {
          BaseModel.Session session = rfnet.open(model, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              Prediction prediction = session.infer(frame);
              if (model.toString().contains("v1") && width == 96) {
                prediction.scores().logits()[0] = Float.POSITIVE_INFINITY;
              }
              return prediction;
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    try (LiveModel live = new LiveModel(spoilt, "v0", street);
        ModelSync sync = sync(live, FOUR_FRAMES)) {
      publish("v1", 1);
      assertInstanceOf(ModelSync.Shadowing.class, sync.poll());
      List<String> versions = stream(live, sync);
      assertTrue(versions.stream().allMatch("v0"::equals), versions::toString);
      String reason = String.valueOf(sync.comparisons().get(0).refusal());
      assertTrue(
          reason.startsWith("it fails on a frame: the model's scores of this frame are not finite"),
          reason);
    }
  }

  @Test
  void aModelThatTheCloudTakesBackMeanwhileIsForgotten() throws Exception {
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "initial", street);
        ModelSync sync = sync(live, FOUR_FRAMES)) {
      sync.poll();
      publish("v1", 1.5f);
      assertInstanceOf(ModelSync.Shadowing.class, sync.poll());
      champion = "v0";
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      for (Frame frame : STREET) {
        assertNotEquals("v1", live.infer(frame).version());
      }
      assertEquals(List.of(), sync.comparisons());
    }
  }
}
