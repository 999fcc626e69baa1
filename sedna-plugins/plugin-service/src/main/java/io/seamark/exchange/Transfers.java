package io.seamark.exchange;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who has what under way. Thread-safe.
 *
 * @param <T> told apart by identity
 */
final class Transfers<T> {
  private final Map<String, LinkedHashSet<T>> byClient = new HashMap<>();
  private final ToLongFunction<T> bytes;
  private int all;

  /**
   * None yet.
   *
   * @param bytes what one holds at the moment; asked while this is locked
   */
  Transfers(ToLongFunction<T> bytes) {
    this.bytes = bytes;
  }

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

  /**
   * Who has to go where there is no room: of the client that holds most bytes the one that holds
   * most; null if none holds any.
   */
  synchronized @Nullable T heaviest() {
    T heaviest = null;
    long most = 0;
    for (LinkedHashSet<T> own : byClient.values()) {
      long held = bytes(own);
      if (held > most) {
        most = held;
        heaviest = heaviest(own);
      }
    }
    return heaviest;
  }

  private @Nullable T heaviest(Set<T> own) {
    T heaviest = null;
    long most = 0;
    for (T transfer : own) {
      long held = bytes.applyAsLong(transfer);
      if (held > most) {
        most = held;
        heaviest = transfer;
      }
    }
    return heaviest;
  }

  private long bytes(Set<T> own) {
    return own.stream().mapToLong(bytes).sum();
  }

  /** Whether a client has several under way that together hold more than it may. */
  synchronized boolean holdsMoreThan(String client, long most) {
    LinkedHashSet<T> own = byClient.get(client);
    return own != null && own.size() > 1 && bytes(own) > most;
  }

  /** How many there are. */
  synchronized int size() {
    return all;
  }
}
