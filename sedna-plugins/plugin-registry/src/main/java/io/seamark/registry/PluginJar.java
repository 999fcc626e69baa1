package io.seamark.registry;

import io.seamark.plugin.PluginProvider;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/**
 * The class loader of one plugin jar. Its parent sees the JDK and the plugin API and nothing else,
 * so that a plugin's own libraries and ours cannot collide.
 */
final class PluginJar extends URLClassLoader {
  static {
    ClassLoader.registerAsParallelCapable();
  }

  PluginJar(Path jar) throws MalformedURLException {
    super("plugin " + jar.getFileName(), new URL[] {jar.toUri().toURL()}, new PluginApiLoader());
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
          name + " is neither in the plugin's jar nor in the plugin API");
    }
  }
}
