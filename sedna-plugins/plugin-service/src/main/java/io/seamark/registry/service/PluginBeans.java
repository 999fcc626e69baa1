package io.seamark.registry.service;

import io.seamark.configuration.ConfigurationSources;
import io.seamark.configuration.SettingKeys;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginCatalogue;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.SettingGroup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The plugins of this service as beans. */
@ApplicationScoped
public class PluginBeans {
  private volatile @Nullable PluginCatalogue catalogue;
  private volatile String failure = "starting";

  /** Made by the container. */
  public PluginBeans() {}

  /**
   * The configuration with every source that Seamark knows.
   *
   * @param server the server's own
   * @return checked
   * @throws IllegalArgumentException if a source or a key is wrong, one line for each
   */
  @Produces
  @Singleton
  @AllSources
  public Config config(Config server) {
    return ConfigurationSources.extend(server, System.getenv());
  }

  /**
   * The plugins that were found.
   *
   * @param config may name a folder of them
   * @return open until the application stops
   * @throws IllegalArgumentException if the folder is missing, or two plugins have one name
   */
  @Produces
  @Singleton
  public PluginRegistry registry(@AllSources Config config) {
    Path folder = SettingGroup.COMMON.read(SettingKeys.lookup(config)).plugins();
    return PluginRegistry.discover(
        folder.toString().isEmpty() ? null : folder, PluginRegistry.class.getClassLoader());
  }

  /**
   * Closes the plugins' jars, after the host has closed what was made from them.
   *
   * @param registry of this application
   */
  public void close(@Disposes PluginRegistry registry) {
    registry.close();
  }

  /**
   * Keeps what is to be shown.
   *
   * @param registry what was found
   * @param plugins what is configured
   */
  public void configured(PluginRegistry registry, ConfiguredPlugins plugins) {
    catalogue = PluginCatalogue.of(registry, plugins);
  }

  /**
   * Keeps why there is nothing to be shown.
   *
   * @param reason what stopped the start, in one line or several
   */
  public void failed(String reason) {
    failure = reason;
  }

  /**
   * What is loaded.
   *
   * @return the plugins
   * @throws ServiceUnavailableException if the host has not started, or could not
   */
  PluginCatalogue catalogue() {
    PluginCatalogue loaded = catalogue;
    if (loaded == null) {
      throw new ServiceUnavailableException("not ready: " + failure);
    }
    return loaded;
  }
}
