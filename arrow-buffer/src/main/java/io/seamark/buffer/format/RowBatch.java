package io.seamark.buffer.format;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/** Puts a record batch message of one row together from buffers that are there already. */
final class RowBatch {
  /** Of a buffer in a compressed batch that is not compressed: its length is said to be -1. */
  private static final int PREFIX = 8;

  private final boolean compressed;
  private final List<Node> nodes = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private int body;

  private record Node(int length, int nulls) {}

  /** Bytes that are copied to a place of the body. */
  private record Piece(byte[] from, int at, int length, int to) {}

  RowBatch(boolean compressed) {
    this.compressed = compressed;
  }

  /** Adds a field node. */
  void node(int length, int nulls) {
    nodes.add(new Node(length, nulls));
  }

  /** Adds a buffer as it stands in another batch that is compressed, or not, as this one is. */
  void buffer(byte[] from, int at, int length) {
    pieces.add(new Piece(from, at, length, body));
    body = Math.addExact(body, (length + 7) / 8 * 8);
  }

  /** Adds a column whose one value is null. */
  void addNull(RowSchema.Type type) {
    node(1, 1);
    zeros(1);
    if (type.isList()) {
      node(0, 0);
      zeros(2 * Integer.BYTES);
      zeros(0);
      if (type.isVariable()) {
        zeros(Integer.BYTES);
      }
      zeros(0);
    } else if (type.isVariable()) {
      zeros(2 * Integer.BYTES);
      zeros(0);
    } else {
      zeros(type.width());
    }
  }

  private void zeros(int length) {
    if (length == 0 || !compressed) {
      buffer(new byte[length], 0, length);
    } else {
      buffer(ByteBuffer.allocate(PREFIX + length).putLong(-1).array(), 0, PREFIX + length);
    }
  }

  /** The encapsulated message. */
  byte[] message() {
    FlatBufferBuilder builder = new FlatBufferBuilder(2048);
    RecordBatch.startNodesVector(builder, nodes.size());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, nodes.get(i).length(), nodes.get(i).nulls());
    }
    int nodeVector = builder.endVector();
    RecordBatch.startBuffersVector(builder, pieces.size());
    for (int i = pieces.size() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, pieces.get(i).to(), pieces.get(i).length());
    }
    int bufferVector = builder.endVector();
    int compression =
        compressed
            ? BodyCompression.createBodyCompression(
                builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER)
            : 0;
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, 1);
    RecordBatch.addNodes(builder, nodeVector);
    RecordBatch.addBuffers(builder, bufferVector);
    if (compressed) {
      RecordBatch.addCompression(builder, compression);
    }
    int batch = RecordBatch.endRecordBatch(builder);
    Message.startMessage(builder);
    Message.addHeaderType(builder, MessageHeader.RecordBatch);
    Message.addHeader(builder, batch);
    Message.addVersion(builder, MetadataVersion.V5);
    Message.addBodyLength(builder, body);
    builder.finish(Message.endMessage(builder));
    byte[] message = IpcMessages.begun(builder, body);
    int bodyAt = message.length - body;
    for (Piece piece : pieces) {
      System.arraycopy(piece.from(), piece.at(), message, bodyAt + piece.to(), piece.length());
    }
    return message;
  }
}
