package io.seamark.buffer;

import io.seamark.durable.DurableFiles;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A frame that the edge model cannot be trusted with, as the edge sends it to the cloud; or an easy
 * one that is sent as an audit, see {@link #audited}.
 *
 * @param id names the sample within its edge, 1 to 200 characters
 * @param edge name of the edge that took it, 1 to 200 characters
 * @param domain the condition it was taken in, such as {@code dusk}; empty if unknown, at most 200
 *     characters
 * @param capturedMillis when it was taken, in milliseconds since 1970-01-01T00:00Z
 * @param width of the frame, in pixels
 * @param height of the frame, in pixels; at most 40 megapixels together
 * @param image the frame's RGB image file, 1 byte to 64 MiB
 * @param depthPng its depth as an 8-bit grey PNG file of the same size, 1 byte to 64 MiB, or null
 *     if the camera has none
 * @param scores the edge model's logits, at most 64 Mi values; on the wire and on disk they keep 8
 *     bits, see {@link ArrowMessages}
 * @param modelVersion version of the edge model that made the scores, at most 200 characters
 * @param miner name of the hard-example miner, at most 200 characters; for an audit as {@link
 *     #auditOf} gives it
 * @param score the miner's score, higher is easier; not NaN
 * @param threshold what the score was held against; not NaN
 */
@SuppressWarnings("ArrayRecordComponent")
public record HardSample(
    String id,
    String edge,
    String domain,
    long capturedMillis,
    int width,
    int height,
    EncodedImage image,
    byte @Nullable [] depthPng,
    ClassScores scores,
    String modelVersion,
    String miner,
    double score,
    double threshold) {
  /** No plugin's name has a colon. */
  private static final String AUDIT = "audit:";

  /**
   * Checks lengths, ranges and shapes.
   *
   * @param id see above
   * @param edge see above
   * @param domain see above
   * @param capturedMillis see above
   * @param width see above
   * @param height see above
   * @param image see above
   * @param depthPng see above
   * @param scores see above
   * @param modelVersion see above
   * @param miner see above
   * @param score see above
   * @param threshold see above
   */
  // Written out, since a compact constructor's parameters lose their type annotations.
  public HardSample(
      String id,
      String edge,
      String domain,
      long capturedMillis,
      int width,
      int height,
      EncodedImage image,
      byte @Nullable [] depthPng,
      ClassScores scores,
      String modelVersion,
      String miner,
      double score,
      double threshold) {
    Checks.name("sample id", id);
    Checks.name("edge", edge);
    Checks.text("domain", domain);
    Checks.frameSize(width, height);
    Checks.bytes("image of sample '" + id + "'", image.bytes().length, Checks.MAX_FILE);
    if (depthPng != null) {
      Checks.bytes("depth of sample '" + id + "'", depthPng.length, Checks.MAX_FILE);
    }
    if (scores.logits().length > Checks.MAX_SCORES) {
      throw new IllegalArgumentException(
          String.format(
              "scores of sample '%s' are %d values, but must be at most %d",
              id, scores.logits().length, Checks.MAX_SCORES));
    }
    Checks.text("model version", modelVersion);
    Checks.text("miner", miner);
    Checks.notNan("score", score);
    Checks.notNan("threshold", threshold);
    this.id = id;
    this.edge = edge;
    this.domain = domain;
    this.capturedMillis = capturedMillis;
    this.width = width;
    this.height = height;
    this.image = image;
    this.depthPng = depthPng;
    this.scores = scores;
    this.modelVersion = modelVersion;
    this.miner = miner;
    this.score = score;
    this.threshold = threshold;
  }

  /**
   * Says of a sample that its miner called it easy. Score and threshold do not say so: where both
   * are equal some miners decide one way and some the other, and a budget may overrule them.
   *
   * @param miner name of the miner that called it easy
   * @return what {@link #miner} is then
   */
  public static String auditOf(String miner) {
    return AUDIT + miner;
  }

  /**
   * Whether the miner called it easy, and it was sent to learn how often edge and cloud agree on
   * such frames.
   *
   * @return false for a hard frame
   */
  public boolean audited() {
    return miner.startsWith(AUDIT);
  }

  /**
   * The same sample of another domain.
   *
   * @param other see {@link #domain}
   * @return a new sample
   */
  public HardSample withDomain(String other) {
    return new HardSample(
        id,
        edge,
        other,
        capturedMillis,
        width,
        height,
        image,
        depthPng,
        scores,
        modelVersion,
        miner,
        score,
        threshold);
  }

  /**
   * The same sample by another name.
   *
   * @param other a name within the edge
   * @return a sample
   */
  public HardSample withId(String other) {
    return new HardSample(
        other,
        edge,
        domain,
        capturedMillis,
        width,
        height,
        image,
        depthPng,
        scores,
        modelVersion,
        miner,
        score,
        threshold);
  }

  /**
   * The same sample in other files.
   *
   * @param otherImage see {@link #image}
   * @param otherDepth see {@link #depthPng}
   * @return a new sample
   */
  public HardSample withFiles(EncodedImage otherImage, byte @Nullable [] otherDepth) {
    return new HardSample(
        id,
        edge,
        domain,
        capturedMillis,
        width,
        height,
        otherImage,
        otherDepth,
        scores,
        modelVersion,
        miner,
        score,
        threshold);
  }

  /**
   * Whether another sample shows the same: its image and its depth are the same bytes.
   *
   * @param other of whatever name
   * @return true for the same frame sent again
   */
  public boolean showsWhat(HardSample other) {
    return Arrays.equals(image.bytes(), other.image.bytes())
        && Arrays.equals(depthPng, other.depthPng);
  }

  /**
   * SHA-256 of image and depth.
   *
   * @return 64 hexadecimal digits
   */
  public String contentDigest() {
    byte[] depth = depthPng == null ? new byte[0] : depthPng;
    byte[] both = Arrays.copyOf(image.bytes(), image.bytes().length + depth.length);
    System.arraycopy(depth, 0, both, image.bytes().length, depth.length);
    return DurableFiles.sha256(both);
  }
}
