package io.seamark.buffer.format;

import java.util.List;

/**
 * A damaged segment that was written again.
 *
 * @param name of its file, which holds the whole records now
 * @param kept name of the file beside it that has its bytes as they were
 * @param records number of whole records
 * @param damages what was wrong, one line each
 */
public record RepairedSegment(String name, String kept, int records, List<String> damages) {
  /** Copies the list. */
  public RepairedSegment {
    damages = List.copyOf(damages);
  }
}
