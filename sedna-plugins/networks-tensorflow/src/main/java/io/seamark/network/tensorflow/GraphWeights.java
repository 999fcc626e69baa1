package io.seamark.network.tensorflow;

import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/** A network's weights as variables of a graph, made as the network's description asks for them. */
final class GraphWeights {
  /** One weight. */
  record Variable(
      String name,
      Arrangement arrangement,
      boolean trained,
      VarHandleOp handle,
      Operand<TFloat32> value,
      Placeholder<TFloat32> initial,
      Op initialise) {
    Shape shape() {
      return Shape.of(java.util.Arrays.stream(arrangement.shape()).asLongStream().toArray());
    }
  }

  /** Begins the names of weights' variables in a graph. */
  static final String WEIGHT = "weight/";

  private final Ops tf;
  private final Weights start;
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  GraphWeights(Ops tf, Weights start) {
    this.tf = tf;
    this.start = start;
  }

  boolean has(String name) {
    return start.has(name);
  }

  Tensor published(String name) {
    return start.get(name);
  }

  List<Variable> variables() {
    return List.copyOf(variables.values());
  }

  Variable get(String name, boolean trained, Function<Tensor, Arrangement> layout) {
    Variable known = variables.get(name);
    if (known != null) {
      return known;
    }
    Variable made = variable(tf, WEIGHT + name, name, layout.apply(start.get(name)), trained);
    variables.put(name, made);
    return made;
  }

  /** A variable of a graph, without a value yet. */
  static Variable variable(
      Ops tf, String sharedName, String name, Arrangement arrangement, boolean trained) {
    Shape shape = Shape.of(java.util.Arrays.stream(arrangement.shape()).asLongStream().toArray());
    VarHandleOp handle = tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(sharedName));
    Placeholder<TFloat32> initial = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
    Op initialise = tf.assignVariableOp(handle, initial);
    Operand<TFloat32> value = tf.readVariableOp(handle, TFloat32.class);
    return new Variable(name, arrangement, trained, handle, value, initial, initialise);
  }

  /** Sets every variable to its start value. */
  void initialise(Session session) {
    Map<Variable, float[]> values = new LinkedHashMap<>();
    variables.values().forEach(v -> values.put(v, v.arrangement().toGraph(start.get(v.name()))));
    set(session, values);
  }

  /** Sets variables to values, row-major as the graph has them. */
  static void set(Session session, Map<Variable, float[]> values) {
    if (values.isEmpty()) {
      return;
    }
    Session.Runner runner = session.runner();
    List<TFloat32> feeds = new ArrayList<>();
    try {
      values.forEach(
          (v, floats) -> {
            TFloat32 tensor = TFloat32.tensorOf(v.shape(), DataBuffers.of(floats, true, false));
            feeds.add(tensor);
            feed(runner, v.initial(), tensor);
            target(runner, v.initialise());
          });
      runner.run().close();
    } finally {
      feeds.forEach(TFloat32::close);
    }
  }

  /**
   * The weights as they are now, under the start's names, in its order, with its metadata; some of
   * them replaced by other values of the graph.
   */
  Weights snapshot(Session session, Map<String, Operand<TFloat32>> replaced) {
    List<Variable> all = variables();
    Session.Runner runner = session.runner();
    all.forEach(v -> fetch(runner, replaced.getOrDefault(v.name(), v.value())));
    Map<String, Tensor> tensors = new LinkedHashMap<>(start.tensors());
    try (Result result = runner.run()) {
      for (int i = 0; i < all.size(); i++) {
        Variable v = all.get(i);
        float[] values = floats((TFloat32) result.get(i));
        tensors.put(v.name(), v.arrangement().fromGraph(values, start.get(v.name()).shape()));
      }
    }
    return new Weights(tensors, start.metadata());
  }

  // By name, since the session may be on a copy of the graph.

  static void feed(Session.Runner runner, Operand<?> operand, org.tensorflow.Tensor value) {
    Output<?> output = operand.asOutput();
    runner.feed(output.op().name(), output.index(), value);
  }

  static void fetch(Session.Runner runner, Operand<?> operand) {
    Output<?> output = operand.asOutput();
    runner.fetch(output.op().name(), output.index());
  }

  static void target(Session.Runner runner, Op op) {
    runner.addTarget(op.op().name());
  }

  /** A tensor's values, row-major. */
  static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(
        org.tensorflow.ndarray.NdArrays.wrap(tensor.shape(), DataBuffers.of(values, false, false)));
    return values;
  }
}
