package io.seamark.source;

import io.seamark.imaging.DepthScale;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code image_folder}: the images of a folder, see {@link ImageFolder}. */
public final class ImageFolderProvider
    implements PluginProvider<SampleSource, ImageFolderProvider.Hyperparameters> {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})");

  /**
   * What can be set.
   *
   * @param folder of images
   * @param labels folder of labels; the empty path for none
   * @param depth folder of depth images; the empty path for none
   * @param select globs separated by commas; empty for all
   * @param size {@code WIDTHxHEIGHT}; empty to leave images as they are
   * @param labelsSuffix end of labels' names; empty for none
   * @param depthSuffix end of depth images' names; empty for none
   * @param depthScale what depth images' values mean; empty for 8 bits as they are
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Folder of JPEG, PNG, WebP or TIFF images, streamed in the order of their names.",
              defaultValue = "")
          Path folder,
      @Hyperparameter(
              text =
                  "Folder of labels: 8-bit PNG class maps named as the images. Empty for none. Only"
                      + " for scoring.",
              defaultValue = "")
          Path labels,
      @Hyperparameter(
              text = "Folder of grey PNG depth images named as the images. Empty for none.",
              defaultValue = "")
          Path depth,
      @Hyperparameter(
              text =
                  "Globs separated by commas, such as 0001TP_*: only images whose name matches one"
                      + " are streamed. ** stands for any sub-folders. Empty for all.",
              defaultValue = "")
          String select,
      @Hyperparameter(
              text = "Size to scale every image to, such as 480x360. Empty to leave them as is.",
              defaultValue = "",
              unit = "pixels")
          String size,
      @Hyperparameter(
              text =
                  "What a label's name has after its image's, such as _gtFine_labelIds. Empty for"
                      + " nothing; Cityscapes's are found without it.",
              defaultValue = "",
              name = "labels.suffix")
          String labelsSuffix,
      @Hyperparameter(
              text = "What a depth image's name has after its image's. Empty likewise.",
              defaultValue = "",
              name = "depth.suffix")
          String depthSuffix,
      @Hyperparameter(
              text =
                  "Metres of a unit of the depth images' values, such as 0.001 for millimetres (0"
                      + " is unknown); or cityscapes for its 16-bit disparity. The network is given"
                      + " 473 over the metres, at most 255. Empty for 8-bit images whose values are"
                      + " that already; 16 bits are refused then, unless named _disparity.",
              defaultValue = "",
              unit = "metres",
              name = "depth.scale",
              source = "RFNet (arXiv 2002.10570), Cityscapes")
          String depthScale) {
    /** Checks the globs and the size. */
    public Hyperparameters {
      if (!size.isEmpty() && !SIZE.matcher(size).matches()) {
        throw new IllegalArgumentException(
            "size is '" + size + "', but must be WIDTHxHEIGHT, such as 480x360");
      }
      Matcher wanted = SIZE.matcher(size);
      if (wanted.matches()
          && ImageFolder.Options.tooLarge(
              Integer.parseInt(wanted.group(1)), Integer.parseInt(wanted.group(2)))) {
        throw new IllegalArgumentException(
            "size is '" + size + "', but " + ImageFolder.Options.LARGEST);
      }
      ImageFolder.checkGlobs(ImageFolder.globs(select));
      DepthScale.parse(depthScale);
      needs("labels.suffix", labelsSuffix, "labels", labels);
      needs("depth.suffix", depthSuffix, "depth", depth);
      needs("depth.scale", depthScale, "depth", depth);
    }

    private static void needs(String name, String value, String other, Path folder) {
      if (!value.isEmpty() && folder.toString().isEmpty()) {
        throw new IllegalArgumentException(
            name + " is '" + value + "', but " + other + " names no folder that it could hold for");
      }
    }

    ImageFolder.Options options() {
      if (folder.toString().isEmpty()) {
        throw new IllegalArgumentException(
            "sample_source.image_folder.folder is not set, but must name a folder of images");
      }
      ImageFolder.Options options =
          ImageFolder.Options.of(folder)
              .withLabels(orNull(labels))
              .withDepth(orNull(depth))
              .withSelect(ImageFolder.globs(select))
              .withSuffixes(labelsSuffix, depthSuffix)
              .withDepthScale(DepthScale.parse(depthScale));
      Matcher wanted = SIZE.matcher(size);
      return wanted.matches()
          ? options.withSize(Integer.parseInt(wanted.group(1)), Integer.parseInt(wanted.group(2)))
          : options;
    }

    private static @Nullable Path orNull(Path path) {
      return path.toString().isEmpty() ? null : path;
    }
  }

  @Override
  public PluginKind<SampleSource> kind() {
    return PluginKind.SAMPLE_SOURCE;
  }

  @Override
  public String name() {
    return "image_folder";
  }

  @Override
  public String text() {
    return "Images from a folder, with labels and depth from folders beside it where there are"
        + " any.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  /**
   * Opens the folder.
   *
   * @throws IllegalArgumentException if no folder was named
   * @throws UncheckedIOException with {@link ImageFolder#open}'s message if that fails
   */
  @Override
  public SampleSource create(Hyperparameters hyperparameters, PluginContext context) {
    try {
      return ImageFolder.open(hyperparameters.options());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
