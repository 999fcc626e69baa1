package io.seamark.tck.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.registry.PluginRegistry;
import io.seamark.tck.PluginContract;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** No plugin is forgotten, and how many checks each kind has. */
class EveryPluginTest {
  @Test
  @DisplayName("every plugin on the class path runs the contract of its kind")
  void everyPluginRunsItsContract() throws Exception {
    Set<String> tested = new TreeSet<>();
    Map<String, Long> checks = new TreeMap<>();
    TestPlan plan = plan();
    for (TestIdentifier root : plan.getRoots()) {
      for (TestIdentifier each : plan.getDescendants(root)) {
        if (each.getSource().orElse(null) instanceof ClassSource source
            && PluginContract.class.isAssignableFrom(source.getJavaClass())) {
          PluginProvider<?, ?> provider = provider(source.getJavaClass());
          tested.add(provider.kind() + " " + provider.name());
          long count = plan.getDescendants(each).stream().filter(TestIdentifier::isTest).count();
          Long other = checks.put(provider.kind().id(), count);
          assertTrue(other == null || other == count, "checks of " + provider.kind() + " vary");
        }
      }
    }
    Set<String> installed = new TreeSet<>();
    try (PluginRegistry registry =
        PluginRegistry.discover(null, EveryPluginTest.class.getClassLoader())) {
      assertTrue(registry.unloaded().isEmpty(), registry.unloaded().toString());
      registry.providers().forEach(found -> installed.add(found.kind() + " " + found.name()));
    }
    assertFalse(installed.isEmpty());
    assertEquals(installed, tested);
    Set<String> kinds = new TreeSet<>();
    PluginKind.ALL.forEach(kind -> kinds.add(kind.id()));
    assertEquals(kinds, checks.keySet());
    checks.forEach(
        (kind, count) -> System.out.printf("contract checks of %-34s %d%n", kind, count));
  }

  private static TestPlan plan() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage(EveryPluginTest.class.getPackageName()))
            .build();
    return LauncherFactory.create().discover(request);
  }

  private static PluginProvider<?, ?> provider(Class<?> contract)
      throws ReflectiveOperationException {
    Constructor<?> constructor = contract.getDeclaredConstructor();
    constructor.setAccessible(true);
    Method provider = contract.getDeclaredMethod("provider");
    provider.setAccessible(true);
    return (PluginProvider<?, ?>) provider.invoke(constructor.newInstance());
  }
}
