package io.seamark.knowledge.frames;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ImageFiles;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Labelled frames in a folder of images, in name order, found and read as a source's are. */
public final class RetainedFolder implements LabelledFrames {
  private static final Logger LOG = LoggerFactory.getLogger(RetainedFolder.class);

  private final ImageFiles files;
  private final List<ImageFiles.Item> labelled;
  private final String source;

  private RetainedFolder(ImageFiles files, List<ImageFiles.Item> labelled, String source) {
    this.files = files;
    this.labelled = labelled;
    this.source = source;
  }

  /**
   * The same setting for a process that works in another folder.
   *
   * @param setting as with {@link #open}
   * @return with an absolute path
   */
  public static String absolute(String setting) {
    ImageFolder.Options options = ImageFolder.Options.parse(setting);
    return options.folder().toAbsolutePath() + globs(options);
  }

  private static String globs(ImageFolder.Options options) {
    return options.select().isEmpty() ? "" : ":" + String.join(",", options.select());
  }

  /**
   * Lists the frames.
   *
   * @param setting {@code FOLDER} or {@code FOLDER:GLOB,GLOB}, as {@link ImageFolder.Options#parse}
   *     reads it
   * @param labels folder of 8-bit PNG class maps under the same base names, or null for the folder
   *     beside {@code FOLDER} with {@code annot} at the end of its name, or Cityscapes's where the
   *     images lie in that layout
   * @return the frames that have a label
   * @throws IOException if a folder is missing or no frame in it has a label
   */
  public static RetainedFolder open(String setting, @Nullable Path labels) throws IOException {
    ImageFolder.Options options = ImageFolder.Options.parse(setting);
    Path folder = options.folder();
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "seamark.retain is '" + setting + "', but " + folder + " is not a folder of images");
    }
    Path annotations = labels == null ? ImageFiles.labelsBeside(folder) : labels;
    if (!Files.isDirectory(annotations)) {
      throw new IOException(
          "labels of the retained frames in "
              + folder
              + " must be in "
              + annotations
              + " (or where seamark.retain.labels says), but that is not a folder");
    }
    ImageFiles files = ImageFiles.list(options.withLabels(annotations));
    List<ImageFiles.Item> labelled =
        files.items().stream().filter(item -> item.label() != null).toList();
    if (labelled.isEmpty()) {
      throw new IOException(
          "seamark.retain is '"
              + setting
              + "', but of its "
              + files.items().size()
              + " images none has a label NAME.png in "
              + annotations);
    }
    files.notes().forEach(note -> LOG.warn("retained frames: {}", note));
    Path name = folder.getFileName();
    return new RetainedFolder(
        files, labelled, (name == null ? folder.toString() : name.toString()) + globs(options));
  }

  @Override
  public int size() {
    return labelled.size();
  }

  @Override
  public LabelledFrame read(int index) throws IOException {
    ImageFiles.Item item = labelled.get(index);
    try {
      DecodeBound.checkDecoding(
          Images.readSize(ImageFiles.bytes(item.image())), item.depth() != null);
    } catch (IOException e) {
      throw new IOException(item.image() + ": " + e.getMessage(), e);
    }
    Sample sample = files.read(item);
    ClassMap label = sample.label();
    if (label == null) {
      throw new IllegalStateException(sample.id() + " was listed with a label");
    }
    return new LabelledFrame(sample.frame(), label);
  }

  @Override
  public String source() {
    return source;
  }
}
