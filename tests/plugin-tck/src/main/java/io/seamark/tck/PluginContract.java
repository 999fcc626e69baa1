package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.HyperparameterSpec;
import io.seamark.setting.HyperparameterType;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every plugin keeps, of whatever kind. Plugins are made as the running system makes them:
 * from text, through the registry's checks.
 *
 * @param <P> the kind's interface
 * @param <H> the provider's hyperparameters
 */
@ExtendWith(WaiverCheck.class)
public abstract class PluginContract<P, H extends Record> {
  /** The seed of plugins where no other is said. */
  static final long SEED = 20_231;

  private final List<AutoCloseable> opened = new ArrayList<>();

  /** For subclasses. */
  protected PluginContract() {}

  /**
   * The provider under test.
   *
   * @return a new one
   */
  protected abstract PluginProvider<P, H> provider();

  /**
   * Hyperparameters that the tests run with.
   *
   * @return value by name as in configuration; those left out have their defaults
   * @throws IOException if a file that they name cannot be made
   */
  protected Map<String, String> hyperparameters() throws IOException {
    return Map.of();
  }

  /**
   * The values to set so that one hyperparameter can stand at its boundary, where a rule binds
   * several together.
   *
   * @param name of the hyperparameter
   * @param value its smallest or largest
   * @return that value under that name, and what must go with it
   */
  protected Map<String, String> boundary(String name, String value) {
    return Map.of(name, value);
  }

  /**
   * The plugins that this one asks its host for.
   *
   * @return of each kind the one that is configured, and those that are asked for by name
   * @throws IOException if a file that one needs cannot be made
   */
  protected List<Companion> companions() throws IOException {
    return List.of();
  }

  /**
   * The checks that this plugin cannot keep. They run all the same and must fail: a waiver that is
   * no longer needed is itself a failure.
   *
   * @return the reason by the name of the check's method
   */
  protected Map<String, String> waivers() {
    return Map.of();
  }

  /**
   * Makes a plugin as the running system does.
   *
   * @param seed see {@link io.seamark.plugin.PluginContext#seed}
   * @param threads see {@link io.seamark.plugin.PluginContext#threads}
   * @param values go before {@link #hyperparameters}
   * @return a new plugin, closed after the test
   * @throws IOException if a fixture cannot be made
   */
  protected final P create(long seed, int threads, Map<String, String> values) throws IOException {
    P plugin = configured(seed, threads, values).create(provider().kind());
    if (plugin instanceof AutoCloseable closeable) {
      opened.add(closeable);
    }
    return plugin;
  }

  /**
   * Makes a plugin with the tests' hyperparameters on one thread.
   *
   * @param seed see {@link io.seamark.plugin.PluginContext#seed}
   * @return a new plugin, closed after the test
   * @throws IOException if a fixture cannot be made
   */
  protected final P create(long seed) throws IOException {
    return create(seed, 1, Map.of());
  }

  private ConfiguredPlugins configured(long seed, int threads, Map<String, String> values)
      throws IOException {
    PluginProvider<P, H> provider = provider();
    Map<String, String> settings = new HashMap<>();
    List<PluginProvider<?, ?>> providers = new ArrayList<>();
    List<Companion> together = new ArrayList<>(companions());
    Map<String, String> own = new HashMap<>(hyperparameters());
    own.putAll(values);
    together.add(new Companion(provider, own));
    for (Companion each : together) {
      PluginProvider<?, ?> one = each.provider();
      providers.add(one);
      // The last of a kind is chosen, which is the one under test.
      settings.put(ConfiguredPlugins.selectionKey(one.kind()), one.name());
      each.hyperparameters().forEach((name, value) -> settings.put(key(one, name), value));
    }
    return new ConfiguredPlugins(PluginRegistry.of(providers), settings, seed, threads);
  }

  private static String key(PluginProvider<?, ?> provider, String hyperparameter) {
    return provider.kind() + "." + provider.name() + "." + hyperparameter;
  }

