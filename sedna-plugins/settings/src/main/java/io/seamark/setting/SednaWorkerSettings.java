package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * What Sedna tells a worker of a lifelong-learning job by variables of its own (kubeedge/sedna,
 * {@code lib/sedna/common/config.py} and {@code pkg/globalmanager}). Addresses and paths are kept
 * as they are written: what they may be is said where they are opened.
 *
 * @param namespace of the job; empty for the job's name
 * @param worker name of the worker; empty for the job's name
 * @param localController address of the local controller
 * @param knowledgeBase address of the service that keeps files and index; empty for none
 * @param trained whether the job has had its first round
 * @param lastIndex index of the last round
 * @param trainDataset index of the samples to train on
 * @param testDataset index of the samples to evaluate on
 * @param originalDataset the dataset that both were taken from
 * @param models indices of models, with semicolons between them
 * @param output where a worker leaves what it made
 * @param prefix what stands before a path on the node in the container
 * @param s3Endpoint address of the object store
 * @param s3AccessKey who asks it
 * @param s3SecretKey the key of that one
 * @param model the base model
 * @param pretrainedModel the base model where no other is named
 * @param operator compares a score with the threshold
 * @param modelThreshold scores that satisfy {@code score operator threshold} drop a task
 * @param pollSeconds between two looks for a new model; less than 1 for the default
 * @param edgeOutput where an inference worker keeps its models
 * @param unseenOutput where it keeps unseen samples; empty for {@code unseen_samples} below the
 *     prefix
 * @param images the folder that frames are put into
 * @param hotUpdate whether models come by a file of Sedna's hot update
 * @param hotUpdateConfig that file
 * @param logLevel what the worker says
 */
public record SednaWorkerSettings(
    @Hyperparameter(
            name = "NAMESPACE",
            text = "Namespace of the job. Where it is empty, the job's name stands for it.",
            defaultValue = "")
        String namespace,
    @Hyperparameter(
            name = "WORKER_NAME",
            text = "Name of the worker. Where it is empty, the job's name stands for it.",
            defaultValue = "")
        String worker,
    @Hyperparameter(
            name = "LC_SERVER",
            text = "Address of the node's local controller.",
            defaultValue = "http://127.0.0.1:9100")
        String localController,
    @Hyperparameter(
            name = "KB_SERVER",
            text =
                "Address of the knowledge base, below which /knowledgebase is. Empty: files stay"
                    + " where they are written, and the index names them by their paths.",
            defaultValue = "")
        String knowledgeBase,
    @Hyperparameter(
            name = "HAS_COMPLETED_INITIAL_TRAINING",
            text =
                "Whether the job has had its first round, so that the last round's model is"
                    + " trained on.",
            defaultValue = "false")
        boolean trained,
    @Hyperparameter(
            name = "CLOUD_KB_INDEX",
            text = "Index of the last round, below the prefix of paths.",
            defaultValue = "")
        String lastIndex,
    @Hyperparameter(
            name = "TRAIN_DATASET_URL",
            text = "Index of the samples that a training worker is given.",
            defaultValue = "")
        String trainDataset,
    @Hyperparameter(
            name = "TEST_DATASET_URL",
            text = "Index of the samples that an evaluation worker is given.",
            defaultValue = "")
        String testDataset,
    @Hyperparameter(
            name = "ORIGINAL_DATASET_URL",
            text =
                "The job's dataset. What is written relative in an index is relative to the folder"
                    + " that this is in; without it, to the folder of the index.",
            defaultValue = "")
        String originalDataset,
    @Hyperparameter(
            name = "MODEL_URLS",
            text = "Indices of models, with semicolons between them.",
            defaultValue = "")
        String models,
    @Hyperparameter(
            name = "OUTPUT_URL",
            text = "Where a worker leaves what it has made.",
            defaultValue = "/tmp")
        String output,
    @Hyperparameter(
            name = "DATA_PATH_PREFIX",
            text =
                "What stands before a path of the node in the container. It is taken off what the"
                    + " local controller is told.",
            defaultValue = "/home/data")
        String prefix,
    @Hyperparameter(
            name = "S3_ENDPOINT_URL",
            text = "Address of the object store that s3:// addresses are in.",
            defaultValue = "")
        String s3Endpoint,
    @Hyperparameter(name = "ACCESS_KEY_ID", text = "Who asks the object store.", defaultValue = "")
        String s3AccessKey,
    @Hyperparameter(
            name = "SECRET_ACCESS_KEY",
            text = "The secret of the one who asks.",
            defaultValue = "")
        String s3SecretKey,
    @Hyperparameter(
            name = "MODEL_URL",
            text = "The base model of the first round.",
            defaultValue = "")
        String model,
    @Hyperparameter(
            name = "PRETRAINED_MODEL_URL",
            text = "The base model where MODEL_URL and seamark.edge.model name none.",
            defaultValue = "")
        String pretrainedModel,
    @Hyperparameter(
            name = "operator",
            text =
                "How a score is compared with model_threshold: >, <, =, >= or <=; any other text"
                    + " means <, as in Sedna.",
            defaultValue = ">")
        String operator,
    @Hyperparameter(
            name = "model_threshold",
            text =
                "A task of which any score satisfies 'score operator model_threshold' is dropped."
                    + " With Sedna's defaults, > 0.1, that is every good one.",
            defaultValue = "0.1")
        double modelThreshold,
    @Hyperparameter(
            name = "MODEL_POLL_PERIOD_SECONDS",
            text =
                "Time between two looks for a new model. Less than 1: 30 s, and 60 s with"
                    + " MODEL_HOT_UPDATE.",
            defaultValue = "0",
            min = -2_147_483_648,
            max = 86_400,
            unit = "seconds")
        int pollSeconds,
    @Hyperparameter(
            name = "edge_output_url",
            text = "Where an inference worker keeps models, answers and its outbox.",
            defaultValue = "/var/lib/sedna/kb")
        String edgeOutput,
    @Hyperparameter(
            name = "unseen_save_url",
            text =
                "Where an inference worker keeps unseen samples. Without it, unseen_samples below"
                    + " DATA_PATH_PREFIX.",
            defaultValue = "")
        String unseenOutput,
    @Hyperparameter(
            name = "IMAGE_TOPIC_URL",
            text =
                "The folder that frames are put into, where seamark.sample_source names no other"
                    + " source.",
            defaultValue = "")
        String images,
    @Hyperparameter(
            name = "MODEL_HOT_UPDATE",
            text = "Whether models come by the file of MODEL_HOT_UPDATE_CONFIG.",
            defaultValue = "false")
        boolean hotUpdate,
    @Hyperparameter(
            name = "MODEL_HOT_UPDATE_CONFIG",
            text = "The file that names the model and when it was updated.",
            defaultValue = "/model-hot-update/model_config.json")
        String hotUpdateConfig,
    @Hyperparameter(
            name = "LOG_LEVEL",
            text =
                "WARNING, ERROR or CRITICAL: only warnings and errors; any other: what happens, too.",
            defaultValue = "INFO")
        String logLevel) {}
