package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * How much the replay buffer keeps.
 *
 * @param maxBytes the most bytes on disk
 * @param maxSamples the most samples
 * @param maxSamplesPerEdge the most samples of one edge; 0 for {@link #ofOneEdge}'s own choice
 * @param maxEdges the most edges that may have samples at a time
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
        int maxEdges) {
  /** Checks the ranges, and that an edge's share is a share. */
  public BufferSettings {
    SettingGroup.BUFFER.check(maxBytes, maxSamples, maxSamplesPerEdge, maxEdges);
    if (maxSamplesPerEdge > maxSamples) {
      throw new IllegalArgumentException(
          "seamark.buffer.max-samples-per-edge is '"
              + maxSamplesPerEdge
              + "', but must be a whole number of samples from 0 to "
              + maxSamples);
    }
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
