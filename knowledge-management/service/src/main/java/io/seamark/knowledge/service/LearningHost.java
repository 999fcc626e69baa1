package io.seamark.knowledge.service;

import io.seamark.configuration.SettingKeys;
import io.seamark.failure.NotReadyException;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.job.TrainingPlace;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.registry.service.AllSources;
import io.seamark.registry.service.PluginBeans;
import io.seamark.setting.SettingGroup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts lifelong learning with the application and stops it with it. What stops the start, such as
 * a wrong setting, is kept for the health checks to tell; the application itself stays up.
 */
@ApplicationScoped
public class LearningHost {
  private static final Logger LOG = LoggerFactory.getLogger(LearningHost.class);

  private final @Nullable Instance<Config> config;
  private final @Nullable Instance<PluginRegistry> registry;
  private final @Nullable PluginBeans beans;
  private final @Nullable ServiceMetrics metrics;
  private volatile @Nullable LifelongLearning learning;
  private volatile String failure = "starting";

  /** For the container's proxy. */
  protected LearningHost() {
    this.config = null;
    this.registry = null;
    this.beans = null;
    this.metrics = null;
  }

  /**
   * Made by the container.
   *
   * @param config every setting
   * @param registry the plugins
   * @param beans what shows them
   * @param metrics of the service
   */
  @Inject
  public LearningHost(
      @AllSources Instance<Config> config,
      Instance<PluginRegistry> registry,
      PluginBeans beans,
      ServiceMetrics metrics) {
    this.config = config;
    this.registry = registry;
    this.beans = beans;
    this.metrics = metrics;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object started) {
    Instance<Config> configuration = config;
    Instance<PluginRegistry> discovered = registry;
    PluginBeans shown = beans;
    ServiceMetrics gauges = metrics;
    if (configuration == null || discovered == null || shown == null || gauges == null) {
      throw new IllegalStateException("made without its configuration");
    }
    try {
      // Made here and not injected: what is wrong with them is told by the health checks.
      Config settings = configuration.get();
      LearningSettings learn = LearningSettings.from(settings);
      PluginRegistry found = discovered.get();
      ConfiguredPlugins plugins =
          new ConfiguredPlugins(found, settings, learn.round().seed(), learn.round().threads());
      shown.configured(found, plugins);
      LifelongLearning opened =
          LifelongLearning.open(
              learn,
              plugins,
              Clock.systemUTC(),
              TrainingPlace.chosen(
                      SettingGroup.TRAINING_JOB.read(SettingKeys.lookup(settings)),
                      learn,
                      System.getenv())
                  .orElse(null));
      learning = opened;
      gauges.register(opened);
      opened.start();
      failure = "";
      LOG.info(
          "knowledge management is ready: champion={} models={} buffer={}",
          opened.registry().champion().map(v -> v.version()).orElse("none"),
          learn.models(),
          learn.buffer());
    } catch (IOException | RuntimeException | LinkageError e) {
      failure = String.valueOf(e.getMessage());
      shown.failed(failure);
      LOG.error("knowledge management cannot start: {}", failure, e);
    }
  }

  /**
   * The learning that runs here.
   *
   * @return open until the application stops
   * @throws NotReadyException if it could not be started, or not yet
   */
  public LifelongLearning learning() {
    LifelongLearning running = learning;
    if (running == null) {
      throw new NotReadyException(failure);
    }
    return running;
  }

  /**
   * What stopped the start.
   *
   * @return empty if nothing did
   */
  public String failure() {
    return failure;
  }

  @PreDestroy
  void stop() {
    LifelongLearning running = learning;
    learning = null;
    failure = "stopping";
    try {
      if (running != null) {
        running.close();
      }
    } catch (IOException e) {
      LOG.warn("stopping lifelong learning: {}", e.getMessage());
    }
  }
}
