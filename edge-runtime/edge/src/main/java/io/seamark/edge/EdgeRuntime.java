package io.seamark.edge;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.Outbox;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.edge.sync.LiveModel;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.edge.sync.ModelFolder;
import io.seamark.edge.sync.ModelSource;
import io.seamark.edge.sync.ModelSync;
import io.seamark.edge.sync.ShadowOptions;
import io.seamark.edge.upload.CloudLink;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's runtime, put together: loop, model in service, outbox with delivery, model updates.
 * Everything that must survive a restart is in one folder: {@code outbox/} and {@code models/}.
 */
public final class EdgeRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeRuntime.class);

  private final ModelFolder models;
  private final LiveModel model;
  private final EdgeMetrics metrics;
  private final EdgeLoop loop;
  private final @Nullable Outbox outbox;
  private final @Nullable CloudLink link;
  private final @Nullable ModelSync sync;
  private volatile boolean running;

  /**
   * What a runtime is made of.
   *
   * @param options how the loop behaves
   * @param basemodel opens models
   * @param tasks what is asked before and after the model
   * @param initial the model to start with, unless a later one was fetched
   * @param initialVersion its name until the cloud names it
   * @param miner decides which frames are hard
   * @param folder what must survive a restart
   * @param keepModels whether every fetched model stays, rather than the last two
   * @param cloud unknown-task-processing's address, or null for none: hard frames are then answered
   *     by the edge alone and not kept
   * @param knowledge knowledge-management's address, or null for none
   * @param syncInterval between two questions for a new model
   * @param shadow how new models are compared with the one in service before they are taken
   * @param modelLimit largest model that is fetched, in bytes
   * @param delivery how patiently hard frames are delivered
   * @param outbox sizes of the outbox
   */
  public record Parts(
      EdgeOptions options,
      BaseModel basemodel,
      SeenTaskInference.Parts tasks,
      Path initial,
      String initialVersion,
      HardExampleMining miner,
      Path folder,
      boolean keepModels,
      @Nullable URI cloud,
      @Nullable URI knowledge,
      Duration syncInterval,
      ShadowOptions shadow,
      long modelLimit,
      CloudLink.Options delivery,
      BufferOptions outbox) {}

  /**
   * Opens model and outbox; nothing runs yet.
   *
   * @param parts what it is made of
   * @param sink takes the answers
   * @throws IOException if model or folder cannot be opened
   */
  public EdgeRuntime(Parts parts, AnswerSink sink) throws IOException {
    this(parts, sink, knowledge(parts));
  }

  /**
   * The same with models from elsewhere.
   *
   * @param parts what it is made of; its knowledge is not asked
   * @param sink takes the answers
   * @param source where models come from; null for nowhere
   * @throws IOException if model or folder cannot be opened
   */
  public EdgeRuntime(Parts parts, AnswerSink sink, @Nullable ModelSource source)
      throws IOException {
    metrics = new EdgeMetrics();
    models = new ModelFolder(parts.folder().resolve("models"), parts.keepModels());
    model = start(parts, models, source != null);
    metrics.watchModel(model.version(), model::version);
    SeenTaskInference inference =
        new SeenTaskInference(parts.tasks(), List.of(model), parts.options().edge());
    loop = new EdgeLoop(parts.options(), inference, parts.miner(), metrics, sink);
    URI cloud = parts.cloud();
    if (cloud == null) {
      outbox = null;
      link = null;
    } else {
      Path box = Files.createDirectories(parts.folder().resolve("outbox"));
      outbox = Outbox.open(box, parts.outbox());
      link = new CloudLink(cloud, outbox, loop, metrics, parts.delivery());
      loop.connect(outbox, link);
    }
    sync =
        source == null
            ? null
            : new ModelSync(source, model, models, parts.syncInterval(), parts.shadow(), metrics);
  }

  private static @Nullable ModelSource knowledge(Parts parts) {
    URI knowledge = parts.knowledge();
    return knowledge == null
        ? null
        : new KnowledgeClient(knowledge, parts.modelLimit(), parts.options().edge());
  }

  /** What was fetched last, or the initial model where that does not run here. */
  private static LiveModel start(Parts parts, ModelFolder models, boolean updated)
      throws IOException {
    Optional<ModelAnnouncement> fetched = updated ? models.start() : Optional.empty();
    if (fetched.isPresent()) {
      String version = fetched.get().version();
      try {
        return new LiveModel(parts.basemodel(), version, models.file(version));
      } catch (IOException e) {
        LOG.warn(
            "event=model_ignored version={} file={} reason=\"{}\"",
            version,
            models.file(version),
            e.getMessage());
      }
    }
    return new LiveModel(parts.basemodel(), parts.initialVersion(), parts.initial());
  }

  /** Starts delivery and model updates. */
  public void start() {
    if (link != null) {
      link.start();
    }
    if (sync != null) {
      sync.start();
    }
  }

  /**
   * Runs a source to its end or until {@link #stop}.
   *
   * @param source stays open
   * @throws IOException if the source as a whole failed
   * @throws InterruptedException if the thread was interrupted
   */
  public void run(SampleSource source) throws IOException, InterruptedException {
    running = true;
    try {
      loop.run(source);
    } finally {
      running = false;
    }
  }

  /**
   * Whether frames are being answered.
   *
   * @return true within {@link #run}
   */
  public boolean running() {
    return running;
  }

  /** Ends {@link #run} after the frame at hand. */
  public void stop() {
    loop.stop();
  }

  /**
   * Waits until the cloud has answered every hard frame.
   *
   * @param atMost when to give up
   * @return whether it has; true without a cloud
   * @throws InterruptedException if the thread was interrupted
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    return link == null || link.drain(atMost);
  }

  /**
   * Hard frames that wait for the cloud.
   *
   * @return 0 without a cloud
   */
  public int pending() {
    return outbox == null ? 0 : outbox.pending();
  }

  /**
   * What keeps this device from delivering hard frames, whatever the cloud does.
   *
   * @return one line for people; empty if nothing does, or without a cloud
   */
  public String trouble() {
    return link == null ? "" : link.trouble();
  }

  /**
   * Asks for a new model now.
   *
   * @return what came of it; unchanged without knowledge-management
   * @throws InterruptedException if the thread was interrupted
   */
  public ModelSync.Outcome sync() throws InterruptedException {
    return sync == null ? new ModelSync.Unchanged() : sync.poll();
  }

  /**
   * What came of new models that ran beside the one in service.
   *
   * @return the newest 100, oldest first
   */
  public List<ShadowComparison> comparisons() {
    return sync == null ? List.of() : sync.comparisons();
  }

  /**
   * The model in service.
   *
   * @return stays open until this is closed
   */
  public LiveModel model() {
    return model;
  }

  /**
   * The figures.
   *
   * @return of this runtime
   */
  public EdgeMetrics metrics() {
    return metrics;
  }

  /** Stops everything; what waits in the outbox stays there for the next start. */
  @Override
  public void close() throws IOException {
    if (sync != null) {
      sync.close();
    }
    if (link != null) {
      link.close();
    }
    model.close();
    if (outbox != null) {
      outbox.close();
    }
    models.close();
  }
}
