package io.seamark.network.tensorflow;

import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Trains AppealNet's predictor head for an edge network that stays as it is: what the head reads of
 * a frame and how wrong the edge is there are computed once for each frame, so that thousands of
 * steps take a second. Each head is the mean, before the logistic function, of several that start
 * from different weights; together they are one wider head.
 */
public final class AppealNetTrainer implements AutoCloseable {
  private static final float LEAST_DEVIATION = 1e-4f;
  private static final double WEIGHT_DECAY = 1e-2;

  private final EdgeModel model;
  private final TrainingOptions options;
  private final int classes;
  private final int rows;
  private final int columns;
  private final TrainableGraph graph;
  private final Placeholder<TFloat32> logits;
  private final Operand<TFloat32> inputs;
  private final List<float[]> read = new ArrayList<>();
  private final List<Float> losses = new ArrayList<>();

  /**
   * A trainer without frames.
   *
   * @param model gets the head
   * @param rows of the frames' logits
   * @param columns of the frames' logits
   * @param options how to train; the rate is the peak of {@link TrainingOptions#cosine}
   */
  public AppealNetTrainer(EdgeModel model, int rows, int columns, TrainingOptions options) {
    this.model = model;
    this.options = options.withWeightDecay(WEIGHT_DECAY);
    this.classes = model.classes().size();
    this.rows = rows;
    this.columns = columns;
    graph = new TrainableGraph(new Weights(Map.of(), Map.of()), options);
    try {
      Ops tf = graph.ops();
      logits =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, classes, rows, columns)));
      Operand<TFloat32> image = tf.linalg.transpose(logits, tf.constant(new int[] {0, 2, 3, 1}));
      inputs = RfNet.appealInputs(graph.inference(), image);
      graph.open();
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Takes a frame to train on.
   *
   * @param scores the edge's logits of it, [classes, rows, columns], row-major
   * @param loss the edge's, 0 to 1
   * @throws IllegalArgumentException if the scores have another size or the loss is out of range
   */
  public void add(float[] scores, double loss) {
    if (scores.length != classes * rows * columns || !(loss >= 0 && loss <= 1)) {
      throw new IllegalArgumentException(
          String.format(
              "a frame has %d scores and a loss of %s, but must have %d and one of 0 to 1",
              scores.length, loss, classes * rows * columns));
    }
    try (TFloat32 feed =
            TFloat32.tensorOf(
                Shape.of(1, classes, rows, columns), DataBuffers.of(scores, true, false));
        Result result = graph.run(Map.of(logits, feed), List.of(inputs))) {
      read.add(GraphWeights.floats((TFloat32) result.get(0)));
    }
    losses.add((float) loss);
  }

  /** What a training gave. */
  public record Trained(EdgeModel model, double firstLoss, double lastLoss) {
    /**
     * A trained head.
     *
     * @param model with the head, its other weights unchanged
     * @param firstLoss mean loss of the first tenth of the steps
     * @param lastLoss mean loss of the last tenth of the steps
     */
    public Trained {}
  }

  /**
   * Trains a fresh head on the frames so far.
   *
   * @param heads whose mean is taken, at least 1
   * @param steps of each, at least 1
   * @param cost the paper's beta, above 0
   * @return the model with the head
   * @throws IllegalStateException if there are no frames, or training diverges
   */
  public Trained train(int heads, int steps, double cost) {
    if (read.isEmpty()) {
      throw new IllegalStateException("there are no frames to train the AppealNet head on");
    }
    float[] mean = new float[RfNet.APPEALNET_INPUTS];
    float[] deviation = new float[RfNet.APPEALNET_INPUTS];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      double squares = 0;
      for (float[] x : read) {
        sum += x[i];
        squares += (double) x[i] * x[i];
      }
      double m = sum / read.size();
      mean[i] = (float) m;
      deviation[i] =
          Math.max(LEAST_DEVIATION, (float) Math.sqrt(Math.max(0, squares / read.size() - m * m)));
    }
    SplittableRandom random = new SplittableRandom(options.seed());
    List<Weights> all = new ArrayList<>();
    double[] ends = new double[2];
    for (int h = 0; h < heads; h++) {
      all.add(one(mean, deviation, steps, cost, random.split(), ends));
    }
    return new Trained(
        model.withWeights(joined(all, mean, deviation)), ends[0] / heads, ends[1] / heads);
  }

  private Weights one(
      float[] mean,
      float[] deviation,
      int steps,
      double cost,
      SplittableRandom random,
      double[] ends) {
    Weights start = RfNetWeights.withAppealNet(new Weights(Map.of(), Map.of()), random.nextLong());
    int width = RfNet.APPEALNET_INPUTS;
    int batch = options.batch();
    int edge = Math.max(1, steps / 10);
    try (TrainableGraph training = new TrainableGraph(start, options)) {
      Ops tf = training.ops();
      Placeholder<TFloat32> x =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, 1, 1, width)));
      Placeholder<TFloat32> edgeLoss =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch)));
      Operand<TFloat32> predictor =
          tf.reshape(
              RfNet.appealNet(training.training(), (Operand<TFloat32>) x),
              tf.constant(new int[] {-1}));
      Operand<TFloat32> loss =
          tf.math.mean(
              new AppealNetLoss(cost).of(tf, predictor, edgeLoss), tf.constant(new int[] {0}));
      training.minimise(loss);
      training.open();
      float[] frames = new float[batch * width];
      float[] wrong = new float[batch];
      for (int step = 0; step < steps; step++) {
        for (int b = 0; b < batch; b++) {
          int drawn = random.nextInt(read.size());
          for (int i = 0; i < width; i++) {
            frames[b * width + i] = (read.get(drawn)[i] - mean[i]) / deviation[i];
          }
          wrong[b] = losses.get(drawn);
        }
        double now;
        try (TFloat32 a =
                TFloat32.tensorOf(
                    Shape.of(batch, 1, 1, width), DataBuffers.of(frames, true, false));
            TFloat32 b = TFloat32.tensorOf(Shape.of(batch), DataBuffers.of(wrong, true, false))) {
          now =
              training
                  .step(
                      Map.of(x, a, edgeLoss, b),
                      TrainingOptions.cosine(options.learningRate(), step, edge, steps),
                      List.of(loss))[0];
        }
        if (!Double.isFinite(now)) {
          throw new IllegalStateException(
              "training the AppealNet head diverged: the loss of step " + step + " is " + now);
        }
        ends[0] += step < edge ? now / edge : 0;
        ends[1] += step >= steps - edge ? now / edge : 0;
      }
      return training.snapshot();
    }
  }

  /** One wide head that gives the mean of the heads, on inputs as they are read. */
  private Weights joined(List<Weights> heads, float[] mean, float[] deviation) {
    String hidden = RfNet.APPEALNET + "hidden";
    String output = RfNet.APPEALNET + "output";
    int inputs = mean.length;
    int width = heads.get(0).shape(hidden + ".weight").get(0);
    int all = width * heads.size();
    float[] kernel = new float[all * inputs];
    float[] bias = new float[all];
    float[] out = new float[all];
    float shift = 0;
    for (int h = 0; h < heads.size(); h++) {
      float[] w = heads.get(h).get(hidden + ".weight").values();
      float[] b = heads.get(h).get(hidden + ".bias").values();
      float[] o = heads.get(h).get(output + ".weight").values();
      for (int u = 0; u < width; u++) {
        int row = h * width + u;
        bias[row] = b[u];
        for (int i = 0; i < inputs; i++) {
          float scaled = w[u * inputs + i] / deviation[i];
          kernel[row * inputs + i] = scaled;
          bias[row] -= scaled * mean[i];
        }
        out[row] = o[u] / heads.size();
      }
      shift += heads.get(h).get(output + ".bias").values()[0] / heads.size();
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>(model.weights().tensors());
    tensors.put(hidden + ".weight", new Tensor(List.of(all, inputs, 1, 1), kernel));
    tensors.put(hidden + ".bias", new Tensor(List.of(all), bias));
    tensors.put(output + ".weight", new Tensor(List.of(1, all, 1, 1), out));
    tensors.put(output + ".bias", new Tensor(List.of(1), new float[] {shift}));
    return new Weights(tensors, model.weights().metadata());
  }

  @Override
  public void close() {
    graph.close();
  }
}
