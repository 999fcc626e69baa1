package io.seamark.task;

/** There is nothing to set. */
public record NoHyperparameters() {}
