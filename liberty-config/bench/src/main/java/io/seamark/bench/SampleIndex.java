package io.seamark.bench;

import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.plugin.TaskSample;
import io.seamark.source.ImageFiles;
import io.seamark.text.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ianvs's txt index: a sample a line, blank-separated: image, depth if there is any, label.
 * Relative paths are relative to the index's folder.
 *
 * @param file the index
 * @param entries in its order
 */
public record SampleIndex(Path file, List<Entry> entries) {
  private static final int MAX_INDEX_BYTES = 64 << 20;
  private static final int SHOWN = 5;
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** Copies the list. */
  public SampleIndex {
    entries = List.copyOf(entries);
  }

  /**
   * A line.
   *
   * @param line its text
   * @param image an image file
   * @param depth a grey PNG, or null
   * @param label an 8-bit PNG of classes; values that are no class of the model are ignored
   */
  public record Entry(String line, Path image, @Nullable Path depth, Path label) {
    @Override
    public String toString() {
      return line;
    }

    /**
     * What is known of the sample without its pixels, for the task plugins.
     *
     * @return its line for an id, and the name of the image's folder, if the line has one, for a
     *     domain
     */
    public Map<String, String> attributes() {
      Path written = Path.of(BLANKS.split(line, -1)[0]).getParent();
      Path folder = written == null ? null : written.getFileName();
      return folder == null
          ? Map.of(TaskSample.ID, line)
          : Map.of(TaskSample.ID, line, TaskSample.DOMAIN, folder.toString());
    }

    /**
     * Reads the files, as the images of a folder are read.
     *
     * @param scale what the values of depth images mean
     * @return frame and label
     * @throws IOException if one cannot be read or they differ in size; the message names the file
     */
    public Labelled read(DepthScale scale) throws IOException {
      Sample sample =
          ImageFiles.read(new ImageFiles.Item("sample", "", image, label, depth), scale);
      Frame frame = sample.frame();
      EncodedImage encoded = sample.encoded();
      return new Labelled(
          frame,
          Objects.requireNonNull(sample.label(), "label"),
          encoded == null ? new EncodedImage(EncodedImage.PNG, Images.encodePng(frame)) : encoded,
          Images.depthOrNull(frame));
    }
  }

  /**
   * A sample in memory.
   *
   * @param frame with depth if there is any
   * @param label of its size
   * @param image the image file as it is sent, or one made of the frame
   * @param depthPng the depth as the network reads it, or null
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Labelled(
      Frame frame, ClassMap label, EncodedImage image, byte @Nullable [] depthPng) {}

  /**
   * Reads an index.
   *
   * @param file a txt file
   * @param failures what is wrong is added here, with the line
   * @return the samples
   */
  public static SampleIndex read(Path file, List<String> failures) {
    List<Entry> entries = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    try {
      if (!Files.isRegularFile(file)) {
        wrong.add(file + " does not exist or is not a file");
      } else if (!file.toString().endsWith(".txt")) {
        wrong.add(file + " must be a .txt index: IMAGE [DEPTH] LABEL on each line");
      } else {
        List<String> lines = TextFile.read(file, MAX_INDEX_BYTES).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
          if (!lines.get(i).isBlank()) {
            read(file, i + 1, lines.get(i).strip(), entries, wrong);
          }
        }
        if (entries.isEmpty() && wrong.isEmpty()) {
          wrong.add(file + " lists no samples");
        }
      }
    } catch (IOException e) {
      wrong.add(file + " cannot be read: " + e.getMessage());
    }
    failures.addAll(wrong.subList(0, Math.min(SHOWN, wrong.size())));
    if (wrong.size() > SHOWN) {
      failures.add(file + ": " + (wrong.size() - SHOWN) + " more of its lines are wrong");
    }
    return new SampleIndex(file, entries);
  }

  private static void read(
      Path file, int number, String line, List<Entry> entries, List<String> wrong) {
    String[] columns = BLANKS.split(line, 0);
    if (columns.length != 2 && columns.length != 3) {
      wrong.add(
          file
              + ":"
              + number
              + ": '"
              + line
              + "' has "
              + columns.length
              + " columns, but must have IMAGE [DEPTH] LABEL separated by blanks; a path with a"
              + " blank in it cannot be written in Ianvs's format, so rename or link it");
      return;
    }
    List<Path> paths = new ArrayList<>();
    Path folder = file.toAbsolutePath().getParent();
    for (String column : columns) {
      try {
        Path path = folder == null ? Path.of(column) : folder.resolve(column);
        if (!Files.isRegularFile(path)) {
          wrong.add(
              file
                  + ":"
                  + number
                  + ": '"
                  + column
                  + "' is not a file; relative paths are relative to the index's folder, and a path"
                  + " must hold no blank");
          return;
        }
        paths.add(path);
      } catch (InvalidPathException e) {
        wrong.add(file + ":" + number + ": '" + column + "' is not a path");
        return;
      }
    }
    entries.add(
        new Entry(
            line,
            paths.get(0),
            paths.size() == 3 ? paths.get(1) : null,
            paths.get(paths.size() - 1)));
  }
}
