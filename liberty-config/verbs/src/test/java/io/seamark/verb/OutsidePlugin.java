package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A plugin that is no part of the source tree: compiled from text into a jar of its own. */
public final class OutsidePlugin {
  private OutsidePlugin() {}

  /**
   * Compiles and packs.
   *
   * @param folder for the source and the classes; the jar is in its folder {@code plugins}
   * @param name of the package and the jar
   * @param source of one file of that package, whose imports are its own
   * @param providers simple names of the providers in it, which may be nested
   * @return the plugin folder
   */
  public static Path jar(Path folder, String name, String source, List<String> providers)
      throws IOException {
    Path sources = Files.createDirectories(folder.resolve(name + "-source/" + name));
    Path file = Files.writeString(sources.resolve("Plugin.java"), source);
    Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
    Path api;
    try {
      // As an author does: against the plugin API alone.
      api =
          Path.of(PluginProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                api.toString(),
                file.toString()));
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    try (JarOutputStream out =
            new JarOutputStream(Files.newOutputStream(plugins.resolve(name + ".jar")));
        Stream<Path> made = Files.walk(classes)) {
      out.putNextEntry(new JarEntry("META-INF/services/" + PluginProvider.class.getName()));
      for (String provider : providers) {
        out.write((name + "." + provider + "\n").getBytes(StandardCharsets.UTF_8));
      }
      for (Path each : made.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new JarEntry(classes.relativize(each).toString().replace(java.io.File.separator, "/")));
        out.write(Files.readAllBytes(each));
      }
    }
    return plugins;
  }
}
