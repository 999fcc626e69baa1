package io.seamark.edge;

/**
 * Chooses easy frames that the cloud looks at too. How often edge and cloud agree on what the edge
 * calls easy cannot be learnt from hard frames, which are a biased sample. The draw is a hash of
 * the seed and the frame's name alone, so that every run with the same seed sends the same frames.
 *
 * @param share of the easy frames that is sent, 0 to 1
 * @param seed of the draw
 */
public record EdgeAudit(double share, long seed) {
  /** No frame. */
  public static final EdgeAudit NONE = new EdgeAudit(0, 0);

  /** Checks the range. */
  public EdgeAudit {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("audit is " + share + ", but must be 0 to 1");
    }
  }

  /** Whether a frame is sent if it is easy. */
  boolean draws(String id) {
    long hash = seed;
    for (int i = 0; i < id.length(); i++) {
      hash = mix(hash + id.charAt(i));
    }
    return (hash >>> 11) * 0x1p-53 < share;
  }

  /** The step of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
