package io.seamark.buffer.format;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal that is appended to, open. Guarded by the log's lock. */
final class ActiveJournal<E> {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveJournal.class);

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
