package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark model rollback}. */
@Command(
    name = "rollback",
    description = {
      "Let an earlier version of the edge model serve again.",
      "",
      "Devices fetch it at their next look. Later versions stay on record, and no round begins by"
          + " itself on what they were trained on."
    })
final class RollbackCommand implements Verb {
  /** No files of a registry are dropped by opening it here. */
  private static final int KEEP_REJECTED = Integer.MAX_VALUE;

  /** What is announced is not fetched. */
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @Mixin private CommonOptions common = new CommonOptions();

  @ArgGroup(multiplicity = "1")
  private Where where = new Where();

  @Option(
      names = "--to",
      paramLabel = "VERSION",
      description = "Such as v2. Default: the one before the one that serves.")
  private @Nullable String to;

  /** Where the models are. */
  static final class Where {
    @Option(
        names = "--knowledge",
        paramLabel = "URL",
        description = "A running knowledge-management service.")
    private @Nullable URI service;

    @Option(
        names = "--models",
        paramLabel = "DIR",
        description = "A folder of models that no service has open, such as that of 'train'.")
    private @Nullable Path folder;
  }

  @Override
  public Integer call() throws IOException {
    ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
    URI service = where.service;
    Path folder = where.folder;
    String version;
    String sha256;
    if (service != null) {
      ModelAnnouncement serving = ask(service);
      version = serving.version();
      sha256 = serving.sha256();
    } else if (folder != null && Files.isDirectory(folder)) {
      ModelVersion serving = change(folder, plugins);
      version = serving.version();
      sha256 = serving.sha256();
    } else {
      throw new IllegalArgumentException("--models is " + folder + ", but must be a folder");
    }
    common.out().println(version + " serves");
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("version", version);
      figures.put("sha256", sha256);
      common.out().println(JsonLine.of(figures));
    }
    return Seamark.DONE;
  }

  private ModelAnnouncement ask(URI service) throws IOException {
    try {
      return new KnowledgeClient(service, NO_LIMIT).rollBack(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + service + " was asked");
    }
  }

  private ModelVersion change(Path folder, ConfiguredPlugins plugins) throws IOException {
    try (ModelRegistry registry =
        ModelRegistry.open(
            plugins.create(PluginKind.KNOWLEDGE_MANAGEMENT),
            folder,
            KEEP_REJECTED,
            Clock.systemUTC())) {
      return registry.rollBack(to);
    }
  }
}
