package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * How a worker of Sedna's works, besides what Sedna tells it.
 *
 * @param attempts at a request to the local controller, the knowledge base or the object store
 * @param pause between two attempts, in seconds
 * @param unlabelled whether unlabelled samples are answered and trained on
 * @param gate whether a model that learnt from such answers is held against its predecessor
 * @param port of an inference worker's metrics; 0 for any free one, less for none
 * @param host address that this is opened on
 * @param drain how long an inference worker waits for the cloud at the end of its source
 * @param unseenMax the most unseen samples that are kept
 * @param cloud address of unknown-task processing; empty for none
 */
public record SednaClientSettings(
    @Hyperparameter(
            text = "Attempts at a request to the local controller or the knowledge base.",
            defaultValue = "5",
            min = 1,
            max = 100,
            source = "Sedna's http_request")
        int attempts,
    @Hyperparameter(
            text = "Pause between two attempts.",
            defaultValue = "3.0",
            min = 0,
            max = 600,
            unit = "seconds",
            source = "Sedna's http_request")
        double pause,
    @Hyperparameter(
            text =
                "Whether samples without a label are trained on, with what unknown-task processing"
                    + " makes of them. Otherwise they are passed over.",
            defaultValue = "true")
        boolean unlabelled,
    @Hyperparameter(
            text =
                "Whether a model that was trained on such samples is held against its predecessor,"
                    + " which stays where it is not better.",
            defaultValue = "true")
        boolean gate,
    @Hyperparameter(
            text =
                "Port of an inference worker's /metrics and /health. 0: any free one; -1: none is"
                    + " opened.",
            defaultValue = "9464",
            min = -1,
            max = 65_535)
        int port,
    @Hyperparameter(text = "Address that this port is opened on.", defaultValue = "127.0.0.1")
        String host,
    @Hyperparameter(
            text =
                "At the end of a source that ends, how long the cloud's last answers are awaited.",
            defaultValue = "60",
            min = 0,
            max = 86_400,
            unit = "seconds")
        int drain,
    @Hyperparameter(
            name = "unseen.max-files",
            text =
                "The most unseen samples that an inference worker keeps. Beyond them no more are"
                    + " kept, since a dataset may list the earlier ones.",
            defaultValue = "10000",
            min = 0,
            max = 10_000_000,
            unit = "files")
        int unseenMax,
    @Hyperparameter(
            text =
                "Address of unknown-task processing, which hard frames of an inference worker are"
                    + " sent to. Empty: they are only kept in unseen_save_url.",
            defaultValue = "")
        String cloud) {}
