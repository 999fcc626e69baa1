package io.seamark.plugin;

import io.seamark.perception.SourceItem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A stream of frames. Not thread-safe. */
public interface SampleSource extends AutoCloseable {
  /**
   * The next sample, or word of one that could not be read.
   *
   * @return empty at the end of the stream
   * @throws IOException if the source as a whole failed; what is wrong with one sample is an {@link
   *     io.seamark.perception.UnreadableSample}
   */
  Optional<SourceItem> next() throws IOException;

  /**
   * How many items there will be in all.
   *
   * @return empty if unknown, as with a camera
   */
  OptionalInt size();

  /**
   * What a person should know of the source before its first item: what it passes over, what lacks
   * something that was asked for.
   *
   * @return one line each, none where there is nothing to say
   */
  default List<String> notes() {
    return List.of();
  }

  @Override
  void close() throws IOException;
}
