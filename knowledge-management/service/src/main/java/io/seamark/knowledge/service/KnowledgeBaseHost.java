package io.seamark.knowledge.service;

import io.seamark.configuration.SettingKeys;
import io.seamark.failure.NotReadyException;
import io.seamark.knowledge.sedna.KnowledgeBase;
import io.seamark.registry.service.AllSources;
import io.seamark.setting.KnowledgeBaseSettings;
import io.seamark.setting.SettingGroup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens Sedna's knowledge base with the application and closes it with it. What stops it from being
 * opened is kept for the health checks to tell; the rest of the application does without it.
 */
@ApplicationScoped
public class KnowledgeBaseHost {
  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeBaseHost.class);

  private final @Nullable Instance<Config> config;
  private final @Nullable ServiceMetrics metrics;
  private volatile @Nullable KnowledgeBase base;
  private volatile KnowledgeBaseSettings settings = SettingGroup.KNOWLEDGE_BASE.defaults();
  private volatile String failure = "starting";

  /** For the container's proxy. */
  protected KnowledgeBaseHost() {
    this.config = null;
    this.metrics = null;
  }

  /**
   * Made by the container.
   *
   * @param config every setting
   * @param metrics of the service
   */
  @Inject
  public KnowledgeBaseHost(@AllSources Instance<Config> config, ServiceMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object started) {
    Instance<Config> configuration = config;
    ServiceMetrics gauges = metrics;
    if (configuration == null || gauges == null) {
      throw new IllegalStateException("made without its configuration");
    }
    try {
      Function<String, Optional<String>> lookup = SettingKeys.lookup(configuration.get());
      KnowledgeBaseSettings set = SettingGroup.KNOWLEDGE_BASE.read(lookup);
      Path data = SettingGroup.COMMON.read(lookup).data();
      if (data.toString().isEmpty() && set.folder().toString().isEmpty()) {
        throw new IllegalArgumentException(
            "neither seamark.knowledgebase.folder nor seamark.data is set");
      }
      Path folder = set.folderIn(data);
      settings = set;
      KnowledgeBase opened = KnowledgeBase.open(folder, set, Clock.systemUTC());
      base = opened;
      gauges.register(opened);
      failure = "";
      LOG.info(
          "Sedna's knowledge base is ready: {} files in {}", opened.index().files().size(), folder);
    } catch (IOException | RuntimeException e) {
      failure = String.valueOf(e.getMessage());
      LOG.error("Sedna's knowledge base cannot be opened: {}", failure, e);
    }
  }

  /**
   * The knowledge base.
   *
   * @return open until the application stops
   * @throws NotReadyException if it could not be opened, or not yet
   */
  public KnowledgeBase base() {
    KnowledgeBase open = base;
    if (open == null) {
      throw new NotReadyException(failure);
    }
    return open;
  }

  /**
   * How it is set.
   *
   * @return the defaults before the start
   */
  public KnowledgeBaseSettings settings() {
    return settings;
  }

  /**
   * What stopped it from being opened.
   *
   * @return empty if nothing did
   */
  public String failure() {
    return failure;
  }

  @PreDestroy
  void stop() {
    KnowledgeBase open = base;
    base = null;
    failure = "stopping";
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      LOG.warn("closing Sedna's knowledge base: {}", e.getMessage());
    }
  }
}
