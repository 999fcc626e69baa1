package io.seamark.registry;

/**
 * A jar or a provider that was found, but could not be used.
 *
 * @param origin the jar's path, or {@code class path}
 * @param reason one line for people
 */
public record UnloadedPlugin(String origin, String reason) {
  @Override
  public String toString() {
    return origin + ": " + reason;
  }
}
