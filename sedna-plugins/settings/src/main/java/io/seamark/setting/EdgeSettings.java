package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * What the runtime on a device is set to.
 *
 * @param model the initial model; empty for the embedded one
 * @param name by which the cloud knows the device; empty for one that the verb finds
 * @param jpegQuality of the frames that are sent
 * @param audit share of the easy frames that the cloud looks at too; 0 for none
 * @param window frames that wait for the cloud at most before the source waits; 0 for any number
 * @param cloudProtocol how frames are put to the cloud
 * @param syncInterval between two questions for a new model, in seconds
 * @param shadowFrames that a new model labels beside the one in service before it is taken
 * @param shadowMinAgreement least share of the pixels on which both must agree
 * @param modelMaxBytes the largest model that is fetched
 * @param outboxMaxBytes the most that waits for the cloud
 * @param answersMaxFiles the most answers that are kept
 */
public record EdgeSettings(
    @Hyperparameter(
            text =
                "Weights of the initial edge model, as safetensors. Where none are named, the"
                    + " embedded model serves. Knowledge management begins with the same file.",
            defaultValue = "")
        Path model,
    @Hyperparameter(
            text =
                "The name by which the cloud knows this edge. Without one, edge takes the name of"
                    + " the host, and run one of its own for every run.",
            defaultValue = "")
        String name,
    @Hyperparameter(
            name = "jpeg-quality",
            text = "Quality of the JPEG in which a hard frame is sent.",
            defaultValue = "0.95",
            min = 0.1,
            max = 1)
        double jpegQuality,
    @Hyperparameter(
            text =
                "Share of the frames called easy that are sent to the cloud all the same, to learn"
                    + " how often edge and cloud agree on them. The edge's own answer stays. 0: none.",
            defaultValue = "0.01",
            min = 0,
            max = 1)
        double audit,
    @Hyperparameter(
            text =
                "Hard frames that wait for the cloud before the source waits too. 0 lets the source"
                    + " go on, as a camera does. run takes 4, since its source is faster than any"
                    + " camera.",
            defaultValue = "0",
            min = 0,
            max = 1_000_000,
            unit = "frames")
        int window,
    @Hyperparameter(
            name = "cloud-protocol",
            text =
                "How frames are put to --cloud. arrow: to our own unknown-task processing, with the"
                    + " edge model's scores. sedna: to a big-model service of Sedna, such as"
                    + " http://HOST:5000/JOB_NAME, as Sedna's edge worker does.",
            defaultValue = "arrow")
        CloudProtocolName cloudProtocol,
    @Hyperparameter(
            name = "sync.interval",
            text = "Time between two questions for a new model. run takes 2.",
            defaultValue = "30",
            min = 1,
            max = 86_400,
            unit = "seconds")
        int syncInterval,
    @Hyperparameter(
            name = "shadow.frames",
            text =
                "Live frames that a new model labels beside the one in service, which goes on"
                    + " answering, before it is taken. 0 takes it at once, also one that was refused"
                    + " before.",
            defaultValue = "0",
            min = 0,
            max = 100_000,
            unit = "frames")
        int shadowFrames,
    @Hyperparameter(
            name = "shadow.min-agreement",
            text =
                "Least share of the pixels of these frames on which both must agree; a new model"
                    + " that agrees on fewer is refused. It guards against a broken model, not"
                    + " against a different one: a model that has learnt a new look may rightly"
                    + " disagree on much.",
            defaultValue = "0.5",
            min = 0,
            max = 1)
        double shadowMinAgreement,
    @Hyperparameter(
            name = "model.max-bytes",
            text = "The largest model that is fetched.",
            defaultValue = "1073741824",
            min = 1,
            unit = "bytes")
        long modelMaxBytes,
    @Hyperparameter(
            name = "outbox.max-bytes",
            text =
                "The most that waits on disk for the cloud. A full outbox refuses frames, which"
                    + " then keep the edge's own answer.",
            defaultValue = "1073741824",
            min = 1_048_576,
            unit = "bytes")
        long outboxMaxBytes,
    @Hyperparameter(
            name = "answers.max-files",
            text = "The most answers that are kept in the output folder; the oldest go first.",
            defaultValue = "10000",
            min = 1,
            unit = "files")
        int answersMaxFiles) {
  /** The protocols that an edge speaks with a cloud. */
  public enum CloudProtocolName {
    /** Our own. */
    ARROW,
    /** Sedna's joint inference. */
    SEDNA
  }
}
