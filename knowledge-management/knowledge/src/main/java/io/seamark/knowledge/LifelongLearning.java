package io.seamark.knowledge;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.seamark.buffer.BufferMerge;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.Retention;
import io.seamark.buffer.RetentionSchedule;
import io.seamark.knowledge.LearningState.LastRequest;
import io.seamark.knowledge.LearningState.LastRound;
import io.seamark.knowledge.LearningState.Phase;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Verdict;
import io.seamark.knowledge.training.Pace;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundPlace;
import io.seamark.knowledge.training.RoundResult;
import io.seamark.knowledge.training.TrainingRound;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.ProbedModel;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the replay buffer and runs a {@link TrainingRound} in a thread of its own whenever enough
 * new samples have come. One round runs at a time, and after one has ended some time passes before
 * the next. What was trained on is recorded with each version, also with one that was rejected, so
 * a restart goes on where the last process ended. Thread-safe.
 */
public final class LifelongLearning implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifelongLearning.class);

  /** How often the buffer is looked at while nothing else happens. */
  private static final long LOOK_MILLIS = 500;

  /** Samples that are taken from each replica at a look, which holds the lock. */
  private static final int MERGED = 32;

  /** The reason of a round that somebody cancelled. */
  private static final String CANCELLED = "cancelled by a request";

  /** How the reason of a round that failed begins. */
  private static final String FAILED = "failed: ";

  /** Size of procedural frames: that of the procedural source. */
  private static final int PROCEDURAL_WIDTH = 240;

  private static final int PROCEDURAL_HEIGHT = 160;

  private final LearningSettings settings;
  private final Clock clock;
  private final ModelRegistry registry;
  private final TrainingRound round;
  private final RoundPlace place;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread = new Thread(this::loop, "seamark-learning");

  private @Nullable ReplayBuffer buffer;

  /** The buffer again, where this fills it from replicas; and what does so. */
  private @Nullable ReplayBufferWriter merged;

  private @Nullable BufferMerge merge;
  private @Nullable RetentionSchedule retention;
  private boolean requested;
  private boolean stopping;
  private boolean running;

  /** Whether somebody has cancelled the running round. */
  private boolean cancelled;

  private Phase phase = Phase.IDLE;
  private long first;
  private long next;
  private int size;
  private long seen;
  private int failed;
  private int idle;
  private double progress;
  private @Nullable Double loss;
  private Pace pace = new Pace();

  /** Of the last round, if it made no version; otherwise the registry tells. */
  private @Nullable LastRound last;

  private @Nullable LastRequest lastRequest;
  private Runnable counted = () -> {};

  /** Of buffers that were closed since the start. */
  private long droppedBefore;

  private long dropped;

  private double drift = Double.NaN;

  private String bufferTrouble = "";

  /** Answers to {@link #request}. */
  public enum Request {
    /** A round begins. */
    @JsonProperty("started")
    STARTED,
    /** One is running already. */
    @JsonProperty("running")
    RUNNING,
    /** The buffer holds no samples. */
    @JsonProperty("no_samples")
    NO_SAMPLES,
    /** A version was trained or judged on all that the buffer holds. */
    @JsonProperty("no_new_samples")
    NO_NEW_SAMPLES,
    /** The last round has only just ended. */
    @JsonProperty("too_soon")
    TOO_SOON
  }

  /**
   * What came of a request for a round.
   *
   * @param outcome what came of it
   * @param reason one line
   * @param retryAfter how long until a request can succeed, for {@link Request#TOO_SOON}; else zero
   */
  public record Requested(Request outcome, String reason, Duration retryAfter) {}

  private LifelongLearning(
      LearningSettings settings,
      Clock clock,
      ModelRegistry registry,
      TrainingRound round,
      RoundPlace place) {
    this.settings = settings;
    this.clock = clock;
    this.registry = registry;
    this.round = round;
    this.place = place;
    this.thread.setDaemon(true);
  }

  /**
   * Opens the registry, takes in the initial model if it is new, and checks everything that is
   * configured. Nothing runs before {@link #start}.
   *
   * @param settings what to learn from
   * @param plugins of the kinds {@link TrainingRound#KINDS}
   * @param clock for times in the registry
   * @return ready to start
   * @throws IOException if the registry, the initial model or the retained frames cannot be read,
   *     or the model gives no finite scores of a probe frame
   * @throws IllegalArgumentException if a plugin is missing or the registry began with another
   *     model
   */
  public static LifelongLearning open(
      LearningSettings settings, ConfiguredPlugins plugins, Clock clock) throws IOException {
    return open(settings, plugins, clock, null);
  }

  /**
   * The same with rounds that run elsewhere.
   *
   * @param settings what to learn from
   * @param plugins of the kinds {@link TrainingRound#KINDS}
   * @param clock for times in the registry
   * @param elsewhere where they run, closed with this; null for this process
   * @return ready to start
   * @throws IOException as above
   */
  public static LifelongLearning open(
      LearningSettings settings,
      ConfiguredPlugins plugins,
      Clock clock,
      @Nullable RoundPlace elsewhere)
      throws IOException {
    for (PluginKind<?> kind : TrainingRound.KINDS) {
      plugins.effective(kind);
    }
    TrainingRound round = new TrainingRound(settings.round(), plugins, retained(settings));
    ModelRegistry registry =
        ModelRegistry.open(
            plugins.create(PluginKind.KNOWLEDGE_MANAGEMENT),
            settings.models(),
            settings.knowledge().rejected(),
            clock);
    try {
      ProbedModel inference = ProbedModel.of(plugins.create(PluginKind.BASEMODEL));
      begin(registry, settings, inference);
      serves(registry, inference);
      // Found out now rather than when the samples have come.
      LOG.info("trains and judges at {}", round.size(champion(registry, plugins)));
      LifelongLearning learning =
          new LifelongLearning(
              settings, clock, registry, round, elsewhere == null ? round : elsewhere);
      // A round that the last process did not end waits for nothing.
      learning.requested = learning.place.unfinished(registry);
      return learning;
    } catch (IOException | RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /**
   * Runs one round on a buffer, without a service: for the command line.
   *
   * @param settings what to learn from
   * @param plugins as with {@link #open}
   * @param control watches and stops it
   * @return how it ended
   * @throws IOException if there is no buffer, or as {@link #open}
   */
  public static RoundResult train(
      LearningSettings settings, ConfiguredPlugins plugins, RoundControl control)
      throws IOException {
    if (!Files.isDirectory(settings.buffer())) {
      throw new IOException("replay buffer " + settings.buffer() + " is not a folder");
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(settings.buffer());
        LifelongLearning learning = open(settings, plugins, Clock.systemUTC())) {
      return learning.place.run(learning.registry, buffer, control);
    }
  }

  /**
   * The retained frames that are configured.
   *
   * @param settings may name them; else procedural ones for the embedded model, none for another
   * @return frames with true classes
   * @throws IOException if they cannot be read
   */
  public static LabelledFrames retained(LearningSettings settings) throws IOException {
    String retain = settings.knowledge().retain();
    if (retain.isEmpty()) {
      retain =
          settings.edgeModel() == null ? LearningSettings.PROCEDURAL : LearningSettings.NO_FRAMES;
    }
    LabelledFrames frames =
        switch (retain) {
          case LearningSettings.NO_FRAMES -> LabelledFrames.NONE;
          case LearningSettings.PROCEDURAL ->
              new ProceduralDay(
                  settings.round().seed(),
                  settings.knowledge().retainFrames(),
                  PROCEDURAL_WIDTH,
                  PROCEDURAL_HEIGHT);
          default -> RetainedFolder.open(retain, settings.retainLabels());
        };
    LOG.info("retained frames: {} ({})", frames.size(), frames.source());
    return frames;
  }

  /** The model that serves must run, whoever put it there. */
  private static void serves(ModelRegistry registry, ProbedModel inference) throws IOException {
    Optional<ModelVersion> champion = registry.champion();
    if (champion.isPresent()) {
      Optional<ModelRegistry.StoredWeights> weights = registry.weights(champion.get().version());
      if (weights.isPresent()) {
        inference.probe(weights.get().file());
      }
    }
  }

  private static void begin(
      ModelRegistry registry, LearningSettings settings, ProbedModel inference) throws IOException {
    Path brought = settings.edgeModel();
    List<ModelVersion> versions = registry.versions();
    if (versions.isEmpty()) {
      if (brought != null) {
        beginWith(registry, brought, inference);
      } else {
        beginWithEmbedded(registry, inference);
      }
    } else if (brought != null
        && Files.isRegularFile(brought)
        && !ModelRegistry.sha256(brought).equals(versions.get(0).sha256())) {
      throw new IllegalArgumentException(
          "seamark.edge.model is "
              + brought
              + ", but the versions in "
              + registry.folder()
              + " descend from another model; give another seamark.data or take that one");
    }
  }

  private static TrainableModel champion(ModelRegistry registry, ConfiguredPlugins plugins)
      throws IOException {
    String version = registry.champion().orElseThrow().version();
    return plugins
        .create(PluginKind.BASEMODEL_TRAINING)
        .load(registry.weights(version).orElseThrow().file());
  }

  private static void beginWith(ModelRegistry registry, Path model, ProbedModel inference)
      throws IOException {
    inference.describe(model);
    inference.probe(model);
    LOG.info("model registry begins with {}", registry.begin(model).sha256());
  }

  private static void beginWithEmbedded(ModelRegistry registry, ProbedModel inference)
      throws IOException {
    Path unpacked = Files.createTempDirectory(registry.folder(), ".embedded");
    try {
      beginWith(registry, StreetModels.edgeModel(unpacked), inference);
    } finally {
      delete(unpacked);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Starts watching. May be called once. */
  public void start() {
    thread.start();
  }

  /**
   * The versions.
   *
   * @return open until {@link #close}
   */
  public ModelRegistry registry() {
    return registry;
  }

  /**
   * Whether the thread that watches the buffer is alive.
   *
   * @return false before {@link #start} and after {@link #close}
   */
  public boolean alive() {
    return thread.isAlive();
  }

  /**
   * Lets somebody know when a count has risen: a round has ended, in whatever way, or samples were
   * dropped.
   *
   * @param listener called from the thread that counted, with the lock held or not; must return
   *     soon
   */
  public void whenCounted(Runnable listener) {
    lock.lock();
    try {
      counted = listener;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Samples that were dropped since the start to keep the buffer within its bounds, where this
   * gathers it from replicas; another writer counts its own.
   *
   * @return at least 0
   */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How far the newest samples look from the retained frames, see {@link TrainingRound#drift}.
   *
   * @return at least 0, or not a number where that is not known
   */
  public double drift() {
    lock.lock();
    try {
      return drift;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks for a round now, whether or not enough samples have come.
   *
   * @param force whether it may train on the same samples again
   * @return what comes of it
   */
  public Requested request(boolean force) {
    lock.lock();
    try {
      Requested answer = decide(force);
      if (answer.outcome() == Request.STARTED) {
        requested = true;
        changed.signalAll();
      }
      lastRequest = new LastRequest(answer.outcome(), answer.reason(), now());
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private Requested decide(boolean force) {
    if (running || requested) {
      return new Requested(
          Request.RUNNING, "a round is running; GET /rounds shows its progress", Duration.ZERO);
    }
    look();
    if (size == 0) {
      return new Requested(Request.NO_SAMPLES, "the replay buffer holds no samples", Duration.ZERO);
    }
    if (!force && fresh() == 0) {
      return new Requested(
          Request.NO_NEW_SAMPLES,
          "no sample has come since the last version was trained and judged on "
              + size
              + "; force=true trains on the same ones again",
          Duration.ZERO);
    }
    Duration wait = pause();
    if (!wait.isZero()) {
      return new Requested(
          Request.TOO_SOON,
          "the last round has only just ended: seamark.training.min-interval is "
              + settings.minInterval().toSeconds()
              + " seconds, of which "
              + wait.plusMillis(999).toSeconds()
              + " are left",
          wait);
    }
    return new Requested(Request.STARTED, "a round begins", Duration.ZERO);
  }

  /**
   * Cancels the running round, or the one that is about to begin: it ends after the step or frame
   * it is in, and what was trained is thrown away. Its samples start no other round by themselves.
   *
   * @return whether there was one
   */
  public boolean cancel() {
    lock.lock();
    try {
      if (!running && !requested) {
        return false;
      }
      cancelled = true;
      if (running) {
        phase = Phase.CANCELLING;
      }
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Samples that no recorded round could see. */
  private long fresh() {
    return Math.max(0, next - Math.max(first, trainedUpTo()));
  }

  /** How long the next round has to wait for the last one's sake; zero if it need not. */
  private Duration pause() {
    Instant ended = lastEnd();
    if (ended == null) {
      return Duration.ZERO;
    }
    Duration passed = Duration.between(ended, clock.instant());
    Duration left = settings.minInterval().minus(passed);
    // A clock that was set back must not hold rounds up.
    return passed.isNegative() || left.isNegative() ? Duration.ZERO : left;
  }

  private @Nullable Instant lastEnd() {
    LastRound end = last == null ? lastRecorded() : last;
    try {
      return end == null ? null : Instant.parse(end.ended());
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /**
   * What is going on.
   *
   * @return a snapshot
   */
  public LearningState state() {
    int accepted = 0;
    int rejected = 0;
    for (ModelVersion version : registry.versions()) {
      accepted += version.verdict() == Verdict.ACCEPTED ? 1 : 0;
      rejected += version.verdict() == Verdict.REJECTED ? 1 : 0;
    }
    lock.lock();
    try {
      boolean training = phase == Phase.TRAINING;
      return new LearningState(
          phase,
          accepted + rejected,
          accepted,
          rejected,
          failed,
          idle,
          size,
          Math.max(0, trainedUpTo() - first),
          fresh(),
          progress,
          loss,
          training && pace.stepsPerSecond() > 0 ? pace.stepsPerSecond() : null,
          training && pace.stepsPerSecond() > 0 ? pace.secondsLeft() : null,
          last == null ? lastRecorded() : last,
          lastRequest);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops. A round that runs ends after the step it is in and changes nothing. Closing twice does
   * nothing.
   *
   * @throws IOException if files cannot be closed
   */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // The thread ends by itself; leaving it behind would leave native memory behind.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    place.close();
    registry.close();
    closeBuffer();
  }

  private void loop() {
    while (true) {
      ReplayBuffer samples = awaitRound();
      if (samples == null) {
        return;
      }
      LastRound fruitless = runRound(samples);
      Runnable listener;
      lock.lock();
      try {
        listener = counted;
        running = false;
        cancelled = false;
        progress = 0;
        loss = null;
        pace = new Pace();
        phase = Phase.IDLE;
        if (fruitless != null && !fruitless.reason().equals(CANCELLED)) {
          failed += fruitless.reason().startsWith(FAILED) ? 1 : 0;
          idle += fruitless.reason().startsWith(FAILED) ? 0 : 1;
        }
        last = fruitless;
      } finally {
        lock.unlock();
      }
      listener.run();
    }
  }

  /** Waits until a round should begin; null when it is time to stop. */
  private @Nullable ReplayBuffer awaitRound() {
    lock.lock();
    try {
      while (!stopping) {
        look();
        // What a round that made no version has seen starts no other by itself.
        long fresh = Math.min(fresh(), Math.max(0, next - seen));
        ReplayBuffer samples = buffer;
        boolean due = fresh >= settings.knowledge().triggerSamples() && pause().isZero();
        if (samples != null && size > 0 && (requested || due)) {
          requested = false;
          running = true;
          seen = next;
          phase = Phase.TRAINING;
          last = null;
          return samples;
        }
        phase = fresh > 0 ? Phase.WAITING : Phase.IDLE;
        changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      return null;
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs a round; what it says where it made no version, null where that says all or it stopped.
   */
  private @Nullable LastRound runRound(ReplayBuffer samples) {
    LOG.info("round begins: samples={}", size);
    try {
      RoundResult result = place.run(registry, samples, new Progress());
      if (result instanceof RoundResult.Idle nothing) {
        LOG.info("round ends: nothing to do, reason=\"{}\"", nothing.reason());
        return new LastRound(null, null, nothing.reason(), null, null, 0, Map.of(), now());
      }
      if (result instanceof RoundResult.Cancelled stopped && cancelled()) {
        place.giveUp(registry);
        LOG.info("round ends: {}, steps={}", CANCELLED, stopped.kept());
        return new LastRound(null, null, CANCELLED, null, null, 0, Map.of(), now());
      }
      if (result instanceof RoundResult.Judged judged) {
        LastRound end = ended(judged.version());
        LOG.info(
            "round ends: version={} verdict={} seconds={} reason=\"{}\"",
            end.version(),
            end.verdict(),
            String.format(Locale.ROOT, "%.1f", end.seconds()),
            end.reason());
      } else {
        LOG.info("round ends: stopped");
      }
      return null;
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      // The service must go on serving models whatever becomes of a round.
      LOG.error("round failed: {}", e.toString(), e);
      return new LastRound(null, null, FAILED + e.getMessage(), null, null, 0, Map.of(), now());
    }
  }

  private boolean cancelled() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static LastRound ended(ModelVersion version) {
    return new LastRound(
        version.version(),
        version.verdict(),
        version.reason(),
        version.serving(),
        version.candidate(),
        version.provenance().training().getOrDefault("seconds", 0.0),
        tasks(version.provenance()),
        version.created());
  }

  private static Map<String, Double> tasks(Provenance provenance) {
    Map<String, Double> tasks = new TreeMap<>(provenance.training());
    tasks.keySet().removeIf(name -> !name.startsWith("task."));
    return tasks;
  }

  private @Nullable LastRound lastRecorded() {
    List<ModelVersion> versions = registry.versions();
    ModelVersion newest = versions.get(versions.size() - 1);
    return newest.verdict() == Verdict.INITIAL ? null : ended(newest);
  }

  /**
   * The sequence after the last that the newest recorded round could see. A buffer whose sequences
   * end before it is another one, of which nothing was seen.
   */
  private long trainedUpTo() {
    long upTo = 0;
    for (ModelVersion version : registry.versions()) {
      Provenance.BufferUse use = version.provenance().buffer();
      upTo = use == null ? upTo : use.next();
    }
    return upTo > next ? 0 : upTo;
  }

  /**
   * Looks at what the buffers' writers have appended; called with the lock, while no round runs.
   */
  private void look() {
    try {
      if (buffer == null) {
        if (settings.replicas().isEmpty() && !Files.isDirectory(settings.buffer())) {
          return;
        }
        openBuffer();
      }
      ReplayBuffer samples = Objects.requireNonNull(buffer);
      if (merge == null) {
        samples.refresh();
      } else {
        merge.takeIn(MERGED);
      }
      if (next != samples.next() || Double.isNaN(drift)) {
        drift = round.drift(samples);
      }
      first = samples.first();
      next = samples.next();
      size = samples.size();
      bufferTrouble = "";
      long before = dropped;
      dropped = droppedBefore + (merged == null ? 0 : merged.dropped());
      if (dropped > before) {
        counted.run();
      }
    } catch (IOException e) {
      // The writer may be in the middle of making it; said once, then tried again.
      if (!bufferTrouble.equals(String.valueOf(e.getMessage()))) {
        bufferTrouble = String.valueOf(e.getMessage());
        LOG.warn("replay buffer {} cannot be read now: {}", settings.buffer(), bufferTrouble);
      }
      try {
        closeBuffer();
      } catch (IOException close) {
        LOG.debug("closing the replay buffer", close);
      }
    }
  }

  private void openBuffer() throws IOException {
    Path folder = settings.buffer();
    if (settings.replicas().isEmpty()) {
      buffer = ReplayBuffer.openReadOnly(folder);
    } else {
      ReplayBufferWriter into = ReplayBuffer.open(folder, settings.bounds());
      buffer = into;
      merged = into;
      retention = RetentionSchedule.start(new Retention(into, InstantSource.system()));
      Path progress = folder.resolveSibling("replicas");
      merge = BufferMerge.open(into, progress, settings.replicas());
    }
  }

  private void closeBuffer() throws IOException {
    ReplayBuffer open = buffer;
    ReplayBufferWriter into = merged;
    BufferMerge sources = merge;
    RetentionSchedule schedule = retention;
    if (schedule != null) {
      schedule.close();
    }
    retention = null;
    buffer = null;
    merged = null;
    merge = null;
    if (open != null) {
      droppedBefore += into == null ? 0 : into.dropped();
      try (open) {
        if (into != null && sources != null) {
          sources.close();
          // Sealed, what was gathered can be read by any Arrow library.
          into.seal();
        }
      }
    }
  }

  /** Makes a running round visible and stops it. */
  private final class Progress implements RoundControl {
    /** Judging takes about a tenth of a round. */
    private static final double TRAINING_SHARE = 0.9;

    @Override
    public boolean cancelled() {
      lock.lock();
      try {
        return stopping || cancelled;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void trained(int done, int steps, double stepLoss) {
      lock.lock();
      try {
        pace.step(done, steps);
      } finally {
        lock.unlock();
      }
      set(Phase.TRAINING, TRAINING_SHARE * done / steps, stepLoss);
    }

    @Override
    public void judged(int done, int frames) {
      double share = frames == 0 ? 1 : (double) done / frames;
      set(Phase.JUDGING, TRAINING_SHARE + (1 - TRAINING_SHARE) * share, null);
    }

    private void set(Phase now, double share, @Nullable Double stepLoss) {
      lock.lock();
      try {
        phase = cancelled ? Phase.CANCELLING : now;
        progress = share;
        loss = stepLoss;
      } finally {
        lock.unlock();
      }
    }
  }
}
