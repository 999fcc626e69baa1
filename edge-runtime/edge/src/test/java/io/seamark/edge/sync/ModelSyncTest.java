package io.seamark.edge.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.EdgeFixtures;
import io.seamark.edge.TestServer;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSyncTest {
  @TempDir Path folder = Path.of("");
  private final EdgeMetrics metrics = new EdgeMetrics();
  private final AtomicInteger downloads = new AtomicInteger();
  private volatile String version = "v0";
  private volatile String announced = "";
  private volatile long bytes;
  private volatile byte[] weights = new byte[0];
  private @Nullable ModelFolder models;
  private TestServer service = new TestServer(0, this::serve);

  ModelSyncTest() throws IOException {}

  private void serve(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestURI().getPath()) {
      case "/models/champion" -> {
        String known = exchange.getRequestHeaders().getFirst("If-None-Match");
        if (("\"" + version + "\"").equals(known)) {
          TestServer.send(exchange, 304, new byte[0]);
        } else {
          String json =
              "{\"version\":\"%s\",\"sha256\":\"%s\",\"bytes\":%d,\"parent\":null,\"more\":1}"
                  .formatted(version, announced, bytes);
          TestServer.send(
              exchange,
              200,
              json.getBytes(StandardCharsets.UTF_8),
              Map.of("ETag", "\"" + version + "\""));
        }
      }
      case "/models/v1/weights",
          "/models/v2/weights",
          "/models/v3/weights",
          "/models/v4/weights" -> {
        downloads.incrementAndGet();
        TestServer.send(exchange, 200, weights);
      }
      default -> TestServer.send(exchange, 404, new byte[0]);
    }
  }

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(folder.resolve("cloud"));
  }

  @AfterEach
  void stop() throws IOException {
    service.close();
    if (models != null) {
      models.close();
    }
  }

  private Path publish(String name, long seed) throws Exception {
    Path file = EdgeFixtures.model(folder.resolve("cloud"), name, seed);
    weights = Files.readAllBytes(file);
    announced = sha256(weights);
    bytes = weights.length;
    version = "v1";
    return file;
  }

  private static String sha256(byte[] of) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(of));
  }

  private ModelSync sync(LiveModel live) throws IOException {
    return sync(live, 1 << 26);
  }

  private ModelSync sync(LiveModel live, long limit) throws IOException {
    if (models != null) {
      models.close();
    }
    ModelFolder opened = new ModelFolder(folder.resolve("models"), false);
    models = opened;
    return new ModelSync(
        new KnowledgeClient(service.address(), limit),
        live,
        opened,
        Duration.ofSeconds(30),
        ShadowOptions.NONE,
        metrics);
  }

  @Test
  void newModelIsSwappedInBetweenTwoFramesAndAnswersFromThenOn() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    BaseModel rfnet = EdgeFixtures.rfnet();
    Frame frame = EdgeFixtures.frame(5);
    try (LiveModel live = new LiveModel(rfnet, "initial", first)) {
      announced = sha256(Files.readAllBytes(first));
      bytes = Files.size(first);
      ModelSync sync = sync(live);
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      // The cloud's name for what the edge began with.
      assertEquals("v0", live.infer(frame).version());
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      float[] before = live.infer(frame).prediction().scores().logits();

      Path second = publish("second", 2);
      assertInstanceOf(ModelSync.Updated.class, sync.poll());
      LiveModel.Labelled after = live.infer(frame);
      assertEquals("v1", after.version());
      assertArrayEquals(
          alone(rfnet, second, frame).scores().logits(), after.prediction().scores().logits());
      assertFalse(java.util.Arrays.equals(before, after.prediction().scores().logits()));
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      assertEquals(1, downloads.get());
      assertTrue(models().current().isEmpty(), "it has labelled one frame");
      label(live, LiveModel.TRIAL);
      assertEquals(new ModelSync.Unchanged(), sync.poll());
      assertEquals(
          "v1", new ModelFolder(folder.resolve("models"), false).current().orElseThrow().version());
      assertEquals(List.of("current.json", "v1.safetensors"), files());
    }
  }

  @Test
  void aModelWithAWeightThatIsNoNumberIsNotTakenOver() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    for (boolean seen : List.of(false, true)) {
      try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "initial", first)) {
        if (seen) {
          live.infer(EdgeFixtures.frame(1));
        }
        publish("second", 2);
        ByteBuffer content = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        content.putFloat(8 + (int) content.getLong(0), Float.NaN);
        announced = sha256(weights);
        ModelSync.Failed failed = assertInstanceOf(ModelSync.Failed.class, sync(live).poll());
        assertTrue(
            failed.reason().startsWith("model v1 does not run: ")
                && failed.reason().contains("has 1 value that is not a number"),
            failed.reason());
        assertEquals("initial", live.infer(EdgeFixtures.frame(2)).version());
      }
    }
    Path spoilt = Files.write(folder.resolve("spoilt.safetensors"), weights);
    assertThrows(IOException.class, () -> new LiveModel(EdgeFixtures.rfnet(), "initial", spoilt));
  }

  @Test
  void aFrameWhoseScoresAreNotFiniteIsAnUnusableFrame() throws Exception {
    BaseModel rfnet = EdgeFixtures.rfnet();
    AtomicInteger spoilt = new AtomicInteger();
    BaseModel sometimes =
        (model, width, height, depth) -> {
          BaseModel.Session session = rfnet.open(model, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              Prediction prediction = session.infer(frame);
              if (spoilt.get() > 0) {
                prediction.scores().logits()[0] = Float.NaN;
              }
              return prediction;
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    try (LiveModel live = new LiveModel(sometimes, "v0", EdgeFixtures.model(folder, "first", 1))) {
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
      spoilt.set(1);
      String refused =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, () -> live.infer(EdgeFixtures.frame(2)))
                  .getMessage());
      assertTrue(refused.startsWith("the model's scores of this frame are not finite"), refused);
      spoilt.set(0);
      assertEquals("v0", live.infer(EdgeFixtures.frame(3)).version());
    }
  }

  private static Prediction alone(BaseModel rfnet, Path model, Frame frame) throws IOException {
    try (BaseModel.Session session = rfnet.open(model, frame.width(), frame.height(), false)) {
      return session.infer(frame);
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("models"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(OutputFolder.RECORD))
          .sorted()
          .toList();
    }
  }

  @Test
  void whatAPersonKeepsAmongTheModelsStays() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    Path models = Files.createDirectories(folder.resolve("models"));
    for (String theirs : List.of("mine.safetensors", "v1.safetensors", "current.json")) {
      Files.writeString(models.resolve(theirs), "theirs " + theirs);
    }
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      ModelSync sync = sync(live);
      for (int next = 1; next <= 4; next++) {
        publish("next", 1 + next);
        version = "v" + next;
        assertInstanceOf(ModelSync.Updated.class, sync.poll());
        label(live, LiveModel.TRIAL);
      }
      assertEquals(new ModelSync.Unchanged(), sync.poll());
    }
    List<String> all = files();
    assertEquals(7, all.size(), all::toString);
    assertTrue(
        all.containsAll(
            List.of("current.json", "mine.safetensors", "v3.safetensors", "v4.safetensors")),
        all::toString);
    assertEquals("theirs mine.safetensors", Files.readString(models.resolve("mine.safetensors")));
    for (String moved : List.of("v1.safetensors", "current.json")) {
      String kept =
          all.stream().filter(name -> name.startsWith(moved + ".kept-")).findFirst().orElseThrow();
      assertEquals("theirs " + moved, Files.readString(models.resolve(kept)));
    }
    assertEquals(
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(Files.createFile(folder.resolve("usual")))),
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(models.resolve("v4.safetensors"))));
  }

  @Test
  void swapWhileFramesAreLabelledLosesNone() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      announced = sha256(Files.readAllBytes(first));
      bytes = Files.size(first);
      ModelSync sync = sync(live);
      live.infer(EdgeFixtures.frame(0));
      publish("second", 2);
      Thread other =
          new Thread(
              () -> {
                try {
                  sync.poll();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      other.start();
      int labelled = 0;
      String last = "";
      while (labelled < 5_000 && !last.equals("v1")) {
        last = live.infer(EdgeFixtures.frame(labelled)).version();
        labelled++;
      }
      other.join();
      assertEquals("v1", live.infer(EdgeFixtures.frame(1)).version());
    }
  }

  @Test
  void wrongDigestIsRefusedAndTheModelInServiceStays() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      ModelSync sync = sync(live);
      publish("second", 2);
      String right = announced;
      announced = "0".repeat(64);
      assertEquals(
          new ModelSync.Failed(
              "model v1 has the digest " + right + ", but " + announced + " was announced"),
          sync.poll());
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
      try (Stream<Path> files = Files.list(folder.resolve("models"))) {
        assertEquals(
            List.of(folder.resolve("models").resolve(OutputFolder.RECORD)), files.toList());
      }
    }
  }

  @Test
  void wrongLengthsAreRefused() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      publish("second", 2);
      long right = bytes;
      bytes = right - 1;
      assertEquals(
          new ModelSync.Failed("model v1 is longer than the announced " + bytes),
          sync(live).poll());
      bytes = right + 1;
      assertEquals(
          new ModelSync.Failed(
              "model v1 has " + right + " bytes, but " + bytes + " were announced"),
          sync(live).poll());
      bytes = right;
      assertEquals(
          new ModelSync.Failed("model v1 has " + right + " bytes, but at most 100 are fetched"),
          sync(live, 100).poll());
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
    }
  }

  @Test
  void nameThatCouldLeaveTheFolderIsRefused() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      publish("second", 2);
      version = "../v1";
      ModelSync.Failed failed = assertInstanceOf(ModelSync.Failed.class, sync(live).poll());
      assertTrue(failed.reason().contains("model version is '../v1', but must be"), failed::reason);
    }
  }

  @Test
  void fileThatIsNoModelIsRefused() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      weights = "no model at all".getBytes(StandardCharsets.UTF_8);
      announced = sha256(weights);
      bytes = weights.length;
      version = "v1";
      ModelSync.Failed failed = assertInstanceOf(ModelSync.Failed.class, sync(live).poll());
      assertTrue(failed.reason().contains("is not an RFNet model"), failed::reason);
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
    }
  }

  @Test
  void serviceAwayIsAFailureThatChangesNothing() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      ModelSync sync = sync(live);
      service.close();
      ModelSync.Failed failed = assertInstanceOf(ModelSync.Failed.class, sync.poll());
      assertTrue(failed.reason().contains("does not answer"), failed::reason);
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
    }
  }

  @Test
  void modelThatFailsOnItsFirstFrameIsRolledBackAndTheFrameIsAnswered() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    Path second = EdgeFixtures.model(folder, "second", 2);
    try (LiveModel live =
        new LiveModel(new FailsAfterTrial(EdgeFixtures.rfnet(), second), "v0", first)) {
      live.infer(EdgeFixtures.frame(0));
      live.replace("v1", second);
      assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
      assertEquals("v0", live.infer(EdgeFixtures.frame(2)).version());
    }
  }

  private static void label(LiveModel live, int frames) throws IOException {
    for (int i = 0; i < frames; i++) {
      live.infer(EdgeFixtures.frame(i));
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
  void aModelThatCannotLabelAFrameIsNotWhatTheDeviceStartsWithAndIsRemembered() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    Path second = folder.resolve("models").resolve("v1.safetensors");
    try (LiveModel live =
        new LiveModel(new FailsAfterTrial(EdgeFixtures.rfnet(), second), "v0", first)) {
      live.infer(EdgeFixtures.frame(0));
      publish("second", 2);
      for (int restart = 0; restart < 2; restart++) {
        ModelSync sync = sync(live);
        if (restart == 0) {
          assertInstanceOf(ModelSync.Updated.class, sync.poll());
          assertEquals("v0", live.infer(EdgeFixtures.frame(1)).version());
          assertEquals(new ModelSync.Unchanged(), sync.poll());
        } else {
          ModelSync.Refused refused = assertInstanceOf(ModelSync.Refused.class, sync.poll());
          assertTrue(refused.reason().contains("native library gave up"), refused.reason());
        }
        assertTrue(models().current().isEmpty());
        assertEquals(1, downloads.get());
        assertEquals(List.of("refused.json"), files());
      }
    }
  }

  @Test
  void aModelThatDoesNotOpenTwiceIsNotFetchedAgain() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      weights = "no model at all".getBytes(StandardCharsets.UTF_8);
      announced = sha256(weights);
      bytes = weights.length;
      version = "v1";
      ModelSync sync = sync(live);
      assertInstanceOf(ModelSync.Failed.class, sync.poll());
      assertInstanceOf(ModelSync.Failed.class, sync.poll());
      assertInstanceOf(ModelSync.Refused.class, sync.poll());
      assertEquals(2, downloads.get());
      publish("second", 2);
      version = "v2";
      assertInstanceOf(ModelSync.Updated.class, sync.poll());
    }
  }

  @Test
  void versionsThatComeFasterThanFramesDoNotFillTheDisk() throws Exception {
    Path first = EdgeFixtures.model(folder, "first", 1);
    try (LiveModel live = new LiveModel(EdgeFixtures.rfnet(), "v0", first)) {
      ModelSync sync = sync(live);
      for (int next = 1; next <= 4; next++) {
        publish("next", 1 + next);
        version = "v" + next;
        assertInstanceOf(ModelSync.Updated.class, sync.poll());
      }
      assertEquals(List.of("v4.safetensors"), files());
    }
  }

  /** The real model, but sessions of one file work once only. */
  private record FailsAfterTrial(BaseModel real, Path failing) implements BaseModel {
    @Override
    public Session open(Path model, int width, int height, boolean depth) throws IOException {
      Session session = real.open(model, width, height, depth);
      AtomicInteger frames = new AtomicInteger();
      return new Session() {
        @Override
        public Prediction infer(Frame frame) {
          if (model.equals(failing) && frames.incrementAndGet() > 1) {
            throw new IllegalStateException("native library gave up");
          }
          return session.infer(frame);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }
}
