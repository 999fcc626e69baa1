package io.seamark.network.onnx;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where data that are not in the repository lie: SEAMARK_SHARED, or beside the project. */
final class Shared {
  private Shared() {}

  static Path path(String name) {
    String set = System.getProperty("SEAMARK_SHARED", System.getenv("SEAMARK_SHARED"));
    if (set != null) {
      return Path.of(set).resolve(name);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.isDirectory(folder.resolve(".ci"))) {
      folder = folder.getParent();
    }
    return folder.resolveSibling("shared").resolve(name);
  }
}
