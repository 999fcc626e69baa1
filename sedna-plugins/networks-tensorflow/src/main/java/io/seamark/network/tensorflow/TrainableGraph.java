package io.seamark.network.tensorflow;

import io.seamark.network.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.proto.RewriterConfig.Toggle;
import org.tensorflow.types.TFloat32;

/**
 * A graph with weights, AdamW and one session, which whoever builds a training loss on it shares.
 * Use: build a network on {@link #training}, {@link #minimise} the loss, {@link #open}, then step.
 */
final class TrainableGraph implements AutoCloseable {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final float EPSILON = 1e-8f;

  /** Key of the number of steps in what a state is described with. */
  private static final String STEPS = "steps";

  private final TrainingOptions options;
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final GraphWeights weights;
  private final TensorFlowLayers training;
  private final TensorFlowLayers inference;
  private final Placeholder<TFloat32> rate;
  private final Placeholder<TFloat32> power1;
  private final Placeholder<TFloat32> power2;
  private final Placeholder<TFloat32> newest;
  private final List<Op> initialisers = new ArrayList<>();

  /** What is kept of each weight beside its value, by name in the graph. */
  private final Map<String, GraphWeights.Variable> kept = new LinkedHashMap<>();

  private final List<Op> updates = new ArrayList<>();
  private final Map<String, Operand<TFloat32>> averages = new LinkedHashMap<>();

  /** What runs: a copy of the graph, once that is whole. */
  private final Graph whole = new Graph();

  private final Session session;
  private long steps;
  private boolean open;

  TrainableGraph(Weights start, TrainingOptions options) {
    this.options = options;
    this.weights = new GraphWeights(tf, start);
    this.training = new TensorFlowLayers(tf, weights, options.batchNorm(), options.momentum());
    this.inference = new TensorFlowLayers(tf, weights, BatchNormMode.FROZEN, 0);
    this.rate = tf.placeholder(TFloat32.class);
    this.power1 = tf.placeholder(TFloat32.class);
    this.power2 = tf.placeholder(TFloat32.class);
    this.newest = tf.placeholder(TFloat32.class);
    this.session = new Session(whole, config(options));
  }

  static ConfigProto config(TrainingOptions options) {
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(options.threads())
        .setInterOpParallelismThreads(1)
        // Pools of this session's own size, whatever another session in the process asked for.
        .setUsePerSessionThreads(true)
        .setGraphOptions(
            GraphOptions.newBuilder()
                .setRewriteOptions(
                    RewriterConfig.newBuilder()
                        // But for bfloat16 its rewriting gains nothing, and takes most of a second.
                        .setDisableMetaOptimizer(!options.bfloat16())
                        .setAutoMixedPrecisionOnednnBfloat16(
                            options.bfloat16() ? Toggle.ON : Toggle.OFF)))
        .build();
  }

  Ops ops() {
    return tf;
  }

  /** Layers whose batch norms follow the training options. */
  TensorFlowLayers training() {
    return training;
  }

  /** Layers on the same weights that normalise with the running statistics. */
  TensorFlowLayers inference() {
    return inference;
  }

  /** Adds gradients and an AdamW step for every trained weight that the loss depends on. */
  void minimise(Operand<TFloat32> loss) {
    minimise(loss, name -> true);
  }

  /**
   * The same where the gradient of the loss by what it is computed from is known.
   *
   * @param output what it is computed from
   * @param gradient of the loss by it, of its shape
   * @param wanted names of the weights that are trained; the others stay as they are
   */
  void minimise(Operand<TFloat32> output, Operand<TFloat32> gradient, Predicate<String> wanted) {
    minimise(output, wanted, Gradients.dx(List.of(gradient)));
  }

