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

  /** Where the frames end that are forced: nothing behind it was acknowledged. */
  private long forcedEnd;

  /** Why nothing more may be appended: what the disk holds is unknown. */
  @Nullable String failure;

  ActiveJournal(Segment<E> segment, Disk.File file, long end, long due) {
    this.segment = segment;
    this.file = file;
    this.end = end;
    this.due = due;
    this.forcedEnd = end;
  }

  /**
   * Writes the frame of a record, which has the sequence that is due. Returns where the record's
   * message is.
   */
  long write(RecordFrame frame) throws IOException {
    file.write(frame.bytes(), end);
    long at = end + Journal.FRAME_HEADER;
    end = at + frame.length();
    due++;
    segment.bytes = end;
    return at;
  }

  /** Frames up to a place are on the disk. */
  void forcedTo(long place) {
    forcedEnd = place;
  }

  /** Nobody knows whether the frames behind the forced ones are; the first of them is due again. */
  void forcingFailed(long firstUnforced, IOException why) {
    end = forcedEnd;
    due = firstUnforced;
    segment.bytes = end;
    failure = "an earlier append failed (" + why.getMessage() + ")";
    restore();
  }

  /** Takes what is left of a frame that could not be written away; none may be unforced. */
  void writingFailed(IOException why) {
    if (failure == null && !restore()) {
      failure = "an earlier append failed (" + why.getMessage() + ")";
    }
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
    forcedEnd = end;
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
