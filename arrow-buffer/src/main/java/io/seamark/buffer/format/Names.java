package io.seamark.buffer.format;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/** Keeps each text that many records share once, for as long as one of them has it. Thread-safe. */
public final class Names {
  private final Map<String, WeakReference<String>> known = new WeakHashMap<>();

  /** Knows none yet. */
  public Names() {}

  /**
   * The same text, in the one instance of it.
   *
   * @param text any
   * @return equal to it
   */
  public synchronized String shared(String text) {
    WeakReference<String> held = known.get(text);
    String there = held == null ? null : held.get();
    if (there != null) {
      return there;
    }
    known.put(text, new WeakReference<>(text));
    return text;
  }
}
