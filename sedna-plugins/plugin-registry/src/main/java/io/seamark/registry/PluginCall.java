package io.seamark.registry;

import io.seamark.failure.FailedException;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.UnfitScoresException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Calls a plugin, so that what it throws is known for its failure, by kind and name, and is taken
 * neither for a fault of what it was given nor for the end of the process.
 *
 * @param plugin such as {@code mask_fusion 'quality_sum'}
 */
public record PluginCall(String plugin) {
  /**
   * What the plugin does.
   *
   * @param <T> what it gives
   * @param <X> what its contract lets it throw beside unchecked exceptions
   */
  @FunctionalInterface
  public interface Work<T, X extends Exception> {
    /**
     * Calls the plugin.
     *
     * @return what it gave; null is a failure
     * @throws X as its contract says
     */
    @Nullable T run() throws X;
  }

  /**
   * Calls of a plugin.
   *
   * @param kind its kind
   * @param name as configured
   * @return to call it through
   */
  public static PluginCall of(PluginKind<?> kind, String name) {
    return new PluginCall(kind.id() + " '" + name + "'");
  }

  /**
   * Calls the plugin. What lacks memory, what a file or a model is to blame for ({@link
   * UncheckedIOException}, {@link NonFiniteScoresException}), scores that do not fit and failures
   * that have a kind already pass as they are.
   *
   * @param work the call
   * @param <T> what it gives
   * @param <X> what its contract lets it throw
   * @return what the plugin gave
   * @throws X as the plugin throws it
   * @throws PluginFailedException if it throws anything else, an error such as {@link
   *     StackOverflowError} among that, or gives null
   */
  public <T, X extends Exception> T run(Work<T, X> work) throws X {
    T given;
    try {
      given = work.run();
    } catch (FailedException
        | UncheckedIOException
        | NonFiniteScoresException
        | UnfitScoresException
        | OutOfMemoryError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      String message = e.getMessage();
      throw new PluginFailedException(
          plugin,
          "failed: " + e.getClass().getSimpleName() + (message == null ? "" : ": " + message),
          e);
    }
    if (given == null) {
      throw failed("gave nothing");
    }
    return given;
  }

  /**
   * Refuses what the plugin gave.
   *
   * @param what it did, as the rest of a sentence that begins with the plugin
   * @return to be thrown
   */
  public PluginFailedException failed(String what) {
    return new PluginFailedException(plugin, what, null);
  }

  /**
   * Holds a size that the plugin gave against the one that was asked for.
   *
   * @param of what has it, such as "a mask"
   * @param width given, in pixels
   * @param height given, in pixels
   * @param wantedWidth of the frame, in pixels
   * @param wantedHeight of the frame, in pixels
   * @throws PluginFailedException if they differ
   */
  public void checkSize(String of, int width, int height, int wantedWidth, int wantedHeight) {
    if (width != wantedWidth || height != wantedHeight) {
      throw failed(
          String.format(
              "gave %s of %dx%d for a frame of %dx%d",
              of, width, height, wantedWidth, wantedHeight));
    }
  }
}
