package io.seamark.buffer;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/** Keeps each text that many samples share once, for as long as one of them has it. Thread-safe. */
final class Names {
  private final Map<String, WeakReference<String>> known = new WeakHashMap<>();

  /** The same text, in the one instance of it. */
  synchronized String shared(String text) {
    WeakReference<String> held = known.get(text);
    String there = held == null ? null : held.get();
    if (there != null) {
      return there;
    }
    known.put(text, new WeakReference<>(text));
    return text;
  }
}
