package io.seamark.task;

import io.seamark.perception.Look;
import io.seamark.plugin.TaskGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Divides looks by k-means (Lloyd 1982, begun as k-means++, Arthur and Vassilvitskii 2007). There
 * are as many clusters as stay apart: the most whose mean silhouette (Rousseeuw 1987) reaches a
 * bound, each of as many looks as can be trained on; one if none do. The same looks give the same
 * clusters.
 *
 * <p>Deviations count by their logarithms, as light does, and each of the six numbers in units of
 * its deviation over all looks.
 */
final class LookClusters {
  /** Looks that clusters are found from, evenly spread; the others go to the nearest. */
  private static final int FOUND_FROM = 600;

  private static final int STARTS = 8;
  private static final int ROUNDS = 100;

  /** So that no deviation has an infinite logarithm; little against those of frames. */
  private static final double FLAT = 2e-3;

  private final double[][] points;
  private final int[] some;

  private LookClusters(double[][] points) {
    this.points = points;
    int most = Math.min(FOUND_FROM, points.length);
    this.some =
        IntStream.range(0, most).map(i -> (int) ((long) i * points.length / most)).toArray();
  }

  /**
   * Divides.
   *
   * @param looks at least one
   * @param most clusters
   * @param apart mean silhouette from which clusters are apart, -1 to 1
   * @return the cluster of each look, from 0 for the brightest; every number up to the largest is
   *     there
   */
  static int[] of(List<Look> looks, int most, double apart) {
    LookClusters clusters = new LookClusters(standardised(looks));
    int[] found = new int[looks.size()];
    for (int k = 2; k <= most && k * TaskGroup.MIN_TRAIN_SAMPLE <= looks.size(); k++) {
      int[] of = clusters.divided(k);
      if (clusters.silhouette(of) >= apart) {
        found = of;
      }
    }
    return brightestFirst(found, looks);
  }

  private static double[][] standardised(List<Look> looks) {
    double[][] points = new double[looks.size()][];
    for (int i = 0; i < points.length; i++) {
      float[] values = looks.get(i).values();
      points[i] = new double[values.length];
      for (int v = 0; v < values.length; v++) {
        points[i][v] = v % 2 == 0 ? values[v] : Math.log(values[v] + FLAT);
      }
    }
    for (int v = 0; v < Look.VALUES; v++) {
      int value = v;
      double mean = Arrays.stream(points).mapToDouble(p -> p[value]).average().orElse(0);
      double variance =
          Arrays.stream(points).mapToDouble(p -> Math.pow(p[value] - mean, 2)).average().orElse(0);
      double unit = Math.max(1e-6, Math.sqrt(variance));
      for (double[] point : points) {
        point[v] = (point[v] - mean) / unit;
      }
    }
    return points;
  }

  /** At most k clusters: of those that are too small to be trained on there are none. */
  private int[] divided(int k) {
    double[][] best = new double[0][];
    double least = Double.POSITIVE_INFINITY;
    SplittableRandom random = new SplittableRandom(k);
    for (int start = 0; start < STARTS; start++) {
      double[][] centres = settled(begun(k, random));
      double sum = Arrays.stream(some).mapToDouble(i -> toNearest(points[i], centres)).sum();
      if (sum < least) {
        least = sum;
        best = centres;
      }
    }
    List<double[]> centres = new ArrayList<>(List.of(best));
    while (true) {
      double[][] now = centres.toArray(double[][]::new);
      int[] of = Arrays.stream(points).mapToInt(p -> nearest(p, now)).toArray();
      int[] sizes = sizes(of, now.length);
      int smallest =
          IntStream.range(0, now.length).boxed().min(Comparator.comparingInt(c -> sizes[c])).get();
      if (now.length == 1 || sizes[smallest] >= TaskGroup.MIN_TRAIN_SAMPLE) {
        return of;
      }
      centres.remove(smallest);
    }
  }

