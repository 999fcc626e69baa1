package io.seamark.sedna;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.seamark.buffer.BufferOptions;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.EdgeAudit;
import io.seamark.edge.EdgeOptions;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.edge.sync.ModelSource;
import io.seamark.edge.sync.ShadowOptions;
import io.seamark.edge.upload.CloudLink;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.SettingGroup;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are exchanged while frames stream, through the real loop. */
class HotUpdatesTest {
  private static final int UPDATES = 10;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private final ConfiguredPlugins plugins =
      new ConfiguredPlugins(
          PluginRegistry.discover(null, HotUpdatesTest.class.getClassLoader()), Map.of(), 1, 1);

  @SuppressWarnings("NullAway.Init")
  private TrainableModel model;

  @SuppressWarnings("NullAway.Init")
  private Path first;

  @BeforeEach
  void load() throws IOException {
    first = StreetModels.edgeModel(folder.resolve("cache"));
    model = plugins.create(PluginKind.BASEMODEL_TRAINING).load(first);
  }

  private final RemoteFiles files = new RemoteFiles(worker(Map.of()));

  private static Worker worker(Map<String, String> told) {
    return new Worker(
        "street",
        SettingGroup.SEDNA_WORKER.with(SettingGroup.SEDNA_WORKER.defaults(), told),
        SettingGroup.SEDNA_CLIENT.defaults());
  }

  /** A model that differs from every other in what it says of itself. */
  private JobIndex index(int number, String reason) throws IOException {
    Path file = folder.resolve("model-" + number + ".safetensors");
    model.save(file, Map.of(TrainableModel.VERSION, "v" + number));
    JobIndex.Stored nothing = new JobIndex.Stored(List.of());
    JobIndex.Model announced =
        new JobIndex.Model(
            new ModelAnnouncement(
                "v" + number, DurableFiles.sha256(file), Files.size(file), null, null),
            List.of(file.toString()));
    return new JobIndex(
        JobIndex.FORMAT,
        "1735689600",
        new JobIndex.Tasks(
            List.of(new JobIndex.Group("g", List.of(), nothing, announced)), nothing),
        new JobIndex.Tasks(List.of(), nothing),
        "trained",
        reason,
        List.of());
  }

