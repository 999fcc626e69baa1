package io.seamark.source;

import io.seamark.host.NamedPath;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JPEG, PNG, WebP and TIFF images of a folder, in the order of their names, with labels and
 * depth from folders beside it, see {@link ImageFiles}. A file that cannot be read, or whose label
 * or depth cannot be used, becomes an {@link UnreadableSample}. An image without a label file is a
 * sample without a label.
 */
public final class ImageFolder implements SampleSource {
  private final ImageFiles files;
  private int next;

  private ImageFolder(ImageFiles files) {
    this.files = files;
  }

  /**
   * What to read.
   *
   * @param folder of images
   * @param labels folder of class maps named as the images but with {@code .png}, or null
   * @param depth folder of depth images named likewise, or null
   * @param select globs such as {@code 0001TP_*}, matched against file names with or without their
   *     ending, or with a slash or {@code **} against paths in sub-folders too; empty for all
   * @param width width in pixels that every sample is scaled to; 0 to leave them as they are
   * @param height height in pixels that every sample is scaled to; 0 if width is 0
   * @param labelsSuffix what a label's name has after its image's, without {@code .png}; empty for
   *     nothing, or for Cityscapes's
   * @param depthSuffix the same for depth
   * @param depthScale what the values of depth images mean
   */
  public record Options(
      Path folder,
      @Nullable Path labels,
      @Nullable Path depth,
      List<String> select,
      int width,
      int height,
      String labelsSuffix,
      String depthSuffix,
      DepthScale depthScale) {
    /** Checks the globs and the size, and takes the suffixes without their ending. */
    public Options {
      select = List.copyOf(select);
      checkGlobs(select);
      labelsSuffix = suffix("label", labelsSuffix);
      depthSuffix = suffix("depth", depthSuffix);
      if ((width == 0) != (height == 0) || width < 0 || height < 0) {
        throw new IllegalArgumentException(
            "cannot scale images to " + width + "x" + height + " pixels");
      }
      if (tooLarge(width, height)) {
        throw new IllegalArgumentException(
            "cannot scale images to " + width + "x" + height + " pixels: " + LARGEST);
      }
    }

    static final String LARGEST =
        "at most "
            + Images.MAX_SIDE
            + " a side and "
            + Images.MAX_PIXELS / 1_000_000
            + " megapixels are accepted";

    static boolean tooLarge(int width, int height) {
      return Math.max(width, height) > Images.MAX_SIDE || (long) width * height > Images.MAX_PIXELS;
    }

    /**
     * All images of a folder, without labels, as they are.
     *
     * @param folder of images
     * @return options to refine
     */
    public static Options of(Path folder) {
      return new Options(folder, null, null, List.of(), 0, 0, "", "", DepthScale.AS_STORED);
    }

    private static String suffix(String what, String text) {
      if (text.contains("/") || text.contains("\\")) {
        throw new IllegalArgumentException(
            "a "
                + what
                + " suffix is '"
                + text
                + "', but must be an end of file names, such as _gtFine_labelIds");
      }
      return Listing.ending(text).equals("png") && text.contains(".")
          ? text.substring(0, text.lastIndexOf('.'))
          : text;
    }

    /**
     * Reads {@code FOLDER} or {@code FOLDER:GLOB,GLOB}. Globs are what follows the last colon after
     * a folder that exists, or after the last colon at all, unless the whole text names a folder
     * that exists or a slash follows.
     *
     * @param text as a user writes it
     * @return that folder and those globs, without labels
     * @throws IllegalArgumentException if a glob is malformed
     */
    public static Options parse(String text) {
      if (isFolder(text)) {
        return of(NamedPath.of(text));
      }
      // The colon of a file: URI ends no folder's name.
      int scheme = text.regionMatches(true, 0, "file:", 0, 5) ? 4 : 0;
      for (int at = text.lastIndexOf(':'); at > scheme; at = text.lastIndexOf(':', at - 1)) {
        if (isFolder(text.substring(0, at))) {
          return of(text, at);
        }
      }
      int colon = text.lastIndexOf(':');
      return colon <= scheme || text.indexOf('/', colon) >= 0
          ? of(NamedPath.of(text))
          : of(text, colon);
    }

    /** A glob behind a URI has characters that no URI may have. */
    private static boolean isFolder(String text) {
      try {
        return Files.isDirectory(NamedPath.of(text));
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    private static Options of(String text, int colon) {
      return of(NamedPath.of(text.substring(0, colon)))
          .withSelect(globs(text.substring(colon + 1)));
    }

    /**
     * The same with labels.
     *
     * @param labels folder of class maps, or null for none
     * @return new options
     */
    public Options withLabels(@Nullable Path labels) {
      return new Options(
          folder, labels, depth, select, width, height, labelsSuffix, depthSuffix, depthScale);
    }

    /**
     * The same with depth images.
     *
     * @param depth folder of depth images, or null for none
     * @return new options
     */
    public Options withDepth(@Nullable Path depth) {
      return new Options(
          folder, labels, depth, select, width, height, labelsSuffix, depthSuffix, depthScale);
    }

    /**
     * The same with only some of the images.
     *
     * @param select globs; empty for all
     * @return new options
     */
    public Options withSelect(List<String> select) {
      return new Options(
          folder, labels, depth, select, width, height, labelsSuffix, depthSuffix, depthScale);
    }

    /**
     * The same with samples of one size.
     *
     * @param width in pixels
     * @param height in pixels
     * @return new options
     */
    public Options withSize(int width, int height) {
      return new Options(
          folder, labels, depth, select, width, height, labelsSuffix, depthSuffix, depthScale);
    }

    /**
     * The same with labels and depth whose names end otherwise.
     *
     * @param labels what a label's name has after its image's; empty for nothing
     * @param depth the same for depth
     * @return new options
     */
    public Options withSuffixes(String labels, String depth) {
      return new Options(
          folder, this.labels, this.depth, select, width, height, labels, depth, depthScale);
    }

    /**
     * The same with depth images of another meaning.
     *
     * @param scale what their values mean
     * @return new options
     */
    public Options withDepthScale(DepthScale scale) {
      return new Options(
          folder, labels, depth, select, width, height, labelsSuffix, depthSuffix, scale);
    }
  }

  /**
   * Lists a folder.
   *
   * @param options what to read
   * @return its samples, from the first
   * @throws IOException if a folder does not exist or cannot be listed, if no image is in it or
   *     selected, or if labels or depth were asked for and not one image has any
   */
  public static ImageFolder open(Options options) throws IOException {
    ImageFiles files = ImageFiles.list(options);
    if (files.all() == 0) {
      throw new IOException(
          "image folder "
              + options.folder()
              + " holds no image: it must hold .jpg, .jpeg, .png, .webp, .tif or .tiff files"
              + (files.notes().isEmpty() ? "" : "; " + String.join("; ", files.notes())));
    }
    if (files.items().isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "none of the %d images in %s matches '%s'; the first is %s",
              files.all(),
              options.folder(),
              String.join(",", options.select()),
              files.first()));
    }
    checkBeside(files, "label", options.labels(), ImageFiles.Item::label);
    checkBeside(files, "depth", options.depth(), ImageFiles.Item::depth);
    return new ImageFolder(files);
  }

