package io.seamark.network.tensorflow;

import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Weights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceMin;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Trains a {@link PromptableSegmenter} as SAM was (Kirillov et al. 2023, appendix A): focal loss
 * (Lin et al. 2017) and dice loss 20 to 1 on masks of a quarter of the size, of the three masks for
 * an ambiguous point only the best, and the squared error of the estimated IoU. The mask for a
 * single answer learns too.
 *
 * <p>Not thread-safe. Holds native memory, which stays the same over the steps, until closed.
 */
public final class SegmenterTrainer implements AutoCloseable {
  private static final String HEAD = "auxiliary";
  private static final int MASKS = PromptableSegmenter.MASKS;
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
  private static final float[] DEVIATION = {58.395f, 57.12f, 57.375f};

  private final int size;
  private final int width;
  private final int height;
  private final int prompts;
  private final TrainingOptions options;
  private final TrainableGraph graph;
  private final Placeholder<TUint8> rgb;
  private final Placeholder<TFloat32> coordinates;
  private final Placeholder<TFloat32> labels;
  private final Placeholder<TUint8> targets;
  private final Placeholder<TUint8> classes;
  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> error;
  private final Operand<TFloat32> overlap;
  private final Operand<TFloat32> masks;
  private final Operand<TFloat32> iou;

  /**
   * What one step saw.
   *
   * @param loss of masks and estimates together
   * @param iouError mean squared error of the estimated IoU
   * @param iou mean IoU of each prompt's best mask of the three
   */
  public record Step(double loss, double iouError, double iou) {}

