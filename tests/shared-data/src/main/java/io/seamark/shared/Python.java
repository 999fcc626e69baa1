package io.seamark.shared;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A Python with libraries that read what Seamark writes: {@code python3}, or what the system
 * property {@code seamark.python} names. A test that needs it is skipped with a message where it is
 * absent, or fails if {@code SEAMARK_REQUIRE_PYTHON} is {@code true}.
 */
public final class Python {
  private Python() {}

  /**
   * Finds it.
   *
   * @param modules that it must have
   * @return the command
   * @throws org.opentest4j.TestAbortedException if it is not there, and may be absent
   * @throws AssertionError if it is not there, and must be
   */
  public static String with(String... modules) {
    return with(System.getProperty("seamark.python", "python3"), System.getenv(), modules);
  }

  static String with(String python, Map<String, String> environment, String... modules) {
    String imports =
        Arrays.stream(modules).map(module -> "import " + module).collect(Collectors.joining("; "));
    if (!works(python, imports)) {
      String absent =
          python
              + " with "
              + String.join(", ", modules)
              + " is not there; -Dseamark.python may name one that has them";
      if (environment.getOrDefault("SEAMARK_REQUIRE_PYTHON", "").equals("true")) {
        Assertions.fail(absent);
      }
      Assumptions.abort(absent);
    }
    return python;
  }

  private static boolean works(String python, String imports) {
    try {
      Process process =
          new ProcessBuilder(python, "-c", imports)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(2, TimeUnit.MINUTES);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
