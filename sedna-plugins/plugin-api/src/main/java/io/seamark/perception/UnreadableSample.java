package io.seamark.perception;

/**
 * A sample that a source could not read. The run skips it, counts it and goes on.
 *
 * @param id as {@link SourceItem#id()}
 * @param reason one line for people: what was wrong with which file
 */
public record UnreadableSample(String id, String reason) implements SourceItem {}
