package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

class ReluGradientsTest {
  private static final float[] VALUES = {-2, -0.0f, 0, 1e-30f, 0.5f, 3};

  @Test
  void gradientsStayAndNothingElseReadsWhatTheRectifierIsGiven() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> image = tf.placeholder(TFloat32.class);
      Operand<TFloat32> given = tf.math.mul(image, tf.constant(2f));
      Operand<TFloat32> loss =
          tf.reduceSum(
              tf.math.square(tf.math.add(tf.nn.relu(given), tf.constant(1f))),
              tf.constant(new int[] {0}));
      Output<TFloat32> gradient = tf.gradients(loss, List.of(image)).dy(0);
      GraphDef before = graph.toGraphDef();
      GraphDef after = ReluGradients.byOutput(before);

      assertEquals(2, readers(before, given.asOutput().op().name()));
      assertEquals(1, readers(after, given.asOutput().op().name()));
      float[] expected = gradient(before, image, gradient);
      assertArrayEquals(new float[] {0, 0, 0, 4, 8, 28}, expected);
      assertArrayEquals(expected, gradient(after, image, gradient));
    }
  }

  private static long readers(GraphDef graph, String name) {
    return graph.getNodeList().stream().filter(n -> n.getInputList().contains(name)).count();
  }

  private static float[] gradient(
      GraphDef definition, Operand<TFloat32> image, Output<TFloat32> gradient) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          TFloat32 values = TFloat32.vectorOf(VALUES)) {
        Session.Runner runner = session.runner();
        GraphWeights.feed(runner, image, values);
        GraphWeights.fetch(runner, gradient);
        try (Result result = runner.run()) {
          return GraphWeights.floats((TFloat32) result.get(0));
        }
      }
    }
  }
}
