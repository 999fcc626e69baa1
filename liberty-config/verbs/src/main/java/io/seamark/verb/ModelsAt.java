package io.seamark.verb;

import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the versions of an edge model are: with a service that runs, or in a folder. */
final class ModelsAt {
  /** No files of a registry are dropped by opening it here. */
  private static final int KEEP_REJECTED = Integer.MAX_VALUE;

  /** What is announced is not fetched. */
  private static final long NO_LIMIT = Long.MAX_VALUE;

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

  /** What a service is asked. */
  interface Asked<T> {
    T of(KnowledgeClient service) throws IOException, InterruptedException;
  }

  /** What is done in a folder. */
  interface Opened<T> {
    T of(ModelRegistry registry) throws IOException;
  }

  /**
   * Asks the service or opens the folder, whichever is named.
   *
   * @throws IllegalArgumentException if the folder is none
   * @throws IOException if the service does not answer or refuses, or the folder cannot be used
   */
  <T> T with(ConfiguredPlugins plugins, Asked<T> asked, Opened<T> opened) throws IOException {
    URI address = service;
    Path models = folder;
    if (address != null) {
      try {
        return asked.of(new KnowledgeClient(address, NO_LIMIT));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while " + address + " was asked");
      }
    }
    if (models == null || !Files.isDirectory(models)) {
      throw new IllegalArgumentException("--models is " + models + ", but must be a folder");
    }
    try (ModelRegistry registry =
        ModelRegistry.open(
            plugins.create(PluginKind.KNOWLEDGE_MANAGEMENT),
            models,
            KEEP_REJECTED,
            Clock.systemUTC())) {
      return opened.of(registry);
    }
  }
}
