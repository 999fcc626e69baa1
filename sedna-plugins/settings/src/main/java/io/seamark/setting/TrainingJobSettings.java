package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * Where knowledge management runs a round.
 *
 * @param runsAs within the service, or as a Job of Kubernetes
 * @param image of the Job's container; empty for none
 * @param template YAML file of a Job that is completed for each round; empty for none
 */
public record TrainingJobSettings(
    @Hyperparameter(
            name = "runs-as",
            text =
                "Where a round runs: process, within the service; kubernetes_job, as a Job of the"
                    + " cluster that the service is in; auto, as a Job where a service account's"
                    + " token is mounted and seamark.training.job.image is set, within the service"
                    + " otherwise.",
            defaultValue = "auto")
        RunsAs runsAs,
    @Hyperparameter(
            name = "job.image",
            text = "Image of a round's Job, such as registry.example.org/street/seamark-cloud:1.",
            defaultValue = "")
        String image,
    @Hyperparameter(
            name = "job.template",
            text =
                "YAML file of the Job, which says everything but its name, its image, its arguments"
                    + " and its settings. The chart mounts one.",
            defaultValue = "")
        Path template) {
  /** Checks the choices. */
  public TrainingJobSettings {
    SettingGroup.TRAINING_JOB.check(runsAs, image, template);
  }

  /** Where a round runs. */
  public enum RunsAs {
    /** As a Job where that is possible and set up. */
    AUTO,
    /** Within the service. */
    PROCESS,
    /** As a Job of Kubernetes. */
    KUBERNETES_JOB
  }
}
