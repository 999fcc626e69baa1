/**
 * The neural networks, written once: a description over {@link io.seamark.network.Layers}, which
 * one back end turns into an ONNX graph and another into a TensorFlow graph, so that the trained
 * and the deployed network cannot drift apart. Weights travel as safetensors under the names of the
 * published PyTorch code.
 */
@NullMarked
package io.seamark.network;

import org.jspecify.annotations.NullMarked;
