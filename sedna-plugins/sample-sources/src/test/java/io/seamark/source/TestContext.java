package io.seamark.source;

import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;

record TestContext(long seed) implements PluginContext {
  @Override
  public int threads() {
    return 1;
  }

  @Override
  public <Q> Q plugin(PluginKind<Q> kind) {
    throw new UnsupportedOperationException(kind.id());
  }

  @Override
  public <Q> Q plugin(PluginKind<Q> kind, String name) {
    throw new UnsupportedOperationException(kind.id() + " " + name);
  }
}
