package io.seamark.unknown.processing;

import io.seamark.buffer.FusedAnswer;
import io.seamark.failure.BadInputException;
import io.seamark.failure.NotReadyException;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.UnfitScoresException;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NonFiniteScoresException;
import io.seamark.registry.PluginCall;
import io.seamark.registry.PluginFailedException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steps 6 and 7: masks, the longer look and fusion, by the configured {@code
 * unseen_task_processing}. As thread-safe as that.
 */
public final class FrameProcessing implements AutoCloseable {
  /** Until a model's file may be another one. */
  private static final int RETRY_SECONDS = 1;

  private final String name;
  private final UnseenTaskProcessing plugin;
  private final PluginCall call;

  /**
   * Takes over an open plugin.
   *
   * @param name it is configured by
   * @param plugin closed with this
   */
  public FrameProcessing(String name, UnseenTaskProcessing plugin) {
    this.name = name;
    this.plugin = plugin;
    this.call = PluginCall.of(PluginKind.UNSEEN_TASK_PROCESSING, name);
  }

  /**
   * Opens the configured plugin.
   *
   * @param plugins name it and make it
   * @return to be closed
   * @throws IllegalArgumentException if it, or what it is composed of, is not installed or is set
   *     wrongly
   * @throws UncheckedIOException if a file that it needs cannot be read
   */
  public static FrameProcessing open(ConfiguredPlugins plugins) {
    return new FrameProcessing(
        plugins.name(PluginKind.UNSEEN_TASK_PROCESSING),
        plugins.create(PluginKind.UNSEEN_TASK_PROCESSING));
  }

  /**
   * Answers a frame.
   *
   * @param frame what the camera saw
   * @param scores the edge model's logits for it, at any resolution
   * @return the plugin's answer, of the frame's size
   * @throws BadInputException if a logit is not finite, or such scores do not fit the model that
   *     looks again
   * @throws NotReadyException if that model's file cannot be used, or gave no finite scores of this
   *     frame: with another one the frame may be answered
   * @throws PluginFailedException if the plugin, or one that it is composed of, fails
   */
  public UnseenTaskProcessing.Answer answer(Frame frame, ClassScores scores) {
    for (float logit : scores.logits()) {
      if (!Float.isFinite(logit)) {
        throw new BadInputException("scores hold " + logit + ", but must be finite");
      }
    }
    UnseenTaskProcessing.Answer made;
    try {
      made = call.run(() -> plugin.process(frame, scores));
    } catch (UnfitScoresException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException | NonFiniteScoresException e) {
      throw notReady(e);
    }
    ClassMap map = made.classMap();
    call.checkSize("an answer", map.width(), map.height(), frame.width(), frame.height());
    for (SegmentMask mask : made.masks()) {
      call.checkSize("a mask", mask.width(), mask.height(), frame.width(), frame.height());
    }
    return made;
  }

  /**
   * An answer and what it rests on.
   *
   * @param answer of the frame's size
   * @param segments its masks, see {@link io.seamark.buffer.BufferedSample#segments}
   */
  record Fused(FusedAnswer answer, @Nullable ClassMap segments) {}

  /**
   * Answers a frame with what travels to an edge.
   *
   * @param frame what the camera saw
   * @param scores the edge model's logits for it, at any resolution
   * @param before seconds of the stages that led to this
   * @return the answer, with the seconds of all stages, and its masks
   * @throws io.seamark.failure.FailedException as {@link #answer}
   */
  Fused fused(Frame frame, ClassScores scores, Map<String, Double> before) {
    UnseenTaskProcessing.Answer made = answer(frame, scores);
    Map<String, Double> seconds = new HashMap<>(made.seconds());
    seconds.putAll(before);
    // What it refuses is what the plugin gave.
    FusedAnswer answer =
        call.run(() -> new FusedAnswer(made.classMap(), made.masks().size(), name, seconds));
    return new Fused(answer, MaskNumbers.of(made.masks()));
  }

  /**
   * Labels a frame that came without scores with the plugin's own edge model.
   *
   * @param frame what the camera saw
   * @return the model's logits
   * @throws NotReadyException if there is no model, not yet, or it cannot be used
   * @throws PluginFailedException if the plugin fails
   */
  public ClassScores label(Frame frame) {
    try {
      return call.run(() -> plugin.label(frame));
    } catch (NonFiniteScoresException | UncheckedIOException e) {
      throw notReady(e);
    } catch (PluginFailedException e) {
      String why = e.getCause() instanceof IllegalStateException ? unlabelled() : "";
      throw why.isEmpty() ? e : new NotReadyException(why, RETRY_SECONDS);
    }
  }

  private static NotReadyException notReady(RuntimeException e) {
    return new NotReadyException(String.valueOf(e.getMessage()), RETRY_SECONDS);
  }

  /**
   * What labelling and answering a frame takes, besides the frame and the scores that came with it.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param classes of the scores, or 0 for {@link #label} alone
   * @return an upper bound
   * @throws NotReadyException if the model's file cannot be read
   * @throws PluginFailedException if the plugin fails
   */
  public MemoryNeed memory(int width, int height, int classes) {
    try {
      return call.run(() -> plugin.memory(width, height, classes));
    } catch (UncheckedIOException e) {
      throw notReady(e);
    }
  }

  /**
   * Whether frames without scores are labelled here, if not now then once the model is there.
   *
   * @return false if frames must always bring their scores
   */
  public boolean labels() {
    return call.run(plugin::labels);
  }

  /**
   * Why frames need scores of their own.
   *
   * @return one line; empty if those without are labelled now
   */
  public String unlabelled() {
    return call.run(plugin::unlabelled);
  }

  /**
   * What keeps every frame from being answered.
   *
   * @return one line; empty if nothing does
   */
  public String failure() {
    return call.run(plugin::failure);
  }

  /**
   * What the plugin is called.
   *
   * @return as configured
   */
  public String name() {
    return name;
  }

  /** Closes the plugin. */
  @Override
  public void close() {
    plugin.close();
  }
}
