package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every sample source keeps. The tests' hyperparameters should make a short stream.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class SampleSourceContract<H extends Record>
    extends PluginContract<SampleSource, H> {
  /** For subclasses. */
  protected SampleSourceContract() {}

  /**
   * Items the stream has at most with the tests' hyperparameters.
   *
   * @return 100 unless overridden
   */
  protected int longest() {
    return 100;
  }

  @Test
  @DisplayName("the stream has samples and ends, and stays at its end")
  final void ends() throws IOException {
    SampleSource source = create(SEED);
    List<SourceItem> items = all(source);
    assertTrue(items.stream().anyMatch(Sample.class::isInstance), "no sample can be read");
    for (int i = 0; i < 3; i++) {
      assertEquals(Optional.empty(), source.next());
    }
  }

  @Test
  @DisplayName("the size, if it is known, is the number of items, also while they are read")
  final void size() throws IOException {
    SampleSource source = create(SEED);
    int before = source.size().orElse(-1);
    int count = all(source).size();
    assertEquals(before, source.size().orElse(-1));
    assertTrue(before == -1 || before == count, before + " announced, " + count + " came");
  }

  @Test
  @DisplayName("ids are unique, not blank and at most 200 characters")
  final void ids() throws IOException {
    List<String> ids = all(create(SEED)).stream().map(SourceItem::id).toList();
    assertEquals(ids.size(), ids.stream().distinct().count(), "ids repeat: " + ids);
    ids.forEach(id -> assertTrue(!id.isBlank() && id.length() <= 200, "id '" + id + "'"));
  }

  @Test
  @DisplayName("a sample that cannot be read says why in one line")
  final void unreadable() throws IOException {
    for (SourceItem item : all(create(SEED))) {
      if (item instanceof UnreadableSample sample) {
        oneLine("reason of " + sample.id(), sample.reason());
      }
    }
  }

  @Test
  @DisplayName("the same seed gives the same stream")
  final void deterministic() throws IOException {
    assertEquals(contents(all(create(SEED))), contents(all(create(SEED))));
  }

  @Test
  @DisplayName("two sources do not disturb each other")
  final void instancesAreApart() throws IOException {
    List<List<?>> alone = contents(all(create(SEED)));
    SampleSource one = create(SEED);
    SampleSource other = create(SEED);
    List<SourceItem> items = new ArrayList<>();
    for (Optional<SourceItem> item = one.next(); item.isPresent(); item = one.next()) {
      items.add(item.get());
      other.next();
      other.next();
    }
    assertEquals(alone, contents(items));
  }

  @Test
  @DisplayName("a sample stays as it was when later ones are read")
  final void samplesAreApart() throws IOException {
    SampleSource source = create(SEED);
    List<SourceItem> items = new ArrayList<>();
    List<List<?>> then = new ArrayList<>();
    for (Optional<SourceItem> item = source.next(); item.isPresent(); item = source.next()) {
      items.add(item.get());
      then.add(content(item.get()));
    }
    assertEquals(then, contents(items));
  }

  @Test
  @DisplayName("it can be closed before its end, and twice")
  final void closesEarly() throws IOException {
    SampleSource source = create(SEED);
    source.next();
    source.close();
    assertDoesNotThrow(source::close);
  }

  private List<SourceItem> all(SampleSource source) throws IOException {
    List<SourceItem> items = new ArrayList<>();
    for (Optional<SourceItem> item = source.next(); item.isPresent(); item = source.next()) {
      items.add(item.get());
      assertTrue(items.size() <= longest(), "more than " + longest() + " items: see longest");
    }
    return items;
  }

  private static List<List<?>> contents(List<SourceItem> items) {
    List<List<?>> contents = new ArrayList<>();
    items.forEach(item -> contents.add(content(item)));
    return contents;
  }

  private static List<?> content(SourceItem item) {
    List<Object> content = new ArrayList<>();
    content.add(item.id());
    if (item instanceof Sample sample) {
      content.add(sample.domain());
      content.add(List.of(sample.frame().width(), sample.frame().height()));
      content.add(ByteBuffer.wrap(sample.frame().rgb().clone()));
      byte[] depth = sample.frame().depth();
      content.add(depth == null ? "no depth" : ByteBuffer.wrap(depth.clone()));
      var label = sample.label();
      content.add(label == null ? "no label" : Scenes.content(label));
    }
    return content;
  }
}
