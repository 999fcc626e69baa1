package io.seamark.registry;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which name a person meant, for messages. */
public final class NearestName {
  private NearestName() {}

  /**
   * The choices, and the nearest of them if one is near.
   *
   * @param wrong what was written
   * @param right what may be written
   * @return such as {@code must be one of a, b (did you mean b?)}
   */
  public static String mustBe(String wrong, Collection<String> right) {
    String list = String.join(", ", right);
    if (right.size() == 1) {
      return "must be " + list;
    }
    return "must be one of "
        + list
        + of(wrong, right).map(name -> " (did you mean " + name + "?)").orElse("");
  }

  /**
   * The right name that a third of the letters at most keep apart from the wrong one.
   *
   * @param wrong what was written
   * @param right what may be written
   * @return empty if none is near
   */
  public static Optional<String> of(String wrong, Collection<String> right) {
    return right.stream()
        .filter(name -> distance(wrong, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(wrong, name)));
  }

  /**
   * Levenshtein's distance, letter case aside.
   *
   * @param left a name
   * @param right another
   * @return letters to insert, remove or replace; names that are too long to be near are far
   */
  public static int distance(String left, String right) {
    if (Math.abs(left.length() - right.length()) > 20 || left.length() > 200) {
      return Integer.MAX_VALUE;
    }
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
