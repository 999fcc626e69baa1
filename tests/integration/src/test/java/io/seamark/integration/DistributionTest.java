package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the two distributions carry. */
class DistributionTest {
  @Test
  @DisplayName(
      "the device's libraries are the cloud's, in the same versions, and none stands twice")
  void sameVersions() throws IOException {
    Map<String, Path> full = jars(Seamark.HOME);
    Map<String, Path> slim = jars(Seamark.SLIM_HOME);
    assertTrue(slim.size() > 20, () -> "only " + slim.keySet());
    Set<String> otherwise = new TreeSet<>(slim.keySet());
    otherwise.removeAll(full.keySet());
    assertEquals(Set.of(), otherwise);
    Map<String, Set<String>> versions = new TreeMap<>();
    for (String jar : full.keySet()) {
      String[] parts = jar.split("-(?=\\d)", 2);
      // Natives of a platform come in a jar of their own beside the code's.
      String classifier = jar.replaceAll(".*-(linux-\\w+)?\\.jar", "$1");
      versions.computeIfAbsent(parts[0] + " " + classifier, name -> new TreeSet<>()).add(jar);
    }
    versions.values().removeIf(names -> names.size() < 2);
    assertEquals(Map.of(), versions);
  }

  @Test
  @DisplayName("the device's has natives for x86-64 and arm64, and no training, SAM or Liberty")
  void slimIsForBothArchitectures() throws IOException {
    Map<String, Path> slim = jars(Seamark.SLIM_HOME);
    Map<String, List<String>> natives =
        Map.of(
            "onnxruntime",
            List.of(
                "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
                "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so",
                "ai/onnxruntime/native/linux-aarch64/libonnxruntime.so",
                "ai/onnxruntime/native/linux-aarch64/libonnxruntime4j_jni.so"),
            "jna",
            List.of(
                "com/sun/jna/linux-x86-64/libjnidispatch.so",
                "com/sun/jna/linux-aarch64/libjnidispatch.so"),
            "jline-native",
            List.of(
                "org/jline/nativ/Linux/x86_64/libjlinenative.so",
                "org/jline/nativ/Linux/arm64/libjlinenative.so"),
            "zstd-jni",
            List.of("linux/amd64/libzstd-jni-", "linux/aarch64/libzstd-jni-"));
    Set<String> found = new TreeSet<>();
    for (Map.Entry<String, Path> jar : slim.entrySet()) {
      String library = jar.getKey().split("-(?=\\d)", 2)[0];
      List<String> entries;
      try (ZipFile zip = new ZipFile(jar.getValue().toFile())) {
        entries = zip.stream().map(ZipEntry::getName).toList();
      }
      if (natives.containsKey(library)) {
        found.add(library);
        for (String wanted : natives.getOrDefault(library, List.of())) {
          assertTrue(
              entries.stream().anyMatch(name -> name.startsWith(wanted)),
              () -> wanted + " is not in " + jar.getKey());
        }
      } else {
        assertEquals(
            List.of(),
            entries.stream().filter(name -> name.matches(".*\\.so(\\.\\d+)*")).toList(),
            () -> jar.getKey() + " has natives that no one checks for arm64");
      }
    }
    assertEquals(natives.keySet(), found);
    for (String absent : List.of("tensorflow", "openliberty", "segment-anything", "knowledge")) {
      assertEquals(
          List.of(), slim.keySet().stream().filter(name -> name.contains(absent)).toList());
    }
    for (String absent : List.of("wlp", "servers", "apps")) {
      assertTrue(Files.notExists(Seamark.SLIM_HOME.resolve(absent)), absent);
    }
  }

  @Test
  @DisplayName("the bill of materials lists every library of others by its digest")
  void billOfMaterials() throws Exception {
    for (Path home : List.of(Seamark.HOME, Seamark.SLIM_HOME)) {
      assumeTrue(
          Files.exists(home.resolve("sbom.json")),
          () -> home + "/sbom.json is not there: it is built only where Maven is online");
      JsonNode bill = new ObjectMapper().readTree(home.resolve("sbom.json").toFile());
      assertEquals("CycloneDX", bill.path("bomFormat").asText());
      Set<String> listed = new HashSet<>();
      for (JsonNode component : bill.path("components")) {
        for (JsonNode hash : component.path("hashes")) {
          listed.add(hash.path("content").asText());
        }
      }
      List<String> missing = new ArrayList<>();
      for (Map.Entry<String, Path> jar : jars(home).entrySet()) {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar.getValue()));
        // Our own modules are packed again after the bill is written.
        if (!jar.getKey().startsWith("seamark-")
            && !listed.contains(HexFormat.of().formatHex(digest))) {
          missing.add(jar.getKey());
        }
      }
      assertEquals(List.of(), missing, home.toString());
    }
  }

  private static Map<String, Path> jars(Path home) throws IOException {
    Map<String, Path> jars = new TreeMap<>();
    try (Stream<Path> files = Files.walk(home.resolve("lib"), 2)) {
      files
          .filter(file -> file.toString().endsWith(".jar"))
          .forEach(file -> jars.put(file.getFileName().toString(), file));
    }
    return jars;
  }
}
