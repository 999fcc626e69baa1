package io.seamark.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * How Ianvs divides the lines of the training index among rounds (kubeedge/ianvs, {@code
 * core/testenvmanager/dataset/dataset.py}). Parts that do not come out even are in the last round.
 */
public enum Splitting {
  /** R equal chunks. */
  DEFAULT("default"),
  /** The first line alone, to train and to evaluate, then R chunks of all lines. */
  FWT("fwt_splitting"),
  /** The first half, then R chunks of the second. */
  HARD_EXAMPLE("hard-example_splitting"),
  /** The leading lines that name {@code synthia_sim}, then R - 1 chunks. */
  CITY("city_splitting");

  /** What a line of simulated frames holds. */
  static final String SIMULATED = "synthia_sim";

  private final String id;

  Splitting(String id) {
    this.id = id;
  }

  /**
   * What a round may read.
   *
   * @param train the first part
   * @param eval the rest
   * @param <T> a line
   */
  public record Chunk<T>(List<T> train, List<T> eval) {
    /** Copies the lists. */
    public Chunk {
      train = List.copyOf(train);
      eval = List.copyOf(eval);
    }
  }

  /**
   * The name in {@code algorithm.yaml}.
   *
   * @return as Ianvs writes it
   */
  public String id() {
    return id;
  }

  /**
   * Every name.
   *
   * @return in this order
   */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Splitting::id).toList();
  }

  /**
   * The method of a name.
   *
   * @param id one of {@link #ids}
   * @return the method
   * @throws IllegalArgumentException if there is none
   */
  public static Splitting of(String id) {
    return Arrays.stream(values())
        .filter(method -> method.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no splitting method '" + id + "'"));
  }

  /**
   * Number of chunks, counted from round 0.
   *
   * @param rounds at least 2
   * @return rounds or one more
   */
  public int chunks(int rounds) {
    return hasRoundZero() ? rounds + 1 : rounds;
  }

  /**
   * Whether the first chunk is for a round 0, which the accuracies of the others are compared with.
   *
   * @return false if it is that of round 1
   */
  public boolean hasRoundZero() {
    return this == FWT || this == HARD_EXAMPLE;
  }

  /**
   * Divides lines.
   *
   * @param lines of the index
   * @param ratio share of each chunk that trains, 0 to 1, rounded down
   * @param rounds at least 2
   * @param <T> a line; its text is what {@link #CITY} reads
   * @return {@link #chunks} of them
   */
  public <T> List<Chunk<T>> split(List<T> lines, double ratio, int rounds) {
    List<Chunk<T>> chunks = new ArrayList<>();
    int n = lines.size();
    switch (this) {
      case DEFAULT -> even(lines, ratio, rounds, chunks);
      case FWT -> {
        List<T> first = lines.subList(0, Math.min(1, n));
        chunks.add(new Chunk<>(first, first));
        even(lines, ratio, rounds, chunks);
      }
      case HARD_EXAMPLE -> {
        int trained = (int) (n * ratio / 2);
        chunks.add(new Chunk<>(lines.subList(0, trained), lines.subList(trained, n / 2)));
        // Ianvs's step is of all lines over 2R, which for an odd number is not that of the half.
        spread(lines.subList(n / 2, n), n / (2 * rounds), ratio, rounds, chunks);
      }
      case CITY -> {
        int simulated = 0;
        while (simulated < n && lines.get(simulated).toString().contains(SIMULATED)) {
          simulated++;
        }
        // As Ianvs has it: if every line is simulated, none is.
        int leading = simulated == n ? 0 : simulated;
        chunks.add(halves(lines.subList(0, leading), ratio));
        even(lines.subList(leading, n), ratio, rounds - 1, chunks);
      }
    }
    return chunks;
  }

  /**
   * Whether every round has samples to evaluate and, if asked for, to train on. Only for methods
   * that look at no line's text.
   *
   * @param samples lines of the index
   * @param ratio share of each chunk that trains
   * @param rounds at least 2
   * @param trained whether each round must train too
   * @return false if a round from 1 on has none
   */
  boolean fills(int samples, double ratio, int rounds, boolean trained) {
    return split(Collections.nCopies(samples, ""), ratio, rounds).stream()
        .skip(chunks(rounds) - rounds)
        .noneMatch(chunk -> chunk.eval().isEmpty() || (trained && chunk.train().isEmpty()));
  }

  private static <T> void even(List<T> lines, double ratio, int parts, List<Chunk<T>> to) {
    spread(lines, lines.size() / parts, ratio, parts, to);
  }

  private static <T> void spread(
      List<T> lines, int step, double ratio, int parts, List<Chunk<T>> to) {
    for (int i = 0; i < parts; i++) {
      int end = i == parts - 1 ? lines.size() : step * (i + 1);
      to.add(halves(lines.subList(step * i, end), ratio));
    }
  }

  private static <T> Chunk<T> halves(List<T> part, double ratio) {
    int trained = (int) (part.size() * ratio);
    return new Chunk<>(part.subList(0, trained), part.subList(trained, part.size()));
  }
}
