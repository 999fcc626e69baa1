package io.seamark.buffer.format;

import java.io.IOException;

/**
 * How the records of a log become entries of its index.
 *
 * @param schema of the log
 * @param entries makes what the index says of a record
 * @param names keeps the texts that records are counted by
 */
record Indexing<E>(RowSchema schema, RecordIndex<E> entries, Names names) {
  /** A record whose bytes are confirmed, or vouched for by a checksum. */
  RecordAt<E> record(RecordPlace place, RowValues values) throws IOException {
    return new RecordAt<>(
        place,
        RecordKeys.of(schema.summary(), values, names),
        entries.entry(place.sequence(), values));
  }
}
