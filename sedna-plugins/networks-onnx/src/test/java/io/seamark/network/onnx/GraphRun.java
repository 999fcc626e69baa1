package io.seamark.network.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs models of the tests in ONNX GraphRun, on one thread. */
final class GraphRun implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

  GraphRun(OnnxModel model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      session = environment.createSession(model.toByteArray(), options);
    }
  }

  GraphRun floats(String name, float[] values, long... shape) throws OrtException {
    inputs.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
    return this;
  }

  GraphRun bytes(String name, byte[] values, long... shape) throws OrtException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length).put(values).rewind();
    inputs.put(
        name,
        OnnxTensor.createTensor(environment, buffer, shape, ai.onnxruntime.OnnxJavaType.UINT8));
    return this;
  }

  /** An output's values and shape. */
  @SuppressWarnings("ArrayRecordComponent")
  record Output(float[] values, byte[] bytes, long[] shape) {}

  /** What a run yielded. */
  record Outputs(Map<String, Output> byName) {
    Output get(String name) {
      Output output = byName.get(name);
      if (output == null) {
        throw new AssertionError("no output " + name + ", but " + byName.keySet());
      }
      return output;
    }
  }

  Outputs run() throws OrtException {
    Map<String, Output> outputs = new LinkedHashMap<>();
    try (OrtSession.Result result = session.run(inputs)) {
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> e : result) {
        OnnxTensor tensor = (OnnxTensor) e.getValue();
        FloatBuffer floats = tensor.getFloatBuffer();
        float[] values = new float[floats == null ? 0 : floats.remaining()];
        byte[] bytes = new byte[0];
        if (floats == null) {
          ByteBuffer raw = tensor.getByteBuffer();
          bytes = new byte[raw.remaining()];
          raw.get(bytes);
        } else {
          floats.get(values);
        }
        outputs.put(e.getKey(), new Output(values, bytes, tensor.getInfo().getShape()));
      }
    }
    return new Outputs(outputs);
  }

  float[] floats() throws OrtException {
    return run().byName().values().iterator().next().values();
  }

  @Override
  public void close() throws OrtException {
    inputs.values().forEach(OnnxTensor::close);
    session.close();
  }
}
