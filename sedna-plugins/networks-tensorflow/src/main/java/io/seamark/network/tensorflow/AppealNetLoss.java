package io.seamark.network.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * AppealNet's loss (Li et al. 2021, arXiv 2105.04104), pixel by pixel: {@code q l_edge + (1 - q)
 * l_cloud + cost (-ln q)}, with q = q(z=1|x) the predictor's output. Where both heads learn, {@code
 * l_edge} is the edge's cross-entropy; where only the predictor does, it is 1 minus the probability
 * of the target's class, since a few pixels of boundless loss would otherwise drown all others. The
 * target is the cloud's own answer, so {@code l_cloud} is 0, as for the paper's black-box cloud.
 * For a given input the loss is lowest at {@code q = min(1, cost / E[l_edge])}.
 *
 * @param cost the paper's beta, above 0: the higher, the more stays on the edge
 * @param headOnly whether only the predictor learns. Where it does not, both heads do, as in the
 *     paper; the edge's answer then learns less where the predictor gives it up
 */
public record AppealNetLoss(double cost, boolean headOnly) {
  /** Checks the range. */
  public AppealNetLoss {
    if (!(cost > 0 && cost <= 100)) {
      throw new IllegalArgumentException("cost is " + cost + ", but must be above 0, at most 100");
    }
  }

  /** The loss of each pixel from the predictor's output before the logistic function. */
  Operand<TFloat32> of(Ops tf, Operand<TFloat32> predictor, Operand<TFloat32> edge) {
    Operand<TFloat32> loss = edge;
    if (headOnly) {
      loss = tf.math.sub(tf.constant(1f), tf.math.exp(tf.math.neg(edge)));
    }
    // -ln q of a logistic q, which does not overflow.
    Operand<TFloat32> appeal = tf.math.softplus(tf.math.neg(predictor));
    return tf.math.add(
        tf.math.mul(tf.math.sigmoid(predictor), loss),
        tf.math.mul(appeal, tf.constant((float) cost)));
  }
}
