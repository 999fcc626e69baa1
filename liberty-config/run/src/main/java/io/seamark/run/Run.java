package io.seamark.run;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.OpenedSource;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.edge.EdgeEndpoint;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.edge.sync.LiveModel;
import io.seamark.edge.sync.ModelSync;
import io.seamark.perception.ScoreNotes;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.PluginCatalogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  /** Of the models that are copied from a cloud elsewhere, in bytes. */
  private static final long LARGEST_MODEL = 1L << 30;

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
  RunSummary execute(CloudStart cloudStart) throws IOException, InterruptedException {
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

  private RunSummary go(CloudStart cloudStart) throws IOException, InterruptedException {
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
      List<String> odd = ScoreNotes.of(recording.edgeCounts(), start.classes());
      odd.forEach(note -> err.println("note: " + note));
      List<String> notes = Stream.concat(sourceNotes.stream(), odd.stream()).toList();
      RunSummary summary = summary(recording, ended, result.judgement(), place, cut, notes);
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
      SummaryText.print(summary, result.judgement(), out);
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
   * @param comparisons of new models with the one in service
   * @param pending hard frames without an answer
   * @param streamed resources right after the stream
   * @param known what the cloud knew then
   * @param untrained whether a frame, by id, was never trained on
   * @param local whether the cloud's buffer and models are in the run's folder
   */
  record Ended(
      String startVersion,
      LiveModel.Newest updated,
      EdgeMetrics.Totals totals,
      List<ShadowComparison> comparisons,
      int pending,
      ProcessResources streamed,
      CloudKnowledge.Known known,
      Predicate<String> untrained,
      boolean local) {}

  private Ended loop(Cloud cloud, Recording recording, double began)
      throws IOException, InterruptedException {
    CloudKnowledge knowledge =
        new CloudKnowledge(new KnowledgeClient(cloud.knowledge(), LARGEST_MODEL));
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
      CloudKnowledge.Known known = knowledge.known();
      if (!cloud.local()) {
        // A cloud elsewhere keeps its models there.
        knowledge.copy(known.versions(), order.folder());
      }
      phase("update", mark);
      return new Ended(
          startVersion,
          runtime.model().newest(),
          runtime.metrics().totals(),
          runtime.comparisons(),
          runtime.pending(),
          streamed,
          known,
          cloud.local()
              ? TrainedFrames.untrained(order.folder().buffer(), known.versions())
              : id -> false,
          cloud.local());
    } finally {
      running = null;
    }
  }

  private static Training.Ended before(CloudKnowledge knowledge) throws InterruptedException {
    try {
      return Training.Ended.of(knowledge.learning());
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
                () -> {
                  EdgeRuntime runtime = running;
                  return runtime == null ? "" : runtime.trouble();
                },
                () ->
                    PluginCatalogue.of(order.workplace().registry(), order.workplace().plugins())
                        .json()));
  }

  private void stream(EdgeRuntime runtime, Recording recording)
      throws IOException, InterruptedException {
    try (OpenedSource opened = SourceOptions.open(order.workplace().plugins());
        SampleSource frames = new LimitedSource(opened, order.frames());
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

  private Judging.Result judge(
      LiveModel start, BaseModel basemodel, Recording recording, Ended ended) throws IOException {
    if (interrupted || recording.frames().isEmpty()) {
      return new Judging.Result(null, List.of());
    }
    err.println("judging ...");
    err.flush();
    boolean same = ended.updated().version().equals(ended.startVersion());
    try (SampleSource again = SourceOptions.open(order.workplace().plugins());
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

  private RunSummary summary(
      Recording recording,
      Ended ended,
      @Nullable Judgement judgement,
      Path place,
      boolean cut,
      List<String> notes) {
    return new RunSummary(
        RunSummary.Stream.of(ended.totals(), withoutDepth, recording),
        judgement == null ? null : RunSummary.Judged.of(judgement),
        RunSummary.Models.of(ended),
        RunSummary.Usage.of(ended.streamed(), ProcessResources.now()),
        order.workplace().seed(),
        order.workplace().threads(),
        phases,
        seconds(),
        cut,
        place.toString(),
        place.resolve("report.html").toString(),
        notes);
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

  private double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private double phase(String name, double mark) {
    double now = seconds();
    phases.put(name, now - mark);
    return now;
  }
}
