package io.seamark.shared;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The folder with data that are not in the repository: {@code shared} beside the project, or where
 * the environment variable {@code SEAMARK_SHARED} points. A test that needs something of it is
 * skipped with a message where that is absent, or fails if {@code SEAMARK_REQUIRE_SHARED} is {@code
 * true}.
 */
public final class SharedFolder {
  private SharedFolder() {}

  /**
   * Finds a file or a folder.
   *
   * @param name in the folder, with slashes
   * @return an existing path
   * @throws org.opentest4j.TestAbortedException if it is not there, and may be absent
   * @throws AssertionError if it is not there, and must be
   */
  public static Path path(String name) {
    return path(name, System.getenv());
  }

  static Path path(String name, Map<String, String> environment) {
    String set = environment.getOrDefault("SEAMARK_SHARED", "");
    Path found = (set.isEmpty() ? beside() : Path.of(set)).resolve(name);
    if (Files.notExists(found)) {
      String absent =
          found + " is not there; SEAMARK_SHARED may point to the folder that has " + name;
      if (environment.getOrDefault("SEAMARK_REQUIRE_SHARED", "").equals("true")) {
        Assertions.fail(absent);
      }
      Assumptions.abort(absent);
    }
    return found;
  }

  private static Path beside() {
    Path project = Path.of("").toAbsolutePath();
    while (project.getParent() != null && !Files.isDirectory(project.resolve(".ci"))) {
      project = project.getParent();
    }
    return project.resolveSibling("shared");
  }
}
