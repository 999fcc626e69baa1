package io.seamark.knowledge.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version of the edge model, as its JSON file and the service describe it.
 *
 * @param version {@code v0} for the initial one, then {@code v1} and so on
 * @param sha256 of the safetensors file, 64 hexadecimal digits
 * @param bytes size of that file
 * @param created ISO 8601, UTC
 * @param parent the version it was trained from, or null for the initial one
 * @param verdict what was decided
 * @param reason why, with the figures it rests on
 * @param serving figures of the parent on the held-out frames, or null for the initial one
 * @param candidate figures of this version on the same frames, or null for the initial one
 * @param provenance how it came to be
 */
public record ModelVersion(
    String version,
    String sha256,
    long bytes,
    String created,
    @Nullable String parent,
    Verdict verdict,
    String reason,
    @Nullable Figures serving,
    @Nullable Figures candidate,
    Provenance provenance) {
  private static final Pattern ID = Pattern.compile("v(0|[1-9][0-9]{0,8})");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks id, digest and size. */
  public ModelVersion {
    number(version);
    if (parent != null) {
      number(parent);
    }
    if (sha256 == null || !SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256 of " + version + " is '" + sha256 + "', but must be 64 hexadecimal digits");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes of " + version + " is " + bytes);
    }
    require(version, "created", created);
    require(version, "verdict", verdict);
    require(version, "reason", reason);
    require(version, "provenance", provenance);
  }

  /** Jackson passes null for what is absent. */
  private static void require(String version, String name, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("model version " + version + " lacks " + name);
    }
  }

  /**
   * The number in a version's id.
   *
   * @param version such as {@code v3}
   * @return such as 3
   * @throws IllegalArgumentException if it is no id of a version
   */
  public static int number(String version) {
    if (version == null || !ID.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "model version is '" + version + "', but must be v0, v1, v2 and so on");
    }
    return Integer.parseInt(version.substring(1));
  }

  /**
   * The number in this version's id.
   *
   * @return at least 0
   */
  public int number() {
    return number(version);
  }
}
