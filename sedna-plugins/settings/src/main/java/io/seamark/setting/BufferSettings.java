package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * How much the replay buffer keeps.
 *
 * @param maxBytes the most bytes on disk
 * @param maxSamples the most samples
 * @param maxSamplesPerEdge the most samples of one edge; 0 for {@link #ofOneEdge}'s own choice
 * @param maxEdges the most edges that may have samples at a time
 * @param maxAge how long a sample is kept, as {@link #ages} reads it
 * @param maxAgeByDomain the same for some domains
 * @param maxAgeByEdge the same for some edges
 */
public record BufferSettings(
    @Hyperparameter(
            name = "max-bytes",
            text = "The most bytes on disk. Beyond them the oldest samples are dropped.",
            defaultValue = "8589934592",
            min = 65_536,
            unit = "bytes")
        long maxBytes,
    @Hyperparameter(
            name = "max-samples",
            text = "The most samples. Beyond them the oldest are dropped.",
            defaultValue = "50000",
            min = 1,
            max = 10_000_000,
            unit = "samples")
        int maxSamples,
    @Hyperparameter(
            name = "max-samples-per-edge",
            text =
                "The most samples of one edge. Beyond them, or beyond the same share of the bytes,"
                    + " it loses its own oldest, so that no edge pushes out the others. 0 is half of"
                    + " max-samples.",
            defaultValue = "0",
            min = 0,
            max = 10_000_000,
            unit = "samples")
        int maxSamplesPerEdge,
    @Hyperparameter(
            name = "max-edges",
            text =
                "The most edges that may have samples at a time. Samples of one more are refused.",
            defaultValue = "1000",
            min = 1,
            max = 100_000,
            unit = "edges")
        int maxEdges,
    @Hyperparameter(
            name = "max-age",
            text =
                "How long a sample is kept, as an ISO-8601 duration of days or less: P30D is 30 days,"
                    + " PT36H is 36 hours. Where nothing is said, as long as there is room.",
            defaultValue = "")
        String maxAge,
    @Hyperparameter(
            name = "max-age-by-domain",
            text =
                "Ages of some domains in place of max-age, with commas between them:"
                    + " rain=P7D,fog=P90D.",
            defaultValue = "")
        String maxAgeByDomain,
    @Hyperparameter(
            name = "max-age-by-edge",
            text =
                "Ages of some edges in place of max-age, in the same form. Where a sample's domain has"
                    + " one too, the shorter holds.",
            defaultValue = "")
        String maxAgeByEdge) {
  /** Checks the ranges, that an edge's share is a share, and that ages are ages. */
  public BufferSettings {
    SettingGroup.BUFFER.check(
        maxBytes, maxSamples, maxSamplesPerEdge, maxEdges, maxAge, maxAgeByDomain, maxAgeByEdge);
    MaximumAges.of(maxAge, maxAgeByDomain, maxAgeByEdge);
    if (maxSamplesPerEdge > maxSamples) {
      throw new IllegalArgumentException(
          "seamark.buffer.max-samples-per-edge is '"
              + maxSamplesPerEdge
              + "', but must be a whole number of samples from 0 to "
              + maxSamples);
    }
  }

  /**
   * How long samples are kept.
   *
   * @return by domain and edge
   */
  public MaximumAges ages() {
    return MaximumAges.of(maxAge, maxAgeByDomain, maxAgeByEdge);
  }

  /**
   * The most samples of one edge.
   *
   * @return at least 1
   */
  public int ofOneEdge() {
    return maxSamplesPerEdge == 0 ? (maxSamples + 1) / 2 : maxSamplesPerEdge;
  }
}
