package io.seamark.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what is in a folder of images and is not read, by kind. */
final class PassedOver {
  private static final int KINDS = 8;
  private static final int LONGEST_ENDING = 12;

  private final Map<String, Integer> kinds = new TreeMap<>();

  /** One more of a kind, which reads well after a number. */
  void add(String kind) {
    kinds.merge(kind, 1, Integer::sum);
  }

  /** One more file of a kind that its name tells. */
  void addFile(String name) {
    int dot = name.lastIndexOf('.');
    String ending = name.substring(dot + 1).toLowerCase(Locale.ROOT);
    if (name.startsWith(".")) {
      add("hidden");
    } else if (dot < 0 || !ending.matches("[a-z0-9]{1," + LONGEST_ENDING + "}")) {
      add("without an ending");
    } else {
      add("." + ending);
    }
  }

  /** Such as "3 .bmp, 1 hidden", the most frequent first; empty if nothing was passed over. */
  String text() {
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(kinds.entrySet());
    sorted.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Integer> kind : sorted.subList(0, Math.min(KINDS, sorted.size()))) {
      parts.add(kind.getValue() + " " + kind.getKey());
    }
    if (sorted.size() > KINDS) {
      int rest = sorted.subList(KINDS, sorted.size()).stream().mapToInt(Map.Entry::getValue).sum();
      parts.add(rest + " of other kinds");
    }
    return String.join(", ", parts);
  }
}
