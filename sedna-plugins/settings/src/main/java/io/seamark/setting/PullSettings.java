package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * Where models are fetched from.
 *
 * @param mirror address of a server that holds published models under their own paths; empty for
 *     their own servers
 */
public record PullSettings(
    @Hyperparameter(
            text =
                "http or https address of a server that holds published models under their own"
                    + " paths, for machines that do not reach those of the models.",
            defaultValue = "")
        String mirror) {}
