package io.seamark.knowledge.model;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Versions of what a model was made with, for its provenance. */
public final class Software {
  /** Artifacts whose jars carry their version, by the name they are recorded under. */
  private static final Map<String, String> JARS =
      Map.of(
          "seamark", "io.seamark/seamark-knowledge",
          "tensorflow_java", "org.tensorflow/tensorflow-core-api",
          "djl", "ai.djl/api",
          "arrow", "org.apache.arrow/arrow-vector");

  private Software() {}

  /**
   * Collects them.
   *
   * @return by name: {@code java}, {@code jvm}, {@code os}, {@code arch} and the libraries whose
   *     jars tell their version
   */
  public static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("java", System.getProperty("java.version", "unknown"));
    versions.put(
        "jvm",
        System.getProperty("java.vm.name", "unknown")
            + " "
            + System.getProperty("java.vm.version", ""));
    versions.put(
        "os",
        System.getProperty("os.name", "unknown") + " " + System.getProperty("os.version", ""));
    versions.put("arch", System.getProperty("os.arch", "unknown"));
    JARS.forEach(
        (name, artifact) -> {
          String version = ofJar(artifact);
          if (!version.isEmpty()) {
            versions.put(name, version);
          }
        });
    return versions;
  }

  private static String ofJar(String artifact) {
    String resource = "/META-INF/maven/" + artifact + "/pom.properties";
    try (InputStream in = Software.class.getResourceAsStream(resource)) {
      if (in == null) {
        return "";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "");
    } catch (IOException e) {
      return "";
    }
  }
}
