package io.seamark.cli;

import io.seamark.host.NamedPath;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where frames come from, for the verbs that take a source. */
public final class SourceOptions {
  private static final String FOLDER = "image_folder";
  private static final String PREFIX = PluginKind.SAMPLE_SOURCE.id() + "." + FOLDER + ".";

  @Option(
      names = {"--source", "--images"},
      paramLabel = "DIR|NAME",
      description =
          "A folder of images, as a path or file: URI, or the name of a sample_source plugin.")
  private @Nullable String source;

  @Option(
      names = "--select",
      paramLabel = "GLOB[,GLOB]",
      description =
          "Only the images of the folder whose names match; ** also stands for any sub-folders.")
  private @Nullable String select;

  @Option(
      names = "--labels",
      paramLabel = "DIR",
      description =
          "True class maps (PNG of the image's base name) of the folder's images. Only for scoring.")
  private @Nullable Path labels;

  @Option(
      names = "--depth",
      paramLabel = "DIR",
      description = "Depth images (grey PNG of the image's base name) of the folder's images.")
  private @Nullable Path depth;

  @Option(
      names = "--labels-suffix",
      paramLabel = "TEXT",
      description =
          "What labels' names have after their images', such as _gtFine_labelIds. Cityscapes's are"
              + " found without it.")
  private @Nullable String labelsSuffix;

  @Option(
      names = "--depth-suffix",
      paramLabel = "TEXT",
      description = "What depth images' names have after their images'.")
  private @Nullable String depthSuffix;

  @Option(
      names = "--depth-scale",
      paramLabel = "METRES",
      description =
          "Metres of a unit of the depth images' values, such as 0.001, or cityscapes for its"
              + " disparity. Needed where they have 16 bits.")
  private @Nullable String depthScale;

  /** Made by picocli. */
  public SourceOptions() {}

  /**
   * Whether a source was named.
   *
   * @return true with {@code --source} or {@code --images}
   */
  public boolean named() {
    return source != null;
  }

  /**
   * Says in configuration what the options say.
   *
   * @param registry the sources that can be named
   * @param chosen is added to
   * @throws IllegalArgumentException if there is no such folder or source
   */
  public void configure(PluginRegistry registry, Map<String, String> chosen) {
    String named = source;
    if (named != null) {
      List<String> names = registry.names(PluginKind.SAMPLE_SOURCE);
      String key = ConfiguredPlugins.selectionKey(PluginKind.SAMPLE_SOURCE);
      if (names.contains(named)) {
        chosen.put(key, named);
      } else {
        Path folder = path(named);
        if (folder == null || !Files.exists(folder)) {
          throw new IllegalArgumentException(
              "source '"
                  + named
                  + "' does not exist: must be a folder of images or one of "
                  + String.join(", ", names));
        }
        if (!Files.isDirectory(folder)) {
          throw new IllegalArgumentException(
              "source '" + named + "' is not a folder: must be a folder of images");
        }
        chosen.put(key, FOLDER);
        chosen.put(PREFIX + "folder", folder.toString());
      }
      if (!FOLDER.equals(chosen.get(key)) && refined()) {
        throw new IllegalArgumentException(
            "--select, --labels and --depth belong to a folder of images, but the source is '"
                + named
                + "'");
      }
    } else if (refined()) {
      throw new IllegalArgumentException(
          "--select, --labels and --depth need --source with a folder of images");
    }
    put(chosen, "select", select);
    put(chosen, "labels", labels);
    put(chosen, "depth", depth);
    put(chosen, "labels.suffix", labelsSuffix);
    put(chosen, "depth.suffix", depthSuffix);
    put(chosen, "depth.scale", depthScale);
  }

  /** Whether an option says more of a folder than where it is. */
  private boolean refined() {
    return Stream.of(select, labels, depth, labelsSuffix, depthSuffix, depthScale)
        .anyMatch(Objects::nonNull);
  }

  private static void put(Map<String, String> chosen, String parameter, @Nullable String text) {
    if (text != null) {
      chosen.put(PREFIX + parameter, text);
    }
  }

  private static void put(Map<String, String> chosen, String parameter, @Nullable Path folder) {
    if (folder != null) {
      if (!Files.isDirectory(folder)) {
        throw new IllegalArgumentException(
            "--" + parameter + " " + folder + " does not exist or is not a folder");
      }
      chosen.put(PREFIX + parameter, folder.toString());
    }
  }

  private static @Nullable Path path(String text) {
    try {
      return NamedPath.of(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Opens the configured source and reads its first item, so that a source that cannot work at all
   * is a matter of configuration.
   *
   * @param plugins the configured ones
   * @return the source, with its first item still to come
   * @throws IllegalArgumentException if it cannot be opened, or has nothing to give
   */
  public static OpenedSource open(ConfiguredPlugins plugins) {
    SampleSource opened = null;
    try {
      opened = plugins.create(PluginKind.SAMPLE_SOURCE);
      Optional<SourceItem> first = opened.next();
      if (first.isEmpty()) {
        throw new IOException("the source has no frames");
      }
      return new OpenedSource(
          opened, plugins.name(PluginKind.SAMPLE_SOURCE).equals(FOLDER), first.get());
    } catch (IOException | UncheckedIOException e) {
      close(opened);
      throw new IllegalArgumentException(Seamark.message(e), e);
    } catch (RuntimeException e) {
      close(opened);
      throw e;
    }
  }

  private static void close(@Nullable SampleSource source) {
    if (source != null) {
      try {
        source.close();
      } catch (IOException e) {
        // What made us close it is the news.
      }
    }
  }
}
