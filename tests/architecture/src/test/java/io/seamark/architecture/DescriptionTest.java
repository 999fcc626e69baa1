package io.seamark.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The services' OpenAPI descriptions against their resources, as they were compiled. */
class DescriptionTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

  /** What the server answers besides the application. */
  private static final Set<String> OF_THE_SERVER =
      Set.of(
          "GET /health",
          "GET /health/live",
          "GET /health/ready",
          "GET /health/started",
          "GET /metrics",
          "GET /openapi");

  @ParameterizedTest
  @ValueSource(strings = {"unknown-task-processing", "knowledge-management"})
  @DisplayName("every path that a service answers is described, and no other")
  void everyPathIsDescribedAndNoOther(String service) throws IOException {
    Path compiled = ROOT.resolve(service).resolve("service/target/classes");
    String text = Files.readString(compiled.resolve("META-INF/openapi.yaml"));
    SwaggerParseResult read = new OpenAPIV3Parser().readContents(text);
    assertEquals(List.of(), read.getMessages());
    OpenAPI document = read.getOpenAPI();
    assertTrue(document.getInfo().getVersion().matches("[0-9].*"), document.getInfo().getVersion());
    Set<String> described = new TreeSet<>();
    document
        .getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .keySet()
                    .forEach(method -> described.add(method + " " + path)));
    Set<String> answered = new TreeSet<>(OF_THE_SERVER);
    for (JavaClass resource :
        new ClassFileImporter()
            .importPaths(compiled, ROOT.resolve("sedna-plugins/plugin-service/target/classes"))) {
      String base = path(resource);
      for (JavaMethod method : resource.getMethods()) {
        for (String verb : METHODS) {
          if (method.isAnnotatedWith("jakarta.ws.rs." + verb)) {
            for (String path : spelled(base + path(method))) {
              answered.add(verb + " " + path);
            }
          }
        }
      }
    }
    assertTrue(answered.size() > OF_THE_SERVER.size() + 4, answered.toString());
    assertEquals(answered, described);
  }

  /** The value of a path annotation with one slash in front, or nothing. */
  private static String path(CanBeAnnotated of) {
    if (!of.isAnnotatedWith("jakarta.ws.rs.Path")) {
      return "";
    }
    Object value =
        (of instanceof JavaClass type
                ? type.getAnnotationOfType("jakarta.ws.rs.Path")
                : ((JavaMethod) of).getAnnotationOfType("jakarta.ws.rs.Path"))
            .get("value")
            .orElseThrow();
    return "/" + value.toString().replaceFirst("^/", "");
  }

  /** A template with an optional part as the paths that it stands for. */
  private static List<String> spelled(String template) {
    String version = "{version:(?:/versions/[^/]+)?}";
    // Sedna's contract is described under the name that it has by default.
    String path = template.replace("{service}", "sedna");
    return path.contains(version)
        ? List.of(path.replace(version, ""), path.replace(version, "/versions/{version}"))
        : List.of(path);
  }
}
