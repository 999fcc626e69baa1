package io.seamark.buffer;

import io.seamark.buffer.ReplayBuffer.Entry;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what several replay buffers hold into one, so that the samples of many replicas of a
 * service are learnt from together. The buffers are read beside the processes that write them and
 * stay as they are. How far each was read is kept on the disk; a sample that comes from two of
 * them, or once more after a crash, is stored once. Not thread-safe.
 */
public final class BufferMerge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BufferMerge.class);

  private final ReplayBufferWriter into;
  private final List<Source> sources = new ArrayList<>();

  /** A buffer that is read, and how far. */
  private static final class Source {
    private final Path folder;
    private final ReplayBuffer buffer;
    private final DeliveryCursor cursor;
    private String trouble = "";

    Source(Path folder, ReplayBuffer buffer, DeliveryCursor cursor) {
      this.folder = folder;
      this.buffer = buffer;
      this.cursor = cursor;
    }
  }

  private BufferMerge(ReplayBufferWriter into) {
    this.into = into;
  }

  /**
   * Opens the sources.
   *
   * @param into stays open when this is closed
   * @param progress folder in which it is kept how far each source was read; made where there is
   *     none
   * @param folders of the buffers to read; one that is not there yet is empty, and one that was
   *     begun anew is read from its beginning if it is shorter than what was read of the old one
   * @return to be closed
   * @throws IOException if a source or the progress cannot be read
   */
  public static BufferMerge open(ReplayBufferWriter into, Path progress, List<Path> folders)
      throws IOException {
    BufferMerge merge = new BufferMerge(into);
    try {
      for (Path folder : folders) {
        Path read = Files.createDirectories(progress.resolve(name(folder)));
        DeliveryCursor cursor = DeliveryCursor.open(read, Disk.local());
        merge.sources.add(new Source(folder, ReplayBuffer.openReadOnly(folder), cursor));
      }
      return merge;
    } catch (IOException | RuntimeException e) {
      merge.close();
      throw e;
    }
  }

  /** The same for a folder after each start, and allowed in file names. */
  private static String name(Path folder) {
    String path = folder.toAbsolutePath().normalize().toString();
    return UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * Takes in what is new. A source that cannot be read now is tried again at the next call; a
   * damaged sample is left out, and so is one for whose edge there is no room. All is logged.
   *
   * @param most samples that are looked at in each source, at least 1
   * @return number of samples taken in
   * @throws IOException if they cannot be stored; nothing is lost, the next call goes on there
   */
  public int takeIn(int most) throws IOException {
    int taken = 0;
    for (Source source : sources) {
      long from = source.cursor.next();
      long done = from;
      try {
        for (Entry entry : fresh(source, most)) {
          Optional<BufferedSample> sample = read(source, entry.sequence());
          if (sample.isPresent() && isNew(sample.get()) && store(source, sample.get())) {
            taken++;
          }
          done = entry.sequence() + 1;
        }
        source.trouble = "";
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (IOException e) {
        trouble(source, e);
      }
      if (done != from) {
        source.cursor.moveTo(done);
      }
    }
    return taken;
  }

  private boolean isNew(BufferedSample sample) {
    try {
      return into.find(sample.sample()).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there was room. What fails is told apart from what goes wrong with a source. */
  private boolean store(Source source, BufferedSample sample) {
    try {
      into.append(sample);
      return true;
    } catch (TooManyEdgesException e) {
      LOG.warn("a sample of {} is left out: {}", source.folder, e.getMessage());
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Entry> fresh(Source source, int most) throws IOException {
    source.buffer.refresh();
    long next = source.cursor.next();
    // A buffer that was begun anew counts from 0 again.
    long from = next > source.buffer.next() ? 0 : next;
    try {
      return source.buffer.entries(from).limit(most).toList();
    } catch (UncheckedIOException e) {
      // Told apart from what goes wrong with what is written.
      throw e.getCause();
    }
  }

  private static Optional<BufferedSample> read(Source source, long sequence) throws IOException {
    try {
      return Optional.of(source.buffer.read(sequence));
    } catch (DamagedRecordException e) {
      LOG.warn("sample {} of {} is left out: {}", sequence, source.folder, e.getMessage());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      LOG.warn("sample {} of {} was dropped before it was read", sequence, source.folder);
      return Optional.empty();
    }
  }

  /** Said once, since it is tried again and again. */
  private static void trouble(Source source, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (!source.trouble.equals(message)) {
      source.trouble = message;
      LOG.warn("replay buffer {} cannot be read now: {}", source.folder, message);
    }
  }

  /** Releases the sources. */
  @Override
  public void close() throws IOException {
    IOException first = null;
    for (Source source : sources) {
      try {
        source.buffer.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    sources.clear();
    if (first != null) {
      throw first;
    }
  }
}
