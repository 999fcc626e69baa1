package io.seamark.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
    Map<String, byte[]> parts = parts(tar);
    JsonNode manifest = json(parts, "manifest.json").path(0);
    Map<String, TarArchiveEntry> files = new TreeMap<>();
    long unpacked = 0;
    for (JsonNode layer : manifest.path("Layers")) {
      try (TarArchiveInputStream in = layer(parts, layer.asText())) {
        for (TarArchiveEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
          files.put("/" + each.getName(), each);
          unpacked += each.getSize();
        }
      }
    }
    return new ImageFile(json(parts, manifest.path("Config").asText()), files, unpacked);
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
