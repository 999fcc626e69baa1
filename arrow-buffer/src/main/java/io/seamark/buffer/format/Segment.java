package io.seamark.buffer.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of a log, and where the records in it are. Guarded by the log's lock. */
final class Segment<E> {
  final long id;
  final boolean sealed;
  final Path file;

  /** Ascending by sequence. */
  final List<RecordAt<E>> records = new ArrayList<>();

  /** What the frames of a journal are salted with; 0 if they are not, or that is not known. */
  long salt;

  /** The file's size. */
  long bytes;

  /** Bytes of records that were dropped and are in the file still. */
  long dropped;

  /** So many of them when it could not be written again: as many more, and that is tried again. */
  long putOff;

  /** Digest of a sealed file, once somebody asked for it. */
  volatile @Nullable String sha256;

  /** The journal that it was sealed from, where that could not be deleted yet. */
  @Nullable Path left;

  /** Whether it cannot be written without them, since one of its records is damaged. */
  boolean asIs;

  /** How far a reader has scanned a journal, and the sequence due there. */
  long scannedTo;

  long due;

  /** Bytes that it found torn before that. */
  long torn;

  Segment(long id, boolean sealed, Path file) {
    this.id = id;
    this.sealed = sealed;
    this.file = file;
  }

  String name() {
    return String.valueOf(file.getFileName());
  }

  /** Sequence of its last record; it must have one. */
  long last() {
    return records.get(records.size() - 1).sequence();
  }

  /** Takes a record off the list; it must be there. */
  void remove(long sequence) {
    int low = 0;
    int high = records.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (records.get(middle).sequence() < sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    records.remove(low);
  }
}
