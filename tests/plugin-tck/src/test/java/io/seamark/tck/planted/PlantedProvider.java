package io.seamark.tck.planted;

import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.util.Locale;
import java.util.function.Function;

/** A provider without hyperparameters that is named after its class. */
abstract class PlantedProvider<P> implements PluginProvider<P, PlantedProvider.None> {
  /** Nothing can be set. */
  record None() {}

  private final PluginKind<P> kind;
  private final Function<PluginContext, P> make;

  PlantedProvider(PluginKind<P> kind, Function<PluginContext, P> make) {
    this.kind = kind;
    this.make = make;
  }

  @Override
  public PluginKind<P> kind() {
    return kind;
  }

  @Override
  public String name() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  @Override
  public String text() {
    return "Planted.";
  }

  @Override
  public Class<None> hyperparameters() {
    return None.class;
  }

  @Override
  public P create(None hyperparameters, PluginContext context) {
    return make.apply(context);
  }
}