  /**
   * Masks for some points of a frame.
   *
   * @param side S / 4
   * @param masks logits [points, 4, side, side] in the segmenter's own frame, row-major
   * @param iou estimated IoU, [points, 4]
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Decoded(int side, float[] masks, float[] iou) {}

  /**
   * Builds the graph and sets the weights.
   *
   * @param start a segmenter's
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param prompts number of prompts of each training sample
   * @param auxiliary number of classes in the samples' labels, at least 1
   * @param options how to train
   */
  public SegmenterTrainer(
      Weights start, int width, int height, int prompts, int auxiliary, TrainingOptions options) {
    this.size = PromptableSegmenter.imageSize(start);
    this.width = width;
    this.height = height;
    this.prompts = prompts;
    this.options = options;
    this.graph = new TrainableGraph(withHead(start, auxiliary), options);
    try {
      Ops tf = graph.ops();
      int side = size / 4;
      rgb = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, height, width, 3)));
      coordinates = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2, 2)));
      labels =
          tf.placeholder(
              TFloat32.class,
              Placeholder.shape(Shape.of(-1, 2, PromptableSegmenter.LABELS.size())));
      targets = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, side, side)));
      classes = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, side, side)));
      Operand<TFloat32> image = image(tf);

      TensorFlowLayers layers = graph.training();
      Operand<TFloat32> embedding = PromptableSegmenter.encode(layers, image);
      PromptableSegmenter.Output<Operand<TFloat32>> out =
          decode(layers, perPrompt(tf, PromptableSegmenter.features(layers, embedding)));
      Operand<TFloat32> truth =
          tf.expandDims(tf.dtypes.cast(targets, TFloat32.class), tf.constant(-1));
      Operand<TFloat32> valid = tf.constant(valid());
      Operand<TFloat32> actual = tf.stopGradient(overlaps(tf, out.masks(), truth, valid));
      Operand<TFloat32> estimate = tf.reshape(out.iou(), tf.constant(new int[] {-1, MASKS}));
      error = mean(tf, tf.math.squaredDifference(estimate, actual), 0, 1);
      Operand<TFloat32> wrong = maskLoss(tf, out.masks(), truth, valid);
      Operand<TFloat32> best =
          tf.reduceMin(multimask(tf, wrong), tf.constant(new int[] {1}), new ReduceMin.Options[0]);
      Operand<TFloat32> single = column(tf, wrong, 0, 1);
      Operand<TFloat32> own = tf.math.add(mean(tf, best, 0), mean(tf, single, 0, 1));
      loss = tf.math.add(tf.math.add(own, error), auxiliary(tf, embedding, auxiliary));
      overlap = mean(tf, tf.reduceMax(multimask(tf, actual), tf.constant(new int[] {1})), 0);

      TensorFlowLayers still = graph.inference();
      Operand<TFloat32> one = PromptableSegmenter.encode(still, image);
      PromptableSegmenter.Output<Operand<TFloat32>> answer =
          decode(still, perPoint(tf, PromptableSegmenter.features(still, one)));
      masks = tf.linalg.transpose(answer.masks(), tf.constant(new int[] {0, 3, 1, 2}));
      iou = answer.iou();
      graph.minimise(loss);
      graph.open();
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** The head predicts every cell of a mask, 4 x 4 to a cell of the embedding. */
  private static Weights withHead(Weights start, int auxiliary) {
    Map<String, io.seamark.network.Tensor> tensors = new LinkedHashMap<>(start.tensors());
    int channels = PromptableSegmenter.channels(start);
    int out = 16 * auxiliary;
    tensors.put(
        HEAD + ".weight",
        new io.seamark.network.Tensor(List.of(out, channels, 1, 1), new float[out * channels]));
    tensors.put(HEAD + ".bias", new io.seamark.network.Tensor(List.of(out), new float[out]));
    return new Weights(tensors, start.metadata());
  }

  /** Mean cross-entropy of the cells that have a class. */
  private Operand<TFloat32> auxiliary(Ops tf, Operand<TFloat32> embedding, int count) {
    Operand<TFloat32> logits =
        tf.nn.depthToSpace(graph.training().convolution(embedding, HEAD, 1, 0), 4L);
    Operand<TFloat32> rows = tf.reshape(logits, tf.constant(new int[] {-1, count}));
    Operand<TInt32> truth =
        tf.dtypes.cast(tf.reshape(classes, tf.constant(new int[] {-1})), TInt32.class);
    Operand<TFloat32> hot = tf.oneHot(truth, tf.constant(count), tf.constant(1f), tf.constant(0f));
    Operand<TFloat32> known = tf.reduceSum(hot, tf.constant(new int[] {1}));
    Operand<TFloat32> each = tf.nn.softmaxCrossEntropyWithLogits(rows, hot).loss();
    Operand<TInt32> all = tf.constant(new int[] {0});
    return tf.math.div(
        tf.reduceSum(tf.math.mul(each, known), all),
        tf.math.maximum(tf.reduceSum(known, all), tf.constant(1f)));
  }

  /** Classes at the centres of a mask's cells, 255 beyond the frame. */
  private byte[] cells(ClassMap label) {
    int side = size / 4;
    double scale = (double) size / Math.max(width, height) / 4;
    byte[] cells = new byte[side * side];
    for (int i = 0; i < cells.length; i++) {
      int x = (int) ((i % side + 0.5) / scale);
      int row = i / side;
      int y = (int) ((row + 0.5) / scale);
      cells[i] = (byte) (x < width && y < height ? label.at(x, y) : ClassMap.IGNORE);
    }
    return cells;
  }

  /** Each frame's features as often as it has prompts. */
  private PromptableSegmenter.Features<Operand<TFloat32>> perPrompt(
      Ops tf, PromptableSegmenter.Features<Operand<TFloat32>> image) {
    return map(
        image,
        x -> {
          Operand<TFloat32> each =
              tf.math.add(
                  tf.expandDims(x, tf.constant(1)), tf.constant(new float[1][prompts][1][1][1]));
          Shape shape = x.shape();
          return tf.reshape(
              each,
              tf.constant(
                  new int[] {-1, (int) shape.get(1), (int) shape.get(2), (int) shape.get(3)}));
        });
  }

  /** One frame's features as often as there are points. */
  private PromptableSegmenter.Features<Operand<TFloat32>> perPoint(
      Ops tf, PromptableSegmenter.Features<Operand<TFloat32>> image) {
    Operand<TInt32> points =
        tf.slice(tf.shape(coordinates), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TInt32> shape =
        tf.concat(List.of(points, tf.constant(new int[] {1, 1, 1})), tf.constant(0));
    return map(image, x -> tf.math.add(x, tf.fill(shape, tf.constant(0f))));
  }

  private static PromptableSegmenter.Features<Operand<TFloat32>> map(
      PromptableSegmenter.Features<Operand<TFloat32>> image,
      UnaryOperator<Operand<TFloat32>> change) {
    return new PromptableSegmenter.Features<>(
        change.apply(image.coarse()), image.fine().stream().map(change).toList());
  }

  private static PromptableSegmenter.Output<Operand<TFloat32>> decode(
      TensorFlowLayers layers,
      PromptableSegmenter.Features<Operand<TFloat32>> image,
      Operand<TFloat32> coordinates,
      Operand<TFloat32> labels) {
    return PromptableSegmenter.decode(
        layers,
        image,
        PromptableSegmenter.points(layers, coordinates, labels),
        PromptableSegmenter.noMask(layers));
  }

  private PromptableSegmenter.Output<Operand<TFloat32>> decode(
      TensorFlowLayers layers, PromptableSegmenter.Features<Operand<TFloat32>> image) {
    return decode(layers, image, coordinates, labels);
  }

  private int scaled(int side) {
    return (int) (side * ((double) size / Math.max(width, height)) + 0.5);
  }

  /** SAM's preprocessing: longest side S, normalised, zeros at the right and the bottom. */
  private Operand<TFloat32> image(Ops tf) {
    int rows = scaled(height);
    int columns = scaled(width);
    Operand<TFloat32> x =
        graph.training().resize(tf.dtypes.cast(rgb, TFloat32.class), rows, columns);
    x = tf.math.div(tf.math.sub(x, tf.constant(MEAN)), tf.constant(DEVIATION));
    int[][] paddings = {{0, 0}, {0, size - rows}, {0, size - columns}, {0, 0}};
    return tf.pad(x, tf.constant(paddings), tf.constant(0f));
  }

  /** 1 for the cells of a mask that lie on the frame. */
  private float[][][][] valid() {
    int side = size / 4;
    float[][][][] valid = new float[1][side][side][1];
    for (int y = 0; y < side && 4 * y < scaled(height); y++) {
      for (int x = 0; x < side && 4 * x < scaled(width); x++) {
        valid[0][y][x][0] = 1;
      }
    }
    return valid;
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x, int... axes) {
    return tf.math.mean(x, tf.constant(axes));
  }

  private static Operand<TFloat32> area(Ops tf, Operand<TFloat32> x) {
    return tf.reduceSum(x, tf.constant(new int[] {1, 2}), new ReduceSum.Options[0]);
  }

  private static Operand<TFloat32> column(Ops tf, Operand<TFloat32> x, int from, int count) {
    return tf.slice(x, tf.constant(new int[] {0, from}), tf.constant(new int[] {-1, count}));
  }

  private static Operand<TFloat32> multimask(Ops tf, Operand<TFloat32> x) {
    return column(tf, x, 1, MASKS - 1);
  }

  /** IoU of each binarised mask, [prompts, 4]. */
  private static Operand<TFloat32> overlaps(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> truth, Operand<TFloat32> valid) {
    Operand<TFloat32> inside =
        tf.math.mul(
            tf.dtypes.cast(tf.math.greater(logits, tf.constant(0f)), TFloat32.class), valid);
    Operand<TFloat32> both = area(tf, tf.math.mul(inside, truth));
    Operand<TFloat32> either =
        tf.math.sub(tf.math.add(area(tf, inside), area(tf, tf.math.mul(truth, valid))), both);
    return tf.math.div(both, tf.math.maximum(either, tf.constant(1f)));
  }

  /** 20 focal + dice of each mask, [prompts, 4]. */
  private static Operand<TFloat32> maskLoss(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> truth, Operand<TFloat32> valid) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> p = tf.math.sigmoid(logits);
    Operand<TFloat32> entropy = tf.math.sub(tf.math.softplus(logits), tf.math.mul(logits, truth));
    // |truth - p| is 1 minus the probability of the truth.
    Operand<TFloat32> hard = tf.math.square(tf.math.sub(truth, p));
    Operand<TFloat32> balance =
        tf.math.mul(tf.math.sub(tf.constant(0.75f), tf.math.mul(truth, tf.constant(0.5f))), valid);
    Operand<TFloat32> cells = area(tf, valid);
    Operand<TFloat32> focal =
        tf.math.div(area(tf, tf.math.mul(tf.math.mul(entropy, hard), balance)), cells);
    Operand<TFloat32> both = area(tf, tf.math.mul(tf.math.mul(p, truth), valid));
    Operand<TFloat32> sum =
        tf.math.add(area(tf, tf.math.mul(p, valid)), area(tf, tf.math.mul(truth, valid)));
    Operand<TFloat32> dice =
        tf.math.sub(
            one,
            tf.math.div(
                tf.math.add(tf.math.mul(both, tf.constant(2f)), one), tf.math.add(sum, one)));
    return tf.math.add(tf.math.mul(focal, tf.constant(20f)), dice);
  }

  /**
   * One update of the weights.
   *
   * @param samples 1 to {@link TrainingOptions#batch}, each with the trainer's size and number of
   *     prompts
   * @param learningRate of this step
   * @return figures before the update
   * @throws IllegalArgumentException if a sample has another size or number of prompts
   */
  public Step step(List<SegmentSample> samples, double learningRate) {
    if (samples.isEmpty() || samples.size() > options.batch()) {
      throw new IllegalArgumentException(
          samples.size() + " samples were given, but a step takes 1 to " + options.batch());
    }
    List<SegmentSample.Prompt> all = new ArrayList<>();
    for (SegmentSample sample : samples) {
      if (sample.prompts().size() != prompts) {
        throw new IllegalArgumentException(
            "a sample has " + sample.prompts().size() + " prompts, but must have " + prompts);
      }
      all.addAll(sample.prompts());
    }
    Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
    try {
      feed(feeds, samples.stream().map(SegmentSample::frame).toList(), all);
      List<byte[]> truth = samples.stream().map(s -> cells(s.label())).toList();
      feeds.put(classes, Feeds.bytes(truth, Shape.of(samples.size(), size / 4, size / 4)));
      List<byte[]> cells = all.stream().map(SegmentSample.Prompt::target).toList();
      feeds.put(targets, Feeds.bytes(cells, Shape.of(all.size(), size / 4, size / 4)));
      float[] values = graph.step(feeds, learningRate, List.of(loss, error, overlap));
      return new Step(values[0], values[1], values[2]);
    } finally {
      feeds.values().forEach(Tensor::close);
    }
  }

  private void feed(
      Map<Operand<?>, Tensor> feeds, List<Frame> frames, List<SegmentSample.Prompt> points) {
    for (Frame frame : frames) {
      Feeds.checkSize(frame, width, height);
    }
    feeds.put(
        rgb,
        Feeds.bytes(
            frames.stream().map(Frame::rgb).toList(), Shape.of(frames.size(), height, width, 3)));
    float[] places = new float[4 * points.size()];
    int kinds = PromptableSegmenter.LABELS.size();
    float[] codes = new float[2 * kinds * points.size()];
    double scale = (double) size / Math.max(width, height);
    for (int i = 0; i < points.size(); i++) {
      places[4 * i] = PromptableSegmenter.coordinate(points.get(i).x() * scale, size);
      places[4 * i + 1] = PromptableSegmenter.coordinate(points.get(i).y() * scale, size);
      codes[2 * kinds * i + PromptableSegmenter.LABELS.indexOf(1)] = 1;
      codes[2 * kinds * i + kinds + PromptableSegmenter.LABELS.indexOf(-1)] = 1;
    }
    feeds.put(
        coordinates,
        TFloat32.tensorOf(Shape.of(points.size(), 2, 2), DataBuffers.of(places, true, false)));
    feeds.put(
        labels,
        TFloat32.tensorOf(Shape.of(points.size(), 2, kinds), DataBuffers.of(codes, true, false)));
  }

  /**
   * Masks for points of a frame now, by the running statistics.
   *
   * @param frame of the trainer's size
   * @param xy x and y of each point in the frame's pixels, one after the other
   * @return what the network says
   * @throws IllegalArgumentException if the frame has another size
   */
  public Decoded decode(Frame frame, float[] xy) {
    List<SegmentSample.Prompt> points = new ArrayList<>();
    for (int i = 0; i < xy.length; i += 2) {
      points.add(new SegmentSample.Prompt(xy[i], xy[i + 1], new byte[0]));
    }
    Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
    try {
      feed(feeds, List.of(frame), points);
      try (Result result = graph.run(feeds, List.of(masks, iou))) {
        return new Decoded(
            size / 4,
            GraphWeights.floats((TFloat32) result.get(0)),
            GraphWeights.floats((TFloat32) result.get(1)));
      }
    } finally {
      feeds.values().forEach(Tensor::close);
    }
  }

  /**
   * The weights as they are now.
   *
   * @return the start's names and metadata with the present values
   */
  public Weights snapshot() {
    Weights all = graph.snapshot();
    Map<String, io.seamark.network.Tensor> own = new LinkedHashMap<>(all.tensors());
    own.keySet().removeIf(name -> name.startsWith(HEAD + "."));
    return new Weights(own, all.metadata());
  }

  @Override
  public void close() {
    graph.close();
  }
}
