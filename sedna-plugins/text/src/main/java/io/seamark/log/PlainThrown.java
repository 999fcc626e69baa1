package io.seamark.log;

import io.seamark.text.PlainText;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an exception in a log where its message, or one of its causes', would steer a terminal
 * or break a JSON line: the same trace, with {@link PlainText#lines} of it.
 */
final class PlainThrown extends Throwable {
  private static final long serialVersionUID = 1;

  private final String text;

  private PlainThrown(Throwable thrown) {
    this.text = PlainText.lines(String.valueOf(thrown));
    setStackTrace(thrown.getStackTrace());
  }

  static Throwable of(Throwable thrown) {
    return plain(thrown, seen()) ? thrown : copy(thrown, seen());
  }

  private static Set<Throwable> seen() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static boolean plain(@Nullable Throwable thrown, Set<Throwable> seen) {
    if (thrown == null || !seen.add(thrown)) {
      return true;
    }
    String text = String.valueOf(thrown);
    if (!PlainText.lines(text).equals(text) || !plain(thrown.getCause(), seen)) {
      return false;
    }
    for (Throwable also : thrown.getSuppressed()) {
      if (!plain(also, seen)) {
        return false;
      }
    }
    return true;
  }

  private static PlainThrown copy(Throwable thrown, Set<Throwable> seen) {
    seen.add(thrown);
    PlainThrown copy = new PlainThrown(thrown);
    Throwable cause = thrown.getCause();
    if (cause != null && !seen.contains(cause)) {
      copy.initCause(copy(cause, seen));
    }
    for (Throwable also : thrown.getSuppressed()) {
      if (!seen.contains(also)) {
        copy.addSuppressed(copy(also, seen));
      }
    }
    return copy;
  }

  // The text has the name of the exception that this stands for, not this one's.
  @Override
  @SuppressWarnings("OverrideThrowableToString")
  public String toString() {
    return text;
  }
}
