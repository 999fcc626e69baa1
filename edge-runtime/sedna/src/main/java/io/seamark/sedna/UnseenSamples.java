package io.seamark.sedna;

import io.seamark.cli.EdgeAnswers;
import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an inference worker's answers go: class maps beside its models, and hard frames to the
 * folder of unseen samples, each once, with a line in its {@value #INDEX} that the job's dataset
 * may be. A line is written after its image is on disk.
 */
final class UnseenSamples implements AnswerSink {
  /** The index that the frames are listed in. */
  static final String INDEX = "data.txt";

  private static final Logger LOG = LoggerFactory.getLogger(UnseenSamples.class);
  private static final int SHORT = 32;

  private final EdgeAnswers answers;
  private final Path folder;
  private final int most;
  private long kept;
  private boolean full;
  private boolean failing;

  /**
   * Goes on with what is there.
   *
   * @param answers takes the class maps
   * @param folder for the unseen samples, made if it is missing
   * @param most of them that are kept
   * @throws IOException if the folder cannot be made or read
   */
  UnseenSamples(EdgeAnswers answers, Path folder, int most) throws IOException {
    this.answers = answers;
    this.folder = Files.createDirectories(folder);
    this.most = most;
    DurableFiles.removeUnfinished(folder);
    try (Stream<Path> files = Files.list(folder)) {
      kept = files.filter(file -> file.toString().matches(".*\\.(jpg|png)")).count();
    }
    endLine();
  }

  /** A line that a power cut has cut must not begin the next one. */
  private void endLine() throws IOException {
    Path index = folder.resolve(INDEX);
    if (Files.isRegularFile(index) && Files.size(index) > 0) {
      try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
        file.seek(file.length() - 1);
        if (file.read() != '\n') {
          file.write('\n');
        }
      }
    }
  }

  @Override
  public void answered(EdgeAnswer answer) {
    write(answer.sample().id(), answer.prediction().classMap());
    if (answer.decision().hard()) {
      keep(answer.sample());
    }
  }

  @Override
  public void improved(CloudAnswer answer) {
    write(answer.sample().id(), answer.answer().classMap());
  }

  private void write(String id, ClassMap map) {
    try {
      answers.write(id, map);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A device must go on, even where its disk is full. */
  private void keep(Sample sample) {
    try {
      EncodedImage image = sample.encoded();
      boolean png = image == null || image.mediaType().equals(EncodedImage.PNG);
      byte[] bytes = image == null ? Images.encodePng(sample.frame()) : image.bytes();
      String name = DurableFiles.sha256(bytes).substring(0, SHORT) + (png ? ".png" : ".jpg");
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        return;
      }
      if (kept >= most) {
        if (!full) {
          LOG.warn("event=unseen_samples_full folder={} samples={}", folder, kept);
        }
        full = true;
        return;
      }
      DurableFiles.replace(file, bytes);
      Files.write(
          folder.resolve(INDEX),
          (name + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      kept++;
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn(
            "event=unseen_sample_not_kept id={} reason=\"{}\"", sample.id(), Seamark.message(e));
      }
      failing = true;
    }
  }

  /** How many there are. */
  long kept() {
    return kept;
  }
}
