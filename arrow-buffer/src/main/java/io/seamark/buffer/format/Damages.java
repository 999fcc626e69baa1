package io.seamark.buffer.format;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lines that say what is damaged, each once: the first thousand, and how many more there are. */
final class Damages {
  private static final int MOST = 1000;

  private final Set<String> lines = new LinkedHashSet<>();
  private long more;

  /** Adds a line; tells whether it is new. */
  boolean add(String line) {
    if (lines.size() < MOST) {
      return lines.add(line);
    }
    if (!lines.contains(line)) {
      more++;
    }
    return false;
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  /** Lines, those that are only counted too. */
  long count() {
    return lines.size() + more;
  }

  List<String> lines() {
    List<String> all = new ArrayList<>(lines);
    if (more > 0) {
      all.add("and " + more + " more");
    }
    return all;
  }
}
