package io.seamark.metric;

/** There is nothing to set. */
public record NoHyperparameters() {}
