package io.seamark.plugin;

/**
 * The version of this plugin API. A jar may say in its manifest which one it was written for, so
 * that a host that is too old refuses it with a clear message instead of failing in the middle.
 */
public final class PluginApi {
  /** The manifest attribute of a plugin's jar, such as {@code Seamark-Plugin-Api: 1.0}. */
  public static final String MANIFEST_ATTRIBUTE = "Seamark-Plugin-Api";

  /** Its major number: grows when plugins written before no longer work. */
  public static final int MAJOR = 1;

  /** Its minor number: grows when something is added. */
  public static final int MINOR = 4;

  private PluginApi() {}

  /**
   * The version as a manifest states it.
   *
   * @return {@code MAJOR.MINOR}
   */
  public static String version() {
    return MAJOR + "." + MINOR;
  }
}