  @AfterEach
  final void closeWhatWasMade() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    opened.clear();
  }

  @Test
  @DisplayName("the service loader finds the provider")
  final void providerIsListed() {
    Class<?> type = provider().getClass();
    assertTrue(Modifier.isPublic(type.getModifiers()), type + " is not public");
    assertDoesNotThrow(
        () -> type.getConstructor(), type + " has no public constructor without arguments");
    assertTrue(
        ServiceLoader.load(PluginProvider.class, type.getClassLoader()).stream()
            .map(ServiceLoader.Provider::type)
            .anyMatch(type::equals),
        type.getName() + " is not listed in META-INF/services/" + PluginProvider.class.getName());
  }

  @Test
  @DisplayName("kind and name are ones that configuration can choose")
  final void kindAndName() {
    PluginProvider<P, H> provider = provider();
    assertTrue(PluginKind.ALL.contains(provider.kind()), "unknown kind " + provider.kind());
    assertTrue(provider.name().matches("[A-Za-z0-9_]{1,64}"), "name '" + provider.name() + "'");
  }

  @Test
  @DisplayName("the provider says the same each time it is asked")
  final void providerIsConstant() {
    PluginProvider<P, H> one = provider();
    PluginProvider<P, H> other = provider();
    assertEquals(one.kind(), other.kind());
    assertEquals(one.name(), other.name());
    assertEquals(one.text(), other.text());
    assertEquals(one.hyperparameters(), other.hyperparameters());
  }

  @Test
  @DisplayName("the plugin and each hyperparameter are described in one line")
  final void described() {
    oneLine("text of the provider", provider().text());
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider())) {
      oneLine("text of " + spec.name(), spec.text());
      assertEquals(spec.unit().strip(), spec.unit(), "unit of " + spec.name());
      assertEquals(spec.source().strip(), spec.source(), "source of " + spec.name());
    }
  }

  @Test
  @DisplayName("hyperparameter names can be written in configuration")
  final void hyperparameterNames() {
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider())) {
      // Words with dots between them, such as depth.scale.
      assertTrue(
          spec.name().matches("[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z][A-Za-z0-9_-]*)*"),
          "name '" + spec.name() + "'");
    }
  }

  @Test
  @DisplayName("the defaults make a plugin")
  final void defaultsConstruct() throws IOException {
    assertTrue(provider().kind().type().isInstance(create(SEED)));
  }

  @Test
  @DisplayName("every hyperparameter can stand at its smallest and largest value and each choice")
  final void boundariesConstruct() throws IOException {
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider())) {
      for (String value : boundaries(spec)) {
        P plugin = create(SEED, 1, boundary(spec.name(), value));
        assertTrue(provider().kind().type().isInstance(plugin), spec.name() + " = " + value);
      }
    }
  }

  @Test
  @DisplayName("a value out of range is refused by name")
  final void outOfRangeIsRefused() {
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider())) {
      if (Double.isFinite(spec.min())) {
        BigDecimal below = BigDecimal.valueOf(spec.min()).subtract(BigDecimal.ONE);
        // Just there may lie the default that stands for the model's folder.
        refused(
            spec,
            (spec.allows(below.doubleValue()) ? below.subtract(BigDecimal.ONE) : below)
                .toPlainString());
      }
      if (Double.isFinite(spec.max())) {
        refused(spec, BigDecimal.valueOf(spec.max()).add(BigDecimal.ONE).toPlainString());
      }
    }
  }

  @Test
  @DisplayName("a value of another type is refused by name")
  final void wrongTypeIsRefused() {
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider())) {
      switch (spec.type()) {
        case DOUBLE -> {
          refused(spec, "NaN");
          refused(spec, "Infinity");
          refused(spec, "0,5");
        }
        case INT, LONG -> refused(spec, "1.5");
        case BOOLEAN, CHOICE -> refused(spec, "perhaps");
        case PATH -> refused(spec, "\0");
        case STRING -> assertEquals(HyperparameterType.STRING, spec.type());
      }
    }
  }

  @Test
  @DisplayName("values written out for provenance make the same plugin again")
  final void valuesSurviveWriting() throws IOException {
    PluginKind<P> kind = provider().kind();
    Map<String, String> written = configured(SEED, 1, Map.of()).effective(kind);
    String prefix = key(provider(), "");
    Map<String, String> values = new TreeMap<>();
    written.forEach(
        (key, value) -> {
          // An empty text is written by leaving it out.
          if (key.startsWith(prefix) && !value.isEmpty()) {
            values.put(key.substring(prefix.length()), value);
          }
        });
    assertEquals(written, configured(SEED, 1, values).effective(kind));
  }

  @Test
  @DisplayName("any seed makes a plugin")
  final void anySeed() throws IOException {
    for (long seed : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertTrue(provider().kind().type().isInstance(create(seed)));
    }
  }

  @Test
  @DisplayName("what can be closed can be closed twice")
  final void closesTwice() throws Exception {
    if (create(SEED) instanceof AutoCloseable closeable) {
      closeable.close();
      assertDoesNotThrow(closeable::close);
    }
  }

  @Test
  @DisplayName("waivers name checks of this kind and give a reason")
  final void waiversAreDeclared() {
    List<String> checks = new ArrayList<>();
    for (Class<?> type = getClass(); type != null; type = type.getSuperclass()) {
      Arrays.stream(type.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Test.class))
          .forEach(method -> checks.add(method.getName()));
    }
    waivers()
        .forEach(
            (check, reason) -> {
              assertTrue(
                  checks.contains(check), check + " is waived, but the checks are " + checks);
              oneLine("reason to waive " + check, reason);
            });
  }

  static void oneLine(String what, String text) {
    assertFalse(text.isBlank(), what + " is empty");
    assertEquals(1, text.lines().count(), what + " has several lines: " + text);
    assertEquals(text.strip(), text, what + " begins or ends with blanks");
  }

  private void refused(HyperparameterSpec spec, String value) {
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> configured(SEED, 1, Map.of(spec.name(), value)),
            spec.name() + " = " + value + " was accepted");
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(key(provider(), spec.name())), message);
  }

  private static List<String> boundaries(HyperparameterSpec spec) {
    return switch (spec.type()) {
      case BOOLEAN -> List.of("true", "false");
      case CHOICE -> spec.choices();
      case STRING, PATH -> List.of();
      case INT, LONG -> numbers(spec, true);
      case DOUBLE -> numbers(spec, false);
    };
  }

  private static List<String> numbers(HyperparameterSpec spec, boolean whole) {
    List<String> numbers = new ArrayList<>();
    if (!spec.fallback().isEmpty()) {
      numbers.add(spec.fallback());
    }
    for (double bound : new double[] {spec.min(), spec.max()}) {
      if (Double.isFinite(bound)) {
        // A bound beyond long's range, such as its largest value rounded up, is not itself a long.
        numbers.add(whole ? Long.toString((long) bound) : Double.toString(bound));
      }
    }
    return numbers;
  }
}
