package io.seamark.registry;

/**
 * A jar or a provider that was found, but could not be used.
 *
 * @param origin the path of the jar or folder of jars, or {@code built-in}
 * @param reason one line for people
 */
public record UnloadedPlugin(String origin, String reason) {
  @Override
  public String toString() {
    return origin + ": " + reason;
  }
}
