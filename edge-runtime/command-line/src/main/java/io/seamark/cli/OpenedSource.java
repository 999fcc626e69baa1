package io.seamark.cli;

import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A source in use: its first item was read ahead, and frames that lack depth are counted. */
public final class OpenedSource implements SampleSource {
  private static final int NAMED = 5;

  private final SampleSource source;
  private final boolean folder;
  private final List<String> lacking = new ArrayList<>();
  private @Nullable SourceItem first;
  private boolean needsDepth;
  private long samples;
  private long withoutDepth;

  OpenedSource(SampleSource source, boolean folder, SourceItem first) {
    this.source = source;
    this.folder = folder;
    this.first = first;
  }

  /**
   * The ids of the samples, where they are known before they come.
   *
   * @return of a folder of images; empty for other sources
   */
  public List<String> ids() {
    return source instanceof ImageFolder images ? images.ids() : List.of();
  }

  /**
   * Says what a person should know before the work begins.
   *
   * @param err standard error
   */
  public void begin(PrintWriter err) {
    source.notes().forEach(err::println);
    err.flush();
  }

  /**
   * Says what a person should know before the work begins, and from here on counts the frames
   * without the depth that the model has a branch for.
   *
   * @param model the edge model that is to label the frames
   * @param plugins name the plugin that reads it
   * @param err standard error
   */
  public void begin(Path model, ConfiguredPlugins plugins, PrintWriter err) {
    begin(err);
    needsDepth = ModelOptions.describe(model, plugins).depth();
    if (first instanceof Sample sample) {
      boolean depth = hasDepth(sample.frame());
      if (needsDepth && !depth) {
        err.println(
            "the edge model has a branch for depth, but "
                + sample.id()
                + " comes without any: what has none is labelled from colour alone, less"
                + " accurately"
                + (folder ? "; --depth DIR names depth images" : ""));
      } else if (!needsDepth && depth && folder) {
        err.println("depth is not used: the edge model has no branch for it");
      }
    }
    err.flush();
  }

  /**
   * Says what turned out.
   *
   * @param err standard error
   */
  public void end(PrintWriter err) {
    if (withoutDepth > 0) {
      err.println(
          withoutDepth
              + " of "
              + samples
              + " frames had no depth and were labelled from colour alone: "
              + String.join(", ", lacking)
              + (withoutDepth > lacking.size() ? " and so on" : ""));
      err.flush();
    }
  }

  /**
   * Frames so far that came without depth for a model that has a branch for it.
   *
   * @return 0 for a model without one
   */
  public long withoutDepth() {
    return withoutDepth;
  }

  @Override
  public Optional<SourceItem> next() throws IOException {
    SourceItem ahead = first;
    first = null;
    Optional<SourceItem> item = ahead == null ? source.next() : Optional.of(ahead);
    if (item.isPresent() && item.get() instanceof Sample sample) {
      samples++;
      if (needsDepth && !hasDepth(sample.frame())) {
        withoutDepth++;
        if (lacking.size() < NAMED) {
          lacking.add(sample.id());
        }
      }
    }
    return item;
  }

  private static boolean hasDepth(Frame frame) {
    return frame.depth() != null;
  }

  @Override
  public OptionalInt size() {
    return source.size();
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
