/** Tests of the ONNX back end, run in ONNX GraphRun. */
@org.jspecify.annotations.NullMarked
package io.seamark.network.onnx;
