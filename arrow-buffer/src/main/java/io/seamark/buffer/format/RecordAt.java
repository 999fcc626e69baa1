package io.seamark.buffer.format;

/**
 * Where a record is, and what is known of it.
 *
 * @param place where it is
 * @param keys what its segment's summary has of it
 * @param entry what the log's index says of it
 */
record RecordAt<E>(RecordPlace place, RecordKeys keys, E entry) {
  /** The same record at another place of a file. */
  RecordAt<E> movedTo(long at) {
    return new RecordAt<>(
        new RecordPlace(place.sequence(), at, place.length(), place.crc()), keys, entry);
  }

  long sequence() {
    return place.sequence();
  }

  long at() {
    return place.at();
  }

  int length() {
    return place.length();
  }

  int crc() {
    return place.crc();
  }
}
