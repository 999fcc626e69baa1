package io.seamark.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.PluginKind;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredPluginsTest {
  private final PluginRegistry registry;

  ConfiguredPluginsTest(@TempDir Path folder) throws IOException {
    registry =
        PluginFixture.registry(
            folder,
            SampleProviders.Telling.class,
            SampleProviders.Tolling.class,
            SampleProviders.Composed.class,
            SampleProviders.Naming.class,
            SampleProviders.Circular.class);
  }

  @Test
  void create_bindsEveryType() {
    Map<String, String> settings =
        Map.of(
            "seamark.hard_example_mining", "telling",
            "hard_example_mining.telling.points-per-side", "16",
            "hard_example_mining.telling.size", "9000000000",
            "hard_example_mining.telling.threshold", "1.25",
            "hard_example_mining.telling.invert", "TRUE",
            "hard_example_mining.telling.Label", "a b",
            "hard_example_mining.telling.folder", "some/folder",
            "hard_example_mining.telling.rounding", "half-even");

    SampleProviders.TellingMiner miner =
        assertInstanceOf(
            SampleProviders.TellingMiner.class,
            new ConfiguredPlugins(registry, settings, 7, 2).create(PluginKind.HARD_EXAMPLE_MINING));

    assertEquals(
        new SampleProviders.TellingMiner(
            new SampleProviders.EveryType(
                16,
                9_000_000_000L,
                1.25,
                true,
                "a b",
                Path.of("some/folder"),
                SampleProviders.Rounding.HALF_EVEN),
            7,
            2),
        miner);
  }

  @Test
  void create_usesDefaultsWhereNothingOrNothingButEmptyTextIsSet() {
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(
            registry,
            Map.of(
                "seamark.hard_example_mining",
                "telling",
                "hard_example_mining.telling.threshold",
                ""),
            1,
            1);

    assertEquals(
        new SampleProviders.EveryType(
            32, 4_000_000_000L, 0.5, false, "", Path.of(""), SampleProviders.Rounding.HALF_EVEN),
        assertInstanceOf(
                SampleProviders.TellingMiner.class, plugins.create(PluginKind.HARD_EXAMPLE_MINING))
            .hyperparameters());
  }

  @Test
  void create_givesComposedPluginsTheConfiguredOthers() {
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(
            registry,
            Map.of(
                "seamark.metric", "composed",
                "seamark.hard_example_mining", "telling",
                "hard_example_mining.telling.threshold", "0.75"),
            1,
            1);

    assertEquals(0.75, plugins.create(PluginKind.METRIC).compute(new ConfusionMatrix(1)));
  }

  @Test
  void create_givesNamedPluginsWithTheirConfiguredValues() {
    Map<String, String> settings =
        Map.of(
            "seamark.metric", "naming",
            "seamark.hard_example_mining", "tolling",
            "hard_example_mining.telling.threshold", "0.75");
    assertEquals(
        0.75,
        new ConfiguredPlugins(registry, settings, 1, 1)
            .create(PluginKind.METRIC)
            .compute(new ConfusionMatrix(1)));
  }

  @Test
  void create_refusesACircle() {
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(registry, Map.of("seamark.mask_fusion", "circular"), 1, 1);

    assertEquals(
        "plugins are composed in a circle: mask_fusion.circular and again mask_fusion.circular",
        assertThrows(IllegalArgumentException.class, () -> plugins.create(PluginKind.MASK_FUSION))
            .getMessage());
  }

  @Test
  void constructor_reportsAllFailuresAtOnce() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("seamark.hard_example_mining", "teling");
    settings.put("seamark.metric", "mean_iou");
    settings.put("hard_example_mining.telling.treshold", "0.4");
    settings.put("hard_example_mining.telling.threshold", "NaN");
    settings.put("hard_example_mining.telling.points-per-side", "65");
    settings.put("hard_example_mining.telling.size", "1e3");
    settings.put("hard_example_mining.telling.invert", "yes");
    settings.put("hard_example_mining.telling.rounding", "down");
    settings.put("hard_example_mining.tolling.threshold", "1");
    settings.put("hard_example_mining.toling.threshold", "1");
    settings.put("mask_generator.segment_anything.points-per-side", "0");

    assertEquals(
        List.of(
            "seamark.hard_example_mining is 'teling', but must be one of telling, tolling (did you"
                + " mean telling?)",
            "hard_example_mining.telling.treshold is set, but telling has no hyperparameter"
                + " 'treshold': must be one of points-per-side, size, threshold, invert, Label,"
                + " folder, rounding (did you mean threshold?)",
            "hard_example_mining.toling.threshold is set, but there is no hard_example_mining"
                + " plugin 'toling': must be one of telling, tolling (did you mean tolling?)",
            "hard_example_mining.tolling.threshold is set, but tolling has no hyperparameters",
            "seamark.metric is 'mean_iou', but must be one of composed, naming",
            "hard_example_mining.telling.points-per-side is '65', but must be a whole number of"
                + " points from 1 to 64",
            "hard_example_mining.telling.size is '1e3', but must be a whole number of at least 0",
            "hard_example_mining.telling.threshold is 'NaN', but must be a number from 0 to 1.5",
            "hard_example_mining.telling.invert is 'yes', but must be true or false",
            "hard_example_mining.telling.rounding is 'down', but must be one of up, half_even"),
        String.valueOf(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ConfiguredPlugins(registry, settings, 1, 1))
                    .getMessage())
            .lines()
            .toList());
  }

  @Test
  void constructor_namesThePluginWhoseOwnRuleIsBroken() {
    Map<String, String> settings =
        Map.of(
            "hard_example_mining.telling.invert", "true",
            "hard_example_mining.telling.threshold", "0");

    assertEquals(
        "hard_example_mining.telling: invert needs a threshold above 0",
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConfiguredPlugins(registry, settings, 1, 1))
            .getMessage());
  }

  @Test
  void effective_holdsTheSelectionAndEveryValue() {
    Map<String, String> settings =
        Map.of(
            "seamark.hard_example_mining", "telling",
            "hard_example_mining.telling.threshold", "1e-3");
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("seamark.hard_example_mining", "telling");
    expected.put("hard_example_mining.telling.points-per-side", "32");
    expected.put("hard_example_mining.telling.size", "4000000000");
    expected.put("hard_example_mining.telling.threshold", "0.001");
    expected.put("hard_example_mining.telling.invert", "false");
    expected.put("hard_example_mining.telling.Label", "");
    expected.put("hard_example_mining.telling.folder", "");
    expected.put("hard_example_mining.telling.rounding", "half_even");

    Map<String, String> effective =
        new ConfiguredPlugins(registry, settings, 1, 1).effective(PluginKind.HARD_EXAMPLE_MINING);

    assertEquals(List.copyOf(expected.entrySet()), List.copyOf(effective.entrySet()));
    assertEquals(
        effective,
        new ConfiguredPlugins(registry, effective, 1, 1).effective(PluginKind.HARD_EXAMPLE_MINING));
  }

  @Test
  void constructor_takesValuesAsMicroProfileConfigRanksThem() {
    Config config =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(
                    Map.of("HARD_EXAMPLE_MINING_TELLING_POINTS_PER_SIDE", "8"), 300))
            .withSources(
                new PropertiesConfigSource(
                    Map.of(
                        "seamark.hard_example_mining", "telling",
                        "hard_example_mining.telling.points-per-side", "4",
                        "hard_example_mining.telling.threshold", "0.25"),
                    "file",
                    100))
            .build();

    SampleProviders.EveryType values =
        assertInstanceOf(
                SampleProviders.TellingMiner.class,
                new ConfiguredPlugins(
                        registry,
                        config,
                        Map.of(
                            "hard_example_mining.telling.threshold", "1",
                            "hard_example_mining.telling.Label", "fallback"),
                        1,
                        1)
                    .create(PluginKind.HARD_EXAMPLE_MINING))
            .hyperparameters();

    assertEquals(8, values.pointsPerSide());
    assertEquals(0.25, values.threshold());
    assertEquals("fallback", values.label());
  }

  @Test
  void constructor_takesOnlyNearMissesOfTheEnvironmentForSlips() {
    Config foreign =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(
                    Map.of("METRIC_PORT_80_TCP", "tcp://10.0.0.1:80", "BASEMODEL_X", "1"), 300))
            .build();
    Config slip =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(Map.of("HARD_EXAMPLE_MINING_TELLING_TRESHOLD", "1"), 300))
            .build();

    new ConfiguredPlugins(registry, foreign, 1, 1);
    assertEquals(
        "HARD_EXAMPLE_MINING_TELLING_TRESHOLD is set, but did you mean"
            + " HARD_EXAMPLE_MINING_TELLING_THRESHOLD?",
        assertThrows(
                IllegalArgumentException.class, () -> new ConfiguredPlugins(registry, slip, 1, 1))
            .getMessage());
  }

  @Test
  void constructor_takesSednasUnderscoresForDashesInTheOrderOfTheSources() {
    Config config =
        new SmallRyeConfigBuilder()
            .withSources(
                new PropertiesConfigSource(
                    Map.of("hard_example_mining.telling.points_per_side", "8"), "Sedna", 250),
                new PropertiesConfigSource(
                    Map.of("hard_example_mining.telling.points-per-side", "4"), "file", 200))
            .build();

    assertEquals(
        "8",
        new ConfiguredPlugins(registry, config, 1, 1)
            .hyperparameters(registry.provider(PluginKind.HARD_EXAMPLE_MINING, "telling"))
            .get("points-per-side"));
  }
}
