/** Tests of the ONNX back end, run in ONNX Runtime. */
@org.jspecify.annotations.NullMarked
package io.seamark.network.onnx;
