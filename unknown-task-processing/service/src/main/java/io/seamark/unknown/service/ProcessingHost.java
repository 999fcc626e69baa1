package io.seamark.unknown.service;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.Retention;
import io.seamark.buffer.RetentionSchedule;
import io.seamark.failure.NotReadyException;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.registry.service.AllSources;
import io.seamark.registry.service.PluginBeans;
import io.seamark.setting.SettingGroup;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.HardSamples;
import io.seamark.unknown.processing.UnseenTasks;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens plugin and buffer when the application starts and closes them with it. What stops the
 * start, such as a wrong setting, is kept for the health checks to tell; the application itself
 * stays up.
 */
@ApplicationScoped
public class ProcessingHost {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessingHost.class);

  @Inject @AllSources Instance<Config> configuration;
  @Inject Instance<PluginRegistry> registry;
  @Inject PluginBeans beans;
  @Inject ServiceMetrics metrics;
  @Inject ServiceMemory memory;

  private volatile @Nullable TaskProcessor processor;
  private volatile @Nullable RetentionSchedule retention;
  private volatile Map<String, String> effective = Map.of();
  private volatile String failure = "starting";
  private volatile String job = "";
  private volatile Duration patience =
      Duration.ofSeconds(SettingGroup.PROCESSING.defaults().bodySeconds());

  void start(@Observes @Initialized(ApplicationScoped.class) Object started) {
    try {
      // Made here and not injected: what is wrong with them is told by the health checks.
      Config config = configuration.get();
      ServiceSettings settings = ServiceSettings.of(config);
      memory.leaveToIndex(settings.bounds());
      PluginRegistry found = registry.get();
      ConfiguredPlugins plugins =
          new ConfiguredPlugins(
              found,
              config,
              settings.pluginFallbacks(),
              settings.common().seed(),
              settings.common().computing());
      beans.configured(found, plugins);
      String name = plugins.name(PluginKind.UNSEEN_TASK_PROCESSING);
      patience = Duration.ofSeconds(settings.processing().bodySeconds());
      TaskProcessor opened = open(settings, plugins, memory);
      effective = effective(plugins, found);
      RetentionSchedule schedule =
          RetentionSchedule.start(
              new Retention(
                  opened.buffer(),
                  settings.bufferFolder(),
                  settings.buffer().ages(),
                  InstantSource.system()));
      retention = schedule;
      metrics.register(opened, memory, schedule);
      job = settings.sedna().job();
      processor = opened;
      failure = "";
      LOG.info(
          "unknown-task processing is ready: processing={} buffer={} samples={} threads={}",
          name,
          settings.bufferFolder(),
          opened.buffered(),
          settings.common().computing());
    } catch (IOException | RuntimeException | LinkageError e) {
      String message = e.getMessage();
      failure = message == null ? e.toString() : message;
      beans.failed(failure);
      LOG.error("unknown-task processing cannot start: {}", failure, e);
    }
  }

  /**
   * What answers frames.
   *
   * @return open until the application stops
   * @throws NotReadyException if it could not be opened, or not yet
   */
  TaskProcessor processor() {
    TaskProcessor open = processor;
    if (open == null) {
      throw new NotReadyException(failure, 1);
    }
    return open;
  }

  /** The first part of the path of Sedna's contract; empty until the start has ended. */
  String job() {
    return job;
  }

  /** What stopped the start; empty if nothing did. */
  String failure() {
    return failure;
  }

  /** What keeps frames from being answered: what stopped the start, or what came later. */
  String unready() {
    TaskProcessor open = processor;
    return open == null || !failure.isEmpty() ? failure : open.failure();
  }

  /** What was dropped for its age. */
  Retention.State retention() {
    RetentionSchedule schedule = retention;
    if (schedule == null) {
      throw new NotReadyException(failure, 1);
    }
    return schedule.state();
  }

  /** How long a request's body may take to arrive. */
  Duration patience() {
    return patience;
  }

  /** The plugins in force with their hyperparameters, as they would be written in configuration. */
  Map<String, String> effective() {
    return effective;
  }

  @PreDestroy
  void stop() {
    TaskProcessor open = processor;
    processor = null;
    failure = "stopping";
    RetentionSchedule schedule = retention;
    if (schedule != null) {
      schedule.close();
    }
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      LOG.warn("closing the buffer: {}", e.getMessage());
    }
  }

  private static TaskProcessor open(
      ServiceSettings settings, ConfiguredPlugins plugins, ServiceMemory memory)
      throws IOException {
    FrameProcessing processing = FrameProcessing.open(plugins);
    try {
      UnseenTasks tasks = new UnseenTasks(plugins);
      // The buffer last: what fails before it must not leave it locked.
      ReplayBufferWriter buffer = ReplayBuffer.open(settings.bufferFolder(), settings.bounds());
      return new TaskProcessor(
          new HardSamples(processing, tasks, buffer),
          settings.processing().queue(),
          memory,
          ServiceMemory.outside(settings.processing().nativeMegabytes()));
    } catch (IOException | RuntimeException e) {
      processing.close();
      throw e;
    }
  }

  private static Map<String, String> effective(ConfiguredPlugins plugins, PluginRegistry found) {
    Map<String, String> effective = new TreeMap<>();
    for (PluginKind<?> kind :
        List.of(
            PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION,
            PluginKind.UNSEEN_TASK_ALLOCATION,
            PluginKind.UNSEEN_TASK_PROCESSING,
            PluginKind.MASK_GENERATOR,
            PluginKind.MASK_FUSION)) {
      if (found.names(kind).contains(plugins.name(kind))) {
        effective.putAll(plugins.effective(kind));
      }
    }
    return effective;
  }
}
