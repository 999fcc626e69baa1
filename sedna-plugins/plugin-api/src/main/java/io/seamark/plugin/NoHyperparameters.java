package io.seamark.plugin;

/** Hyperparameters of a plugin that has none. */
public record NoHyperparameters() {}
