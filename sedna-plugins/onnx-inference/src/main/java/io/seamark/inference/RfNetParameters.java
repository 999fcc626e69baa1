package io.seamark.inference;

/** RFNet has no hyperparameters at inference: its model file holds all there is. */
public record RfNetParameters() {}
