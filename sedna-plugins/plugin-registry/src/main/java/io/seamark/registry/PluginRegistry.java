package io.seamark.registry;

import io.seamark.host.PlainFile;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.setting.HyperparameterBinding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins that were found, on the class path and in a folder of jars. Immutable and
 * thread-safe.
 */
public final class PluginRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PluginRegistry.class);

  /** Where a plugin comes from that is part of Seamark. */
  public static final String BUILT_IN = "built-in";

  private final List<PluginProvider<?, ?>> providers;
  private final Map<PluginProvider<?, ?>, String> origins;
  private final List<UnloadedPlugin> unloaded;
  private final List<PluginJars> jars;

  private PluginRegistry(
      Map<PluginProvider<?, ?>, String> origins,
      List<UnloadedPlugin> unloaded,
      List<PluginJars> jars) {
    this.jars = List.copyOf(jars);
    this.origins = Map.copyOf(origins);
    this.providers =
        origins.keySet().stream()
            .sorted(
                Comparator.<PluginProvider<?, ?>>comparingInt(
                        provider -> PluginKind.ALL.indexOf(provider.kind()))
                    .thenComparing(PluginProvider::name))
            .toList();
    this.unloaded = List.copyOf(unloaded);
  }

  /**
   * Finds plugins. A jar or provider that does not load is logged, left out and listed by {@link
   * #unloaded}.
   *
   * @param pluginFolder each {@code *.jar} in it, and each folder of jars in it, has a class loader
   *     of its own, which sees the JDK, the plugin API and those jars; may be a single jar; null
   *     for none
   * @param classPath where the built-in plugins are
   * @return what was found
   * @throws IllegalArgumentException if the folder is missing, or two plugins have one kind and
   *     name
   */
  public static PluginRegistry discover(@Nullable Path pluginFolder, ClassLoader classPath) {
    Map<PluginProvider<?, ?>, String> origins = new HashMap<>();
    List<UnloadedPlugin> unloaded = new ArrayList<>();
    List<PluginJars> opened = new ArrayList<>();
    load(classPath, BUILT_IN, origins, unloaded);
    for (Path plugin : pluginsIn(pluginFolder)) {
      String origin = plugin.toString();
      Map<PluginProvider<?, ?>, String> inJar = new HashMap<>();
      List<UnloadedPlugin> wrong = new ArrayList<>();
      try {
        List<Path> its = Files.isDirectory(plugin) ? jarsIn(plugin) : List.of(plugin);
        for (Path jar : its) {
          if (!Files.isRegularFile(jar)) {
            // Opening a FIFO would wait for somebody to write.
            throw new IllegalArgumentException(
                (jar.equals(plugin) ? "is " : jar.getFileName() + " is ")
                    + PlainFile.kind(jar)
                    + ", but must be a file");
          }
        }
        PluginJars loader = PluginJars.open(plugin, its);
        opened.add(loader);
        load(loader, origin, inJar, wrong);
      } catch (ZipException e) {
        wrong.add(new UnloadedPlugin(origin, "is not a jar: " + e.getMessage()));
      } catch (IOException | RuntimeException e) {
        wrong.add(new UnloadedPlugin(origin, reason(e)));
      }
      if (wrong.isEmpty() && inJar.isEmpty()) {
        wrong.add(
            new UnloadedPlugin(
                origin,
                "names no provider in META-INF/services/" + PluginProvider.class.getName()));
      }
      if (wrong.isEmpty()) {
        origins.putAll(inJar);
      } else {
        unloaded.addAll(wrong);
      }
    }
    unloaded.forEach(plugin -> LOG.warn("plugin left out: {}", plugin));
    checkDuplicates(origins);
    return new PluginRegistry(origins, unloaded, opened);
  }

  /**
   * A registry of providers that are at hand, such as a test's.
   *
   * @param providers held to the same rules as those found
   * @return those and no others
   * @throws IllegalArgumentException if one breaks a rule, or two have one kind and name
   */
  public static PluginRegistry of(List<? extends PluginProvider<?, ?>> providers) {
    Map<PluginProvider<?, ?>, String> origins = new HashMap<>();
    for (PluginProvider<?, ?> provider : providers) {
      check(provider);
      origins.put(provider, BUILT_IN);
    }
    checkDuplicates(origins);
    return new PluginRegistry(origins, List.of(), List.of());
  }

  /**
   * Every plugin that was found.
   *
   * @return in the order of {@link PluginKind#ALL}, then by name
   */
  public List<PluginProvider<?, ?>> providers() {
    return providers;
  }

  /**
   * Where a plugin was found.
   *
   * @param provider one of {@link #providers}
   * @return the path of its jar or folder of jars, or {@code built-in}
   */
  public String origin(PluginProvider<?, ?> provider) {
    return origins.getOrDefault(provider, BUILT_IN);
  }

  /**
   * The version of a plugin.
   *
   * @param provider one of {@link #providers}
   * @return {@code Implementation-Version} of its jar's manifest, Seamark's own for a built-in
   *     plugin, {@code unknown} where there is none
   */
  public String version(PluginProvider<?, ?> provider) {
    if (origin(provider).equals(BUILT_IN)) {
      return seamarkVersion();
    }
    String version = provider.getClass().getPackage().getImplementationVersion();
    return version == null || version.isBlank() ? "unknown" : version.strip();
  }

  /**
   * The version of this build, which built-in plugins carry.
   *
   * @return such as {@code 0.1.0}
   */
  public static String seamarkVersion() {
    Properties properties = new Properties();
    try (InputStream in = PluginRegistry.class.getResourceAsStream("seamark.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the version cannot be read", e);
    }
    return properties.getProperty("version", "unknown");
  }

  /**
   * What was found, but could not be used.
   *
   * @return in the order it was found
   */
  public List<UnloadedPlugin> unloaded() {
    return unloaded;
  }

  /**
   * The names of a kind's plugins.
   *
   * @param kind any
   * @return sorted; empty if there are none
   */
  public List<String> names(PluginKind<?> kind) {
    return providers.stream()
        .filter(provider -> provider.kind().equals(kind))
        .map(PluginProvider::name)
        .toList();
  }

  /**
   * A plugin's provider.
   *
   * @param kind its kind
   * @param name its name, letter for letter
   * @param <P> the kind's interface
   * @return the provider
   * @throws IllegalArgumentException if there is none; the message lists the right names
   */
  public <P> PluginProvider<P, ?> provider(PluginKind<P> kind, String name) {
    return find(kind, name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    names(kind).isEmpty()
                        ? "no " + kind + " plugin is installed"
                        : "there is no "
                            + kind
                            + " plugin '"
                            + name
                            + "': "
                            + NearestName.mustBe(name, names(kind))));
  }

  /**
   * Makes a plugin from explicit values, without configuration. Plugins it is composed of are the
   * defaults of their kinds.
   *
   * @param kind its kind
   * @param name its name
   * @param values hyperparameters by name; the others have their defaults
   * @param seed see {@link PluginContext#seed}
   * @param threads see {@link PluginContext#threads}
   * @param <P> the kind's interface
   * @return a new plugin
   * @throws IllegalArgumentException if a name or value is wrong; one line for each
   */
  public <P> P create(
      PluginKind<P> kind, String name, Map<String, String> values, long seed, int threads) {
    Map<String, String> settings = new HashMap<>();
    settings.put(ConfiguredPlugins.selectionKey(kind), name);
    values.forEach((key, value) -> settings.put(kind.id() + "." + name + "." + key, value));
    return new ConfiguredPlugins(this, settings, seed, threads).create(kind);
  }

  /**
   * Closes the plugin jars. Plugins made from them can load no further classes, so they are to be
   * closed first. A host that lives as long as its process need not call this.
   */
  @Override
  public void close() {
    for (PluginJars jar : jars) {
      try {
        jar.close();
      } catch (IOException e) {
        LOG.warn("{} cannot be closed: {}", jar.getName(), e.toString());
      }
    }
  }

  // A provider's kind names the interface of its plugins, so an equal kind means that interface.
  @SuppressWarnings("unchecked")
  private <P> Optional<PluginProvider<P, ?>> find(PluginKind<P> kind, String name) {
    for (PluginProvider<?, ?> provider : providers) {
      if (provider.kind().equals(kind) && provider.name().equals(name)) {
        return Optional.of((PluginProvider<P, ?>) provider);
      }
    }
    return Optional.empty();
  }

  /**
   * The plugins of a folder, without loading any.
   *
   * @param folder as {@link #discover} takes it
   * @return jars and folders of jars, sorted; empty for null
   * @throws IllegalArgumentException if there is no such folder
   */
  public static List<Path> pluginsIn(@Nullable Path folder) {
    if (folder == null) {
      return List.of();
    }
    if (Files.isRegularFile(folder) && isJar(folder)) {
      return List.of(folder);
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "plugin folder "
              + folder
              + (Files.exists(folder)
                  ? " is " + PlainFile.kind(folder) + ", but must be a folder or a jar"
                  : " is not a folder"));
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        if (isJar(file) || (Files.isDirectory(file) && !jarsIn(file).isEmpty())) {
          found.add(file);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("plugin folder " + folder + " cannot be read: " + e, e);
    }
  }

  private static List<Path> jarsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(PluginRegistry::isJar).sorted().toList();
    }
  }

  private static boolean isJar(Path file) {
    return file.toString().endsWith(".jar") && !Files.isDirectory(file);
  }

  @SuppressWarnings("rawtypes")
  private static void load(
      ClassLoader loader,
      String origin,
      Map<PluginProvider<?, ?>, String> origins,
      List<UnloadedPlugin> unloaded) {
    Iterator<ServiceLoader.Provider<PluginProvider>> found =
        ServiceLoader.load(PluginProvider.class, loader).stream().iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          return;
        }
        PluginProvider<?, ?> provider = found.next().get();
        check(provider);
        origins.put(provider, origin);
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        // Plugins are other people's code: whatever they throw costs them their place, not ours.
        unloaded.add(new UnloadedPlugin(origin, reason(e)));
      }
    }
  }

  private static String reason(Throwable thrown) {
    Throwable cause = thrown.getCause();
    String first = thrown instanceof IllegalArgumentException ? thrown.getMessage() : null;
    String message = first != null ? first : thrown.toString();
    String whole = cause == null || first != null ? message : message + ": " + cause;
    return whole.replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }

  private static void check(PluginProvider<?, ?> provider) {
    String where = provider.getClass().getName();
    if (!PluginKind.ALL.contains(provider.kind())) {
      throw new IllegalArgumentException(
          where
              + " is of kind '"
              + provider.kind()
              + "', but must be of one of "
              + PluginKind.ALL.stream().map(PluginKind::id).toList());
    }
    if (!provider.name().matches("[A-Za-z0-9_]{1,64}")) {
      throw new IllegalArgumentException(
          where
              + " is named '"
              + provider.name()
              + "', but a name is 1 to 64 letters, digits and underscores");
    }
    List<String> failures = new ArrayList<>();
    new HyperparameterBinding<>(provider.hyperparameters())
        .bind(
            name -> Optional.empty(),
            name -> "",
            "default of " + provider.kind() + "." + provider.name() + ".",
            failures);
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", failures));
    }
  }

  private static void checkDuplicates(Map<PluginProvider<?, ?>, String> origins) {
    Map<String, PluginProvider<?, ?>> byName = new HashMap<>();
    List<String> failures = new ArrayList<>();
    origins.forEach(
        (provider, origin) -> {
          PluginProvider<?, ?> other =
              byName.putIfAbsent(provider.kind() + " " + provider.name(), provider);
          if (other != null) {
            List<String> both = new ArrayList<>();
            both.add(provider.getClass().getName() + " (" + origin + ")");
            both.add(other.getClass().getName() + " (" + origins.get(other) + ")");
            Collections.sort(both);
            failures.add(
                "two plugins are named "
                    + provider.kind()
                    + " "
                    + provider.name()
                    + ", remove one of them: "
                    + String.join(", ", both));
          }
        });
    if (!failures.isEmpty()) {
      Collections.sort(failures);
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }
}
