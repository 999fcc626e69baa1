package io.seamark.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a newly trained model replaces the serving one. */
public interface TaskUpdateDecision {
  /**
   * Judges two models on the same held-out frames.
   *
   * @param serving figures of the model in use
   * @param candidate figures of the new one
   * @return accepted or rejected, with the reason
   */
  Verdict decide(Evaluation serving, Evaluation candidate);

  /**
   * Judges a new model against the serving one, and against the one that everything began with.
   *
   * @param comparison figures of all of them, on the same held-out frames
   * @return accepted or rejected, with the reason; unless stated otherwise what is said of the new
   *     and the serving one alone
   */
  default Verdict decide(Comparison comparison) {
    return decide(comparison.serving(), comparison.candidate());
  }

  /**
   * What is judged.
   *
   * @param first figures of the model that everything began with, on the retained frames alone;
   *     empty where it is not known. A new model that may lose a little against each one before it
   *     may in time lose everything against this one
   * @param serving figures of the model in use
   * @param candidate figures of the new one
   */
  record Comparison(Optional<Evaluation> first, Evaluation serving, Evaluation candidate) {}

  /**
   * Figures of one model on held-out frames.
   *
   * @param newFrames frames of the changed world, which have no labels
   * @param newAgreement mean IoU on them with what the judged models say together over several
   *     views of each, 0 to 1; NaN if there are no such frames
   * @param retainedFrames labelled frames of the world the model was first trained on
   * @param retainedMeanIou mean IoU on them, 0 to 1; NaN if there are none
   * @param newCounts what {@code newAgreement} is computed of, one for each new frame; empty where
   *     it is not known
   * @param retainedCounts what {@code retainedMeanIou} is computed of, one for each retained frame;
   *     empty where it is not known
   */
  record Evaluation(
      int newFrames,
      double newAgreement,
      int retainedFrames,
      double retainedMeanIou,
      List<FrameCounts> newCounts,
      List<FrameCounts> retainedCounts) {
    /** Copies the lists. */
    public Evaluation {
      newCounts = List.copyOf(newCounts);
      retainedCounts = List.copyOf(retainedCounts);
    }

    /**
     * Figures without what they are computed of.
     *
     * @param newFrames see above
     * @param newAgreement see above
     * @param retainedFrames see above
     * @param retainedMeanIou see above
     */
    public Evaluation(
        int newFrames, double newAgreement, int retainedFrames, double retainedMeanIou) {
      this(newFrames, newAgreement, retainedFrames, retainedMeanIou, List.of(), List.of());
    }

    /**
     * Figures of frames.
     *
     * @param newCounts of the new frames
     * @param retainedCounts of the retained ones
     * @return with the mean IoU of both
     */
    public static Evaluation of(List<FrameCounts> newCounts, List<FrameCounts> retainedCounts) {
      return new Evaluation(
          newCounts.size(),
          FrameCounts.sum(newCounts).meanIou(),
          retainedCounts.size(),
          FrameCounts.sum(retainedCounts).meanIou(),
          newCounts,
          retainedCounts);
    }
  }

  /**
   * Pixels of one frame, or of several together, by class. All lists have one entry a class.
   *
   * @param labelled pixels whose label is the class
   * @param answered labelled pixels whose answer is the class
   * @param right pixels whose label and answer are the class
   */
  record FrameCounts(List<Long> labelled, List<Long> answered, List<Long> right) {
    /** Copies the lists and checks that they have one length. */
    public FrameCounts {
      labelled = List.copyOf(labelled);
      answered = List.copyOf(answered);
      right = List.copyOf(right);
      if (labelled.size() != answered.size() || labelled.size() != right.size()) {
        throw new IllegalArgumentException(
            String.format(
                "counts of %d, %d and %d classes were given, but must be of the same",
                labelled.size(), answered.size(), right.size()));
      }
    }

    /**
     * Counts of several frames together.
     *
     * @param frames of the same classes
     * @return their sum; of no classes where there are no frames
     */
    public static FrameCounts sum(List<FrameCounts> frames) {
      int classes = frames.isEmpty() ? 0 : frames.get(0).classes();
      long[][] sums = new long[3][classes];
      for (FrameCounts frame : frames) {
        for (int c = 0; c < classes; c++) {
          sums[0][c] += frame.labelled().get(c);
          sums[1][c] += frame.answered().get(c);
          sums[2][c] += frame.right().get(c);
        }
      }
      return new FrameCounts(list(sums[0]), list(sums[1]), list(sums[2]));
    }

    private static List<Long> list(long[] values) {
      List<Long> list = new ArrayList<>();
      for (long value : values) {
        list.add(value);
      }
      return list;
    }

    /**
     * Number of classes.
     *
     * @return at least 0
     */
    public int classes() {
      return labelled.size();
    }

    /**
     * Intersection over union of a class.
     *
     * @param c the class
     * @return 0 to 1; NaN where neither label nor answer has it
     */
    public double iou(int c) {
      long union = labelled.get(c) + answered.get(c) - right.get(c);
      return union == 0 ? Double.NaN : (double) right.get(c) / union;
    }

    /**
     * Mean intersection over union of the classes that occur in label or answer.
     *
     * @return 0 to 1; NaN where none does
     */
    public double meanIou() {
      double sum = 0;
      int present = 0;
      for (int c = 0; c < classes(); c++) {
        double iou = iou(c);
        if (!Double.isNaN(iou)) {
          sum += iou;
          present++;
        }
      }
      return present == 0 ? Double.NaN : sum / present;
    }
  }

  /** Accepted or rejected. */
  sealed interface Verdict {
    /**
     * Why, for people.
     *
     * @return one line with the figures it rests on
     */
    String reason();
  }

  /**
   * The new model takes over.
   *
   * @param reason see {@link Verdict#reason}
   */
  record Accepted(String reason) implements Verdict {}

  /**
   * The serving model stays.
   *
   * @param reason see {@link Verdict#reason}
   */
  record Rejected(String reason) implements Verdict {}
}
