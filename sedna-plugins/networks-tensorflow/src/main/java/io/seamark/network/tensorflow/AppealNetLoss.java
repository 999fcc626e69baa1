package io.seamark.network.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * AppealNet's loss (Li et al. 2021, arXiv 2105.04104) of a frame: {@code q l_edge + (1 - q) l_cloud
 * + cost (-ln q)}, with q = q(z=1|x) the predictor's output. The target is the cloud's own answer,
 * so {@code l_cloud} is 0, as for the paper's black-box cloud. For a given input the loss is lowest
 * at {@code q = min(1, cost / E[l_edge])}; so where the frame is called hard below a threshold,
 * that is where the expected loss is above {@code cost / threshold}.
 *
 * @param cost the paper's beta, above 0: the higher, the more stays on the edge
 */
record AppealNetLoss(double cost) {
  /** The loss of each frame from the predictor's output before the logistic function. */
  Operand<TFloat32> of(Ops tf, Operand<TFloat32> predictor, Operand<TFloat32> edge) {
    // -ln q of a logistic q, which does not overflow.
    Operand<TFloat32> appeal = tf.math.softplus(tf.math.neg(predictor));
    return tf.math.add(
        tf.math.mul(tf.math.sigmoid(predictor), edge),
        tf.math.mul(appeal, tf.constant((float) cost)));
  }
}
