package io.seamark.sedna;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.LogLines;
import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.host.TemporaryFolder;
import io.seamark.setting.SednaClientSettings;
import io.seamark.setting.SednaWorkerSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Who a worker is and what it was told.
 *
 * @param job name of the job
 * @param told by Sedna
 * @param own settings besides
 */
public record Worker(String job, SednaWorkerSettings told, SednaClientSettings own) {
  /** What a training or evaluation leaves for the local controller, under Sedna's own name. */
  public static final String INDEX = "index.pkl";

  private static final Set<String> QUIET = Set.of("WARN", "WARNING", "ERROR", "CRITICAL", "FATAL");

  /**
   * What goes before Sedna's variables. A base model on another machine is fetched by its worker,
   * and is no path that the settings could name.
   *
   * @param environment of the process
   * @return settings by key
   */
  public static Map<String, String> chosen(Map<String, String> environment) {
    String model = environment.getOrDefault("MODEL_URL", "").strip();
    boolean own = !environment.getOrDefault("SEAMARK_EDGE_MODEL", "").isBlank();
    return !own && model.contains("://") && Location.isRemote(model)
        ? Map.of("seamark.edge.model", "")
        : Map.of();
  }

  /**
   * Reads the settings, and lets the log say what the worker is told to say.
   *
   * @param workplace the configuration
   * @return the worker that they describe
   */
  public static Worker of(CommonOptions.Workplace workplace) {
    Worker worker =
        new Worker(
            workplace.settings(SettingGroup.SEDNA).job(),
            workplace.settings(SettingGroup.SEDNA_WORKER),
            workplace.settings(SettingGroup.SEDNA_CLIENT));
    // In a pod the log is all that a person sees.
    LogLines.configure(!QUIET.contains(worker.told.logLevel().toUpperCase(Locale.ROOT)));
    return worker;
  }

  /**
   * The worker's name.
   *
   * @return as in Sedna, the job's where it has none
   */
  public String name() {
    return told.worker().isBlank() ? job : told.worker();
  }

  /**
   * The job's namespace.
   *
   * @return as in Sedna, the job's name where it has none
   */
  public String namespace() {
    return told.namespace().isBlank() ? job : told.namespace();
  }

  /**
   * A variable that this worker cannot do without.
   *
   * @param name of the variable
   * @param value what it was set to
   * @return the same, without blanks around it
   * @throws IllegalArgumentException if it is blank
   */
  public static String needed(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(
          name + " is not set, but must say what this worker works on");
    }
    return value.strip();
  }

  /**
   * The indices that {@code MODEL_URLS} names.
   *
   * @return their addresses, each once and in their order; at least one
   * @throws IllegalArgumentException if there is none
   */
  public List<String> indices() {
    List<String> indices =
        Arrays.stream(needed("MODEL_URLS", told.models()).split(";", -1))
            .map(String::strip)
            .filter(url -> !url.isEmpty())
            .distinct()
            .toList();
    if (indices.isEmpty()) {
      throw new IllegalArgumentException(
          "MODEL_URLS is '" + told.models() + "', but must name an index");
    }
    return indices;
  }

  /**
   * Where the worker writes, which for an object store is a folder of this machine first.
   *
   * @return a folder that is there
   * @throws IOException if it cannot be made
   */
  public Path folder() throws IOException {
    Path folder;
    if (Location.of(told.output()) instanceof Location.Local local) {
      folder = local.path();
    } else {
      String digest = DurableFiles.sha256(told.output().getBytes(StandardCharsets.UTF_8));
      folder = TemporaryFolder.path().resolve("seamark-sedna-" + digest.substring(0, 16));
    }
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(
          "OUTPUT_URL is " + told.output() + ", but no folder can be made: " + Seamark.message(e),
          e);
    }
  }

  /**
   * An address below {@code OUTPUT_URL}.
   *
   * @param name of a file
   * @return its address
   */
  public String output(String name) {
    return told.output().replaceAll("/+$", "") + "/" + name;
  }

  /**
   * An address as the node's local controller knows it.
   *
   * @param url as it is seen in the container
   * @return without the container's prefix
   */
  public String reported(String url) {
    String prefix = told.prefix();
    return !prefix.isEmpty() && url.startsWith(prefix) ? url.substring(prefix.length()) : url;
  }

  /**
   * An address as it is seen in the container.
   *
   * @param url as the node knows it
   * @return with the container's prefix
   */
  public String prefixed(String url) {
    String prefix = told.prefix();
    return url.startsWith("/") && !url.startsWith(prefix + "/") ? prefix + url : url;
  }
}
