package io.seamark.perception;

/** What a sample source yields next: a sample, or word of one that could not be read. */
public sealed interface SourceItem permits Sample, UnreadableSample {
  /**
   * Names the item within its source.
   *
   * @return unique within the source, at most 200 characters
   */
  String id();
}
