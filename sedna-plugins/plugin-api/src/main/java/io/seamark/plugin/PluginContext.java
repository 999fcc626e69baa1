package io.seamark.plugin;

/** What the host of a plugin offers to it when it is made. */
public interface PluginContext {
  /**
   * The seed that every random choice of the plugin must derive from.
   *
   * @return any long
   */
  long seed();

  /**
   * How many threads a plugin that computes in parallel may use.
   *
   * @return at least 1
   */
  int threads();

  /**
   * The configured plugin of another kind, for plugins that are composed of others.
   *
   * @param kind not the kind of the plugin that asks
   * @param <Q> its interface
   * @return a new plugin, which the caller closes if it can be closed
   * @throws IllegalArgumentException if no such plugin is installed, or making it would need the
   *     plugin that asks
   */
  <Q> Q plugin(PluginKind<Q> kind);

  /**
   * A plugin by name with its configured hyperparameters, for plugins that wrap another one, also
   * one of their own kind.
   *
   * @param kind any
   * @param name letter for letter
   * @param <Q> the kind's interface
   * @return a new plugin, which the caller closes if it can be closed
   * @throws IllegalArgumentException if there is none of that name, with the right names; or if
   *     making it would need the plugin that asks
   */
  <Q> Q plugin(PluginKind<Q> kind, String name);
}
