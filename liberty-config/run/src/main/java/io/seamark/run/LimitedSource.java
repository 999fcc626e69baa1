package io.seamark.run;

import io.seamark.perception.SourceItem;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A source that ends early. */
final class LimitedSource implements SampleSource {
  private final SampleSource source;
  private int left;

  /**
   * Limits a source.
   *
   * @param source is closed with this one
   * @param most items
   */
  LimitedSource(SampleSource source, int most) {
    this.source = source;
    this.left = most;
  }

  @Override
  public Optional<SourceItem> next() throws IOException {
    return left-- > 0 ? source.next() : Optional.empty();
  }

  @Override
  public OptionalInt size() {
    OptionalInt size = source.size();
    return size.isPresent() ? OptionalInt.of(Math.min(size.getAsInt(), left)) : size;
  }

  @Override
  public List<String> notes() {
    return source.notes();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
