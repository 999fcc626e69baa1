package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * What {@code bin/seamark} tells the program that it starts, by system properties.
 *
 * @param home the distribution's folder; empty where the program was started without the launcher
 * @param terminal whether a person looks at standard error
 */
public record LauncherSettings(
    @Hyperparameter(
            text = "The folder of the distribution. The launcher sets it.",
            defaultValue = "")
        Path home,
    @Hyperparameter(
            text =
                "Whether standard error is a terminal, where progress is drawn. The launcher sets"
                    + " it.",
            defaultValue = "false")
        boolean terminal) {}
