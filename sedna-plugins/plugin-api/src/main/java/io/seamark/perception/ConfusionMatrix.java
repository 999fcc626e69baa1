package io.seamark.perception;

/**
 * Counts of pixels by true and predicted class, from which accuracy figures are computed. Not
 * thread-safe.
 */
public final class ConfusionMatrix {
  private static final int VALUES = 256;

  private final int classes;
  private final long[] counts;
  private final long[] undecided;
  private final long[] ignored;

  /**
   * An empty matrix.
   *
   * @param classes 1 to 255
   */
  public ConfusionMatrix(int classes) {
    if (classes < 1 || classes > 255) {
      throw new IllegalArgumentException("classes is " + classes + ", but must be 1 to 255");
    }
    this.classes = classes;
    this.counts = new long[classes * classes];
    this.undecided = new long[classes];
    this.ignored = new long[VALUES - classes];
  }

  /**
   * Adds the pixels of one answer. Pixels whose label is not a class are not scored, only counted
   * as {@link #ignored}; pixels whose answer is not a class count as wrong for the label's class,
   * since undecided is no answer.
   *
   * @param label true classes
   * @param answer predicted classes, of the same size
   */
  public void add(ClassMap label, ClassMap answer) {
    if (label.width() != answer.width() || label.height() != answer.height()) {
      throw new IllegalArgumentException(
          String.format(
              "label is %dx%d, but the answer is %dx%d",
              label.width(), label.height(), answer.width(), answer.height()));
    }
    byte[] truth = label.classes();
    byte[] guess = answer.classes();
    for (int i = 0; i < truth.length; i++) {
      int t = truth[i] & 0xFF;
      int g = guess[i] & 0xFF;
      if (t < classes) {
        if (g < classes) {
          counts[t * classes + g]++;
        } else {
          undecided[t]++;
        }
      } else {
        ignored[t - classes]++;
      }
    }
  }

  /**
   * Adds the counts of another matrix.
   *
   * @param other of the same number of classes
   */
  public void add(ConfusionMatrix other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "cannot add a matrix of " + other.classes + " classes to one of " + classes);
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int i = 0; i < classes; i++) {
      undecided[i] += other.undecided[i];
    }
    for (int i = 0; i < ignored.length; i++) {
      ignored[i] += other.ignored[i];
    }
  }

  /**
   * Number of classes.
   *
   * @return 1 to 255
   */
  public int classes() {
    return classes;
  }

  /**
   * Labelled pixels of one class that were answered with another.
   *
   * @param truth the label's class
   * @param answer the answer's class
   * @return pixels
   */
  public long count(int truth, int answer) {
    return counts[truth * classes + answer];
  }

  /**
   * Labelled pixels of one class whose answer is no class.
   *
   * @param truth the label's class
   * @return pixels
   */
  public long undecided(int truth) {
    return undecided[truth];
  }

  /**
   * Pixels that were not scored since their label is no class.
   *
   * @param value the label's value, from the number of classes to 255
   * @return pixels
   */
  public long ignored(int value) {
    return ignored[value - classes];
  }

  /**
   * Intersection over union of one class.
   *
   * @param c the class
   * @return 0 to 1, or NaN where neither label nor answer has the class
   */
  public double iou(int c) {
    long union = undecided[c] - counts[c * classes + c];
    for (int i = 0; i < classes; i++) {
      union += counts[c * classes + i] + counts[i * classes + c];
    }
    return union == 0 ? Double.NaN : (double) counts[c * classes + c] / union;
  }

  /**
   * Mean intersection over union over the classes that occur, in label or answer (Ianvs's accuracy:
   * diagonal over row plus column minus diagonal, mean without NaN).
   *
   * @return 0 to 1, or NaN where nothing was counted
   */
  public double meanIou() {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      double iou = iou(c);
      if (!Double.isNaN(iou)) {
        sum += iou;
        present++;
      }
    }
    return present == 0 ? Double.NaN : sum / present;
  }

  /**
   * Share of labelled pixels that were answered right.
   *
   * @return 0 to 1, or NaN where nothing was counted
   */
  public double pixelAccuracy() {
    long right = 0;
    for (int c = 0; c < classes; c++) {
      right += counts[c * classes + c];
    }
    long all = labelledPixels();
    return all == 0 ? Double.NaN : (double) right / all;
  }

  /**
   * Pixels counted so far.
   *
   * @return at least 0
   */
  public long labelledPixels() {
    long all = 0;
    for (long n : counts) {
      all += n;
    }
    for (long n : undecided) {
      all += n;
    }
    return all;
  }
}
