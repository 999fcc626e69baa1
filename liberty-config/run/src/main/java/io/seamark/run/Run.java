package io.seamark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.OpenedSource;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Table;
import io.seamark.edge.EdgeEndpoint;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.edge.sync.LiveModel;
import io.seamark.edge.sync.ModelSync;
import io.seamark.perception.ScoreNotes;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.PluginCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run, from the start of the cloud to the report. */
final class Run {
  /** Name of the first model until the cloud names it. */
  static final String INITIAL = "initial";

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);
  private static final int SYNC_TRIES = 5;

  private final Order order;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Instant started = Instant.now();
  private final long begin = System.nanoTime();
  private final Map<String, Double> phases = new LinkedHashMap<>();
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean interrupted;
  private long withoutDepth;
  private List<String> sourceNotes = List.of();
  private volatile @Nullable EdgeRuntime running;

  /**
   * What to run.
   *
   * @param common output and configuration
   * @param workplace plugins and settings
   * @param folder where everything goes
   * @param initial the first model's file
   * @param frames most frames
   * @param port of the edge's metrics, or null
   * @param patience longest wait for answers, and again for training
   * @param keepsCloud whether the cloud goes on after the run
   */
  record Order(
      CommonOptions common,
      CommonOptions.Workplace workplace,
      RunFolder folder,
      Path initial,
      int frames,
      @Nullable Integer port,
      Duration patience,
      boolean keepsCloud) {}

  /** Starts the cloud. */
  @FunctionalInterface
  interface CloudStart {
    Cloud start() throws IOException, InterruptedException;
  }

  /** What the cloud knows at the end. */
  private record Knowledge(List<JsonNode> versions, @Nullable JsonNode rounds) {}

  Run(Order order) {
    this.order = order;
    this.out = order.common().out();
    this.err = order.common().err();
  }

  /**
   * Runs.
   *
   * @param cloudStart starts or names the cloud
   * @return the summary
   * @throws IOException if the work failed; whatever could be recorded is in the folder
   */
  Map<String, Object> execute(CloudStart cloudStart) throws IOException, InterruptedException {
    Thread hook = new Thread(this::interrupt, "seamark-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return go(cloudStart);
    } finally {
      finished.countDown();
      if (!interrupted) {
        removeHook(hook);
      }
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("event=shutting_down");
    }
  }

  /** On Ctrl-C: the stream ends, what was recorded is written, and the outbox stays whole. */
  private void interrupt() {
    interrupted = true;
    EdgeRuntime runtime = running;
    if (runtime != null) {
      runtime.stop();
    }
    try {
      if (!finished.await(20, TimeUnit.SECONDS)) {
        LOG.warn("event=interrupted_before_report");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<String, Object> go(CloudStart cloudStart) throws IOException, InterruptedException {
    BaseModel basemodel = order.workplace().plugins().create(PluginKind.BASEMODEL);
    try (LiveModel start = new LiveModel(basemodel, INITIAL, order.initial())) {
      Recording recording = new Recording(start.classes().size(), order.folder());
      Ended ended;
      double mark = seconds();
      err.println("starting the cloud's services ...");
      err.flush();
      try (Endpoint endpoint = endpoint();
          Cloud cloud = cloudStart.start()) {
        LOG.info("event=cloud_ready endpoint={}", endpoint.open() != null);
        mark = phase("start", mark);
        ended = loop(cloud, recording, mark);
      }
      mark = seconds();
      Judging.Result result = judge(start, basemodel, recording, ended);
      phase("judge", mark);
      if (ended.local() && !order.keepsCloud()) {
        seal();
      }
      int unanswered = recording.unanswered();
      boolean cut = interrupted;
      boolean stays = order.folder().replaces() && (cut || unanswered > 0);
      Path place = stays ? order.folder().root() : order.folder().named();
      Map<String, Object> summary = summary(recording, ended, result, place);
      List<String> odd = ScoreNotes.of(recording.edgeCounts(), start.classes());
      odd.forEach(note -> err.println("note: " + note));
      List<String> notes = Stream.concat(sourceNotes.stream(), odd.stream()).toList();
      summary.put("notes", notes);
      new Reporting(order, recording, ended, result, start.classes(), notes, started, seconds())
          .write(summary);
      long missing = recording.missing();
      if (missing > 0) {
        throw new IOException(
            missing + " class maps that were written are gone from " + order.folder().answers());
      }
      if (!stays) {
        order.folder().complete();
      }
      tell(summary, result.judgement());
      String waiting =
          unanswered
              + " hard frames were not answered by the cloud; "
              + (ended.pending() < unanswered ? ended.pending() + " of them wait" : "they wait")
              + " in "
              + place.resolve(RunVerb.EDGE).resolve("outbox");
      if (stays && cut) {
        // The process is ending, so an exception might not be shown any more.
        err.println(order.folder().stays("the run was interrupted").getMessage());
        err.flush();
        return summary;
      }
      if (stays) {
        throw order.folder().stays(waiting);
      }
      if (unanswered > 0 && !cut) {
        throw new IOException(waiting);
      }
      return summary;
    }
  }

  /**
   * How the loop ended.
   *
   * @param startVersion what the first model was called in the recording
   * @param updated the model the edge ended with
   * @param totals counters
   * @param pending hard frames without an answer
   * @param streamed resources right after the stream
   * @param versions what the cloud says of each model, oldest first
   * @param rounds the cloud's training state, or null if unknown
   * @param untrained whether a frame, by id, was never trained on
   * @param local whether the cloud's buffer and models are in the run's folder
   */
  record Ended(
      String startVersion,
      LiveModel.Newest updated,
      EdgeMetrics.Totals totals,
      int pending,
      ProcessResources streamed,
      List<JsonNode> versions,
      @Nullable JsonNode rounds,
      Predicate<String> untrained,
      boolean local) {}

  private Ended loop(Cloud cloud, Recording recording, double began)
      throws IOException, InterruptedException {
    KnowledgeClient knowledge = new KnowledgeClient(cloud.knowledge(), 1L << 30);
    Training.Ended before = before(knowledge);
    double mark = began;
    try (EdgeRuntime runtime =
        new EdgeRuntime(
            RunVerb.parts(order.workplace(), order.initial(), order.folder(), cloud), recording)) {
      running = runtime;
      runtime.sync();
      String startVersion = runtime.model().version();
      runtime.start();
      stream(runtime, recording);
      ProcessResources streamed = ProcessResources.now();
      mark = phase("stream", mark);
      if (!interrupted && runtime.pending() > 0) {
        err.println("waiting for the cloud's last answers: " + runtime.pending());
        err.flush();
        awaitDrain(runtime);
      }
      mark = phase("drain", mark);
      if (!interrupted && runtime.pending() == 0) {
        boolean rested =
            new Training(knowledge, () -> interrupted, this::show).await(before, order.patience());
        if (!rested && !interrupted) {
          err.println("training has not come to rest within --wait");
        }
      }
      mark = phase("training", mark);
      if (!interrupted) {
        syncAtLast(runtime);
      }
      Knowledge known = knowledge(knowledge);
      if (!cloud.local()) {
        fetchModels(knowledge, known.versions(), order.folder());
      }
      phase("update", mark);
      return new Ended(
          startVersion,
          runtime.model().newest(),
          runtime.metrics().totals(),
          runtime.pending(),
          streamed,
          known.versions(),
          known.rounds(),
          cloud.local() ? untrained(known.versions()) : id -> false,
          cloud.local());
    } finally {
      running = null;
    }
  }

  private static Training.Ended before(KnowledgeClient knowledge) throws InterruptedException {
    try {
      return Training.Ended.of(knowledge.get("rounds"));
    } catch (IOException e) {
      LOG.warn("event=knowledge_away reason=\"{}\"", e.getMessage());
      return new Training.Ended(0, 0);
    }
  }

  /** The edge's port, if wanted. */
  private record Endpoint(@Nullable EdgeEndpoint open) implements AutoCloseable {
    @Override
    public void close() {
      if (open != null) {
        open.close();
      }
    }
  }

  private Endpoint endpoint() {
    Integer port = order.port();
    return new Endpoint(
        port == null
            ? null
            : new EdgeEndpoint(
                "127.0.0.1",
                port,
                () -> {
                  EdgeRuntime runtime = running;
                  return runtime != null && runtime.running();
                },
                () ->
                    PluginCatalogue.of(order.workplace().registry(), order.workplace().plugins())
                        .json()));
  }

  private void stream(EdgeRuntime runtime, Recording recording)
      throws IOException, InterruptedException {
    try (OpenedSource opened = SourceOptions.open(order.workplace().plugins());
        SampleSource frames = new Limited(opened, order.frames());
        Progress progress = new Progress("run", frames.size().orElse(-1), err)) {
      opened.begin(order.initial(), order.workplace().plugins(), err);
      sourceNotes = frames.notes();
      recording.show(() -> progress.step(live(runtime, recording)));
      if (!interrupted) {
        runtime.run(frames);
      }
      opened.end(err);
      withoutDepth = opened.withoutDepth();
      recording.show(null);
    }
  }

  private static String live(EdgeRuntime runtime, Recording recording) {
    Recording.Live now = recording.live();
    StringBuilder text = new StringBuilder();
    if (!Double.isNaN(now.edgeMeanIou())) {
      text.append(
          String.format(
              Locale.ROOT, "mIoU edge %.3f system %.3f, ", now.edgeMeanIou(), now.systemMeanIou()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "hard %.0f %%, model %s, queue %d",
            now.frames() == 0 ? 0 : 100.0 * now.hard() / now.frames(),
            runtime.model().version(),
            runtime.pending()));
    return text.toString();
  }

  private void awaitDrain(EdgeRuntime runtime) throws InterruptedException {
    long end = System.nanoTime() + order.patience().toNanos();
    while (!interrupted && System.nanoTime() < end) {
      if (runtime.drain(Duration.ofMillis(500))) {
        return;
      }
    }
  }

  private void show(String text) {
    err.println("cloud: " + text);
    err.flush();
  }

  private static void syncAtLast(EdgeRuntime runtime) throws InterruptedException {
    for (int i = 0; i < SYNC_TRIES; i++) {
      if (!(runtime.sync() instanceof ModelSync.Failed)) {
        return;
      }
      // A server that has just failed gets a moment before it is asked again.
      Thread.sleep(500);
    }
  }

  private static Knowledge knowledge(KnowledgeClient client) throws InterruptedException {
    List<JsonNode> versions = new ArrayList<>();
    JsonNode rounds = null;
    try {
      client.get("models").forEach(versions::add);
      rounds = client.get("rounds");
    } catch (IOException e) {
      LOG.warn("event=knowledge_away reason=\"{}\"", e.getMessage());
    }
    return new Knowledge(versions, rounds);
  }

  /**
   * A cloud elsewhere keeps its models there: copies every version that it still has, and says who
   * serves.
   */
  static void fetchModels(KnowledgeClient client, List<JsonNode> versions, RunFolder folder)
      throws InterruptedException {
    for (JsonNode node : versions) {
      try {
        io.seamark.edge.sync.ModelAnnouncement version = version(node);
        folder.version(
            version.version(), (node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        // Of a rejected version the cloud may have the description alone.
        Path part = folder.models().resolve(version.version() + ".part");
        try {
          client.fetch(version, part);
          folder.weights(version.version(), part);
        } finally {
          Files.deleteIfExists(part);
        }
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn(
            "event=model_not_copied version={} reason=\"{}\"",
            node.path("version").asText(),
            e.getMessage());
      }
    }
    try {
      Optional<io.seamark.edge.sync.ModelAnnouncement> champion = client.champion(null);
      if (champion.isPresent()) {
        client.fetch(champion.get(), folder.champion());
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("event=model_not_copied version=champion reason=\"{}\"", e.getMessage());
    }
  }

  private static io.seamark.edge.sync.ModelAnnouncement version(JsonNode node) {
    return new io.seamark.edge.sync.ModelAnnouncement(
        node.path("version").asText(),
        node.path("sha256").asText(),
        node.path("bytes").asLong(),
        null,
        null);
  }

  /** What no version was trained on, from the models' provenance and the buffer's ids. */
  private Predicate<String> untrained(List<JsonNode> versions) {
    Set<String> trained = new HashSet<>();
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(order.folder().buffer());
        Stream<ReplayBuffer.Entry> entries = buffer.entries()) {
      entries.forEach(
          entry -> {
            for (JsonNode version : versions) {
              for (JsonNode range : version.path("provenance").path("buffer").path("trained")) {
                if (entry.sequence() >= range.path("first").asLong()
                    && entry.sequence() <= range.path("last").asLong()) {
                  trained.add(entry.id());
                }
              }
            }
          });
    } catch (IOException e) {
      LOG.warn("event=buffer_unknown reason=\"{}\"", e.getMessage());
      return id -> false;
    }
    return id -> !trained.contains(id);
  }

  private Judging.Result judge(
      LiveModel start, BaseModel basemodel, Recording recording, Ended ended) throws IOException {
    if (interrupted || recording.frames().isEmpty()) {
      return new Judging.Result(null, List.of());
    }
    err.println("judging ...");
    err.flush();
    boolean same = ended.updated().version().equals(ended.startVersion());
    try (SampleSource again =
            new Limited(SourceOptions.open(order.workplace().plugins()), Integer.MAX_VALUE);
        Masks masks = masks();
        LiveModel updated =
            new LiveModel(
                basemodel,
                ended.updated().version(),
                same ? order.initial() : ended.updated().file())) {
      return new Judging(
              recording,
              order.folder().answers(),
              new Judging.Model(ended.startVersion(), start),
              new Judging.Model(ended.updated().version(), same ? start : updated))
          .judge(again, ended.untrained(), masks.generator(), () -> interrupted);
    }
  }

  /** The cloud's mask generator, for the pictures: its masks do not travel with its answers. */
  private record Masks(@Nullable MaskGenerator generator) implements AutoCloseable {
    @Override
    public void close() {
      if (generator != null) {
        generator.close();
      }
    }
  }

  private Masks masks() {
    try {
      return new Masks(order.workplace().plugins().create(PluginKind.MASK_GENERATOR));
    } catch (RuntimeException e) {
      LOG.warn("event=no_masks reason=\"{}\"", Seamark.message(e));
      return new Masks(null);
    }
  }

  private Map<String, Object> summary(
      Recording recording, Ended ended, Judging.Result result, Path place) {
    EdgeMetrics.Totals totals = ended.totals();
    Recording.Live live = recording.live();
    ProcessResources now = ProcessResources.now();
    List<FrameEntry> frames = recording.frames();
    Map<String, Object> s = new LinkedHashMap<>();
    s.put("frames", totals.frames());
    s.put("skipped", totals.skipped());
    s.put("without_depth", withoutDepth);
    s.put("hard", totals.hard());
    s.put(
        "hard_share", totals.frames() == 0 ? Double.NaN : (double) totals.hard() / totals.frames());
    s.put("cloud_answers", totals.answers());
    s.put("refused", totals.refused());
    s.put("undelivered", recording.unanswered());
    s.put("not_stored", totals.notStored());
    s.put("bytes_up", totals.bytesUp());
    s.put("bytes_down", totals.bytesDown());
    s.put("edge_ms", median(frames.stream().map(f -> 1e3 * f.totalSeconds).toList()));
    s.put("infer_ms", median(frames.stream().map(f -> 1e3 * f.inferSeconds).toList()));
    s.put(
        "cloud_ms",
        median(frames.stream().filter(f -> f.answered).map(f -> 1e3 * f.cloudSeconds).toList()));
    s.put("stream_edge_miou", live.edgeMeanIou());
    s.put("stream_system_miou", live.systemMeanIou());
    Judgement judgement = result.judgement();
    if (judgement != null) {
      s.put("drifted", judgement.drifted());
      s.put("edge_start_miou", judgement.sent().start());
      s.put("fused_miou", judgement.sent().cloud());
      s.put("edge_updated_miou", judgement.sent().updated());
      s.put("sent", judgement.sent().figures("fused"));
      s.put("untrained", judgement.untrained().figures("fused"));
      s.put("all", judgement.all().figures("system"));
    }
    JsonNode rounds = ended.rounds();
    s.put("rounds", rounds == null ? 0 : rounds.path("completed").asInt());
    s.put("start_version", ended.startVersion());
    s.put("model_version", ended.updated().version());
    s.put("model_updates", totals.modelUpdates());
    List<Map<String, Object>> versions = new ArrayList<>();
    for (JsonNode node : ended.versions()) {
      Map<String, Object> version = new LinkedHashMap<>();
      version.put("version", node.path("version").asText());
      version.put("parent", node.path("parent").isNull() ? "" : node.path("parent").asText());
      version.put("verdict", node.path("verdict").asText());
      version.put("reason", node.path("reason").asText());
      versions.add(version);
    }
    s.put("versions", versions);
    s.put("edge_resident_mb", ended.streamed().residentBytes() / 1e6);
    s.put("edge_peak_resident_mb", ended.streamed().peakResidentBytes() / 1e6);
    s.put("edge_cpu_seconds", ended.streamed().cpuSeconds());
    s.put("peak_resident_mb", now.peakResidentBytes() / 1e6);
    s.put("seed", order.workplace().seed());
    s.put("threads", order.workplace().threads());
    s.put("phase_seconds", phases);
    s.put("seconds", seconds());
    s.put("interrupted", interrupted);
    s.put("out", place.toString());
    s.put("report", place.resolve("report.html").toString());
    return s;
  }

  private static double number(Map<String, Object> figures, String name) {
    return figures.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  /** The last samples become a segment that other programs can read, too. */
  private void seal() {
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(order.folder().buffer(), BufferOptions.unbounded())) {
      buffer.seal();
    } catch (IOException e) {
      LOG.warn("event=buffer_not_sealed reason=\"{}\"", e.getMessage());
    }
  }

  private void tell(Map<String, Object> s, @Nullable Judgement judgement) {
    out.printf(
        Locale.ROOT,
        "%.0f frames answered, %.0f hard, %.0f answered by the cloud, %.0f skipped; %.1f s%n",
        number(s, "frames"),
        number(s, "hard"),
        number(s, "cloud_answers"),
        number(s, "skipped"),
        number(s, "seconds"));
    out.printf(
        Locale.ROOT,
        "edge %.1f ms a frame, cloud %.0f ms; %.1f MB up, %.1f MB down; edge resident %.0f MB%n",
        number(s, "edge_ms"),
        number(s, "cloud_ms"),
        number(s, "bytes_up") / 1e6,
        number(s, "bytes_down") / 1e6,
        number(s, "edge_peak_resident_mb"));
    if (s.get("versions") instanceof List<?> versions) {
      for (Object version : versions) {
        Map<?, ?> v = (Map<?, ?>) version;
        out.println("model " + v.get("version") + " " + v.get("verdict") + ": " + v.get("reason"));
      }
    }
    if (judgement != null) {
      String drifted = judgement.drifted() ? "drifted frames" : "frames";
      Table table =
          new Table("mean IoU", "frames", "edge at the start", "cloud", "edge after the update");
      row(table, drifted + " answered by the cloud", judgement.sent());
      row(table, "  of them never trained on", judgement.untrained());
      row(table, "all " + drifted + " (edge and cloud)", judgement.all());
      out.println(table);
    }
    out.println("report: " + s.get("report"));
    out.flush();
  }

  private static void row(Table table, String name, Judgement.Row row) {
    table.row(
        name,
        Integer.toString(row.frames()),
        Table.figure(row.start(), 4),
        Table.figure(row.cloud(), 4),
        Table.figure(row.updated(), 4));
  }

  private static double median(List<Double> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }

  private double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private double phase(String name, double mark) {
    double now = seconds();
    phases.put(name, now - mark);
    return now;
  }

  /** A source that ends early. */
  private static final class Limited implements SampleSource {
    private final SampleSource source;
    private int left;

    Limited(SampleSource source, int most) {
      this.source = source;
      this.left = most;
    }

    @Override
    public Optional<SourceItem> next() throws IOException {
      return left-- > 0 ? source.next() : Optional.empty();
    }

    @Override
    public OptionalInt size() {
      OptionalInt size = source.size();
      return size.isPresent() ? OptionalInt.of(Math.min(size.getAsInt(), left)) : size;
    }

    @Override
    public List<String> notes() {
      return source.notes();
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
