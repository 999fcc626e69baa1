package io.seamark.unknown.segment;

import java.util.Arrays;

/**
 * Chooses which points of a grid to prompt next: first a coarse, evenly spread share of them, then
 * always the point that is farthest from all prompted ones, where a point inside masks that are
 * already found counts as nearer. So prompts gather where nothing is found yet and thin out where
 * masks lie in masks. A point may be given a weight by which it counts as farther. The points are
 * those of the original's grid, so each prompt gives the masks that the original gets from it.
 */
final class PromptPlan {
  /** Coarse points along each side. */
  private static final int COARSE = 8;

  /** How much nearer each mask around it makes a point. */
  private static final int EXPLAINED = 3;

  private final int perSide;
  private final int limit;
  private final int[] squaredDistance;
  private final double[] weight;
  private final int[] first;
  private int planned;

  /**
   * Starts a plan.
   *
   * @param perSide points along each side of the grid
   * @param limit prompts in all, at least 1
   * @param weight how many times as far away as it is each point counts, at least 1
   */
  PromptPlan(int perSide, int limit, double[] weight) {
    this.perSide = perSide;
    this.limit = Math.min(limit, perSide * perSide);
    this.squaredDistance = new int[perSide * perSide];
    Arrays.fill(squaredDistance, Integer.MAX_VALUE);
    this.weight = weight;
    this.first = coarse(perSide, this.limit);
  }

  private static int[] coarse(int perSide, int limit) {
    int along = Math.min(perSide, Math.min(COARSE, (int) Math.sqrt(limit)));
    int[] points = new int[along * along];
    for (int i = 0; i < points.length; i++) {
      points[i] = middle(i / along, along, perSide) * perSide + middle(i % along, along, perSide);
    }
    return points;
  }

  private static int middle(int i, int along, int perSide) {
    return (2 * i + 1) * perSide / (2 * along);
  }

  /**
   * The prompts to decode next. What they depend on is known before, so they may be decoded in any
   * order.
   *
   * @param atMost how many
   * @param found by how many of the masks found so far each point of the grid is covered
   * @return indices of points, each once in the life of the plan; empty at the end
   */
  int[] next(int atMost, int[] found) {
    int[] points = new int[Math.min(atMost, limit - planned)];
    for (int i = 0; i < points.length; i++) {
      points[i] = planned < first.length ? first[planned] : farthest(found);
      planned++;
      near(points[i]);
    }
    return points;
  }

  private int farthest(int[] found) {
    int best = 0;
    double most = -1;
    for (int i = 0; i < squaredDistance.length; i++) {
      double shrink = (1.0 + EXPLAINED * found[i]) / weight[i];
      double distance = squaredDistance[i] / (shrink * shrink);
      if (distance > most && squaredDistance[i] > 0) {
        most = distance;
        best = i;
      }
    }
    return best;
  }

  private void near(int point) {
    for (int i = 0; i < squaredDistance.length; i++) {
      int dx = i % perSide - point % perSide;
      int dy = i / perSide - point / perSide;
      squaredDistance[i] = Math.min(squaredDistance[i], dx * dx + dy * dy);
    }
  }
}
