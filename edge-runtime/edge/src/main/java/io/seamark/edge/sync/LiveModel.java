package io.seamark.edge.sync;

import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.perception.ClassSet;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.registry.NonFiniteScoresException;
import io.seamark.registry.ProbedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model in service, exchanged between two frames without losing one. A new model is opened and
 * tried beside the old one, on the thread that brings it; the loop's thread takes it over before
 * its next frame, and keeps the old session until the new one has labelled {@value #TRIAL} frames.
 * A model that fails on one of them is rolled back and the frame is labelled by its predecessor.
 * Before all that a new model may run beside the old one on live frames, see {@link ShadowRun}.
 *
 * <p>{@link #infer} belongs to one thread; {@link #replace} may come from another.
 */
public final class LiveModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveModel.class);

  /** Frames that a model has to label before it counts as good. */
  static final int TRIAL = 10;

  private final ProbedModel basemodel;
  private final ClassSet classes;
  private final Object lock = new Object();
  private OpenedModel current;
  private @Nullable OpenedModel previous;
  private @Nullable OpenedModel next;
  private volatile @Nullable ShadowRun shadow;
  private final AtomicInteger labelled = new AtomicInteger();
  private volatile @Nullable Failure failure;
  private boolean closed;

  /**
   * A model that could not label a frame that its predecessor could.
   *
   * @param version its name
   * @param reason one line for people
   */
  record Failure(String version, String reason) {}

  /**
   * Takes a model into service once it has given finite scores of a probe frame; its session is
   * opened with the first frame.
   *
   * @param basemodel opens model files
   * @param version name of the model, for reports
   * @param file the model
   * @throws IOException if the file is no edge model, or its scores are not finite; the message
   *     names file and rule
   */
  public LiveModel(BaseModel basemodel, String version, Path file) throws IOException {
    this.basemodel = ProbedModel.of(basemodel);
    this.classes = basemodel.describe(file).classes();
    this.basemodel.probe(file);
    this.current = new OpenedModel(this.basemodel, version, file);
  }

  /**
   * Gives the model in service the name that the cloud knows it by.
   *
   * @param version its name from now on
   */
  public void identify(String version) {
    synchronized (lock) {
      current.rename(version);
    }
  }

  /**
   * The classes, which stay the same for as long as the process runs.
   *
   * @return in the order of the scores
   */
  public ClassSet classes() {
    return classes;
  }

  /**
   * The version that labels frames now.
   *
   * @return the name given with it
   */
  public String version() {
    synchronized (lock) {
      return current.version();
    }
  }

  /**
   * The file of the version that labels frames now.
   *
   * @return a safetensors file
   */
  public Path file() {
    synchronized (lock) {
      return current.file();
    }
  }

  /**
   * The newest model, be it in service or in line for the next frame.
   *
   * @return version and file
   */
  public Newest newest() {
    synchronized (lock) {
      OpenedModel newest = next == null ? current : next;
      return new Newest(newest.version(), newest.file());
    }
  }

  /**
   * A model's name and file.
   *
   * @param version its name
   * @param file a safetensors file
   */
  public record Newest(String version, Path file) {}

  /**
   * Labels a frame with the newest model that works.
   *
   * @param frame of any size; another size than the last one's opens the model again
   * @return the answer and the version that gave it
   * @throws IOException if the model cannot be opened for this size
   * @throws IllegalArgumentException if the scores of this frame are not finite
   */
  public Labelled infer(Frame frame) throws IOException {
    takeOver();
    OpenedModel serving;
    synchronized (lock) {
      serving = current;
    }
    OpenedModel.Size size = OpenedModel.Size.of(frame);
    Prediction prediction;
    long start;
    try {
      BaseModel.Session session = serving.open(size);
      start = System.nanoTime();
      prediction = infer(session, frame);
    } catch (IOException | RuntimeException e) {
      OpenedModel old = previous;
      if (old == null) {
        throw e;
      }
      LOG.warn(
          "event=rollback from={} to={} reason=\"{}\"",
          serving.version(),
          old.version(),
          e.toString());
      failure = new Failure(serving.version(), e.toString());
      synchronized (lock) {
        serving.close();
        current = old;
        previous = null;
        serving = old;
      }
      BaseModel.Session session = serving.open(size);
      start = System.nanoTime();
      prediction = infer(session, frame);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (labelled.incrementAndGet() >= TRIAL && previous != null) {
      previous.close();
      previous = null;
    }
    ShadowRun beside = shadow;
    if (beside != null) {
      beside.answered(frame, prediction, serving.version(), seconds);
    }
    return new Labelled(prediction, serving.version());
  }

  /** The versions that may label a frame yet: in service, before it, and in line. */
  Set<String> held() {
    synchronized (lock) {
      return Stream.of(
              Optional.of(current), Optional.ofNullable(previous), Optional.ofNullable(next))
          .flatMap(Optional::stream)
          .map(OpenedModel::version)
          .collect(Collectors.toSet());
    }
  }

  /**
   * Frames that the model in service has labelled since it was taken over.
   *
   * @return at least 0
   */
  int labelled() {
    return labelled.get();
  }

  /** The model that was rolled back last; null if there was none. */
  @Nullable Failure failure() {
    return failure;
  }

  /** To those who label frame by frame, a frame without usable scores is an unusable frame. */
  private static Prediction infer(BaseModel.Session session, Frame frame) {
    try {
      return session.infer(frame);
    } catch (NonFiniteScoresException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private void takeOver() {
    synchronized (lock) {
      if (next != null) {
        if (previous != null) {
          previous.close();
        }
        previous = current;
        current = next;
        next = null;
        labelled.set(0);
        LOG.info("event=model_swapped from={} to={}", previous.version(), current.version());
      }
    }
  }

  /**
   * Opens a new model beside the one in service, tries it on a probe and on a grey frame, and puts
   * it in line for the next frame.
   *
   * @param version its name
   * @param file the model; must stay where it is while it is in service
   * @throws IOException if it is no edge model, has other classes or does not run; the model in
   *     service stays
   */
  public void replace(String version, Path file) throws IOException {
    check(version, file);
    OpenedModel opened = new OpenedModel(basemodel, version, file);
    OpenedModel.Size size;
    synchronized (lock) {
      size = current.size();
    }
    if (size != null) {
      try {
        opened.open(size).infer(size.grey());
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw new IOException("model " + version + " does not run: " + e.getMessage(), e);
      }
    }
    synchronized (lock) {
      if (closed) {
        opened.close();
        return;
      }
      if (next != null) {
        next.close();
      }
      next = opened;
    }
  }

  /** Everything that can be known of a model before it sees frames. */
  private void check(String version, Path file) throws IOException {
    ClassSet found = basemodel.describe(file).classes();
    if (!found.equals(classes)) {
      throw new IOException(
          "model "
              + version
              + " has the classes "
              + found.names()
              + ", but the one in service has "
              + classes.names());
    }
    try {
      basemodel.probe(file);
    } catch (IOException | RuntimeException e) {
      throw new IOException("model " + version + " does not run: " + e.getMessage(), e);
    }
  }

  /**
   * Runs a new model beside the one in service, which goes on answering.
   *
   * @param version its name
   * @param file the model
   * @param options for how long
   * @param decided told what came of it, on another thread; not if {@link #endShadow} was first
   * @throws IOException if it is no edge model, has other classes or does not run
   */
  void shadow(String version, Path file, ShadowOptions options, Consumer<ShadowComparison> decided)
      throws IOException {
    check(version, file);
    ShadowRun run = new ShadowRun(new OpenedModel(basemodel, version, file), options, decided);
    shadow = run;
    run.start();
  }

  /** Lets no model run beside the one in service any more; returns the run that this ends. */
  @Nullable ShadowRun endShadow() {
    ShadowRun run = shadow;
    shadow = null;
    if (run != null) {
      run.close();
    }
    return run;
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      current.close();
      if (previous != null) {
        previous.close();
      }
      if (next != null) {
        next.close();
      }
    }
  }

  /**
   * An answer with its author.
   *
   * @param prediction the answer
   * @param version of the model
   */
  public record Labelled(Prediction prediction, String version) {}
}
