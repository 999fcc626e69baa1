package io.seamark.imaging;

/**
 * What the values of a depth image mean, and how they come to the 8 bits of {@link
 * io.seamark.perception.Frame#depth}, which RFNet was trained on: Cityscapes's disparity in pixels,
 * 473 over the distance in metres (a baseline of 0.209 m times a focal length of 2262 pixels),
 * rounded, at most 255, and 0 for what is unknown or far.
 */
public sealed interface DepthScale {
  /** Baseline times focal length of Cityscapes's cameras, in metres and pixels. */
  double DISPARITY_METRES = 473;

  /** 8-bit values that are what the network reads; 16-bit values without a scale are refused. */
  DepthScale AS_STORED = new AsStored();

  /**
   * Cityscapes's 16-bit files: 1 more than 256 times the disparity in pixels; 0 is unknown. Values
   * of 8 bits are that disparity already.
   */
  DepthScale CITYSCAPES = new Disparity();

  /** Values as they are. */
  record AsStored() implements DepthScale {
    @Override
    public int disparity(int stored) {
      return stored;
    }

    @Override
    public String toString() {
      return "";
    }
  }

  /** Cityscapes's disparity. */
  record Disparity() implements DepthScale {
    @Override
    public int disparity(int stored) {
      return stored == 0 ? 0 : (int) Math.min(255, Math.round((stored - 1) / 256.0));
    }

    @Override
    public String toString() {
      return "cityscapes";
    }
  }

  /**
   * Distances.
   *
   * @param unit metres for each unit of the file's values, above 0; value 0 is unknown
   */
  record Metres(double unit) implements DepthScale {
    /** Checks the unit. */
    public Metres {
      if (!(unit > 0) || Double.isInfinite(unit)) {
        throw new IllegalArgumentException(
            "a depth unit is " + unit + " metres, but must be above 0");
      }
    }

    @Override
    public int disparity(int stored) {
      return stored == 0 ? 0 : (int) Math.min(255, Math.round(DISPARITY_METRES / (stored * unit)));
    }

    @Override
    public String toString() {
      return Double.toString(unit);
    }
  }

  /**
   * A file's value as the network reads it.
   *
   * @param stored 0 to 65535
   * @return 0 to 255, or as stored
   */
  int disparity(int stored);

  /**
   * Reads a scale as a user writes it.
   *
   * @param text metres a unit such as {@code 0.001}, {@code cityscapes}, or empty for none
   * @return the scale
   * @throws IllegalArgumentException if it is something else
   */
  static DepthScale parse(String text) {
    String wanted = text.strip();
    if (wanted.isEmpty()) {
      return AS_STORED;
    }
    if (wanted.equals(CITYSCAPES.toString())) {
      return CITYSCAPES;
    }
    try {
      return new Metres(Double.parseDouble(wanted));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "depth.scale is '"
              + text
              + "', but must be the metres of a unit, above 0, such as 0.001 where files hold"
              + " millimetres, or cityscapes for Cityscapes's disparity files",
          e);
    }
  }
}
