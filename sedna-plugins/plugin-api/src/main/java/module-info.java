/**
 * What a plugin author compiles against: the data that passes through the loop and the one-method
 * interfaces of the plugin kinds. Depends on the JDK alone.
 */
module io.seamark.plugin.api {
  requires static transitive org.jspecify;

  exports io.seamark.perception;
  exports io.seamark.plugin;

  uses io.seamark.plugin.PluginProvider;
}
