package io.seamark.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * An image's tar file, as a loader reads it.
 *
 * @param config what the image says of itself
 * @param files every entry of its layers, by path
 * @param unpacked bytes of all files
 */
record ImageFile(JsonNode config, Map<String, TarArchiveEntry> files, long unpacked) {
  static ImageFile read(Path tar) throws IOException {
    Map<String, byte[]> texts = new HashMap<>();
    Map<String, List<TarArchiveEntry>> layers = new HashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar)))) {
      for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        if (each.getName().endsWith(".json")) {
          texts.put(each.getName(), in.readAllBytes());
        } else {
          layers.put(each.getName(), entries(in));
        }
      }
    }
    JsonNode manifest = json(texts, "manifest.json").path(0);
    Map<String, TarArchiveEntry> files = new TreeMap<>();
    long unpacked = 0;
    for (JsonNode layer : manifest.path("Layers")) {
      List<TarArchiveEntry> entries = layers.get(layer.asText());
      if (entries == null) {
        throw new IOException(layer.asText() + " is none of " + layers.keySet());
      }
      for (TarArchiveEntry each : entries) {
        files.put("/" + each.getName(), each);
        unpacked += each.getSize();
      }
    }
    return new ImageFile(json(texts, manifest.path("Config").asText()), files, unpacked);
  }

  /** What a layer holds; the cloud's do not fit into memory. */
  @SuppressWarnings("resource") // The tar goes on behind the layer.
  private static List<TarArchiveEntry> entries(InputStream packed) throws IOException {
    List<TarArchiveEntry> entries = new ArrayList<>();
    TarArchiveInputStream in = new TarArchiveInputStream(new GzipCompressorInputStream(packed));
    for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
      entries.add(each);
    }
    return entries;
  }

  /**
   * What was built, for the page and for who looks at it later.
   *
   * @param name of the file in the module's target folder
   * @return packed and unpacked size
   */
  String sizes(Path tar, String name) throws IOException {
    String sizes =
        String.format(
            Locale.ROOT,
            "%s: %.1f MB packed, %.1f MB unpacked",
            name,
            Files.size(tar) / 1e6,
            unpacked / 1e6);
    Files.writeString(Path.of("target", name + ".txt"), sizes + "\n");
    return sizes;
  }

  /** Writes the layers below a folder, one over the other. */
  static void unpack(Path tar, Path folder) throws IOException {
    Map<String, byte[]> parts = parts(tar);
    for (JsonNode layer : json(parts, "manifest.json").path(0).path("Layers")) {
      try (TarArchiveInputStream in = layer(parts, layer.asText())) {
        for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
          Path target = folder.resolve(each.getName()).normalize();
          if (!target.startsWith(folder)) {
            throw new IOException(each.getName() + " leads out of the image");
          }
          if (each.isDirectory()) {
            Files.createDirectories(target);
          } else {
            Files.createDirectories(Objects.requireNonNull(target.getParent()));
            Files.copy(in, target);
            if ((each.getMode() & 0100) != 0 && !target.toFile().setExecutable(true, false)) {
              throw new IOException(target + " cannot be made executable");
            }
          }
        }
      }
    }
  }

  private static Map<String, byte[]> parts(Path tar) throws IOException {
    Map<String, byte[]> parts = new HashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar)))) {
      for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        parts.put(each.getName(), in.readAllBytes());
      }
    }
    return parts;
  }

  private static byte[] part(Map<String, byte[]> parts, String name) throws IOException {
    byte[] bytes = parts.get(name);
    if (bytes == null) {
      throw new IOException(name + " is none of " + parts.keySet());
    }
    return bytes;
  }

  private static JsonNode json(Map<String, byte[]> parts, String name) throws IOException {
    return new ObjectMapper().readTree(part(parts, name));
  }

  private static TarArchiveInputStream layer(Map<String, byte[]> parts, String name)
      throws IOException {
    InputStream packed = new ByteArrayInputStream(part(parts, name));
    return new TarArchiveInputStream(new GzipCompressorInputStream(packed));
  }
}
