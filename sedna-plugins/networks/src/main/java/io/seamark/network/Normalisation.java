package io.seamark.network;

import java.util.List;

/**
 * What is done to a colour channel before the network: {@code (value / 255 - mean) / deviation}.
 *
 * @param mean of red, green and blue, on the scale 0 to 1
 * @param deviation of red, green and blue, above 0
 */
public record Normalisation(List<Double> mean, List<Double> deviation) {
  /** ImageNet's figures, which RFNet was trained with. */
  public static final Normalisation IMAGENET =
      new Normalisation(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  /** Mean of a depth pixel divided by 255 (RFNet's training code). */
  public static final double DEPTH_MEAN = 0.12176;

  /** Deviation of a depth pixel divided by 255 (RFNet's training code). */
  public static final double DEPTH_DEVIATION = 0.09752;

  /** Checks numbers and ranges. */
  public Normalisation {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != 3 || deviation.size() != 3) {
      throw new IllegalArgumentException(
          "a normalisation needs three means and three deviations, not " + mean + ", " + deviation);
    }
    for (int i = 0; i < 3; i++) {
      if (!Double.isFinite(mean.get(i))
          || !(deviation.get(i) > 0)
          || !Double.isFinite(deviation.get(i))) {
        throw new IllegalArgumentException(
            "means must be finite and deviations above 0, but they are "
                + mean
                + " and "
                + deviation);
      }
    }
  }
}
