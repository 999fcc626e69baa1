package io.seamark.knowledge.training;

import io.seamark.perception.ClassMap;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights of the classes in the cross-entropy, by how many pixels they have: ENet's 1 / ln(1.02 +
 * share) (Paszke et al. 2016, arXiv 1606.02147), as RFNet's recipe has them.
 */
public final class ClassWeights {
  private ClassWeights() {}

  /**
   * The weights for a batch of new frames and rehearsed ones, half of each.
   *
   * @param fresh pixels of each class in the new frames
   * @param rehearsed the same of the rehearsed ones; all 0 if there are none
   * @return one for each class, 1.42 to 50.5
   */
  public static List<Double> of(long[] fresh, long[] rehearsed) {
    double[] share = shares(fresh);
    double[] old = shares(rehearsed);
    boolean both = sum(rehearsed) > 0;
    List<Double> weights = new ArrayList<>();
    for (int c = 0; c < share.length; c++) {
      weights.add(1 / Math.log(1.02 + (both ? (share[c] + old[c]) / 2 : share[c])));
    }
    return weights;
  }

  /**
   * Counts a map's pixels.
   *
   * @param map its values that are no class are not counted
   * @param pixels of each class; the map's are added
   */
  public static void count(ClassMap map, long[] pixels) {
    for (byte c : map.classes()) {
      if ((c & 0xFF) < pixels.length) {
        pixels[c & 0xFF]++;
      }
    }
  }

  private static double[] shares(long[] pixels) {
    double all = sum(pixels);
    double[] shares = new double[pixels.length];
    for (int c = 0; c < pixels.length; c++) {
      shares[c] = all == 0 ? 0 : pixels[c] / all;
    }
    return shares;
  }

  private static double sum(long[] pixels) {
    double all = 0;
    for (long n : pixels) {
      all += n;
    }
    return all;
  }
}
