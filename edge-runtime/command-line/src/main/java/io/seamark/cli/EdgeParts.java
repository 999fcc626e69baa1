package io.seamark.cli;

import io.seamark.buffer.BufferOptions;
import io.seamark.edge.EdgeAudit;
import io.seamark.edge.EdgeOptions;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.sync.ShadowOptions;
import io.seamark.edge.upload.ArrowProtocol;
import io.seamark.edge.upload.CloudLink;
import io.seamark.edge.upload.SednaProtocol;
import io.seamark.host.CacheFolder;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A device's runtime as its configuration has it, for every verb that runs one. */
public final class EdgeParts {
  private EdgeParts() {}

  /**
   * Reads the configuration.
   *
   * @param workplace with the edge's settings, its plugins and the edge model
   * @param folder for what must survive a restart
   * @param cloud address of unknown-task-processing, null for none
   * @param knowledge address of knowledge-management, null for none
   * @return ready to be opened
   * @throws IllegalArgumentException if the model is none, or lacks what the miner reads
   * @throws IOException if the embedded model cannot be copied
   */
  public static EdgeRuntime.Parts of(
      CommonOptions.Workplace workplace, Path folder, @Nullable URI cloud, @Nullable URI knowledge)
      throws IOException {
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    Path initial = ModelOptions.file(workplace, CacheFolder.path());
    ModelOptions.checkMiner(initial, workplace.plugins());
    String name = settings.name().isEmpty() ? hostName() : settings.name();
    return of(
        workplace,
        name,
        initial,
        folder,
        cloud,
        knowledge,
        Duration.ofSeconds(settings.syncInterval()));
  }

  /**
   * Reads the configuration, but for what somebody else decides.
   *
   * @param workplace with the edge's settings and its plugins
   * @param name by which the cloud knows the device
   * @param initial the model to start with, which gives what the miner reads
   * @param folder for what must survive a restart
   * @param cloud address of the cloud, as {@code seamark.edge.cloud-protocol} has it; null for none
   * @param knowledge address of knowledge-management, null for none
   * @param syncInterval between two questions for a new model
   * @return ready to be opened
   */
  public static EdgeRuntime.Parts of(
      CommonOptions.Workplace workplace,
      String name,
      Path initial,
      Path folder,
      @Nullable URI cloud,
      @Nullable URI knowledge,
      Duration syncInterval) {
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    ConfiguredPlugins plugins = workplace.plugins();
    EdgeOptions options =
        new EdgeOptions(
            name,
            plugins.name(PluginKind.HARD_EXAMPLE_MINING),
            settings.jpegQuality(),
            new EdgeAudit(settings.audit(), workplace.seed()),
            settings.window(),
            Duration.ofSeconds(60));
    return new EdgeRuntime.Parts(
        options,
        plugins.create(PluginKind.BASEMODEL),
        SeenTaskInference.Parts.of(plugins),
        initial,
        "initial",
        plugins.create(PluginKind.HARD_EXAMPLE_MINING),
        folder,
        false,
        cloud,
        knowledge,
        syncInterval,
        shadow(settings),
        settings.modelMaxBytes(),
        CloudLink.Options.DEFAULT.with(
            switch (settings.cloudProtocol()) {
              case ARROW -> new ArrowProtocol();
              case SEDNA -> new SednaProtocol();
            }),
        BufferOptions.outbox(settings.outboxMaxBytes()));
  }

  /**
   * How new models are compared with the one in service.
   *
   * @param settings of the edge
   * @return as configured
   */
  public static ShadowOptions shadow(EdgeSettings settings) {
    return new ShadowOptions(settings.shadowFrames(), settings.shadowMinAgreement());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "edge";
    }
  }
}
