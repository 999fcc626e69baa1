package io.seamark.registry;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import org.jspecify.annotations.Nullable;

/** A plugin threw or gave what it may not: never the fault of the frame it was given. */
public final class PluginFailedException extends FailedException {
  private static final long serialVersionUID = 1L;

  /**
   * A plugin's failure.
   *
   * @param plugin its kind and name
   * @param what it did, as the rest of a sentence that begins with the plugin
   * @param cause what it threw; null if it gave something wrong
   */
  PluginFailedException(String plugin, String what, @Nullable Throwable cause) {
    super(FailureKind.OUR_FAULT, plugin + " " + what, 0, cause);
  }
}
