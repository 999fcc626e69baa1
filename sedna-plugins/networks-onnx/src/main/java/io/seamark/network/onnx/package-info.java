/**
 * Writes the networks as ONNX graphs for inference: {@link io.seamark.network.onnx.RfNetOnnx}, over
 * {@link io.seamark.network.onnx.OnnxLayers}, the back end for any description. Graphs are built
 * with Tribuo's ONNX builder, in operator set 17; weights are streamed into the file behind the
 * graph, one at a time.
 *
 * <p>And reads them: {@link io.seamark.network.onnx.OnnxHeader} checks a file of anybody's before
 * an engine opens it, {@link io.seamark.network.onnx.OnnxFile} takes a small one in whole. Whoever
 * touches ONNX's bytes does it here.
 */
@NullMarked
package io.seamark.network.onnx;

import org.jspecify.annotations.NullMarked;
