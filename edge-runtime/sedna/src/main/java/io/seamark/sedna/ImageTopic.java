package io.seamark.sedna;

import io.seamark.cli.Seamark;
import io.seamark.imaging.DepthScale;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import io.seamark.source.ImageFiles;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of {@code IMAGE_TOPIC_URL}: every image that is put there becomes a frame, in the
 * order of the names among those that come together, for ever. An image that is written in place of
 * another one is a new frame. One that cannot be read at first may still be being written, and is
 * read again.
 */
final class ImageTopic implements SampleSource {
  private static final Logger LOG = LoggerFactory.getLogger(ImageTopic.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  /** How long a file may take to be written. */
  private static final Duration WRITING = Duration.ofSeconds(5);

  private final Path folder;
  private final DepthScale scale;
  private final Deque<ImageFiles.Item> waiting = new ArrayDeque<>();
  private Map<Path, Long> known = new HashMap<>();
  private volatile boolean closed;

  /**
   * A folder.
   *
   * @param folder need not be there yet
   * @param scale what the values of depth images mean
   */
  ImageTopic(Path folder, DepthScale scale) {
    this.folder = folder;
    this.scale = scale;
  }

  @Override
  public Optional<SourceItem> next() throws IOException {
    while (!closed) {
      ImageFiles.Item item = waiting.poll();
      if (item != null) {
        return read(item);
      }
      look();
      if (waiting.isEmpty()) {
        pause();
      }
    }
    return Optional.empty();
  }

  private Optional<SourceItem> read(ImageFiles.Item item) throws IOException {
    long deadline = System.nanoTime() + WRITING.toNanos();
    while (true) {
      try {
        Sample sample = ImageFiles.read(item, scale);
        return Optional.of(sample);
      } catch (IOException e) {
        if (closed || System.nanoTime() > deadline || !Files.exists(item.image())) {
          return Optional.of(new UnreadableSample(item.id(), Seamark.message(e)));
        }
        pause();
      }
    }
  }

  /** Only what is there now is remembered, so that memory does not grow with what was. */
  private void look() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Map<Path, Long> now = new HashMap<>();
    List<ImageFiles.Item> fresh = new ArrayList<>();
    for (ImageFiles.Item item : ImageFiles.list(ImageFolder.Options.of(folder)).items()) {
      try {
        long changed = Files.getLastModifiedTime(item.image()).toMillis();
        now.put(item.image(), changed);
        Long before = known.get(item.image());
        if (before == null || before != changed) {
          fresh.add(item);
        }
      } catch (NoSuchFileException e) {
        LOG.debug("event=image_gone file={}", item.image());
      }
    }
    known = now;
    waiting.addAll(fresh);
  }

  private static void pause() throws IOException {
    try {
      // Until the next look at the folder; whoever stops the worker interrupts it.
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public OptionalInt size() {
    return OptionalInt.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
