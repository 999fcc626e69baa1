package io.seamark.registry;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.PluginKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Known-sample inference whose answers can be believed to be answers: a model's file is not used
 * before it has given finite scores of a probe frame, and a frame whose scores are not finite is a
 * {@link NonFiniteScoresException}, never a class. What else the plugin throws is a {@link
 * PluginFailedException}. Every base model that {@link ConfiguredPlugins} makes is one. Thread-safe
 * as far as the plugin is.
 */
public final class ProbedModel implements BaseModel {
  /** Side of the probe frame, in pixels. */
  private static final int SIDE = 64;

  private static final int MOST_REMEMBERED = 100;

  /** What was found in this process. */
  private static final Map<State, Finding> FOUND = new HashMap<>();

  private final BaseModel plugin;
  private final PluginCall call;

  /** A file as it was when a plugin tried it. */
  private record State(Class<?> plugin, Path file, FileTime modified, long bytes) {}

  /**
   * What a model made of the probe frame, which is noise over a gradient.
   *
   * @param constant whether every cell got the same scores, to the bit, which no model that has
   *     learnt anything gives
   */
  public record Finding(boolean constant) {}

  private ProbedModel(BaseModel plugin, String name) {
    this.plugin = plugin;
    this.call = PluginCall.of(PluginKind.BASEMODEL, name);
  }

  /**
   * A plugin whose models are tried first.
   *
   * @param plugin any
   * @return the same if it is one already
   */
  public static ProbedModel of(BaseModel plugin) {
    return of(plugin, plugin.getClass().getName());
  }

  /**
   * A plugin whose models are tried first.
   *
   * @param plugin any
   * @param name as configured, for its failures
   * @return the same if it is one already
   */
  static ProbedModel of(BaseModel plugin, String name) {
    return plugin instanceof ProbedModel probed ? probed : new ProbedModel(plugin, name);
  }

  /**
   * Tries a model, once for as long as its file stays as it is.
   *
   * @param model its file
   * @return what it made of the probe frame
   * @throws IOException if it cannot be opened, does not run, or its scores are not finite; the
   *     message names the file
   */
  public Finding probe(Path model) throws IOException {
    State state = state(model);
    synchronized (FOUND) {
      Finding known = FOUND.get(state);
      if (known != null) {
        return known;
      }
    }
    Finding finding;
    try (Session session = call.run(() -> plugin.open(model, SIDE, SIDE, true))) {
      Prediction prediction = call.run(() -> session.infer(frame()));
      checkFinite(prediction, model + " cannot be used: its scores of a probe frame are");
      finding = new Finding(isConstant(prediction.scores()));
    } catch (PluginFailedException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IllegalArgumentException || cause instanceof IllegalStateException) {
        throw unusable(model, cause);
      }
      throw e;
    } catch (NonFiniteScoresException e) {
      throw unusable(model, e);
    }
    synchronized (FOUND) {
      if (FOUND.size() >= MOST_REMEMBERED) {
        FOUND.clear();
      }
      FOUND.put(state, finding);
    }
    return finding;
  }

  private static IOException unusable(Path model, Throwable why) {
    String message = String.valueOf(why.getMessage());
    return new IOException(
        message.contains(model.toString()) ? message : model + " cannot be used: " + message, why);
  }

  private State state(Path model) throws IOException {
    if (!Files.isRegularFile(model)) {
      throw new IOException("edge model " + model + " does not exist or is not a file");
    }
    return new State(
        plugin.getClass(), model.toRealPath(), Files.getLastModifiedTime(model), Files.size(model));
  }

  @Override
  public Session open(Path model, int width, int height, boolean depth) throws IOException {
    probe(model);
    Session session = call.run(() -> plugin.open(model, width, height, depth));
    return new Session() {
      @Override
      public Prediction infer(Frame frame) {
        Prediction prediction = inferred(frame);
        checkFinite(prediction, "the model's scores of this frame are");
        return prediction;
      }

      private Prediction inferred(Frame frame) {
        try {
          return call.run(() -> session.infer(frame));
        } catch (PluginFailedException e) {
          // A frame of another size is the caller's matter, as the contract has it.
          if (e.getCause() instanceof IllegalArgumentException refusal
              && (frame.width() != width || frame.height() != height)) {
            throw refusal;
          }
          throw e;
        }
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  @Override
  public ModelFacts describe(Path model) throws IOException {
    return plugin.describe(model);
  }

  @Override
  public MemoryNeed memory(Path model, int width, int height, boolean depth) throws IOException {
    return call.run(() -> plugin.memory(model, width, height, depth));
  }

  private static void checkFinite(Prediction prediction, String whose) {
    int wrong = 0;
    float[] logits = prediction.scores().logits();
    for (float logit : logits) {
      wrong += Float.isFinite(logit) ? 0 : 1;
    }
    if (wrong > 0) {
      throw new NonFiniteScoresException(
          whose + " not finite: " + wrong + " of " + logits.length + " are NaN or infinite");
    }
    Double appeal = prediction.appealNet();
    if (appeal != null && !Double.isFinite(appeal)) {
      throw new NonFiniteScoresException(whose + " finite, but AppealNet's output is " + appeal);
    }
  }

  private static boolean isConstant(ClassScores scores) {
    int plane = scores.width() * scores.height();
    float[] logits = scores.logits();
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] != logits[i - i % plane]) {
        return false;
      }
    }
    return plane > 1;
  }

  private static Frame frame() {
    Random random = new Random(SIDE);
    byte[] rgb = new byte[3 * SIDE * SIDE];
    byte[] depth = new byte[SIDE * SIDE];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i % (3 * SIDE) + random.nextInt(SIDE));
    }
    random.nextBytes(depth);
    return new Frame(SIDE, SIDE, rgb, depth);
  }
}
