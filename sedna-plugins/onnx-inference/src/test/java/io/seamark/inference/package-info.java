/** Tests of inference through DJL and ONNX Runtime. */
@org.jspecify.annotations.NullMarked
package io.seamark.inference;
