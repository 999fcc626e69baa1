package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * What Sedna tells a big-model service by a variable of its own.
 *
 * @param job name of the job
 */
public record SednaSettings(
    @Hyperparameter(
            name = "JOB_NAME",
            text = "The first part of the path of Sedna's joint-inference contract.",
            defaultValue = "sedna",
            source = "Sedna's joint inference")
        String job) {}
