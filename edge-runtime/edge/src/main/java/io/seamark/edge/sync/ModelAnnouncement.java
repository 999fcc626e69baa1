package io.seamark.edge.sync;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an edge is told of the model that serves: how to fetch it, and to know that it has come
 * unaltered. Everything else that knowledge-management says of a version is passed over.
 *
 * @param version name, usable in a file name: 1 to 64 letters, digits, dots, dashes, underscores
 * @param sha256 digest of the weights file, 64 hexadecimal digits
 * @param bytes size of the weights file, at least 1
 * @param created when, ISO 8601, or null if unknown
 * @param parent version it was trained from, or null if there is none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ModelAnnouncement(
    @JsonProperty("version") String version,
    @JsonProperty("sha256") String sha256,
    @JsonProperty("bytes") long bytes,
    @JsonProperty("created") @Nullable String created,
    @JsonProperty("parent") @Nullable String parent) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** Checks what comes from the network before anything is done with it. */
  @SuppressWarnings("ConstantValue") // Jackson passes null for what is absent
  public ModelAnnouncement {
    if (version == null || !NAME.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "model version is '"
              + version
              + "', but must be 1 to 64 letters, digits, dots, dashes or underscores");
    }
    if (sha256 == null || !DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256 of model " + version + " is '" + sha256 + "', but must be 64 hexadecimal digits");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "model " + version + " has " + bytes + " bytes, but must have at least 1");
    }
  }
}
