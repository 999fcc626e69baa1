package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** What the providers of this package have in common. */
abstract class MinerProvider<H extends Record> implements PluginProvider<HardExampleMining, H> {
  private final String name;
  private final Class<H> hyperparameters;
  private final String text;

  MinerProvider(String name, Class<H> hyperparameters, String text) {
    this.name = name;
    this.hyperparameters = hyperparameters;
    this.text = text;
  }

  @Override
  public final PluginKind<HardExampleMining> kind() {
    return PluginKind.HARD_EXAMPLE_MINING;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String text() {
    return text;
  }

  @Override
  public final Class<H> hyperparameters() {
    return hyperparameters;
  }
}
