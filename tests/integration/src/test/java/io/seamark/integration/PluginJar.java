package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A plugin as a user has it: compiled against the API's jar alone. */
final class PluginJar {
  private PluginJar() {}

  /**
   * Builds a jar.
   *
   * @param plugins folder that it goes into; made if it is not there
   * @param provider the class that provides it
   * @param source of that class
   */
  static void build(Path plugins, String provider, String source) throws IOException {
    String simple = provider.substring(provider.lastIndexOf('.') + 1);
    Path work = Files.createDirectories(plugins.resolveSibling("build-" + simple));
    Path file = Files.writeString(work.resolve(simple + ".java"), source);
    Path classes = Files.createDirectory(work.resolve("classes"));
    String api;
    try (Stream<Path> libraries = Files.list(Seamark.HOME.resolve("lib"))) {
      api =
          libraries
              .filter(l -> String.valueOf(l.getFileName()).startsWith("seamark-plugin-api-"))
              .findFirst()
              .orElseThrow()
              .toString();
    }
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", classes.toString(), "-cp", api, "" + file);
    assertEquals(0, compiled);
    Path jar = Files.createDirectories(plugins).resolve(simple + ".jar");
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path each : files) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
      out.putNextEntry(new JarEntry("META-INF/services/io.seamark.plugin.PluginProvider"));
      out.write((provider + "\n").getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
    }
  }
}
