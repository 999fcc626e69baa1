package io.seamark.sedna.job;

import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.training.ListedSamples;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.plugin.TaskSample;
import io.seamark.source.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sample whose files are on this machine.
 *
 * @param line as its index writes it
 * @param item its files; labelled where its label is there
 * @param answer what the cloud made of it, an 8-bit PNG of classes, or null
 * @param scale what the values of depth images mean
 */
record LocalSample(String line, ImageFiles.Item item, @Nullable Path answer, DepthScale scale)
    implements ListedSamples.Listed {
  private static final String NAME = "sample";

  static LocalSample of(
      String line, Path image, @Nullable Path depth, @Nullable Path label, DepthScale scale) {
    return new LocalSample(line, new ImageFiles.Item(NAME, "", image, label, depth), null, scale);
  }

  boolean labelled() {
    return item.label() != null;
  }

  LocalSample answered(Path file) {
    return new LocalSample(line, item, file, scale);
  }

  /** Its line for an id, and the name of its image's folder for a domain. */
  @Override
  public Map<String, String> attributes() {
    Map<String, String> known = new HashMap<>(Map.of(TaskSample.ID, line));
    Path folder = item.image().toAbsolutePath().getParent();
    Path name = folder == null ? null : folder.getFileName();
    if (name != null) {
      known.put(TaskSample.DOMAIN, name.toString());
    }
    return known;
  }

  /** The frame, and its label where it has one. */
  Sample sample() throws IOException {
    return ImageFiles.read(item, scale);
  }

  @Override
  public LabelledFrames.LabelledFrame read() throws IOException {
    Sample sample = sample();
    Path made = answer;
    try {
      ClassMap target =
          made == null ? sample.label() : Images.decodeClassMap(ImageFiles.bytes(made));
      if (target == null) {
        throw new IOException(line + " has neither label nor answer");
      }
      return new LabelledFrames.LabelledFrame(sample.frame(), target);
    } catch (IllegalArgumentException e) {
      throw new IOException(line + ": " + e.getMessage(), e);
    }
  }

  /** What tells the samples from others: their lines, and when their files were last written. */
  static String text(List<LocalSample> samples) {
    StringBuilder text = new StringBuilder();
    for (LocalSample sample : samples) {
      text.append(sample.line()).append('\n').append(stamp(sample.item().image()));
      Path label = sample.item().label();
      text.append(label == null ? " unlabelled" : " " + stamp(label)).append('\n');
    }
    return text.toString();
  }

  private static String stamp(Path file) {
    try {
      return Files.size(file) + "@" + Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      return "gone";
    }
  }
}
