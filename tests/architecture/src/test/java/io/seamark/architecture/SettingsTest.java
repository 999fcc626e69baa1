package io.seamark.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A setting is declared once, and read through its declaration. */
class SettingsTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** A key in the page that is made from the declarations. */
  private static final Pattern DECLARED =
      Pattern.compile("^\\| `([A-Za-z_.-]+)` \\|", Pattern.MULTILINE);

  private static final Pattern WRITTEN = Pattern.compile("\"(seamark\\.[a-z0-9_.-]*[a-z0-9])\"");

  /** Names that begin as keys do, by what they are. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "EdgeMetrics.java", "metrics",
          "ServiceMetrics.java", "metrics",
          "ExchangeFilter.java", "metrics",
          "RowSchema.java", "metadata of Arrow files",
          "SealedSegment.java", "metadata of Arrow files",
          "SealedSegmentWriter.java", "metadata of Arrow files",
          "MessageMark.java", "metadata of Arrow files",
          "EdgeModel.java", "metadata of weights",
          "TrainableModel.java", "metadata of weights",
          "PluginRegistry.java", "a resource");

  @Test
  @DisplayName("every key that stands in the code is declared, and once")
  void keysAreDeclared() throws IOException {
    Set<String> declared = new TreeSet<>();
    Matcher rows = DECLARED.matcher(Files.readString(ROOT.resolve("sedna-plugins/SETTINGS.md")));
    while (rows.find()) {
      assertTrue(declared.add(rows.group(1)), rows.group(1) + " is declared twice");
    }
    assertTrue(declared.size() > 50, "only " + declared.size() + " keys are declared");
    Map<String, String> undeclared = new TreeMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(SettingsTest::isMainSource).sorted().toList()) {
        Matcher keys = WRITTEN.matcher(Files.readString(file));
        while (keys.find()) {
          if (!declared.contains(keys.group(1))
              && !OTHERS.containsKey(String.valueOf(file.getFileName()))) {
            undeclared.put(keys.group(1), ROOT.relativize(file).toString());
          }
        }
      }
    }
    assertEquals(Map.of(), undeclared, "keys that are declared nowhere");
  }

  private static boolean isMainSource(Path file) {
    String path = ROOT.relativize(file).toString();
    return path.contains("src/main/java") && path.endsWith(".java") && !path.startsWith("tests/");
  }

  @Test
  @DisplayName("nobody asks MicroProfile Config or the system for a setting but the one lookup")
  void settingsAreReadThroughTheirDeclaration() throws IOException {
    List<Path> compiled;
    try (Stream<Path> files = Files.walk(ROOT, 4)) {
      compiled =
          files
              .filter(p -> p.endsWith("target/classes") && !p.startsWith(ROOT.resolve("tests")))
              .toList();
    }
    JavaClasses classes = new ClassFileImporter().importPaths(compiled);
    Set<String> readers = new TreeSet<>();
    for (JavaClass each : classes) {
      for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
        if (call.getTargetOwner().getName().equals("org.eclipse.microprofile.config.Config")
            && Set.of("getValue", "getOptionalValue", "getValues", "getOptionalValues")
                .contains(call.getTarget().getName())) {
          readers.add(each.getName().replaceAll("\\$.*", ""));
        }
      }
    }
    assertEquals(
        Set.of(
            "io.seamark.configuration.ConfigurationSources",
            "io.seamark.configuration.SettingKeys",
            "io.seamark.registry.ConfiguredPlugins"),
        readers);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.eclipse.microprofile.config.inject.ConfigProperty")
        .check(classes);
  }
}
