package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * What Sedna tells the edge worker of a joint inference by variables of its own (kubeedge/sedna,
 * {@code lib/sedna/core/joint_inference}).
 *
 * @param bigModelIp where the big model's worker is
 * @param bigModelPort its port
 * @param miningMode whether the small model answers before the miner decides
 * @param period between two reports to the local controller, in seconds
 */
public record SednaJointInferenceSettings(
    @Hyperparameter(
            name = "BIG_MODEL_IP",
            text = "Host of the big model's worker.",
            defaultValue = "127.0.0.1")
        String bigModelIp,
    @Hyperparameter(
            name = "BIG_MODEL_PORT",
            text = "Port of the big model's worker.",
            defaultValue = "5000",
            min = 1,
            max = 65_535)
        int bigModelPort,
    @Hyperparameter(
            name = "MINING_MODE",
            text =
                "inference-then-mining: the miner decides on the small model's answer."
                    + " mining-then-inference is refused, since every miner here reads that answer.",
            defaultValue = "inference-then-mining")
        String miningMode,
    @Hyperparameter(
            name = "LC_PERIOD",
            text = "Time between two reports to the local controller, if there was a frame.",
            defaultValue = "30",
            min = 1,
            max = 86_400,
            unit = "seconds")
        int period) {}
