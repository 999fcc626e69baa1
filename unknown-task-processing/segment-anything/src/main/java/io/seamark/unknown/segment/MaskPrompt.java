package io.seamark.unknown.segment;

import java.util.BitSet;

/** A rough mask that SAM is to make better: an earlier answer, or pixels that a person marked. */
public sealed interface MaskPrompt {
  /**
   * The logits of an earlier answer about the same frame, as {@link SegmentAnything#answers} gives
   * them.
   *
   * @param side in cells, 3 to 4096; what the network takes
   * @param values [side, side], row-major, finite; above 0 on the thing. The frame's long side
   *     fills the square, what lies to the right or below of the frame has no meaning
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Logits(int side, float[] values) implements MaskPrompt {
    /** Checks shape and values. */
    public Logits {
      if (side < 3 || side > 4096 || values.length != side * side) {
        throw new IllegalArgumentException(
            String.format(
                "a mask prompt has %d logits for a side of %d, but must have side x side for a side"
                    + " of 3 to 4096",
                values.length, side));
      }
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException("a mask prompt's logits must be finite");
        }
      }
    }
  }

  /**
   * Marked pixels of the frame. A cell of the network's mask gets the logarithm of the odds of the
   * share of its area that is marked, the share taken as 0.001 to 0.999; beyond the frame it gets
   * 0.
   *
   * @param width of the frame
   * @param height of the frame
   * @param pixels bit {@code y * width + x} is set where the thing is; at least one, not to be
   *     changed
   */
  record Pixels(int width, int height, BitSet pixels) implements MaskPrompt {
    private static final double LEAST = 0.001;

    /** Checks the size and that something is marked. */
    public Pixels {
      if (width < 1 || height < 1 || pixels.length() > (long) width * height) {
        throw new IllegalArgumentException(
            String.format("a mask prompt's pixels do not fit into %d x %d", width, height));
      }
      if (pixels.isEmpty()) {
        throw new IllegalArgumentException("a mask prompt marks no pixel");
      }
    }

    /**
     * As the network takes it.
     *
     * @param side of the network's mask, in cells
     * @param across cells that the frame's width fills, at most {@code side}
     * @param down cells that the frame's height fills, at most {@code side}
     */
    Logits logits(int side, double across, double down) {
      double[] left = edges(side, width / across, width);
      double[] top = edges(side, height / down, height);
      float[] values = new float[side * side];
      for (int cy = 0; cy < side && top[cy] < height; cy++) {
        for (int cx = 0; cx < side && left[cx] < width; cx++) {
          double area = (top[cy + 1] - top[cy]) * (left[cx + 1] - left[cx]);
          double share = marked(left[cx], left[cx + 1], top[cy], top[cy + 1]) / area;
          double odds = Math.min(1 - LEAST, Math.max(LEAST, share));
          values[cy * side + cx] = (float) Math.log(odds / (1 - odds));
        }
      }
      return new Logits(side, values);
    }

    /** Where the cells begin and end, in pixels of the frame. */
    private static double[] edges(int side, double perCell, int end) {
      double[] edges = new double[side + 1];
      for (int i = 0; i <= side; i++) {
        edges[i] = Math.min(end, i * perCell);
      }
      return edges;
    }

    private double marked(double x0, double x1, double y0, double y1) {
      double marked = 0;
      for (int y = (int) y0; y < y1; y++) {
        double high = Math.min(y + 1, y1) - Math.max(y, y0);
        for (int x = (int) x0; x < x1; x++) {
          if (pixels.get(y * width + x)) {
            marked += high * (Math.min(x + 1, x1) - Math.max(x, x0));
          }
        }
      }
      return marked;
    }
  }
}
