package io.seamark.exchange;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has what under way. Thread-safe.
 *
 * @param <T> told apart by identity
 */
final class Transfers<T> {
  private final Map<String, LinkedHashSet<T>> byClient = new HashMap<>();
  private int all;

  /** Adds one, as its client's newest. */
  synchronized void enter(String client, T transfer) {
    if (byClient.computeIfAbsent(client, name -> new LinkedHashSet<>()).add(transfer)) {
      all++;
    }
  }

  /** Removes one; does nothing if it is not there. */
  synchronized void leave(String client, T transfer) {
    LinkedHashSet<T> own = byClient.get(client);
    if (own != null && own.remove(transfer)) {
      all--;
      if (own.isEmpty()) {
        byClient.remove(client);
      }
    }
  }

  /**
   * Who has to go, where there are more than may be: the oldest of a client that has too many, else
   * of the client that has most.
   *
   * @param client who came last
   * @return null if there are not too many
   */
  synchronized @Nullable T surplus(String client, int perClient, int most) {
    LinkedHashSet<T> own = byClient.get(client);
    if (own != null && own.size() > perClient) {
      return own.iterator().next();
    }
    return all > most ? oldestOfLargest() : null;
  }

  /** The oldest of the client that has most; null if there is none. */
  synchronized @Nullable T oldestOfLargest() {
    LinkedHashSet<T> largest = null;
    for (LinkedHashSet<T> own : byClient.values()) {
      if (largest == null || own.size() > largest.size()) {
        largest = own;
      }
    }
    return largest == null ? null : largest.iterator().next();
  }

  /** How many there are. */
  synchronized int size() {
    return all;
  }
}
