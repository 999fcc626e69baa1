package io.seamark.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.setting.HyperparameterSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginRegistryTest {
  private final Path folder;

  PluginRegistryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void discover_listsProvidersInTheOrderOfTheLoopThenByName() throws IOException {
    PluginRegistry registry =
        PluginFixture.registry(
            folder,
            SampleProviders.Composed.class,
            SampleProviders.Tolling.class,
            SampleProviders.Telling.class);

    assertEquals(
        List.of("telling", "tolling", "composed"),
        registry.providers().stream().map(PluginProvider::name).toList());
    assertEquals(List.of("telling", "tolling"), registry.names(PluginKind.HARD_EXAMPLE_MINING));
    assertEquals(List.of(), registry.unloaded());
  }

  @Test
  void provider_unknownNameListsTheRightOnes() throws IOException {
    PluginRegistry registry =
        PluginFixture.registry(
            folder, SampleProviders.Tolling.class, SampleProviders.Telling.class);

    assertEquals(
        "there is no hard_example_mining plugin 'teling': must be one of telling, tolling (did you"
            + " mean telling?)",
        assertThrows(
                IllegalArgumentException.class,
                () -> registry.provider(PluginKind.HARD_EXAMPLE_MINING, "teling"))
            .getMessage());
    assertEquals(
        "there is no hard_example_mining plugin 'entropy': must be one of telling, tolling",
        assertThrows(
                IllegalArgumentException.class,
                () -> registry.provider(PluginKind.HARD_EXAMPLE_MINING, "entropy"))
            .getMessage());
    assertEquals(
        "no metric plugin is installed",
        assertThrows(
                IllegalArgumentException.class,
                () -> registry.provider(PluginKind.METRIC, "mean_iou"))
            .getMessage());
  }

  @Test
  void discover_loadsAJarWithAClassLoaderOfItsOwn() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    PluginFixture.jar(plugins.resolve("telling.jar"), SampleProviders.Telling.class);

    PluginRegistry registry =
        PluginRegistry.discover(plugins, PluginFixture.classPath(folder.resolve("classes")));

    PluginProvider<HardExampleMining, ?> provider =
        registry.provider(PluginKind.HARD_EXAMPLE_MINING, "telling");
    assertNotSame(SampleProviders.Telling.class, provider.getClass());
    assertEquals(plugins.resolve("telling.jar").toString(), registry.origin(provider));
    assertThrows(
        ClassNotFoundException.class,
        () -> provider.getClass().getClassLoader().loadClass(PluginRegistry.class.getName()));
    assertTrue(
        registry
            .create(PluginKind.HARD_EXAMPLE_MINING, "telling", Map.of("points-per-side", "8"), 1, 1)
            .toString()
            .contains("pointsPerSide=8"));
  }

  @Test
  void discover_stopsAtTwoPluginsOfOneName() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Path jar = plugins.resolve("telling.jar");
    PluginFixture.jar(jar, SampleProviders.Telling.class);
    ClassLoader classPath =
        PluginFixture.classPath(folder.resolve("classes"), SampleProviders.Telling.class);

    assertEquals(
        "two plugins are named hard_example_mining telling, remove one of them:"
            + " io.seamark.registry.SampleProviders$Telling ("
            + jar
            + "), io.seamark.registry.SampleProviders$Telling (built-in)",
        assertThrows(
                IllegalArgumentException.class, () -> PluginRegistry.discover(plugins, classPath))
            .getMessage());
  }

  @Test
  void discover_leavesOutAndReportsWhatDoesNotLoad() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Files.writeString(plugins.resolve("a-text.jar"), "no jar");
    PluginFixture.jar(plugins.resolve("b-default.jar"), SampleProviders.Broken.class);
    PluginFixture.jar(plugins.resolve("c-class.jar"), SampleProviders.Telling.class, Test.class);
    PluginFixture.jar(plugins.resolve("d-fine.jar"), SampleProviders.Tolling.class);

    PluginRegistry registry =
        PluginRegistry.discover(plugins, PluginFixture.classPath(folder.resolve("classes")));

    assertEquals(List.of("tolling"), registry.names(PluginKind.HARD_EXAMPLE_MINING));
    assertEquals(
        List.of(
            plugins.resolve("a-text.jar") + ": is not a jar: zip END header not found",
            plugins.resolve("b-default.jar")
                + ": default of mask_fusion.broken.ratio is '2', but must be a number of at most 1",
            plugins.resolve("c-class.jar")
                + ": java.util.ServiceConfigurationError: io.seamark.plugin.PluginProvider:"
                + " Provider org.junit.jupiter.api.Test not found"),
        registry.unloaded().stream().map(UnloadedPlugin::toString).toList());
  }

  @Test
  void discover_refusesAMissingFolder() {
    Path missing = folder.resolve("missing");

    assertEquals(
        "plugin folder " + missing + " is not a folder",
        assertThrows(
                IllegalArgumentException.class,
                () -> PluginRegistry.discover(missing, getClass().getClassLoader()))
            .getMessage());
  }

  @Test
  void spec_describesEveryHyperparameter() throws IOException {
    PluginRegistry registry = PluginFixture.registry(folder, SampleProviders.Telling.class);

    assertEquals(
        List.of(
            "points-per-side: a whole number of points from 1 to 64",
            "size: a whole number of at least 0",
            "threshold: a number from 0 to 1.5",
            "invert: true or false",
            "Label: text",
            "folder: a path",
            "rounding: one of up, half_even"),
        HyperparameterSpec.of(registry.providers().get(0)).stream()
            .map(spec -> spec.name() + ": " + spec.rule())
            .toList());
  }
}
