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
   */
  <Q> Q plugin(PluginKind<Q> kind);
}
