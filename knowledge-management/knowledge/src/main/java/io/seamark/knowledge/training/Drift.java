package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.perception.Look;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far frames look from the retained ones: the mean over the six numbers of a {@link Look} of
 * the difference of means in units of the retained frames' deviation (Glass 1976, Primary,
 * secondary, and meta-analysis of research: his delta). About 0 for the world that is known; 1
 * where every number has moved by as much as frames of that world differ.
 */
final class Drift {
  private static final Logger LOG = LoggerFactory.getLogger(Drift.class);

  /** Retained frames that are looked at, evenly spread. */
  private static final int LOOKED_AT = 32;

  /** Newest samples that a stream is judged by. */
  private static final int RECENT = 64;

  /** The least unit, so that frames that are all alike make no infinite one. */
  private static final double LEAST = 1e-3;

  private final double[] mean = new double[Look.VALUES];
  private final double[] unit = new double[Look.VALUES];

  private Drift(List<Look> looks) {
    for (int v = 0; v < Look.VALUES; v++) {
      double[] values = values(looks, v);
      double middle = mean(values);
      double squares = 0;
      for (double value : values) {
        squares += (value - middle) * (value - middle);
      }
      mean[v] = middle;
      unit[v] = Math.max(LEAST, Math.sqrt(squares / values.length));
    }
  }

  /**
   * From frames.
   *
   * @param retained decoded here, some of them
   * @return null if there are none, or none can be read
   */
  static @Nullable Drift from(LabelledFrames retained) {
    List<Integer> all = IntStream.range(0, retained.size()).boxed().toList();
    List<Look> looks = new ArrayList<>();
    for (int index : Learner.spread(all, LOOKED_AT)) {
      try {
        looks.add(Look.of(retained.read(index).frame()));
      } catch (IOException e) {
        LOG.warn("a retained frame is not looked at: {}", e.getMessage());
      }
    }
    return looks.isEmpty() ? null : new Drift(looks);
  }

  /**
   * Of frames.
   *
   * @param looks theirs, at least one
   * @return at least 0
   */
  double of(List<Look> looks) {
    double sum = 0;
    for (int v = 0; v < Look.VALUES; v++) {
      sum += Math.abs(mean(values(looks, v)) - mean[v]) / unit[v];
    }
    return sum / Look.VALUES;
  }

  /**
   * Of the newest samples of a buffer.
   *
   * @param buffer read only
   * @return at least 0; not a number if nothing is known of their looks
   */
  double recent(ReplayBuffer buffer) {
    long from = buffer.next() - RECENT;
    List<Look> looks =
        buffer.entries(from).map(ReplayBuffer.Entry::look).filter(Objects::nonNull).toList();
    return looks.isEmpty() ? Double.NaN : of(looks);
  }

  /**
   * Of each task.
   *
   * @param tasks of a round
   * @param buffer that its samples are in
   * @return figures named {@code task.ENTRY.drift}, of tasks of which some look is known
   */
  Map<String, Double> figures(RoundTasks tasks, ReplayBuffer buffer) {
    Map<String, List<Look>> byTask = new TreeMap<>();
    buffer
        .entries()
        .forEach(
            entry -> {
              String task = tasks.taskOf().get(entry.sequence());
              Look look = entry.look();
              if (task != null && look != null) {
                byTask.computeIfAbsent(task, t -> new ArrayList<>()).add(look);
              }
            });
    Map<String, Double> figures = new TreeMap<>();
    byTask.forEach((task, looks) -> figures.put("task." + task + ".drift", of(looks)));
    return figures;
  }

  private static double[] values(Collection<Look> looks, int value) {
    return looks.stream().mapToDouble(look -> look.values()[value]).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
