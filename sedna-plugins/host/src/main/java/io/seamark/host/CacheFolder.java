package io.seamark.host;

import java.nio.file.Path;

/** This user's folder for what can be made again, such as embedded models that are unpacked. */
public final class CacheFolder {
  private CacheFolder() {}

  /**
   * Where it is: {@code seamark} in {@code $XDG_CACHE_HOME}, or in {@code ~/.cache}. It is the
   * user's own, never a shared one.
   *
   * @return may not exist yet
   */
  public static Path path() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && !cache.isBlank()
        ? Path.of(cache, "seamark")
        : Path.of(System.getProperty("user.home", "."), ".cache", "seamark");
  }
}
