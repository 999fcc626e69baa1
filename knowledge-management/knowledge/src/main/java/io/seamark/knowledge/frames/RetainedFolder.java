package io.seamark.knowledge.frames;

import io.seamark.host.NamedPath;
import io.seamark.host.PlainFile;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Labelled frames in a folder of images, in name order. */
public final class RetainedFolder implements LabelledFrames {
  /** Larger files are not read: 40 megapixels fit well below. */
  private static final long MAX_FILE_BYTES = 256L << 20;

  private final List<Path> images;
  private final List<Path> labels;
  private final String source;

  private RetainedFolder(List<Path> images, List<Path> labels, String source) {
    this.images = List.copyOf(images);
    this.labels = List.copyOf(labels);
    this.source = source;
  }

  /**
   * The same setting where its folder is named so that it holds from any folder.
   *
   * @param setting {@code FOLDER} or {@code FOLDER:GLOB,GLOB}
   * @return the same with an absolute path
   * @throws IllegalArgumentException if the folder is no path
   */
  public static String absolute(String setting) {
    int end = folderEnd(setting);
    return NamedPath.of(setting.substring(0, end)).toAbsolutePath() + setting.substring(end);
  }

  /** Where the folder's name ends: at a last colon that no name of a folder follows. */
  private static int folderEnd(String setting) {
    int colon = setting.lastIndexOf(':');
    boolean scheme = colon == 4 && setting.startsWith("file");
    boolean globbed =
        colon > 1 && !scheme && setting.indexOf('/', colon) < 0 && setting.indexOf('\\', colon) < 0;
    return globbed ? colon : setting.length();
  }

  /**
   * Lists the frames.
   *
   * @param setting {@code FOLDER} or {@code FOLDER:GLOB,GLOB}; globs hold for file names, with or
   *     without their extension
   * @param labels folder of 8-bit PNG class maps under the same base names, or null for the folder
   *     beside {@code FOLDER} with {@code annot} at the end of its name
   * @return the frames that have a label
   * @throws IOException if a folder is missing or no frame in it has a label
   */
  public static RetainedFolder open(String setting, @Nullable Path labels) throws IOException {
    int end = folderEnd(setting);
    Path folder = NamedPath.of(setting.substring(0, end));
    List<PathMatcher> select =
        end < setting.length()
            ? Arrays.stream(setting.substring(end + 1).split(","))
                .map(String::strip)
                .filter(glob -> !glob.isEmpty())
                .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                .toList()
            : List.of();
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "seamark.retain is '" + setting + "', but " + folder + " is not a folder of images");
    }
    Path annotations = labels == null ? Path.of(folder + "annot") : labels;
    if (!Files.isDirectory(annotations)) {
      throw new IOException(
          "labels of the retained frames in "
              + folder
              + " must be in "
              + annotations
              + " (or where seamark.retain.labels says), but that is not a folder");
    }
    List<Path> images = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (isImage(file) && (select.isEmpty() || matches(select, file))) {
          images.add(file);
        }
      }
    }
    Collections.sort(images);
    List<Path> labelled = new ArrayList<>();
    List<Path> maps = new ArrayList<>();
    for (Path image : images) {
      Path map = annotations.resolve(base(image) + ".png");
      if (Files.isRegularFile(map)) {
        labelled.add(image);
        maps.add(map);
      }
    }
    if (labelled.isEmpty()) {
      throw new IOException(
          "seamark.retain is '"
              + setting
              + "', but of its "
              + images.size()
              + " images (.jpg, .jpeg, .png) none has a label NAME.png in "
              + annotations);
    }
    Path name = folder.getFileName();
    return new RetainedFolder(
        labelled,
        maps,
        (name == null ? folder.toString() : name.toString()) + setting.substring(end));
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
  }

  private static boolean matches(List<PathMatcher> select, Path file) {
    Path name = file.getFileName();
    return select.stream().anyMatch(m -> m.matches(name) || m.matches(Path.of(base(file))));
  }

  private static String base(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public LabelledFrame read(int index) throws IOException {
    Path image = images.get(index);
    Path map = labels.get(index);
    Frame frame = Images.decodeFrame(content(image));
    ClassMap label = Images.decodeClassMap(content(map));
    if (frame.width() != label.width() || frame.height() != label.height()) {
      throw new IOException(
          String.format(
              "label %s is %dx%d, but its frame is %dx%d",
              map, label.width(), label.height(), frame.width(), frame.height()));
    }
    return new LabelledFrame(frame, label);
  }

  private static byte[] content(Path file) throws IOException {
    long size = Files.size(PlainFile.require(file));
    if (size > MAX_FILE_BYTES) {
      throw new IOException(
          file + " has " + size + " bytes, but at most " + MAX_FILE_BYTES + " are read");
    }
    return Files.readAllBytes(file);
  }

  @Override
  public String source() {
    return source;
  }
}
