package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * What unknown-task processing is set to.
 *
 * @param queue frames that may wait for the one in work
 * @param bodySeconds how long a request's body may take to arrive
 * @param nativeMegabytes what frames may take outside of the heap; 0 for a quarter of the machine
 */
public record ProcessingSettings(
    @Hyperparameter(
            text = "Frames that wait in the cloud before it answers 429.",
            defaultValue = "4",
            min = 0,
            max = 64,
            unit = "frames")
        int queue,
    @Hyperparameter(
            name = "body.seconds",
            text = "How long a request's body may take to arrive.",
            defaultValue = "30",
            min = 1,
            max = 600,
            unit = "seconds")
        int bodySeconds,
    @Hyperparameter(
            name = "native.megabytes",
            text =
                "What frames may take outside of the heap, for decoding and for the edge model that"
                    + " looks again. 0 is a quarter of the machine's memory.",
            defaultValue = "0",
            min = 0,
            max = 1_048_576,
            unit = "MB")
        long nativeMegabytes) {
  /** Checks the ranges. */
  public ProcessingSettings {
    SettingGroup.PROCESSING.check(queue, bodySeconds, nativeMegabytes);
  }
}
