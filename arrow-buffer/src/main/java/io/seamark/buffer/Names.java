package io.seamark.buffer;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps each text that many samples share once, for as long as one of them has it. Thread-safe. */
final class Names {
  private final Map<String, WeakReference<String>> known = new WeakHashMap<>();
  private @Nullable String latest;

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

  /** Says that an id will be read back at once, and be in use already. */
  synchronized void expect(String id) {
    latest = id;
  }

  /** The same id, in the instance that is in use already where there is one. */
  synchronized String id(String text) {
    String expected = latest;
    return expected != null && expected.equals(text) ? expected : text;
  }
}