  /** As the local controller copies: what was longer before keeps its end. */
  private static void copy(byte[] bytes, Path to) throws IOException {
    Files.write(to, bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** A camera that counts, until it is told to stop. */
  private static final class Camera implements SampleSource {
    private final ProceduralStreet street = new ProceduralStreet(3, 64, 32);
    private final AtomicInteger given = new AtomicInteger();
    private volatile boolean off;

    @Override
    public Optional<SourceItem> next() {
      return off
          ? Optional.empty()
          : Optional.of(street.render(given.getAndIncrement(), Weather.DAY).sample());
    }

    @Override
    public OptionalInt size() {
      return OptionalInt.empty();
    }

    @Override
    public void close() {
      off = true;
    }
  }

  /** What was answered, and by which versions. */
  private static final class Answers implements AnswerSink {
    private final Set<String> versions = new LinkedHashSet<>();
    private final List<Long> places = new ArrayList<>();
    private int skipped;

    @Override
    public synchronized void answered(EdgeAnswer answer) {
      versions.add(answer.modelVersion());
      places.add(answer.index());
    }

    @Override
    public synchronized void skipped(UnreadableSample item) {
      skipped++;
    }

    synchronized boolean seen(String version) {
      return versions.contains(version);
    }

    synchronized int number() {
      return places.size();
    }
  }

  private EdgeRuntime runtime(AnswerSink sink, ModelSource source) throws IOException {
    return new EdgeRuntime(
        new EdgeRuntime.Parts(
            new EdgeOptions("edge", "IBT", 0.9, new EdgeAudit(0, 1), 0, Duration.ofSeconds(1)),
            plugins.create(PluginKind.BASEMODEL),
            SeenTaskInference.Parts.of(plugins),
            first,
            "initial",
            plugins.create(PluginKind.HARD_EXAMPLE_MINING),
            folder.resolve("state"),
            false,
            null,
            null,
            Duration.ofMillis(20),
            ShadowOptions.NONE,
            1 << 26,
            CloudLink.Options.DEFAULT,
            BufferOptions.outbox(1 << 20)),
        sink,
        source);
  }

  /** What happens to the file that models come by while frames stream. */
  private interface Updates {
    void make(Answers answers) throws IOException, InterruptedException;
  }

  private Answers stream(ModelSource source, Updates updates)
      throws IOException, InterruptedException {
    Answers answers = new Answers();
    Camera camera = new Camera();
    try (EdgeRuntime runtime = runtime(answers, source)) {
      runtime.start();
      Thread loop =
          new Thread(
              () -> {
                try {
                  runtime.run(camera);
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      loop.start();
      try {
        updates.make(answers);
      } finally {
        camera.close();
        loop.join();
      }
    }
    assertEquals(camera.given.get(), answers.number());
    assertEquals(0, answers.skipped);
    for (int i = 0; i < answers.places.size(); i++) {
      assertEquals(i, answers.places.get(i));
    }
    return answers;
  }

  private static void await(Answers answers, String version) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!answers.seen(version)) {
      assertTrue(System.nanoTime() < deadline, version + " is not seen: " + answers.versions);
      Thread.sleep(5);
    }
  }

  private static void awaitFrames(Answers answers, int more) throws InterruptedException {
    int until = answers.number() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (answers.number() < until) {
      assertTrue(System.nanoTime() < deadline, "no " + more + " more frames are answered");
      Thread.sleep(5);
    }
  }

  @Test
  void tenUpdatesLoseNoFrame() throws IOException, InterruptedException {
    Path deployed = folder.resolve("index.pkl");
    Answers answers =
        stream(
            new DeployedIndex(deployed.toString(), files, new ModelDownload(files, 1 << 26)),
            all -> {
              // Nothing is deployed, then half of an index, then one whose model is not there.
              awaitFrames(all, 3);
              byte[] broken = index(99, "broken").bytes();
              copy(java.util.Arrays.copyOf(broken, broken.length / 2), deployed);
              awaitFrames(all, 3);
              copy(broken, deployed);
              Files.write(folder.resolve("model-99.safetensors"), new byte[] {1, 2, 3});
              awaitFrames(all, 3);
              for (int i = 1; i <= UPDATES; i++) {
                // Each is shorter than the one before, whose end stays.
                copy(index(i, "x".repeat(10 * (UPDATES - i))).bytes(), deployed);
                await(all, "v" + i);
              }
            });
    List<String> expected = new ArrayList<>(List.of("initial"));
    for (int i = 1; i <= UPDATES; i++) {
      expected.add("v" + i);
    }
    assertTrue(
        answers.versions.containsAll(expected), answers.versions + " lack some of " + expected);
  }

  @Test
  void anotherUpdateTimeIsAnotherVersion() throws IOException, InterruptedException {
    Path config = folder.resolve("model_config.json");
    index(1, "");
    index(2, "");
    Files.writeString(folder.resolve("model-3.safetensors"), "no model");
    BlockingQueue<String> reports = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/sedna/workers/street-edge-1/info", call -> report(call, reports));
    server.start();
    LocalController controller =
        new LocalController(
            worker(
                Map.of(
                    "NAMESPACE", "default",
                    "WORKER_NAME", "street-edge-1",
                    "LC_SERVER", "http://127.0.0.1:" + server.getAddress().getPort())),
            files.retries());
    Answers answers;
    try {
      answers =
          stream(
              new HotUpdateFile(config.toString(), files, 1 << 26, controller),
              all -> {
                // What is half written or cannot be fetched is no update yet.
                Files.writeString(config, "{\"model_config\":{\"model_path\":");
                awaitFrames(all, 3);
                Files.writeString(config, config(4, "2025-01-01 08:00:00"));
                awaitFrames(all, 3);
                Files.writeString(config, config(1, "2025-01-01 10:00:00"));
                awaitUpdate(all, 2);
                awaitReport(reports, "completed");
                // One that does not run is tried again and again, and told of once.
                Files.writeString(config, config(3, "2025-01-01 11:00:00"));
                awaitReport(reports, "failed");
                awaitFrames(all, 20);
                Files.writeString(config, config(2, "2025-01-01 09:00:00"));
                awaitUpdate(all, 3);
                awaitReport(reports, "completed");
              });
    } finally {
      server.stop(0);
    }
    assertEquals(List.of(), List.copyOf(reports));
    List<String> versions = List.copyOf(answers.versions);
    assertEquals(3, versions.size(), versions.toString());
    assertTrue(versions.get(1).startsWith("u-2025-01-01-10-00-00-"), versions.toString());
    assertTrue(versions.get(2).startsWith("u-2025-01-01-09-00-00-"), versions.toString());
  }

  private static void report(HttpExchange call, BlockingQueue<String> reports) throws IOException {
    try (call) {
      reports.add(
          call.getRequestMethod()
              + " "
              + new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      call.sendResponseHeaders(200, -1);
    }
  }

  /** Each field as Sedna's library sends it (lib/sedna/core/base.py): no results, no ownerInfo. */
  private static void awaitReport(BlockingQueue<String> reports, String status)
      throws InterruptedException {
    assertEquals(
        "POST {\"name\":\"street-edge-1\",\"namespace\":\"default\",\"ownerName\":\"street\","
            + "\"ownerKind\":\"lifelonglearningjob\",\"kind\":\"deploy\",\"status\":\""
            + status
            + "\"}",
        reports.poll(30, TimeUnit.SECONDS));
  }

  private static void awaitUpdate(Answers answers, int versions) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      synchronized (answers) {
        if (answers.versions.size() >= versions) {
          return;
        }
      }
      assertTrue(System.nanoTime() < deadline, "no " + versions + " versions are seen");
      Thread.sleep(5);
    }
  }

  private String config(int number, String time) {
    return "{\"model_config\":{\"model_path\":\""
        + folder.resolve("model-" + number + ".safetensors")
        + "\",\"model_update_time\":\""
        + time
        + "\"}}";
  }
}
