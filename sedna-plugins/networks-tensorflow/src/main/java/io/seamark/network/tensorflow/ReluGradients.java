package io.seamark.network.tensorflow;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Gradients of the rectifier by what it gave, in the place of what it was given. Both are above 0
 * at the same values, so nothing else comes of it. But then nothing reads what a rectifier is
 * given, and it becomes a part of the convolution before it, where graphs are rewritten.
 */
final class ReluGradients {
  private static final String RELU = "Relu";
  private static final String GRADIENT = "ReluGrad";

  private ReluGradients() {}

  /** The graph with such gradients, its nodes of the names that they have. */
  static GraphDef byOutput(GraphDef graph) {
    Map<String, String> outputs = new HashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      if (node.getOp().equals(RELU)) {
        outputs.put(node.getInput(0), node.getName());
      }
    }
    GraphDef.Builder changed = graph.toBuilder();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeDef node = graph.getNode(i);
      String output = node.getOp().equals(GRADIENT) ? outputs.get(node.getInput(1)) : null;
      if (output != null) {
        changed.getNodeBuilder(i).setInput(1, output);
      }
    }
    return changed.build();
  }
}
