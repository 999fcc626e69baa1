package io.seamark.knowledge.model;

import io.seamark.durable.DurableFiles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which edges get the champion before all do. It holds for every later champion too, until another
 * one takes its place.
 *
 * @param rest version that all other edges get
 * @param edges names of the first edges; empty where a share of all is drawn
 * @param share of the edges that are first, 0 to 1; 0 where they are named
 */
public record Rollout(String rest, List<String> edges, double share) {
  /** Most edges that can be named. */
  private static final int MAX_EDGES = 1000;

  /** Longest name of an edge, in characters. */
  private static final int MAX_NAME = 256;

  /**
   * Checks that it says one thing.
   *
   * @throws IllegalArgumentException if it names edges and a share, or neither, or one out of range
   */
  public Rollout {
    ModelVersion.number(rest);
    edges = edges == null ? List.of() : List.copyOf(edges);
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share is " + share + ", but must be 0 to 1");
    }
    if (edges.isEmpty() == (share == 0)) {
      throw new IllegalArgumentException(
          "a rollout must name the edges that are first, or a share of them above 0");
    }
    if (edges.size() > MAX_EDGES) {
      throw new IllegalArgumentException(
          edges.size() + " edges are named, but at most " + MAX_EDGES + " can be; give a share");
    }
    for (String edge : edges) {
      if (edge.isBlank() || edge.length() > MAX_NAME) {
        throw new IllegalArgumentException(
            "an edge is named '" + edge + "', but must have 1 to " + MAX_NAME + " characters");
      }
    }
  }

  /**
   * Whether an edge is among the first. A share takes those whose digest is small, so it is the
   * same edges each time, and a greater share has all of a smaller one's.
   *
   * @param edge its name; null for one that does not say it, which is never first
   * @return true if it gets the champion
   */
  public boolean first(@Nullable String edge) {
    return edge != null && (edges.isEmpty() ? place(edge) < share : edges.contains(edge));
  }

  /**
   * Where an edge stands among all: the first 53 bits of its name's SHA-256.
   *
   * @param edge its name
   * @return 0, to below 1
   */
  static double place(String edge) {
    String digest = DurableFiles.sha256(edge.getBytes(StandardCharsets.UTF_8));
    return (Long.parseUnsignedLong(digest, 0, 16, 16) >>> 11) * 0x1.0p-53;
  }
}