  private void minimise(
      Operand<TFloat32> output, Predicate<String> wanted, Gradients.Options... given) {
    List<GraphWeights.Variable> trained =
        weights.variables().stream().filter(v -> v.trained() && wanted.test(v.name())).toList();
    List<Operand<?>> values = new ArrayList<>();
    trained.forEach(v -> values.add(v.value()));
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    Gradients found = tf.gradients(output, values, given);
    for (int i = 0; i < trained.size(); i++) {
      gradients.add(found.dy(i));
    }
    if (options.clipNorm() > 0) {
      gradients = clipped(gradients);
    }
    Operand<TFloat32> beta1 = tf.constant((float) BETA1);
    Operand<TFloat32> beta2 = tf.constant((float) BETA2);
    for (int i = 0; i < trained.size(); i++) {
      GraphWeights.Variable v = trained.get(i);
      VarHandleOp first = zeros(v, "m");
      VarHandleOp second = zeros(v, "v");
      Operand<TFloat32> gradient = gradients.get(i);
      Ops after = tf;
      if (options.weightDecay() > 0 && v.shape().numDimensions() > 1) {
        Operand<TFloat32> share = tf.math.mul(rate, tf.constant((float) options.weightDecay()));
        Op decay =
            tf.withControlDependencies(gradient)
                .assignSubVariableOp(v.handle(), tf.math.mul(v.value(), share));
        after = tf.withControlDependencies(decay);
      }
      Op update =
          after.train.resourceApplyAdam(
              v.handle(),
              first,
              second,
              power1,
              power2,
              rate,
              beta1,
              beta2,
              tf.constant(EPSILON),
              gradient);
      updates.add(options.averaging() > 0 ? average(v, update) : update);
    }
    updates.addAll(training.statistics());
  }

  /** Moves the average of a weight towards what it is after an update. */
  private Op average(GraphWeights.Variable v, Op update) {
    VarHandleOp handle = zeros(v, "average");
    Operand<TFloat32> before = tf.readVariableOp(handle, TFloat32.class);
    Operand<TFloat32> now =
        tf.withControlDependencies(update).readVariableOp(v.handle(), TFloat32.class);
    averages.put(v.name(), tf.readVariableOp(handle, TFloat32.class));
    return tf.assignAddVariableOp(handle, tf.math.mul(tf.math.sub(now, before), newest));
  }

  private VarHandleOp zeros(GraphWeights.Variable of, String moment) {
    String name = moment + "/" + of.name();
    GraphWeights.Variable made =
        GraphWeights.variable(tf, name, of.name(), of.arrangement(), false);
    kept.put(name, made);
    initialisers.add(
        tf.assignVariableOp(
            made.handle(), tf.fill(tf.constant(of.arrangement().shape()), tf.constant(0f))));
    return made.handle();
  }

  private List<Operand<TFloat32>> clipped(List<Operand<TFloat32>> gradients) {
    List<Operand<TFloat32>> squares = new ArrayList<>();
    gradients.forEach(g -> squares.add(tf.nn.l2Loss(g)));
    Operand<TFloat32> norm = tf.math.sqrt(tf.math.mul(tf.math.addN(squares), tf.constant(2f)));
    Operand<TFloat32> limit = tf.constant((float) options.clipNorm());
    Operand<TFloat32> factor = tf.math.div(limit, tf.math.maximum(norm, limit));
    List<Operand<TFloat32>> clipped = new ArrayList<>();
    gradients.forEach(g -> clipped.add(tf.math.mul(g, factor)));
    return clipped;
  }

  /** Sets every variable to its start; nothing may be added to the graph afterwards. */
  void open() {
    whole.importGraphDef(ReluGradients.byOutput(graph.toGraphDef()));
    weights.initialise(session);
    if (!initialisers.isEmpty()) {
      Session.Runner runner = session.runner();
      initialisers.forEach(op -> GraphWeights.target(runner, op));
      runner.run().close();
    }
    open = true;
  }

