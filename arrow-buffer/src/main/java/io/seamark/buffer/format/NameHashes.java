package io.seamark.buffer.format;

import io.seamark.durable.DurableFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a segment may have a name: a hash of each name, and the places of the records in
 * the order of the hashes. Immutable.
 */
final class NameHashes {
  /** Bytes that a record takes in a file: its hash, and its place. */
  static final int EACH = 8;

  private final int[] hashes;

  /** Null if they are only in the file. */
  private final int @Nullable [] places;

  private NameHashes(int[] hashes, int @Nullable [] places) {
    this.hashes = hashes;
    this.places = places;
  }

  /** Of the texts that name a record: the first four bytes of their SHA-256, each ended by 00. */
  static int hash(List<String> name) {
    if (name.isEmpty()) {
      return 0;
    }
    byte[] texts = (String.join("\0", name) + '\0').getBytes(StandardCharsets.UTF_8);
    return Integer.reverseBytes(HexFormat.fromHexDigits(DurableFiles.sha256(texts), 0, 8));
  }

  /** Of the records of a segment, in their order. */
  static NameHashes of(List<? extends RecordAt<?>> records) {
    long[] keys = new long[records.size()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) records.get(i).keys().name() << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    int[] hashes = new int[keys.length];
    int[] places = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      hashes[i] = (int) (keys[i] >> Integer.SIZE);
      places[i] = (int) keys[i];
    }
    return new NameHashes(hashes, places);
  }

  /** As they stand in a file, which goes on having the places. */
  static NameHashes ofBytes(byte[] bytes) {
    int[] hashes = new int[bytes.length / EACH];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(hashes);
    return new NameHashes(hashes, null);
  }

  /** As they stand in a file: all hashes, ascending as signed numbers, then all places. */
  byte[] bytes() {
    if (places == null) {
      throw new IllegalStateException("the places of these hashes are in a file");
    }
    ByteBuffer out = ByteBuffer.allocate(EACH * hashes.length).order(ByteOrder.LITTLE_ENDIAN);
    out.asIntBuffer().put(hashes).put(places);
    return out.array();
  }

  /** The first of the hashes that is this one, or -1. */
  int first(int hash) {
    int low = 0;
    int high = hashes.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hashes[middle] < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < hashes.length && hashes[low] == hash ? low : -1;
  }

  /** How many hashes from one on are the same. */
  int same(int first) {
    int end = first;
    while (end < hashes.length && hashes[end] == hashes[first]) {
      end++;
    }
    return end - first;
  }

  /** The place of the record of a hash, or -1 if it is only in the file. */
  int place(int i) {
    return places == null ? -1 : places[i];
  }
}
