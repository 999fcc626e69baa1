package io.seamark.buffer.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a copy holds.
 *
 * @param buffer folder of the buffer that it is a copy of, as an absolute path
 * @param next sequence that the buffer's next sample gets; it never falls, unless the buffer was
 *     begun anew
 * @param segments ascending by name
 */
record CopyManifest(String buffer, long next, List<Item> segments) {
  static final String NAME = "seamark-copy.json";

  /** The same, of what is on its way. */
  static final String UPLOADING = "seamark-copy.uploading.json";

  /** Of a hundred thousand segments. */
  static final int MOST_BYTES = 32 << 20;

  private static final String FORMAT = "seamark-buffer-copy-1";
  private static final Pattern SEGMENT = Pattern.compile("\\d{10,19}\\.arrow");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  CopyManifest {
    segments = List.copyOf(segments);
  }

  /**
   * A segment.
   *
   * @param name of its file in a buffer
   * @param bytes its size
   * @param sha256 its digest
   * @param written when its last sample was stored, in milliseconds since 1970
   */
  record Item(String name, long bytes, String sha256, long written) {
    /** Its name in the copy. */
    String object() {
      return name.substring(0, name.length() - ".arrow".length()) + "-" + sha256 + ".arrow";
    }
  }

  byte[] json() {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("format", FORMAT);
    manifest.put("buffer", buffer);
    manifest.put("next", next);
    manifest.put("segments", segments);
    try {
      return JSON.writeValueAsBytes(manifest);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest is plain", e);
    }
  }

  /**
   * Reads one; nothing of it is believed that could lead out of a folder.
   *
   * @param from where it is, for messages
   * @param once whether it names each segment once, not just each object
   */
  static CopyManifest read(byte[] json, String from, boolean once) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IOException(from + " is no manifest of a copy: it is no JSON", e);
    }
    if (!root.path("format").asText().equals(FORMAT)
        || !root.path("buffer").isTextual()
        || !root.path("segments").isArray()) {
      throw new IOException(from + " is no manifest of a copy of this release");
    }
    List<Item> items = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode one : root.path("segments")) {
      String name = one.path("name").asText();
      String digest = one.path("sha256").asText();
      long bytes = one.path("bytes").asLong(-1);
      if (!SEGMENT.matcher(name).matches()
          || !DIGEST.matcher(digest).matches()
          || bytes < 0
          || !names.add(once ? name : name + digest)) {
        throw new IOException(
            from
                + " names '"
                + name.replaceAll("\\p{C}", "?")
                + "', which is no segment with its size and digest");
      }
      items.add(new Item(name, bytes, digest, one.path("written").asLong()));
    }
    return new CopyManifest(root.path("buffer").asText(), root.path("next").asLong(), items);
  }
}
