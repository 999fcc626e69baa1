package io.seamark.unknown.fusion;

/** The hyperparameters of a fusion that has none. */
public record NoHyperparameters() {}