  /**
   * One update of the weights.
   *
   * @return the fetched scalars
   */
  float[] step(Map<Operand<?>, Tensor> feeds, double learningRate, List<Operand<TFloat32>> fetch) {
    steps++;
    try (TFloat32 lr = TFloat32.scalarOf((float) learningRate);
        TFloat32 p1 = TFloat32.scalarOf((float) Math.pow(BETA1, (double) steps));
        TFloat32 p2 = TFloat32.scalarOf((float) Math.pow(BETA2, (double) steps));
        // The first share is 1, so that the average holds nothing of the zeros it begins with.
        TFloat32 share = TFloat32.scalarOf((float) Math.max(options.averaging(), 1.0 / steps))) {
      Map<Operand<?>, Tensor> all = new LinkedHashMap<>(feeds);
      all.put(rate, lr);
      all.put(power1, p1);
      all.put(power2, p2);
      all.put(newest, share);
      Session.Runner runner = runner(all);
      updates.forEach(op -> GraphWeights.target(runner, op));
      fetch.forEach(operand -> GraphWeights.fetch(runner, operand));
      float[] values = new float[fetch.size()];
      try (Result result = runner.run()) {
        for (int i = 0; i < values.length; i++) {
          values[i] = ((TFloat32) result.get(i)).getFloat();
        }
      }
      return values;
    }
  }

  /** Runs without an update. */
  Result run(Map<Operand<?>, Tensor> feeds, List<Operand<?>> fetch) {
    Session.Runner runner = runner(feeds);
    fetch.forEach(operand -> GraphWeights.fetch(runner, operand));
    return runner.run();
  }

  private Session.Runner runner(Map<Operand<?>, Tensor> feeds) {
    if (!open) {
      throw new IllegalStateException("the graph is not open");
    }
    Session.Runner runner = session.runner();
    feeds.forEach((operand, value) -> GraphWeights.feed(runner, operand, value));
    return runner;
  }

  Weights snapshot() {
    return weights.snapshot(session, Map.of());
  }

  /** The averaged weights, the others as they are; empty where none are kept or no step is done. */
  Optional<Weights> averaged() {
    return averages.isEmpty() || steps == 0
        ? Optional.empty()
        : Optional.of(weights.snapshot(session, averages));
  }

  /** All that later steps depend on, arranged as the graph has it. */
  Weights state() {
    Map<String, GraphWeights.Variable> all = variables();
    Session.Runner runner = session.runner();
    all.values().forEach(v -> GraphWeights.fetch(runner, v.value()));
    Map<String, io.seamark.network.Tensor> tensors = new LinkedHashMap<>();
    try (Result result = runner.run()) {
      int i = 0;
      for (Map.Entry<String, GraphWeights.Variable> v : all.entrySet()) {
        tensors.put(
            v.getKey(),
            new io.seamark.network.Tensor(
                shape(v.getValue()), GraphWeights.floats((TFloat32) result.get(i++))));
      }
    }
    return new Weights(tensors, Map.of(STEPS, Long.toString(steps)));
  }

  /**
   * Goes on where a graph of the same network and loss was.
   *
   * @throws IllegalArgumentException if it is another one's state; says what is missing or wrong
   */
  void restore(Weights state) {
    String text = state.metadata().getOrDefault(STEPS, "");
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          STEPS + " is '" + text + "', but must be a number of steps");
    }
    Map<String, GraphWeights.Variable> all = variables();
    if (state.tensors().size() != all.size()) {
      throw new IllegalArgumentException(
          "it has " + state.tensors().size() + " tensors, not " + all.size());
    }
    Map<GraphWeights.Variable, float[]> values = new LinkedHashMap<>();
    all.forEach(
        (name, v) -> {
          if (!state.shape(name).equals(shape(v))) {
            throw new IllegalArgumentException(
                "'" + name + "' has shape " + state.shape(name) + ", not " + shape(v));
          }
          values.put(v, state.get(name).values());
        });
    GraphWeights.set(session, values);
    steps = Long.parseLong(text);
  }

  private Map<String, GraphWeights.Variable> variables() {
    Map<String, GraphWeights.Variable> all = new LinkedHashMap<>();
    weights.variables().forEach(v -> all.put(GraphWeights.WEIGHT + v.name(), v));
    all.putAll(kept);
    return all;
  }

  private static List<Integer> shape(GraphWeights.Variable v) {
    return Arrays.stream(v.arrangement().shape()).boxed().toList();
  }

  @Override
  public void close() {
    open = false;
    session.close();
    whole.close();
    graph.close();
  }
}