  private double[][] begun(int k, SplittableRandom random) {
    double[][] centres = new double[k][];
    centres[0] = points[some[random.nextInt(some.length)]];
    for (int c = 1; c < k; c++) {
      double[][] there = Arrays.copyOf(centres, c);
      double[] far = Arrays.stream(some).mapToDouble(i -> toNearest(points[i], there)).toArray();
      double left = random.nextDouble() * Arrays.stream(far).sum();
      int chosen = 0;
      while (chosen < far.length - 1 && left >= far[chosen]) {
        left -= far[chosen++];
      }
      centres[c] = points[some[chosen]];
    }
    return centres;
  }

  private double[][] settled(double[][] begun) {
    double[][] centres = begun;
    for (int round = 0; round < ROUNDS; round++) {
      double[][] sums = new double[centres.length][Look.VALUES];
      int[] sizes = new int[centres.length];
      for (int i : some) {
        int c = nearest(points[i], centres);
        sizes[c]++;
        for (int v = 0; v < Look.VALUES; v++) {
          sums[c][v] += points[i][v];
        }
      }
      for (int c = 0; c < sums.length; c++) {
        for (int v = 0; v < Look.VALUES; v++) {
          sums[c][v] = sizes[c] == 0 ? centres[c][v] : sums[c][v] / sizes[c];
        }
      }
      if (Arrays.deepEquals(sums, centres)) {
        break;
      }
      centres = sums;
    }
    return centres;
  }

  /** Mean over the looks that clusters are found from; -1 where there is one cluster. */
  private double silhouette(int[] of) {
    int k = Arrays.stream(of).max().orElse(0) + 1;
    int[] sizes = new int[k];
    for (int i : some) {
      sizes[of[i]]++;
    }
    if (Arrays.stream(sizes).filter(size -> size > 0).count() < 2) {
      return -1;
    }
    double sum = 0;
    for (int i : some) {
      double[] distances = new double[k];
      for (int j : some) {
        distances[of[j]] += Math.sqrt(squared(points[i], points[j]));
      }
      int own = of[i];
      double other = Double.POSITIVE_INFINITY;
      for (int c = 0; c < k; c++) {
        other = c == own || sizes[c] == 0 ? other : Math.min(other, distances[c] / sizes[c]);
      }
      // Of a look that is alone in its cluster it is 0.
      if (sizes[own] > 1) {
        double inside = distances[own] / (sizes[own] - 1);
        double larger = Math.max(inside, other);
        sum += larger == 0 ? 0 : (other - inside) / larger;
      }
    }
    return sum / some.length;
  }

  private static int[] brightestFirst(int[] of, List<Look> looks) {
    int k = Arrays.stream(of).max().orElse(0) + 1;
    int[] sizes = sizes(of, k);
    double[] light = new double[k];
    for (int i = 0; i < of.length; i++) {
      light[of[i]] += looks.get(i).light().mean() / sizes[of[i]];
    }
    List<Integer> order =
        IntStream.range(0, k).boxed().sorted(Comparator.comparingDouble(c -> -light[c])).toList();
    return Arrays.stream(of).map(order::indexOf).toArray();
  }

  private static int[] sizes(int[] of, int k) {
    int[] sizes = new int[k];
    for (int cluster : of) {
      sizes[cluster]++;
    }
    return sizes;
  }

  private static int nearest(double[] point, double[][] centres) {
    int nearest = 0;
    for (int c = 1; c < centres.length; c++) {
      nearest = squared(point, centres[c]) < squared(point, centres[nearest]) ? c : nearest;
    }
    return nearest;
  }

  private static double toNearest(double[] point, double[][] centres) {
    return squared(point, centres[nearest(point, centres)]);
  }

  private static double squared(double[] a, double[] b) {
    double sum = 0;
    for (int v = 0; v < a.length; v++) {
      sum += (a[v] - b[v]) * (a[v] - b[v]);
    }
    return sum;
  }
}
