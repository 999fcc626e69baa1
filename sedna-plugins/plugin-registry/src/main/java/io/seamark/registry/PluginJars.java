package io.seamark.registry;

import io.seamark.plugin.PluginApi;
import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one plugin: a jar, or all jars of a folder. Its parent sees the JDK and the
 * plugin API and nothing else, so that neither our libraries nor another plugin's collide with its
 * own.
 */
final class PluginJars extends URLClassLoader {
  private static final Pattern API_VERSION = Pattern.compile("(\\d{1,6})(?:\\.(\\d{1,6}))?");

  static {
    ClassLoader.registerAsParallelCapable();
  }

  private PluginJars(String name, URL[] jars) {
    super(name, jars, new PluginApiLoader());
  }

  /**
   * Opens a plugin's jars.
   *
   * @throws IOException if one is no jar
   * @throws IllegalArgumentException if one is for a plugin API that this is not
   */
  static PluginJars open(Path plugin, List<Path> jars) throws IOException {
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      checkApi(jars.get(i));
      urls[i] = url(jars.get(i));
    }
    return new PluginJars("plugin " + plugin.getFileName(), urls);
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  private static void checkApi(Path path) throws IOException {
    String stated;
    try (JarFile jar = new JarFile(path.toFile())) {
      stated = mainAttribute(jar.getManifest());
    }
    if (stated == null) {
      return;
    }
    Matcher version = API_VERSION.matcher(stated.strip());
    if (!version.matches()) {
      throw new IllegalArgumentException(
          "its manifest's "
              + PluginApi.MANIFEST_ATTRIBUTE
              + " is '"
              + stated
              + "', but must be MAJOR or MAJOR.MINOR such as "
              + PluginApi.version());
    }
    int major = Integer.parseInt(version.group(1));
    int minor = version.group(2) == null ? 0 : Integer.parseInt(version.group(2));
    if (major != PluginApi.MAJOR || minor > PluginApi.MINOR) {
      boolean newer = major >= PluginApi.MAJOR;
      throw new IllegalArgumentException(
          "needs plugin API "
              + stated.strip()
              + ", but this Seamark has "
              + PluginApi.version()
              + (newer
                  ? ": use a newer Seamark or an older version of the plugin"
                  : ": use a newer version of the plugin"));
    }
  }

  private static @Nullable String mainAttribute(@Nullable Manifest manifest) {
    return manifest == null
        ? null
        : manifest.getMainAttributes().getValue(new Attributes.Name(PluginApi.MANIFEST_ATTRIBUTE));
  }

  private static final class PluginApiLoader extends ClassLoader {
    private static final List<String> SHARED =
        List.of("io.seamark.plugin.", "io.seamark.perception.", "org.jspecify.annotations.");

    static {
      ClassLoader.registerAsParallelCapable();
    }

    PluginApiLoader() {
      super("plugin API", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (SHARED.stream().anyMatch(name::startsWith)) {
        return Class.forName(name, false, PluginProvider.class.getClassLoader());
      }
      throw new ClassNotFoundException(
          name + " is neither in the plugin's jars nor in the plugin API");
    }
  }
}
