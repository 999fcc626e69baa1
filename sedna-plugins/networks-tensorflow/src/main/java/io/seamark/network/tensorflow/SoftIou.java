package io.seamark.network.tensorflow;

import io.seamark.perception.ClassMap;

/** How far class probabilities are from a class map, as intersection over union sees it. */
public final class SoftIou {
  private SoftIou() {}

  /**
   * 1 minus the mean, over the classes that the target or the answer has, of sum(p t) / sum(p + t -
   * p t), with the softmax p and t 1 where the target is the class. Cells whose target is no class
   * do not count; the target is read at the cells' centres.
   *
   * @param logits [classes, height, width], row-major
   * @param classes their number
   * @param width of the logits, in cells
   * @param height of the logits, in cells
   * @param target of any size
   * @return 0 to 1; 0 where no cell counts
   */
  public static double loss(float[] logits, int classes, int width, int height, ClassMap target) {
    int cells = width * height;
    byte[] truth = target.classes();
    double[] common = new double[classes];
    double[] union = new double[classes];
    boolean[] occurs = new boolean[classes];
    double[] p = new double[classes];
    for (int y = 0; y < height; y++) {
      int row = (2 * y + 1) * target.height() / (2 * height);
      for (int x = 0; x < width; x++) {
        int t = truth[row * target.width() + (2 * x + 1) * target.width() / (2 * width)] & 0xFF;
        if (t >= classes) {
          continue;
        }
        int cell = y * width + x;
        int best = 0;
        for (int c = 1; c < classes; c++) {
          best = logits[c * cells + cell] > logits[best * cells + cell] ? c : best;
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
          p[c] = Math.exp((double) logits[c * cells + cell] - logits[best * cells + cell]);
          sum += p[c];
        }
        for (int c = 0; c < classes; c++) {
          double share = p[c] / sum;
          common[c] += c == t ? share : 0;
          union[c] += c == t ? 1 : share;
        }
        occurs[best] = true;
        occurs[t] = true;
      }
    }
    double iou = 0;
    int counted = 0;
    for (int c = 0; c < classes; c++) {
      if (occurs[c]) {
        iou += common[c] / union[c];
        counted++;
      }
    }
    return counted == 0 ? 0 : Math.max(0, 1 - iou / counted);
  }
}
