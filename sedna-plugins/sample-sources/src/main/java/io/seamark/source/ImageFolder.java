package io.seamark.source;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The JPEG and PNG images of a folder, in the order of their names, with labels and depth from
 * folders beside it. A sample's id is its file's name without the extension; its domain is what
 * stands before the first underscore of that name, if there is one.
 *
 * <p>The folder is listed once, when it is opened; files are read one by one. A file that cannot be
 * read, or whose label or depth cannot be used, becomes an {@link UnreadableSample}. An image
 * without a label file is a sample without a label.
 */
public final class ImageFolder implements SampleSource {
  /** Largest file that is read, in bytes. */
  public static final long MAX_FILE_BYTES = 64L << 20;

  private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png");

  private final Options options;
  private final List<Path> images;
  private final boolean sharedNames;
  private int next;

  private ImageFolder(Options options, List<Path> images) {
    this.options = options;
    this.images = images;
    Set<String> names = new HashSet<>();
    sharedNames = !images.stream().allMatch(image -> names.add(baseName(image)));
  }

  /**
   * What to read.
   *
   * @param folder of images
   * @param labels folder of class maps named as the images but with {@code .png}, or null
   * @param depth folder of 8-bit depth images named likewise, or null
   * @param select globs such as {@code 0001TP_*}, matched against file names with or without their
   *     extension; empty for all
   * @param width width in pixels that every sample is scaled to; 0 to leave them as they are
   * @param height height in pixels that every sample is scaled to; 0 if width is 0
   */
  public record Options(
      Path folder,
      @Nullable Path labels,
      @Nullable Path depth,
      List<String> select,
      int width,
      int height) {
    /** Checks the globs and the size. */
    public Options {
      select = List.copyOf(select);
      checkGlobs(select);
      if ((width == 0) != (height == 0) || width < 0 || height < 0) {
        throw new IllegalArgumentException(
            "cannot scale images to " + width + "x" + height + " pixels");
      }
    }

    /**
     * All images of a folder, without labels, as they are.
     *
     * @param folder of images
     * @return options to refine
     */
    public static Options of(Path folder) {
      return new Options(folder, null, null, List.of(), 0, 0);
    }

    /**
     * Reads {@code FOLDER} or {@code FOLDER:GLOB,GLOB}. What follows the last colon is taken for
     * globs unless the whole text names a folder that exists.
     *
     * @param text as a user writes it
     * @return that folder and those globs, without labels
     * @throws IllegalArgumentException if a glob is malformed
     */
    public static Options parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon <= 0 || Files.isDirectory(Path.of(text))) {
        return of(Path.of(text));
      }
      return of(Path.of(text.substring(0, colon))).withSelect(globs(text.substring(colon + 1)));
    }

    /**
     * The same with labels.
     *
     * @param labels folder of class maps, or null for none
     * @return new options
     */
    public Options withLabels(@Nullable Path labels) {
      return new Options(folder, labels, depth, select, width, height);
    }

    /**
     * The same with depth images.
     *
     * @param depth folder of depth images, or null for none
     * @return new options
     */
    public Options withDepth(@Nullable Path depth) {
      return new Options(folder, labels, depth, select, width, height);
    }

    /**
     * The same with only some of the images.
     *
     * @param select globs; empty for all
     * @return new options
     */
    public Options withSelect(List<String> select) {
      return new Options(folder, labels, depth, select, width, height);
    }

    /**
     * The same with samples of one size.
     *
     * @param width in pixels
     * @param height in pixels
     * @return new options
     */
    public Options withSize(int width, int height) {
      return new Options(folder, labels, depth, select, width, height);
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
    Path folder = options.folder();
    List<Path> all = list(folder, "image folder");
    if (all.isEmpty()) {
      throw new IOException(
          "image folder " + folder + " holds no image: it must hold .jpg, .jpeg or .png files");
    }
    List<PathMatcher> globs = options.select().stream().map(ImageFolder::matcher).toList();
    List<Path> chosen =
        globs.isEmpty() ? all : all.stream().filter(image -> matches(globs, image)).toList();
    if (chosen.isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "none of the %d images in %s matches '%s'; the first is %s",
              all.size(),
              folder,
              String.join(",", options.select()),
              all.get(0).getFileName()));
    }
    checkBeside(options.labels(), "label", folder, chosen);
    checkBeside(options.depth(), "depth", folder, chosen);
    return new ImageFolder(options, chosen);
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

  /**
   * What the samples will be called.
   *
   * @return their ids, in order; each once
   */
  public List<String> ids() {
    return images.stream().map(this::id).toList();
  }

  private String id(Path image) {
    return sharedNames ? fileName(image) : baseName(image);
  }

  @Override
  public Optional<SourceItem> next() {
    if (next == images.size()) {
      return Optional.empty();
    }
    Path image = images.get(next++);
    String id = id(image);
    if (id.isBlank() || id.length() > 200) {
      return Optional.of(
          new UnreadableSample(
              id.substring(0, Math.min(id.length(), 200)),
              image + ": its name has " + id.length() + " characters, but may have 1 to 200"));
    }
    Path reading = image;
    try {
      EncodedImage encoded = Images.encoded(bytes(image));
      Frame frame = Images.decodeFrame(encoded.bytes());
      Path depth = beside(options.depth(), image);
      if (depth != null) {
        reading = depth;
        frame = Images.withDepth(frame, bytes(depth));
      }
      Path label = beside(options.labels(), image);
      ClassMap map = null;
      if (label != null) {
        reading = label;
        map = Images.decodeClassMap(bytes(label));
        if (map.width() != frame.width() || map.height() != frame.height()) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "the label is %dx%d, but its image is %dx%d",
                  map.width(),
                  map.height(),
                  frame.width(),
                  frame.height()));
        }
      }
      if (options.width() > 0
          && (frame.width() != options.width() || frame.height() != options.height())) {
        frame = Images.resize(frame, options.width(), options.height());
        map = map == null ? null : Images.resize(map, options.width(), options.height());
        encoded = null;
      }
      return Optional.of(new Sample(id, domain(image), frame, encoded, map));
    } catch (IOException e) {
      return Optional.of(new UnreadableSample(id, reading + ": " + reason(e)));
    }
  }

  @Override
  public OptionalInt size() {
    return OptionalInt.of(images.size());
  }

  @Override
  public void close() {}

  private static List<Path> list(Path folder, String what) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          what + " " + folder + (Files.exists(folder) ? " is not a folder" : " does not exist"));
    }
    List<Path> images = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = fileName(entry);
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (EXTENSIONS.contains(extension) && Files.isRegularFile(entry)) {
          images.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException("cannot list " + what + " " + folder + ": " + e.getMessage(), e);
    }
    images.sort(Comparator.comparing(ImageFolder::fileName));
    return images;
  }

  private static void checkBeside(
      @Nullable Path folder, String what, Path images, List<Path> chosen) throws IOException {
    if (folder == null) {
      return;
    }
    list(folder, what + " folder");
    if (chosen.stream().allMatch(image -> beside(folder, image) == null)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s folder %s has no file for any image of %s: it must hold %s.png and so on",
              what,
              folder,
              images,
              baseName(chosen.get(0))));
    }
  }

  private static @Nullable Path beside(@Nullable Path folder, Path image) {
    if (folder == null) {
      return null;
    }
    Path file = folder.resolve(baseName(image) + ".png");
    return Files.exists(file) ? file : null;
  }

  private static byte[] bytes(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_FILE_BYTES) {
      throw new IOException(size + " bytes long, but at most " + MAX_FILE_BYTES + " are read");
    }
    // The file may grow while it is read.
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes((int) MAX_FILE_BYTES);
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "the file has gone" : String.valueOf(e.getMessage());
  }

  private static boolean matches(List<PathMatcher> globs, Path image) {
    Path whole = Path.of(fileName(image));
    Path base = Path.of(baseName(image));
    return globs.stream().anyMatch(glob -> glob.matches(whole) || glob.matches(base));
  }

  static void checkGlobs(List<String> globs) {
    globs.forEach(ImageFolder::matcher);
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + glob + "' is not a glob such as 0001TP_*: " + e.getDescription(), e);
    }
  }

  private static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String baseName(Path file) {
    String name = fileName(file);
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String domain(Path image) {
    String name = baseName(image);
    return name.substring(0, Math.max(0, name.indexOf('_')));
  }
}
