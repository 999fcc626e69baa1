package io.seamark.cli;

import java.nio.file.Path;

/** Folders of the user that are not part of any output. */
public final class DeviceFolders {
  private DeviceFolders() {}

  /**
   * Where embedded models are copied to: {@code seamark} in {@code $XDG_CACHE_HOME}, or in {@code
   * ~/.cache}.
   *
   * @return may not exist yet
   */
  public static Path cache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && !cache.isBlank()
        ? Path.of(cache, "seamark")
        : Path.of(System.getProperty("user.home", "."), ".cache", "seamark");
  }
}
