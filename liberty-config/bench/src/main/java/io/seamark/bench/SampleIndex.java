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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ianvs's txt index: a sample a line, blank-separated: image, depth if there is any, label ({@link
 * IndexLine}). Relative paths are relative to the index's folder.
 *
 * @param file the index
 * @param entries in its order
 */
public record SampleIndex(Path file, List<Entry> entries) {
  private static final int MAX_INDEX_BYTES = 64 << 20;
  private static final int SHOWN = 5;

  /** Copies the list. */
  public SampleIndex {
    entries = List.copyOf(entries);
  }

  /**
   * A line.
   *
   * @param line its text
   * @param name the image's path as the line has it
   * @param image an image file
   * @param depth a grey PNG, or null
   * @param label an 8-bit PNG of classes; values that are no class of the model are ignored
   */
  public record Entry(String line, String name, Path image, @Nullable Path depth, Path label) {
    @Override
    public String toString() {
      return line;
    }

    /**
     * What is known of the sample without its pixels, for the task plugins.
     *
     * @return the image's path as the line has it for an id, as in Ianvs, and the name of that
     *     path's folder, if it has one, for a domain
     */
    public Map<String, String> attributes() {
      Path written = Path.of(name).getParent();
      Path folder = written == null ? null : written.getFileName();
      return folder == null
          ? Map.of(TaskSample.ID, name)
          : Map.of(TaskSample.ID, name, TaskSample.DOMAIN, folder.toString());
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
    Path parent = file.toAbsolutePath().getParent();
    Path folder = parent == null ? Path.of("") : parent;
    try {
      List<String> paths = IndexLine.cut(folder, line);
      entries.add(
          new Entry(
              line,
              paths.get(0),
              folder.resolve(paths.get(0)),
              paths.size() == 3 ? folder.resolve(paths.get(1)) : null,
              folder.resolve(paths.get(paths.size() - 1))));
    } catch (IllegalArgumentException e) {
      wrong.add(file + ":" + number + ": '" + line + "' " + e.getMessage());
    }
  }
}
