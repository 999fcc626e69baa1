package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal that is appended to, open. Guarded by the log's lock. */
final class ActiveJournal<E> {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveJournal.class);

  private static final int BLOCK = 64 << 10;

  final Segment<E> segment;
  final Disk.File file;

  /** Where the next frame goes. */
  long end;

  /** The sequence of the next frame. */
  long due;

  /** Why nothing more may be appended: what the disk holds is unknown. */
  @Nullable String failure;

  ActiveJournal(Segment<E> segment, Disk.File file, long end, long due) {
    this.segment = segment;
    this.file = file;
    this.end = end;
    this.due = due;
  }

  /** Appends the frame of a record and forces it. Returns where the record's message is. */
  long append(long sequence, byte[] message) throws IOException {
    boolean written = false;
    try {
      file.write(JournalFrames.frame(sequence, message, segment.salt), end);
      written = true;
      file.force();
    } catch (IOException e) {
      boolean restored = restore();
      if (written || !restored) {
        failure = "an earlier append failed (" + e.getMessage() + ")";
      }
      throw new IOException(
          "cannot append to " + segment.file.getParent() + ": " + e.getMessage(), e);
    }
    long at = end + Journal.FRAME_HEADER;
    end = at + message.length;
    due = sequence + 1;
    segment.bytes = end;
    return at;
  }

  /**
   * Begins the journal anew, without its records. The header comes first: frames that are left
   * behind one that is due later count as torn.
   */
  void restart(RowSchema schema, long next) throws IOException {
    byte[] header = Journal.header(schema, segment.id, next, segment.salt);
    try {
      file.write(ByteBuffer.wrap(header), 0);
      file.force();
      file.truncate(header.length);
      file.force();
    } catch (IOException e) {
      failure = "beginning its journal anew failed (" + e.getMessage() + ")";
      throw e;
    }
    end = header.length;
    due = next;
    segment.bytes = end;
    segment.dropped = 0;
  }

  /** Finds out whether so many bytes can be appended, and takes them away again. */
  void probe(int bytes) throws IOException {
    boolean written = false;
    try {
      for (long at = 0; at < bytes; at += BLOCK) {
        file.write(ByteBuffer.allocate((int) Math.min(BLOCK, bytes - at)), end + at);
      }
      written = true;
      file.force();
    } catch (IOException e) {
      boolean restored = restore();
      if (written || !restored) {
        failure = String.valueOf(e.getMessage());
      }
      throw e;
    }
    if (!restore()) {
      failure = "a trial could not be taken back";
      throw new IOException(failure);
    }
  }

  /**
   * Takes what was never acknowledged away, through a file opened anew, so that recovery does not
   * take it for a record.
   */
  void takeBack(Disk disk) throws IOException {
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("{}: {}", segment.file, e.getMessage());
    }
    try (Disk.File again = disk.open(segment.file, true)) {
      if (again.size() > end) {
        again.truncate(end);
      }
      again.force();
    } catch (NoSuchFileException e) {
      LOG.debug("{} was sealed by an earlier recovery", segment.file);
    }
  }

  /** Takes the bytes of a failed append away again. */
  private boolean restore() {
    try {
      file.truncate(end);
      file.force();
      return true;
    } catch (IOException e) {
      LOG.warn("{}: cannot take back a failed append: {}", segment.file, e.getMessage());
      return false;
    }
  }
}
