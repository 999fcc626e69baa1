package io.seamark.network.tensorflow;

import io.seamark.network.EdgeModel;
import io.seamark.network.Normalisation;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.Safetensors;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Trains an edge model: cross-entropy of the logits, enlarged to the frame's size, over the pixels
 * whose target is a class, by AdamW. Equal options, weights and batches give equal results as far
 * as TensorFlow's kernels do, which with several threads may add in another order.
 *
 * <p>Not thread-safe. Holds native memory, which stays the same over the steps, until closed.
 */
public final class RfNetTrainer implements AutoCloseable {
  // Measured on two models at four sizes: what a step adds to the process, above what it took.
  private static final long LIBRARY_BYTES = 320L << 20;
  private static final long BYTES_PER_WEIGHT = 32;
  private static final double BYTES_PER_VALUE = 2.4;
  private static final long BYTES_PER_PIXEL_AND_CLASS = 48;

  private final EdgeModel start;
  private final int width;
  private final int height;
  private final TrainingOptions options;
  private final TrainableGraph graph;
  private final Placeholder<TUint8> rgb;
  private final @Nullable Placeholder<TUint8> depth;
  private final Placeholder<TUint8> target;
  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> scores;
  private final @Nullable Operand<TFloat32> appeal;

  /**
   * Builds the graph and sets the weights.
   *
   * @param start the model to start from
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param options how to train
   * @throws IllegalArgumentException if the class weights are not as many as the classes
   */
  public RfNetTrainer(EdgeModel start, int width, int height, TrainingOptions options) {
    int classes = start.classes().size();
    if (!options.classWeights().isEmpty() && options.classWeights().size() != classes) {
      throw new IllegalArgumentException(
          options.classWeights().size() + " class weights were given for " + classes + " classes");
    }
    this.start = start;
    this.width = width;
    this.height = height;
    this.options = options;
    this.graph = new TrainableGraph(start.weights(), options);
    try {
      Ops tf = graph.ops();
      rgb = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, height, width, 3)));
      depth =
          start.depth()
              ? tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, height, width)))
              : null;
      target = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, height, width)));
      Operand<TFloat32> colour = colour(tf);
      Operand<TFloat32> distance = depth == null ? null : distance(tf, depth);
      RfNet.Output<Operand<TFloat32>> output = RfNet.build(graph.training(), colour, distance);
      Loss computed = loss(tf, output.logits(), classes);
      loss = computed.value();
      RfNet.Output<Operand<TFloat32>> evaluated =
          options.batchNorm() == BatchNormMode.FROZEN
              ? output
              : RfNet.build(graph.inference(), colour, distance);
      scores = tf.linalg.transpose(evaluated.logits(), tf.constant(new int[] {0, 3, 1, 2}));
      appeal = evaluated.appeal() == null ? null : tf.math.sigmoid(evaluated.appeal());
      // The head has a loss of its own.
      graph.minimise(
          computed.rows(), computed.gradient(), name -> !name.startsWith(RfNet.APPEALNET));
      graph.open();
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * What a trainer takes of native memory while it steps, so that too much can be refused before
   * any is taken. Found by measurement and up to a third too high; for inference alone it is far
   * too high.
   *
   * @param start the model to start from
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param batch frames of a step
   * @return bytes
   */
  public static long memory(EdgeModel start, int width, int height, int batch) {
    long weights = 0;
    for (io.seamark.network.Tensor tensor : start.weights().tensors().values()) {
      weights += tensor.values().length;
    }
    double each =
        BYTES_PER_VALUE * RfNet.values(start.weights(), width, height)
            + (double) BYTES_PER_PIXEL_AND_CLASS * start.classes().size() * width * height;
    return LIBRARY_BYTES + BYTES_PER_WEIGHT * weights + (long) (batch * each);
  }

  private Operand<TFloat32> colour(Ops tf) {
    float[] mean = new float[3];
    float[] scale = new float[3];
    for (int c = 0; c < 3; c++) {
      mean[c] = (float) (255 * start.normalisation().mean().get(c));
      scale[c] = (float) (1 / (255 * start.normalisation().deviation().get(c)));
    }
    Operand<TFloat32> x = tf.dtypes.cast(rgb, TFloat32.class);
    return tf.math.mul(tf.math.sub(x, tf.constant(mean)), tf.constant(scale));
  }

  private static Operand<TFloat32> distance(Ops tf, Operand<TUint8> depth) {
    Operand<TFloat32> x = tf.dtypes.cast(tf.expandDims(depth, tf.constant(-1)), TFloat32.class);
    float mean = (float) (255 * Normalisation.DEPTH_MEAN);
    float scale = (float) (1 / (255 * Normalisation.DEPTH_DEVIATION));
    return tf.math.mul(tf.math.sub(x, tf.constant(mean)), tf.constant(scale));
  }

  /** Mean over the pixels that have a class, by their classes' weights. */
  private Loss loss(Ops tf, Operand<TFloat32> logits, int classes) {
    Operand<TFloat32> full = graph.training().resize(logits, height, width);
    Operand<TFloat32> rows = tf.reshape(full, tf.constant(new int[] {-1, classes}));
    Operand<TInt32> truth =
        tf.dtypes.cast(tf.reshape(target, tf.constant(new int[] {-1})), TInt32.class);
    // A value that is no class counts as the first one, with weight 0.
    Operand<TBool> known = tf.math.less(truth, tf.constant(classes));
    Operand<TInt32> label = tf.math.mul(truth, tf.dtypes.cast(known, TInt32.class));
    Operand<TFloat32> weight = tf.dtypes.cast(known, TFloat32.class);
    if (!options.classWeights().isEmpty()) {
      float[] perClass = new float[classes];
      for (int c = 0; c < classes; c++) {
        perClass[c] = options.classWeights().get(c).floatValue();
      }
      weight = tf.math.mul(weight, tf.gather(tf.constant(perClass), label, tf.constant(0)));
    }
    Operand<TInt32> all = tf.constant(new int[] {0});
    Operand<TFloat32> count = tf.math.maximum(tf.reduceSum(weight, all), tf.constant(1e-6f));
    Operand<TFloat32> share = tf.math.div(weight, count);
    SparseSoftmaxCrossEntropyWithLogits<TFloat32> each =
        tf.nn.sparseSoftmaxCrossEntropyWithLogits(rows, label);
    // The library has no gradient of it, but its second output is one.
    Operand<TFloat32> column = tf.reshape(share, tf.constant(new int[] {-1, 1}));
    return new Loss(
        tf.reduceSum(tf.math.mul(each.loss(), share), all),
        rows,
        tf.math.mul(each.backprop(), column));
  }

  /** A loss, what it is computed from, and its gradient by that. */
  private record Loss(
      Operand<TFloat32> value, Operand<TFloat32> rows, Operand<TFloat32> gradient) {}

  /**
   * One update of the weights at the options' learning rate.
   *
   * @param samples 1 to {@link TrainingOptions#batch} of the trainer's size, with depth if the
   *     model has it
   * @return mean loss before the update
   * @throws IllegalArgumentException if a sample has another size or lacks depth
   */
  public double step(List<TrainingSample> samples) {
    return step(samples, options.learningRate());
  }

  /**
   * One update of the weights.
   *
   * @param samples as in {@link #step(List)}
   * @param learningRate of this step, such as {@link TrainingOptions#cosine} gives
   * @return mean loss before the update
   * @throws IllegalArgumentException as in {@link #step(List)}
   */
  public double step(List<TrainingSample> samples, double learningRate) {
    if (samples.isEmpty() || samples.size() > options.batch()) {
      throw new IllegalArgumentException(
          samples.size() + " samples were given, but a step takes 1 to " + options.batch());
    }
    List<Frame> frames = samples.stream().map(TrainingSample::frame).toList();
    List<byte[]> targets = samples.stream().map(s -> s.target().classes()).toList();
    Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
    try {
      feed(feeds, frames);
      feeds.put(target, Feeds.bytes(targets, Shape.of(samples.size(), height, width)));
      return graph.step(feeds, learningRate, List.of(loss))[0];
    } finally {
      feeds.values().forEach(Tensor::close);
    }
  }

  private void feed(Map<Operand<?>, Tensor> feeds, List<Frame> frames) {
    for (Frame frame : frames) {
      Feeds.checkSize(frame, width, height);
    }
    List<byte[]> colours = frames.stream().map(Frame::rgb).toList();
    feeds.put(rgb, Feeds.bytes(colours, Shape.of(frames.size(), height, width, 3)));
    if (depth != null) {
      List<byte[]> depths = new ArrayList<>();
      for (Frame frame : frames) {
        byte[] d = frame.depth();
        if (d == null) {
          throw new IllegalArgumentException("the model needs depth, but a frame has none");
        }
        depths.add(d);
      }
      feeds.put(depth, Feeds.bytes(depths, Shape.of(frames.size(), height, width)));
    }
  }

  /**
   * What the network says of a frame now, by the running statistics.
   *
   * @param frame of the trainer's size, with depth if the model has it
   * @return logits [classes, ceil(height / 4), ceil(width / 4)], row-major
   * @throws IllegalArgumentException if the frame has another size or lacks depth
   */
  public float[] logits(Frame frame) {
    Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
    try {
      feed(feeds, List.of(frame));
      try (Result result = graph.run(feeds, List.of(scores))) {
        return GraphWeights.floats((TFloat32) result.get(0));
      }
    } finally {
      feeds.values().forEach(Tensor::close);
    }
  }

  /**
   * What AppealNet's predictor head says of a frame now.
   *
   * @param frame as in {@link #logits}
   * @return q(z=1|x), 0 to 1
   * @throws IllegalArgumentException as in {@link #logits}
   * @throws IllegalStateException if the model has no such head
   */
  public double appealNet(Frame frame) {
    if (appeal == null) {
      throw new IllegalStateException("the model has no AppealNet head");
    }
    Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
    try {
      feed(feeds, List.of(frame));
      try (Result result = graph.run(feeds, List.of(appeal))) {
        return GraphWeights.floats((TFloat32) result.get(0))[0];
      }
    } finally {
      feeds.values().forEach(Tensor::close);
    }
  }

  /**
   * The answer for a frame now.
   *
   * @param frame as in {@link #logits}
   * @return the class of the highest logit, enlarged to the frame's size
   * @throws IllegalArgumentException as in {@link #logits}
   */
  public ClassMap predict(Frame frame) {
    int rows = (height + 3) / 4;
    int columns = (width + 3) / 4;
    return new ClassScores(start.classes().size(), columns, rows, logits(frame))
        .resize(width, height)
        .argmax();
  }

  /**
   * The model as it is now.
   *
   * @return the start's names, facts and metadata with the present weights
   */
  public EdgeModel snapshot() {
    return start.withWeights(graph.snapshot());
  }

  /**
   * The mean of the models so far, by {@link TrainingOptions#averaging}.
   *
   * @return as {@link #snapshot}; empty where no average is kept
   */
  public Optional<EdgeModel> averaged() {
    return graph.averaged().map(start::withWeights);
  }

  /**
   * Writes the state of the training: weights, what AdamW and the average keep of each, and the
   * number of steps.
   *
   * @param file a safetensors file, replaced as a whole
   * @throws IOException if it cannot be written, or a value is not finite any more
   */
  public void checkpoint(Path file) throws IOException {
    try {
      Safetensors.write(file, graph.state(), Precision.F32);
    } catch (IllegalArgumentException e) {
      throw new IOException("the training has diverged: " + e.getMessage(), e);
    }
  }

  /**
   * Goes on where a trainer of the same model and options was.
   *
   * @param file that {@link #checkpoint} has written
   * @throws IOException if it cannot be read, or is another training's; the message names file and
   *     rule
   */
  public void resume(Path file) throws IOException {
    try {
      graph.restore(Safetensors.read(file));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is no checkpoint of this training: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    graph.close();
  }
}
