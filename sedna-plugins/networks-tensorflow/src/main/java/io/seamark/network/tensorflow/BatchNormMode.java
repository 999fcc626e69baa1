package io.seamark.network.tensorflow;

/** Which statistics batch normalisation uses while training. */
public enum BatchNormMode {
  /**
   * The running statistics of the start weights, which stay as they are. Right for fine-tuning with
   * a few frames a batch, whose own statistics are noise.
   */
  FROZEN,
  /** The batch's own, which also update the running ones. Right for training from scratch. */
  BATCH
}
