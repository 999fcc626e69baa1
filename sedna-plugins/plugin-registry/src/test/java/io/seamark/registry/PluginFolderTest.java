package io.seamark.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.PluginApi;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that are compiled here, with libraries of their own. */
class PluginFolderTest {
  private static final String LIBRARY =
      "package library; public final class Figure { public static double value() { return %s; } }";
  private static final String PROVIDER =
      """
      package %1$s;
      import io.seamark.plugin.*;
      public final class Provider implements PluginProvider<Metric, Provider.None> {
        public record None() {}
        public PluginKind<Metric> kind() { return PluginKind.METRIC; }
        public String name() { return "%1$s"; }
        public String text() { return "Says what its library says."; }
        public Class<None> hyperparameters() { return None.class; }
        public Metric create(None none, PluginContext context) {
          return counts -> library.Figure.value();
        }
      }
      """;

  private final Path work;
  private final Path plugins;

  PluginFolderTest(@TempDir Path folder) throws IOException {
    work = Files.createDirectories(folder.resolve("work"));
    plugins = Files.createDirectories(folder.resolve("plugins"));
  }

  @Test
  void discover_givesEveryPluginItsOwnVersionOfALibrary() throws IOException {
    Path first = compile("first", "1");
    jar(plugins.resolve("first.jar"), manifest("2.5", ""), first, "library", "first", "META-INF");
    Path second = compile("second", "2");
    Path folder = Files.createDirectories(plugins.resolve("second"));
    jar(folder.resolve("provider.jar"), manifest("7", ""), second, "second", "META-INF");
    jar(folder.resolve("library.jar"), manifest("0.1", ""), second, "library");

    try (PluginRegistry registry = discover()) {
      assertEquals(List.of(), registry.unloaded());
      assertEquals(1, value(registry, "first"));
      assertEquals(2, value(registry, "second"));
      PluginProvider<?, ?> one = registry.provider(PluginKind.METRIC, "first");
      PluginProvider<?, ?> two = registry.provider(PluginKind.METRIC, "second");
      assertEquals("2.5", registry.version(one));
      assertEquals("7", registry.version(two));
      assertEquals(plugins.resolve("first.jar").toString(), registry.origin(one));
      assertEquals(folder.toString(), registry.origin(two));
    }
  }

  @Test
  void discover_refusesAPluginForANewerApi() throws IOException {
    Path classes = compile("first", "1");
    String newer = PluginApi.MAJOR + "." + (PluginApi.MINOR + 1);
    jar(plugins.resolve("a.jar"), manifest("1", newer), classes, "library", "first", "META-INF");
    jar(plugins.resolve("b.jar"), manifest("1", "new"), classes, "library", "first", "META-INF");
    jar(
        plugins.resolve("c.jar"),
        manifest("1", PluginApi.version()),
        classes,
        "library",
        "first",
        "META-INF");

    try (PluginRegistry registry = discover()) {
      assertEquals(
          plugins.resolve("c.jar").toString(),
          registry.origin(registry.provider(PluginKind.METRIC, "first")));
      assertEquals(
          List.of(
              plugins.resolve("a.jar")
                  + ": needs plugin API "
                  + newer
                  + ", but this Seamark has "
                  + PluginApi.version()
                  + ": use a newer Seamark or an older version of the plugin",
              plugins.resolve("b.jar")
                  + ": its manifest's Seamark-Plugin-Api is 'new', but must be MAJOR or MAJOR.MINOR"
                  + " such as "
                  + PluginApi.version()),
          registry.unloaded().stream().map(UnloadedPlugin::toString).toList());
    }
  }

  @Test
  void discover_takesASingleJar() throws IOException {
    Path classes = compile("first", "1");
    Path jar = work.resolve("alone.jar");
    jar(jar, manifest("", ""), classes, "library", "first", "META-INF");

    try (PluginRegistry registry =
        PluginRegistry.discover(jar, PluginFixture.classPath(work.resolve("none")))) {
      assertEquals("unknown", registry.version(registry.provider(PluginKind.METRIC, "first")));
    }
  }

  @Test
  void catalogue_showsWhereWhatComesFromAndWithWhichValues() throws IOException {
    Path broken = Files.writeString(plugins.resolve("broken.jar"), "no jar");
    try (PluginRegistry registry =
        PluginRegistry.discover(
            plugins,
            PluginFixture.classPath(work.resolve("classes"), SampleProviders.Telling.class))) {
      PluginCatalogue catalogue =
          PluginCatalogue.of(
              registry,
              new ConfiguredPlugins(
                  registry, Map.of("hard_example_mining.telling.threshold", "0.25"), 1, 1));

      PluginCatalogue.Entry entry = catalogue.plugins().get(0);
      assertEquals("built-in", entry.origin());
      assertTrue(entry.version().matches("\\d+\\.\\d+\\.\\d+.*"), entry.version());
      assertEquals("0.25", entry.hyperparameters().get("threshold"));
      assertEquals(broken.toString(), catalogue.unloaded().get(0).origin());
      assertTrue(
          catalogue
              .json()
              .startsWith(
                  "{\"api\":\""
                      + PluginApi.version()
                      + "\",\"plugins\":[{\"kind\":\"hard_example_mining\",\"name\":\"telling\","),
          catalogue.json());
    }
  }

  private PluginRegistry discover() throws IOException {
    return PluginRegistry.discover(plugins, PluginFixture.classPath(work.resolve("none")));
  }

  private static double value(PluginRegistry registry, String name) {
    return registry.create(PluginKind.METRIC, name, Map.of(), 1, 1).compute(new ConfusionMatrix(1));
  }

  private static Manifest manifest(String version, String api) {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!version.isEmpty()) {
      main.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    }
    if (!api.isEmpty()) {
      main.putValue(PluginApi.MANIFEST_ATTRIBUTE, api);
    }
    return manifest;
  }

  private Path compile(String name, String value) throws IOException {
    Path sources = Files.createDirectories(work.resolve(name + "-sources"));
    Path classes = Files.createDirectories(work.resolve(name + "-classes"));
    Path library = Files.writeString(sources.resolve("Figure.java"), LIBRARY.formatted(value));
    Path provider = Files.writeString(sources.resolve("Provider.java"), PROVIDER.formatted(name));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "the tests need a JDK, not a JRE");
    String api;
    try {
      api =
          Path.of(PluginProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toString();
    } catch (java.net.URISyntaxException e) {
      throw new IOException(e);
    }
    assertEquals(
        0,
        compiler.run(
            null,
            null,
            null,
            "-proc:none",
            "-cp",
            api,
            "-d",
            classes.toString(),
            library.toString(),
            provider.toString()));
    Path services =
        Files.createDirectories(classes.resolve("META-INF/services"))
            .resolve(PluginProvider.class.getName());
    Files.write(services, (name + ".Provider").getBytes(StandardCharsets.UTF_8));
    return classes;
  }

  private static void jar(Path jar, Manifest manifest, Path classes, String... folders)
      throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (String folder : folders) {
        try (Stream<Path> files = Files.walk(classes.resolve(folder))) {
          for (Path one : files.filter(Files::isRegularFile).toList()) {
            out.putNextEntry(new JarEntry(classes.relativize(one).toString()));
            Files.copy(one, out);
            out.closeEntry();
          }
        }
      }
    }
  }
}
