/**
 * Inference: {@link io.seamark.inference.OnnxSession} runs any ONNX graph through Deep Java
 * Library's ONNX Runtime engine, and the plugin {@code rfnet} labels frames with it.
 */
@NullMarked
package io.seamark.inference;

import org.jspecify.annotations.NullMarked;
