package io.seamark.buffer.format;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What opening a log found.
 *
 * @param segments segments in the folder, the active journal included
 * @param records whole records in them
 * @param tornBytes bytes that were cut off the end of a journal or left out near it, since they
 *     were no whole record: writes that were never acknowledged; 0 after a clean stop. A reader
 *     cuts nothing: to it they are torn, or being written just now.
 * @param damages what was not as it had been written, one line each; the records concerned are
 *     lost, all others are there; at most a thousand lines, and one that counts the others
 * @param unreadable names of files of which nothing can be read: damaged beyond use, or put there
 *     by somebody else. They are neither changed nor deleted, nor counted as segments; one that was
 *     in the way has {@code .unreadable} added to its name.
 */
public record OpenReport(
    int segments, long records, long tornBytes, List<String> damages, List<String> unreadable) {
  /** Copies the lists. */
  public OpenReport {
    damages = List.copyOf(damages);
    unreadable = List.copyOf(unreadable);
  }

  /** What was found by opening and, later, by recovering. */
  OpenReport and(OpenReport later) {
    Set<String> all = new LinkedHashSet<>(damages);
    all.addAll(later.damages);
    return new OpenReport(
        later.segments,
        later.records,
        tornBytes + later.tornBytes,
        List.copyOf(all),
        later.unreadable);
  }

  /**
   * Whether nothing was cut and nothing was damaged.
   *
   * @return true after a clean stop
   */
  public boolean clean() {
    return tornBytes == 0 && damages.isEmpty();
  }
}
