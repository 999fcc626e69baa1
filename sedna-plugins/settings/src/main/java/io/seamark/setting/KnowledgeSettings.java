package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * What knowledge management is set to, besides how a round trains.
 *
 * @param replicaBuffers folders of other replay buffers with commas between them; empty for none
 * @param retain which labelled frames of the first world are kept in mind
 * @param retainLabels folder of their labels; empty for the sibling {@code FOLDERannot}
 * @param retainFrames number of procedural frames
 * @param triggerSamples new samples that start a round
 * @param minInterval least time between two rounds, in seconds
 * @param rejected rejected versions whose weights are kept
 */
public record KnowledgeSettings(
    @Hyperparameter(
            name = "replica.buffers",
            text =
                "Folders of the replay buffers of several replicas of unknown-task processing, with"
                    + " commas between them. Their samples are brought into the buffer of"
                    + " seamark.data.",
            defaultValue = "")
        String replicaBuffers,
    @Hyperparameter(
            text =
                "Labelled frames that the model knows, so that training does not forget them: FOLDER"
                    + " or FOLDER:GLOB,GLOB; procedural for frames of the generated street; none."
                    + " Where nothing is said, procedural with the embedded model and none with"
                    + " another one.",
            defaultValue = "")
        String retain,
    @Hyperparameter(
            name = "retain.labels",
            text = "Where the labels of seamark.retain are, if not in FOLDERannot.",
            defaultValue = "")
        Path retainLabels,
    @Hyperparameter(
            name = "retain.frames",
            text = "Procedural frames that are retained.",
            defaultValue = "64",
            min = 1,
            max = 100_000,
            unit = "frames")
        int retainFrames,
    @Hyperparameter(
            name = "training.trigger.samples",
            text = "New samples that start a round.",
            defaultValue = "32",
            min = 1,
            unit = "samples",
            source = "Sedna's trigger condition num_of_samples")
        int triggerSamples,
    @Hyperparameter(
            name = "training.min-interval",
            text = "Least time from the end of a round to the beginning of the next. run takes 0.",
            defaultValue = "60",
            min = 0,
            max = 86_400,
            unit = "seconds")
        int minInterval,
    @Hyperparameter(
            name = "models.rejected",
            text =
                "Rejected versions whose weights are kept, the newest ones. Those of accepted"
                    + " versions are all kept.",
            defaultValue = "16",
            min = 0,
            unit = "versions")
        int rejected) {
  /** Checks the ranges. */
  public KnowledgeSettings {
    SettingGroup.KNOWLEDGE.check(
        replicaBuffers, retain, retainLabels, retainFrames, triggerSamples, minInterval, rejected);
  }
}
