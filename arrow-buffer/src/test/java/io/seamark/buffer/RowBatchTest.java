package io.seamark.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.BatchRows;
import io.seamark.buffer.format.RowSchema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as record batches for other programs, and other programs' batches as records. */
class RowBatchTest {
  private static final long LIMIT = 64L << 20;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private ReplayBuffer four() throws IOException {
    try (ReplayBufferWriter writer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      for (int i = 0; i < 4; i++) {
        writer.append(i == 0 ? Samples.buffered(i) : Samples.withSegments(i));
      }
      writer.seal();
    }
    return ReplayBuffer.openReadOnly(folder);
  }

  /** Gives what Arrow's own reader makes of schema and batches. */
  private static void read(RowSchema schema, List<byte[]> batches, Consumer<VectorSchemaRoot> each)
      throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(schema.encapsulated());
    for (byte[] batch : batches) {
      stream.write(batch);
    }
    try (BufferAllocator allocator = new RootAllocator(1 << 24);
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new ByteArrayInputStream(stream.toByteArray()),
                allocator,
                CommonsCompressionFactory.INSTANCE)) {
      while (reader.loadNextBatch()) {
        each.accept(reader.getVectorSchemaRoot());
      }
    }
  }

  @Test
  @DisplayName("a record is the same sample as a batch, and its segment's salt stays at home")
  void recordsLeaveAsTheyAre() throws IOException {
    try (ReplayBuffer buffer = four()) {
      for (int i = 0; i < 4; i++) {
        byte[] batch = buffer.row(i).batch(ReplayBuffer.schema());
        ReplayBufferTest.assertSame(buffer.read(i), ArrowMessages.decodeBuffered(batch));
        assertTrue(ArrowMessages.decodingBytes(batch) > 0);
        assertFalse(
            new String(batch, StandardCharsets.ISO_8859_1).contains("seamark.mark"), "record " + i);
      }
    }
  }

  @Test
  @DisplayName("some columns alone are read by Arrow's own reader")
  void projection() throws IOException {
    RowSchema some = ReplayBuffer.schema().select(List.of("look", "domain", "stages", "sequence"));
    try (ReplayBuffer buffer = four()) {
      List<Object> domains = new ArrayList<>();
      List<byte[]> batches = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        batches.add(buffer.row(i).batch(some));
      }
      read(
          some,
          batches,
          root -> {
            assertEquals(4, root.getFieldVectors().size());
            domains.add(root.getVector("domain").getObject(0).toString());
            assertEquals(
                domains.size() - 1L, root.getVector("sequence").getObject(0), "in their order");
            assertEquals(domains.size() == 1, root.getVector("look").isNull(0));
            assertEquals(2, ((List<?>) root.getVector("stages").getObject(0)).size());
          });
      assertEquals(List.of("day", "dusk", "day", "dusk"), domains);
    }
    var unknown =
        assertThrows(
            IllegalArgumentException.class, () -> ReplayBuffer.schema().select(List.of("pixels")));
    assertTrue(
        String.valueOf(unknown.getMessage()).startsWith("there is no column 'pixels': must be one"),
        unknown.getMessage());
  }

  @Test
  @DisplayName("columns that were added since a segment was written are null")
  void laterColumnsAreNull() throws IOException {
    try (InputStream in =
        RowBatchTest.class.getResourceAsStream("/golden/format-1/0000000000.arrow")) {
      Files.write(
          folder.resolve("0000000000.arrow"), Objects.requireNonNull(in, "golden").readAllBytes());
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      byte[] batch = buffer.row(1).batch(ReplayBuffer.schema());
      assertNull(ArrowMessages.decodeBuffered(batch).segments());
      assertNull(ArrowMessages.decodeBuffered(batch).look());
      int[] batches = {0};
      read(
          ReplayBuffer.schema(),
          List.of(batch),
          root -> {
            batches[0]++;
            assertTrue(((VarBinaryVector) root.getVector("segments")).isNull(0));
            assertTrue(((ListVector) root.getVector("look")).isNull(0));
            assertEquals("frame-1", root.getVector("id").getObject(0).toString());
          });
      assertEquals(1, batches[0]);
    }
  }

  /** All four records in one batch, as another program makes it. */
  private byte[] joined(boolean compressed) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ReplayBuffer buffer = four();
        BufferAllocator allocator = new RootAllocator(1 << 24);
        VectorSchemaRoot all = VectorSchemaRoot.create(ReplayBuffer.schema().arrow(), allocator)) {
      all.allocateNew();
      List<byte[]> batches = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        batches.add(buffer.row(i).batch(ReplayBuffer.schema()));
      }
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      stream.write(ReplayBuffer.schema().encapsulated());
      for (byte[] batch : batches) {
        stream.write(batch);
      }
      try (ArrowStreamReader reader =
          new ArrowStreamReader(
              new ByteArrayInputStream(stream.toByteArray()),
              allocator,
              CommonsCompressionFactory.INSTANCE)) {
        while (reader.loadNextBatch()) {
          VectorSchemaRootAppender.append(all, reader.getVectorSchemaRoot());
        }
      }
      var codec =
          compressed
              ? CommonsCompressionFactory.INSTANCE.createCodec(CompressionUtil.CodecType.ZSTD)
              : NoCompressionCodec.INSTANCE;
      try (ArrowRecordBatch batch = new VectorUnloader(all, true, codec, true).getRecordBatch()) {
        MessageSerializer.serialize(new WriteChannel(Channels.newChannel(out)), batch);
      }
    }
    return out.toByteArray();
  }

  @Test
  @DisplayName("a batch of several rows is taken apart into the samples that are in it")
  void batchesAreTakenApart() throws IOException {
    for (boolean compressed : new boolean[] {false, true}) {
      byte[] message = joined(compressed);
      BatchRows rows = BatchRows.of(ReplayBuffer.schema(), message, LIMIT);
      assertEquals(4, rows.rows());
      try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
        for (int i = 0; i < 4; i++) {
          ReplayBufferTest.assertSame(buffer.read(i), ArrowMessages.decodeBuffered(rows.row(i)));
        }
      }
      var small =
          assertThrows(IOException.class, () -> BatchRows.of(ReplayBuffer.schema(), message, 1000));
      assertTrue(String.valueOf(small.getMessage()).contains("fewer rows"), small.getMessage());
    }
  }

  @Test
  @DisplayName("whatever single byte is another, a batch is read or refused with a reason")
  void everyByteMayBeWrong() throws IOException {
    byte[] message = joined(false);
    int metadata = 8 + (message[4] & 0xFF) + ((message[5] & 0xFF) << 8);
    int refused = 0;
    for (int at = 0; at < message.length; at += at < metadata ? 1 : 5) {
      for (int value : new int[] {0, 0x7F, 0xFF}) {
        byte[] other = message.clone();
        other[at] = (byte) value;
        try {
          BatchRows rows = BatchRows.of(ReplayBuffer.schema(), other, LIMIT);
          for (int i = 0; i < Math.min(8, rows.rows()); i++) {
            ArrowMessages.decodeBuffered(rows.row(i));
          }
        } catch (IOException e) {
          assertFalse(String.valueOf(e.getMessage()).isBlank());
          refused++;
        }
      }
    }
    assertTrue(refused > 100, refused + " were refused");
  }

  @Test
  @DisplayName("an answer whose counts by class are not its own is refused")
  void countsMustBeTheAnswers() throws IOException {
    try (ReplayBuffer buffer = four()) {
      RowSchema schema = ReplayBuffer.schema();
      byte[] batch = buffer.row(1).batch(schema);
      long[] counts = buffer.row(1).int64s("pixels_by_class");
      assertEquals(11, counts.length);
      ByteBuffer wanted =
          ByteBuffer.allocate(counts.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      Arrays.stream(counts).forEach(wanted::putLong);
      batch[indexOf(batch, wanted.array())]++;
      var refused = assertThrows(IOException.class, () -> ArrowMessages.decodeBuffered(batch));
      assertTrue(
          String.valueOf(refused.getMessage()).startsWith("pixels_by_class of sample 'frame-1'"),
          refused.getMessage());
    }
  }

  private static int indexOf(byte[] all, byte[] wanted) {
    for (int at = 0; at <= all.length - wanted.length; at++) {
      if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }
}
