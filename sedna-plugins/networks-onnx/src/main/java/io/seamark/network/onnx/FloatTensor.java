package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Constants of float32. */
public final class FloatTensor {
  private FloatTensor() {}

  /**
   * A constant as graphs hold it.
   *
   * @param name of the tensor
   * @param values with the last dimension running fastest
   * @param shape whose sizes give as many values
   * @return the tensor, its values as raw bytes
   */
  public static TensorProto of(String name, float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor = TensorProto.newBuilder();
    tensor.setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor.setRawData(ByteString.copyFrom(bytes)).build();
  }
}
