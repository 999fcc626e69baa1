package io.seamark.buffer.format;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of a log, and which records are in it. Guarded by the log's lock. */
final class Segment<E> {
  final long id;
  final boolean sealed;
  final Path file;

  /** Replaced where a sealed segment turns out to be damaged. */
  volatile SegmentRecords<E> records;

  /** What the frames of a journal are salted with; 0 if they are not, or that is not known. */
  long salt;

  /** The file's size. */
  long bytes;

  /** Bytes of records that were dropped and are in the file still. */
  long dropped;

  /**
   * Where writing it without them failed: how many there must be before that is tried by itself.
   */
  long rewriteAt;

  /** Digest of a sealed file, once somebody asked for it. */
  volatile @Nullable String sha256;

  /** Whether it cannot be written without them, since one of its records is damaged. */
  boolean asIs;

  /** How far a reader has scanned a journal, and the sequence due there. */
  long scannedTo;

  long due;

  /** Bytes that it found torn before that. */
  long torn;

  Segment(long id, boolean sealed, Path file, SegmentRecords<E> records) {
    this.id = id;
    this.sealed = sealed;
    this.file = file;
    this.records = records;
  }

  String name() {
    return String.valueOf(file.getFileName());
  }

  /** Sequence of its last record; it must have one. */
  long last() {
    return records.last();
  }
}
