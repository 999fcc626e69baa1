package io.seamark.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The one-way dependencies, the naming rule, and which library may be used where. */
class StructureTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  /** How a rule's description tells its package patterns, such as {@code 'io.seamark.edge..'}. */
  private static final Pattern PACKAGES = Pattern.compile("'([^']*(?:\\.\\.|\\*\\*)[^']*)'");

  private static JavaClasses classes = new ClassFileImporter().importPaths(List.of());
  private static Set<String> packages = Set.of();
  private static List<Path> modules = List.of();

  @BeforeAll
  static void readEveryModule() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 4)) {
      modules =
          files
              .filter(
                  p ->
                      p.endsWith("pom.xml") && Files.isDirectory(p.resolveSibling("src/main/java")))
              .map(Path::getParent)
              .filter(p -> !p.startsWith(ROOT.resolve("tests")))
              .sorted()
              .toList();
    }
    classes =
        new ClassFileImporter()
            .importPaths(modules.stream().map(m -> m.resolve("target/classes")).toList());
    packages = new TreeSet<>();
    for (JavaClass each : classes) {
      packages.add(each.getPackageName());
      each.getDirectDependenciesFromSelf().stream()
          .map(d -> d.getTargetClass().getBaseComponentType().getPackageName())
          // What is ours counts only where it stands.
          .filter(used -> !used.startsWith("io.seamark"))
          .forEach(packages::add);
    }
  }

  @Test
  @DisplayName("the rules see the classes of every module")
  void everyModuleIsRead() {
    for (Path module : modules) {
      Path compiled = module.resolve("target/classes");
      assertTrue(Files.isDirectory(compiled), compiled + " is not compiled");
    }
    assertTrue(modules.size() >= 15, "only " + modules.size() + " modules found under " + ROOT);
    assertTrue(classes.size() > 100, "only " + classes.size() + " classes found");
  }

  @Test
  @DisplayName("a rule that names a package that is not there fails, however it names it")
  void rulesOnNothingFail() {
    String gone = "io.seamark.gone..";
    for (ArchRule rule :
        List.of(
            classes().that().resideInAPackage(gone).should().bePublic(),
            noClasses().that().resideInAnyPackage("io.seamark.text..", gone).should().beEnums(),
            noClasses().that().resideOutsideOfPackage(gone).should().resideInAPackage("none.."),
            noClasses().that().resideOutsideOfPackages(gone).should().resideInAPackage("none.."),
            noClasses().should().dependOnClassesThat().resideInAPackage(gone),
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java..", gone),
            slices().matching("io.seamark.gone.(**)").should().beFreeOfCycles())) {
      AssertionError error =
          assertThrows(AssertionError.class, () -> check(rule), rule.getDescription());
      String message = String.valueOf(error.getMessage());
      assertTrue(message.startsWith("no class is in io.seamark.gone."), message);
    }
  }

  @Test
  @DisplayName("the plugin API depends on the JDK alone")
  void pluginApiStandsAlone() {
    check(
        classes()
            .that()
            .resideInAnyPackage("io.seamark.plugin..", "io.seamark.perception..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "io.seamark.plugin..", "io.seamark.perception..", "org.jspecify.."));
  }

  @Test
  @DisplayName("plugins and the buffer do not know runtimes or services")
  void dependenciesPointOneWay() {
    String[] upper = {
      "io.seamark.edge..",
      "io.seamark.cli..",
      "io.seamark.knowledge..",
      "io.seamark.unknown..",
      "io.seamark.bench..",
      "io.seamark.cloud..",
      "io.seamark.run..",
      "io.seamark.report..",
      "io.seamark.measure..",
      "io.seamark.chart..",
      "io.seamark.pull..",
      "io.seamark.sedna..",
      "io.seamark.flight..",
      "io.seamark.export..",
      "io.seamark.verb..",
      "io.seamark.image.."
    };
    check(
        noClasses()
            .that()
            .resideInAPackage("io.seamark..")
            .and()
            .resideOutsideOfPackages(upper)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(upper));
  }

  @Test
  @DisplayName("the edge, the cloud's two halves and the launcher stay apart")
  void runtimesDoNotKnowEachOther() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.seamark.edge..",
                "io.seamark.cli..",
                "io.seamark.measure..",
                "io.seamark.chart..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.seamark.knowledge..",
                "io.seamark.unknown",
                "io.seamark.unknown.fusion..",
                "io.seamark.unknown.segment..",
                "io.seamark.unknown.service..",
                "io.seamark.cloud..",
                "io.seamark.run..",
                "io.seamark.sedna..",
                "io.seamark.report..",
                "io.seamark.flight..",
                "io.seamark.export..",
                "io.seamark.network.tensorflow.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("io.seamark.unknown..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.seamark.knowledge..", "io.seamark.edge..", "io.seamark.cli.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("io.seamark.knowledge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.seamark.unknown..", "io.seamark.edge..", "io.seamark.cli.."));
  }

  @Test
  @DisplayName("steps 6 to 8 are in one place, which knows no web, and the device knows none of it")
  void processingIsInOnePlace() {
    String processing = "io.seamark.unknown.processing..";
    check(
        noClasses()
            .that()
            .resideInAPackage(processing)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "jakarta..", "org.eclipse.microprofile..", "io.seamark.exchange.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("io.seamark.edge..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(processing));
    String frame = "io.seamark.perception.Frame";
    String scores = "io.seamark.perception.ClassScores";
    String plugin = "io.seamark.plugin.UnseenTaskProcessing";
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(processing)
            .should()
            .callMethod(plugin, "process", frame, scores));
  }

  @Test
  @DisplayName("hosts know base models through their plugins alone")
  void hostsKnowNoNetwork() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.seamark.edge..",
                "io.seamark.cli..",
                "io.seamark.measure..",
                "io.seamark.knowledge..",
                "io.seamark.unknown..",
                "io.seamark.bench..",
                "io.seamark.run..",
                "io.seamark.sedna..",
                "io.seamark.cloud..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.seamark.network")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(".*\\.RfNet[A-Za-z]*"));
  }

  @Test
  @DisplayName("nothing depends on a service's classes")
  void servicesAreLeaves() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("..service..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.seamark..service.."));
  }

  @Test
  @DisplayName("no cycles between packages")
  void noCycles() {
    check(slices().matching("io.seamark.(**)").should().beFreeOfCycles());
  }

  @Test
  @DisplayName("engines and containers are used in their adapters alone")
  void librariesStayInTheirAdapters() {
    onlyIn("org.tensorflow..", "io.seamark.network.tensorflow..");
    onlyIn("ai.djl..", "io.seamark.inference..");
    onlyIn("ai.onnxruntime..", "io.seamark.inference..");
    onlyIn(
        "org.apache.arrow..", "io.seamark.buffer..", "io.seamark.flight..", "io.seamark.export..");
    onlyIn("io.grpc..", "io.seamark.flight..");
    onlyIn("org.apache.parquet..", "io.seamark.export..");
    onlyIn("org.apache.hadoop..", "io.seamark.export..");
    onlyIn("org.tribuo..", "io.seamark.network.onnx..");
    onlyIn("jakarta..", "io.seamark..service..", "io.seamark.exchange..");
    onlyIn(
        "org.apache.commons.csv..",
        "io.seamark.text..",
        "io.seamark.bench..",
        "io.seamark.sedna..");
    onlyIn("software.amazon.awssdk..", "io.seamark.sedna..");
    onlyIn(
        "picocli..",
        "io.seamark.cli..",
        "io.seamark.run..",
        "io.seamark.cloud..",
        "io.seamark.bench..",
        "io.seamark.measure..",
        "io.seamark.pull..",
        "io.seamark.sedna..",
        "io.seamark.verb..",
        "io.seamark.image..");
    onlyIn("com.samskivert.mustache..", "io.seamark.chart..");
    onlyIn("com.google.cloud.tools.jib..", "io.seamark.image..");
  }

  @Test
  @DisplayName("ONNX's bytes are read and written in one place")
  void onnxIsReadAndWrittenInOnePlace() {
    check(
        noClasses()
            .that()
            // Flight's own messages are Protocol Buffers, too.
            .resideOutsideOfPackages("io.seamark.network.onnx..", "io.seamark.flight..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                "com\\.google\\.protobuf\\.(Coded\\w+|ByteString|WireFormat|Descriptors)(\\$.*)?"));
  }

  @Test
  @DisplayName("what is printed and logged goes through the one place that escapes it")
  void outputIsEscaped() {
    // SLF4J's binding sees pattern and values apart; whoever logs past it does not.
    onlyIn("java.util.logging..", "io.seamark.log..", "io.seamark.cli..");
    for (String method : List.of("getOut", "getErr")) {
      check(
          noClasses()
              .that()
              // The second is a program of the build, which no distribution holds.
              .doNotHaveFullyQualifiedName("io.seamark.cli.CommonOptions")
              .and()
              .doNotHaveFullyQualifiedName("io.seamark.image.ImageBuild")
              .should()
              .callMethod("picocli.CommandLine", method));
    }
    for (String stream : List.of("out", "err")) {
      check(
          noClasses()
              .that()
              .resideOutsideOfPackage("io.seamark.street..")
              .and()
              // What a probe in a child process says is read by its parent, and printed there.
              .haveNameNotMatching("io\\.seamark\\.cli\\.(Seamark|Progress)|.*Probe(\\$.*)?")
              .should()
              .accessField(System.class, stream));
    }
  }

  @Test
  @DisplayName("names say what lives there")
  void names() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.seamark..")
            .should()
            .haveNameMatching(".*(Manager|Helper|Utils?|Impl)(\\$.*)?"));
  }

  @Test
  @DisplayName("files are made durable, and digested, by one rule")
  void filesAreDurableByOneRule() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("io.seamark.durable..", "io.seamark.buffer.format..")
            .should()
            .callMethod(Files.class, "move", Path.class, Path.class, CopyOption[].class)
            .orShould()
            .callMethod(FileChannel.class, "force", boolean.class));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.seamark.durable..")
            .and()
            // Compares in constant time, and digests nothing.
            .doNotHaveFullyQualifiedName("io.seamark.flight.BearerToken")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(MessageDigest.class));
  }

  @Test
  @DisplayName("a buffer is told what time of day it is, where ages are to be seen to")
  void buffersReadNoClock() {
    // A clock that jumps does no harm but there, where it is guarded. nanoTime() is no time of day.
    check(
        noClasses()
            .that()
            .resideInAnyPackage("io.seamark.buffer..", "io.seamark.durable..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.time\\.(LocalDate.*|OffsetDateTime|ZonedDateTime)|java\\.util\\.(Date|Calendar)"));
  }

  @Test
  @DisplayName("nothing deserialises Java objects")
  void noJavaDeserialization() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream"));
  }

  @Test
  @DisplayName("every package says what lives there and is null-marked")
  void packagesAreDescribed() throws IOException {
    Set<String> described = new TreeSet<>();
    Set<String> packages = new TreeSet<>();
    for (Path module : modules) {
      Path sources = module.resolve("src/main/java");
      if (!Files.isDirectory(sources)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String name = sources.relativize(file.getParent()).toString().replace('/', '.');
          if (file.endsWith("module-info.java")) {
            continue;
          }
          packages.add(name);
          if (file.endsWith("package-info.java")
              && Files.readString(file).contains("@" + NullMarked.class.getSimpleName())) {
            described.add(name);
          }
        }
      }
    }
    assertEquals(
        Set.of(),
        packages.stream().filter(p -> !described.contains(p)).collect(Collectors.toSet()));
  }

  private static void onlyIn(String library, String... packages) {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(packages)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library));
  }

  /** Checks a rule, which must speak of packages that are there: others let everything pass. */
  private static void check(ArchRule rule) {
    Matcher named = PACKAGES.matcher(rule.getDescription());
    while (named.find()) {
      String pattern = named.group(1);
      PackageMatcher matcher = PackageMatcher.of(pattern);
      assertTrue(
          packages.stream().anyMatch(matcher::matches),
          () -> "no class is in " + pattern + ", of which a rule speaks: " + rule.getDescription());
    }
    rule.check(classes);
  }
}
