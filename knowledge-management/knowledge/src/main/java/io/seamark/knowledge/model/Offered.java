package io.seamark.knowledge.model;

import java.util.List;

/**
 * Which edges get which version.
 *
 * @param champion what the first edges get
 * @param rest what all others get; the champion where all edges get it
 * @param edges names of the first edges; empty where a share is drawn
 * @param share of the edges that are first, 0 to 1; 0 where they are named, 1 without a rollout
 */
public record Offered(String champion, String rest, List<String> edges, double share) {
  /** Checks that both are versions. */
  public Offered {
    ModelVersion.number(champion);
    ModelVersion.number(rest);
    edges = edges == null ? List.of() : List.copyOf(edges);
  }
}
