package io.seamark.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The plugin API as others compile against it, against {@code plugin-api.txt}: it changes only
 * where somebody means it to.
 */
class PluginApiTest {
  private static final Path FILE = Path.of("plugin-api.txt").toAbsolutePath();
  private static final Path COMPILED =
      Path.of("..", "..", "sedna-plugins", "plugin-api", "target", "classes");
  private static final String REWRITE = "seamark.spi.rewrite";

  /** The lines of every type in the packages that the module exports. */
  private static List<String> api() throws ClassNotFoundException {
    ModuleReference module = ModuleFinder.of(COMPILED).findAll().iterator().next();
    Set<String> exported =
        module.descriptor().exports().stream()
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet());
    List<Class<?>> types = new ArrayList<>();
    ClassLoader loader = PluginApiTest.class.getClassLoader();
    for (JavaClass type : new ClassFileImporter().importPath(COMPILED)) {
      if (exported.contains(type.getPackageName())) {
        types.add(Class.forName(type.getName(), false, loader));
      }
    }
    return Signatures.of(types);
  }

  @Test
  @DisplayName("the plugin API is the one that plugin-api.txt tells")
  void unchanged() throws IOException, ClassNotFoundException {
    List<String> actual = api();
    assertTrue(actual.size() > 150, "only " + actual.size() + " lines");
    if (Boolean.getBoolean(REWRITE)) {
      Files.write(FILE, actual);
    }
    List<String> expected = Files.readAllLines(FILE);
    String difference = Signatures.difference(expected, actual);
    assertTrue(
        expected.equals(actual),
        () ->
            "the plugin API is not as plugin-api.txt tells it (- only there, + only in the code):\n"
                + (difference.isEmpty() ? "another order\n" : difference)
                + "If plugins are meant to see this, count PluginApi's version up and rewrite the"
                + " file: mvn -Dtest=PluginApiTest -Dsurefire.failIfNoSpecifiedTests=false -D"
                + REWRITE
                + "=true -pl tests/architecture -am package");
  }

  @Test
  @DisplayName("what differs is told with its type")
  void differencesAreTold() {
    List<String> before = List.of("interface A", "  void a()", "  void b()", "interface B");
    List<String> after = List.of("interface A", "  int a()", "  void b()", "record C()");
    assertEquals(
        """
        - interface A { void a() }
        - interface B
        + interface A { int a() }
        + record C()
        """,
        Signatures.difference(before, after));
    assertEquals("", Signatures.difference(before, before));
  }

  @Test
  @DisplayName("everything that can break a plugin shows in the lines")
  void everythingShows() {
    String here = SampleApi.class.getName() + ".";
    assertEquals(
        List.of(
            "public enum Choice",
            "  SECOND",
            "  FIRST",
            "@Target[METHOD, TYPE] @Retention(RUNTIME) public @interface Mark",
            "  String[] names() default {\"a\"}",
            "  int value()",
            "public record Pair<A extends Comparable<A>>(A left, @Nullable String right)"
                + " implements Shape",
            "  public static <T> java.util.Map<T, ? extends java.util.List<?>> of("
                + "T, java.util.function.Function<? super T, String>, int...)"
                + " throws java.io.IOException",
            "  public void grow(double @Nullable [])",
            "public sealed interface Shape permits Pair, Square",
            "  default double area()",
            "  static final int SIDES = 4",
            "  static final java.util.List<String> NAMES",
            "  void grow(double @Nullable [])",
            "@Deprecated public abstract class Square implements Shape",
            "  protected final void paint(byte[])",
            "  protected new(long)"),
        Signatures.of(List.of(SampleApi.class.getDeclaredClasses())).stream()
            .map(l -> l.replace(here, ""))
            .toList());
  }
}
