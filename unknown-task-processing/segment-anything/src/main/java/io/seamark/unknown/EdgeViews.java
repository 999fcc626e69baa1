package io.seamark.unknown;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.UnfitScoresException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a frame with the edge model harder than the edge can: brightened where it is dark, and
 * mirrored; the logits of both views are averaged (test-time augmentation).
 *
 * <p>A frame of mean m, over all pixels and colours on a scale of 0 to 1, is raised to the power of
 * {@code ln(brightness) / ln(m)}, which takes a grey of m to the brightness asked for; one that is
 * as bright stays as it is.
 *
 * <p>The views speak for the edge only while it runs the same model. So the plain frame is labelled
 * too, and where less than {@value #SAME} of its cells come out as the edge labelled them, the
 * edge's scores stand: another version serves there. Scores of another number of classes are
 * refused, and a frame that came without scores gets the model's own. The file is read again when
 * it has changed, so it may be the copy of the serving version that knowledge management keeps;
 * until there is one, the edge's scores stand too. Thread-safe; calls wait for each other.
 */
final class EdgeViews implements AutoCloseable {
  /** Share of cells with one class from which two answers are of one model; JPEG moves a few. */
  static final double SAME = 0.98;

  // Side of the frames that a file is opened for, to see that it opens.
  private static final int TRIAL_SIDE = 64;

  private final BaseModel basemodel;
  private final Path file;
  private final double brightness;
  private @Nullable Opened opened;

  // The file as it was last seen to open.
  private volatile @Nullable State tried;

  // What the model itself said last: of those scores it need not be asked whether they are its own.
  private @Nullable ClassScores own;

  private record Opened(
      BaseModel.Session session, int width, int height, boolean depth, State state) {}

  /** By which a changed file is known. */
  private record State(FileTime modified, long bytes) {
    static State of(Path file) throws IOException {
      return new State(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  /**
   * Looks with a model.
   *
   * @param basemodel opens it
   * @param file the model that edges serve
   * @param brightness mean that darker frames are brightened to, 0 to 1; 0 brightens none
   */
  EdgeViews(BaseModel basemodel, Path file, double brightness) {
    this.basemodel = basemodel;
    this.file = file;
    this.brightness = brightness;
  }

  /**
   * Looks at a frame.
   *
   * @param frame what the camera saw
   * @param scores the edge's
   * @return better scores of that size, or the edge's own if another model made them or there is no
   *     file yet
   * @throws UnfitScoresException if the scores have another number of classes than the model
   * @throws UncheckedIOException if the model cannot be opened
   */
  synchronized ClassScores look(Frame frame, ClassScores scores) {
    if (!Files.exists(file)) {
      return scores;
    }
    BaseModel.Session session = open(frame);
    if (!scores.equals(own)) {
      ClassScores plain = session.infer(frame).scores();
      if (plain.classes() != scores.classes()) {
        throw new UnfitScoresException(
            "scores have "
                + scores.classes()
                + " classes, but sam_fusion's edge model "
                + file
                + " has "
                + plain.classes());
      }
      if (!same(plain, scores)) {
        return scores;
      }
    }
    double gamma = gamma(frame);
    Frame bright = gamma < 1 ? frame.withGamma(gamma) : frame;
    ClassScores straight = gamma < 1 ? session.infer(bright).scores() : scores;
    ClassScores mirrored = session.infer(bright.mirrored()).scores().mirrored();
    float[] mean = straight.logits().clone();
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (mean[i] + mirrored.logits()[i]) / 2;
    }
    return new ClassScores(scores.classes(), scores.width(), scores.height(), mean);
  }

  /**
   * Labels a frame that came without scores.
   *
   * @param frame what the camera saw
   * @return the model's scores; {@link #look} knows them again
   * @throws IllegalStateException if there is no file yet
   * @throws UncheckedIOException if the model cannot be opened
   */
  synchronized ClassScores label(Frame frame) {
    if (!Files.exists(file)) {
      throw new IllegalStateException(missing());
    }
    ClassScores made = open(frame).infer(frame).scores();
    own = made;
    return made;
  }

  /** Why {@link #label} has no scores; empty if it has. */
  String unlabelled() {
    return Files.exists(file) ? failure() : missing();
  }

  private String missing() {
    return "sam_fusion's edge model " + file + " is not there yet";
  }

  /** Why a file that is there cannot be used; empty if it can, or is not there. */
  String failure() {
    if (!Files.exists(file)) {
      return "";
    }
    try {
      State state = State.of(file);
      if (!state.equals(tried)) {
        basemodel.open(file, TRIAL_SIDE, TRIAL_SIDE, false).close();
        tried = state;
      }
      return "";
    } catch (IOException e) {
      return String.valueOf(cannotOpen(e).getMessage());
    }
  }

  /**
   * What a look takes: two more frames, four sets of scores and the model itself.
   *
   * @throws UncheckedIOException if the model cannot be read
   */
  MemoryNeed memory(int width, int height, int classes) {
    if (!Files.exists(file)) {
      return MemoryNeed.NONE;
    }
    long pixels = (long) width * height;
    try {
      // Whether the frame has depth is not known yet, so it is taken to have one.
      return basemodel
          .memory(file, width, height, true)
          .plus(MemoryNeed.ofHeap(pixels * (8 + classes)));
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  private UncheckedIOException cannotOpen(IOException e) {
    return new UncheckedIOException(
        "cannot open sam_fusion's edge model " + file + ": " + e.getMessage(), e);
  }

  /** The power that brightens a frame, at most 1. */
  double gamma(Frame frame) {
    return brightness == 0 ? 1 : frame.gammaTo(brightness);
  }

  private static boolean same(ClassScores here, ClassScores edge) {
    if (here.width() != edge.width() || here.height() != edge.height()) {
      return false;
    }
    ClassMap a = here.argmax();
    ClassMap b = edge.argmax();
    int equal = 0;
    for (int i = 0; i < a.classes().length; i++) {
      equal += a.classes()[i] == b.classes()[i] ? 1 : 0;
    }
    return equal >= SAME * a.classes().length;
  }

  private BaseModel.Session open(Frame frame) {
    boolean depth = frame.depth() != null;
    try {
      State state = State.of(file);
      Opened before = opened;
      if (before != null
          && before.width == frame.width()
          && before.height == frame.height()
          && before.depth == depth
          && before.state.equals(state)) {
        return before.session;
      }
      close();
      BaseModel.Session session = basemodel.open(file, frame.width(), frame.height(), depth);
      opened = new Opened(session, frame.width(), frame.height(), depth, state);
      return session;
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  @Override
  public synchronized void close() {
    if (opened != null) {
      opened.session.close();
      opened = null;
    }
    own = null;
  }
}