  private static void checkBeside(
      ImageFiles files,
      String what,
      @Nullable Path folder,
      Function<ImageFiles.Item, @Nullable Path> file)
      throws IOException {
    if (folder != null && files.items().stream().allMatch(item -> file.apply(item) == null)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s folder %s has no file for any image of %s: it must hold %s.png and so on, or say"
                  + " with --%s-suffix how its names end",
              what,
              folder,
              files.folder(),
              files.items().get(0).id(),
              what.equals("label") ? "labels" : what));
    }
  }

  /**
   * Splits a list of globs.
   *
   * @param text globs separated by commas; blank for none
   * @return each glob, without blanks around it
   */
  public static List<String> globs(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(g -> !g.isEmpty()).toList();
  }

  static void checkGlobs(List<String> globs) {
    Globs.of(globs);
  }

  /**
   * What the samples will be called.
   *
   * @return their ids, in order; each once
   */
  public List<String> ids() {
    return files.items().stream().map(ImageFiles.Item::id).toList();
  }

  @Override
  public Optional<SourceItem> next() {
    if (next == files.items().size()) {
      return Optional.empty();
    }
    ImageFiles.Item item = files.items().get(next++);
    try {
      return Optional.of(files.read(item));
    } catch (IOException e) {
      String id = item.id().substring(0, Math.min(item.id().length(), Sample.MAX_ID));
      return Optional.of(new UnreadableSample(id, String.valueOf(e.getMessage())));
    }
  }

  @Override
  public OptionalInt size() {
    return OptionalInt.of(files.items().size());
  }

  @Override
  public List<String> notes() {
    return files.notes();
  }

  @Override
  public void close() {}
}
