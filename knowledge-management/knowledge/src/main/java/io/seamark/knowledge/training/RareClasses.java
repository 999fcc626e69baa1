package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws labelled frames so that rare classes are met more often: a class c with probability
 * softmax((1 - f_c) / temperature), f_c its share of all pixels, then one of the frames in which it
 * is more than a few pixels (Hoyer et al. 2022, DAFormer, arXiv 2111.14887, section 4.1).
 */
final class RareClasses {
  private static final Logger LOG = LoggerFactory.getLogger(RareClasses.class);

  /** Frames that are counted at most, evenly spread; the others are never drawn. */
  private static final int MOST = 1000;

  /** Share of a frame from which it counts for a class: 2,000 pixels of 480x360. */
  private static final double LEAST = 2000.0 / (480 * 360);

  private final List<List<Integer>> framesOf;
  private final double[] upTo;

  private RareClasses(List<List<Integer>> framesOf, double[] upTo) {
    this.framesOf = framesOf;
    this.upTo = upTo;
  }

  /**
   * Counts the classes of frames.
   *
   * @param frames what is drawn from
   * @param classes of their labels
   * @param temperature above 0; the lower, the more often the rarest
   * @return draws no frame where none has enough of any class
   */
  static RareClasses of(LabelledFrames frames, int classes, double temperature) {
    List<List<Integer>> framesOf = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      framesOf.add(new ArrayList<>());
    }
    double[] share = new double[classes];
    int counted = Math.min(frames.size(), MOST);
    double all = 0;
    for (int i = 0; i < counted; i++) {
      int index = (int) ((long) i * frames.size() / counted);
      ClassMap target;
      try {
        target = frames.read(index).target();
      } catch (IOException e) {
        LOG.warn("a retained frame is not counted: {}", e.getMessage());
        continue;
      }
      long[] pixels = new long[classes];
      ClassWeights.count(target, pixels);
      double size = target.classes().length;
      for (int c = 0; c < classes; c++) {
        share[c] += pixels[c] / size;
        all += pixels[c] / size;
        if (pixels[c] >= LEAST * size) {
          framesOf.get(c).add(index);
        }
      }
    }
    double[] upTo = new double[classes];
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += framesOf.get(c).isEmpty() ? 0 : Math.exp(-share[c] / all / temperature);
      upTo[c] = sum;
    }
    return new RareClasses(framesOf, upTo);
  }

  /** Whether there is anything to draw. */
  boolean draws() {
    return upTo[upTo.length - 1] > 0;
  }

  /** The index of a frame. */
  int next(RandomGenerator random) {
    double at = random.nextDouble() * upTo[upTo.length - 1];
    int c = 0;
    while (at >= upTo[c]) {
      c++;
    }
    List<Integer> frames = framesOf.get(c);
    return frames.get(random.nextInt(frames.size()));
  }
}
