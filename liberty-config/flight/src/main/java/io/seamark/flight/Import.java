package io.seamark.flight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.TooManyEdgesException;
import io.seamark.buffer.format.BatchRows;
import io.seamark.buffer.format.RowSchema;
import io.seamark.imaging.DecodingMemory;
import io.seamark.imaging.Images;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of samples from a caller. Each is held against all that a sample from a device is, and
 * its image is decoded, before it is stored. What was stored before something else is refused
 * stays: sending all again stores nothing twice.
 */
final class Import implements StreamObserver<Flight.FlightData> {
  private static final Logger LOG = LoggerFactory.getLogger(Import.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Opens the buffer for writing, once there is something to store. */
  @FunctionalInterface
  interface Opening {
    ReplayBufferWriter open() throws IOException;
  }

  private final ServerCallStreamObserver<Flight.PutResult> call;
  private final Opening opening;
  private final ServerLimits limits;
  private final Runnable done;
  private final Future<?> watch;

  private @Nullable ReplayBufferWriter writer;
  private @Nullable RowSchema schema;
  private long lastAt = System.nanoTime();
  private long rows;
  private long stored;
  private boolean ended;

  Import(
      ServerCallStreamObserver<Flight.PutResult> call,
      Opening opening,
      ServerLimits limits,
      ScheduledExecutorService clock,
      Runnable done) {
    this.call = call;
    this.opening = opening;
    this.limits = limits;
    this.done = done;
    long period = Math.max(1, limits.stall().toNanos() / 4);
    watch = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.NANOSECONDS);
    call.disableAutoRequest();
    call.setOnCancelHandler(this::end);
    call.request(1);
  }

  private synchronized void look() {
    if (!ended && System.nanoTime() - lastAt > limits.stall().toNanos()) {
      refuse(
          Refusal.stalled("nothing came for " + limits.stall().toSeconds() + " s; " + progress()));
    }
  }

  @Override
  public synchronized void onNext(Flight.FlightData data) {
    if (ended) {
      return;
    }
    try {
      take(data);
      lastAt = System.nanoTime();
      call.request(1);
    } catch (IOException | RuntimeException e) {
      refuse(e);
    }
  }

  private void take(Flight.FlightData data) throws IOException {
    if (schema == null) {
      Flights.requireSamples(data.getFlightDescriptor());
      byte[] message = encapsulated(data);
      try {
        schema = ReplayBuffer.schema().accept(message);
      } catch (IOException e) {
        throw Refusal.badArgument("the table is none of a replay buffer: " + e.getMessage());
      }
      writer = opening.open();
      return;
    }
    if (data.getDataHeader().isEmpty()) {
      // Metadata alone, such as a scan's summary, sent on.
      return;
    }
    if (data.getDataBody().size() > limits.batchBytes()) {
      throw Refusal.tooMuch(
          "a record batch has "
              + data.getDataBody().size()
              + " bytes, but at most "
              + limits.batchBytes()
              + " are allowed; send fewer rows in a batch");
    }
    BatchRows batch;
    try {
      batch = BatchRows.of(schema, encapsulated(data), limits.batchBytes());
    } catch (IOException e) {
      throw Refusal.badArgument("a record batch is refused: " + e.getMessage());
    }
    for (int i = 0; i < batch.rows(); i++) {
      store(batch, i);
      lastAt = System.nanoTime();
    }
    if (batch.rows() > 0 && call.isReady()) {
      call.onNext(result());
    }
  }

  private void store(BatchRows batch, int row) throws IOException {
    ReplayBufferWriter into = writer;
    if (into == null) {
      throw new IllegalStateException("the buffer is not open");
    }
    BufferedSample sample;
    try {
      sample = checked(batch.row(row));
    } catch (IOException | IllegalArgumentException e) {
      throw Refusal.badArgument("row " + rows + " is refused: " + e.getMessage());
    }
    if (ReplayBuffer.writingBytes(sample.sample()) > into.writingLimit()) {
      throw Refusal.tooMuch(
          "row " + rows + " is refused: storing it takes more memory than it may");
    }
    long next = into.next();
    try {
      stored += into.append(sample) >= next ? 1 : 0;
    } catch (TooManyEdgesException e) {
      throw Refusal.tooMuch("row " + rows + " is refused: " + e.getMessage());
    }
    rows++;
  }

  private BufferedSample checked(byte[] row) throws IOException {
    long memory = limits.memoryBytes();
    if (ArrowMessages.decodingBytes(row) > memory) {
      throw new IOException("decoding it takes more than the " + memory + " bytes allowed");
    }
    BufferedSample decoded = ArrowMessages.decodeBuffered(row);
    HardSample sample = decoded.sample();
    Images.Size size = Images.size(sample.image().bytes());
    if (size.width() != sample.width() || size.height() != sample.height()) {
      throw new IOException(
          String.format(
              "sample '%s' says %dx%d, but its image is %dx%d",
              sample.id(), sample.width(), sample.height(), size.width(), size.height()));
    }
    byte[] depth = sample.depthPng();
    if (DecodingMemory.peak(size.width(), size.height(), depth != null) > memory) {
      throw new IOException("decoding its image takes more than the " + memory + " bytes allowed");
    }
    var frame = Images.decodeFrame(sample.image().bytes());
    if (depth != null) {
      Images.withDepth(frame, depth);
    }
    HardSample trimmed =
        sample.withFiles(
            Images.encoded(sample.image().bytes()),
            depth == null ? null : Images.encoded(depth).bytes());
    return new BufferedSample(trimmed, decoded.answer(), decoded.segments(), decoded.look());
  }

  /** As Arrow's streams have a message: with its continuation and length before it. */
  private static byte[] encapsulated(Flight.FlightData data) {
    ByteString header = data.getDataHeader();
    byte[] message = new byte[8 + header.size() + data.getDataBody().size()];
    ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(-1).putInt(header.size());
    header.copyTo(message, 8);
    data.getDataBody().copyTo(message, 8 + header.size());
    return message;
  }

  private Flight.PutResult result() throws JsonProcessingException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", rows);
    result.put("stored", stored);
    result.put("there", rows - stored);
    return Flight.PutResult.newBuilder()
        .setAppMetadata(ByteString.copyFrom(JSON.writeValueAsBytes(result)))
        .build();
  }

  private String progress() {
    return String.format(
        "%d rows before were taken, %d of them stored and %d there already",
        rows, stored, rows - stored);
  }

  private void refuse(Exception e) {
    end();
    BufferFlightService.fail(call, e, rows == 0 ? "" : " (" + progress() + ")");
  }

  @Override
  public synchronized void onError(Throwable gone) {
    end();
  }

  @Override
  public synchronized void onCompleted() {
    if (ended) {
      return;
    }
    try {
      Flight.PutResult result = result();
      end();
      call.onNext(result);
      call.onCompleted();
    } catch (IOException | RuntimeException e) {
      refuse(e);
    }
  }

  /** Lets the buffer go, whatever the end was; what was stored is on the disk. */
  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    watch.cancel(false);
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      LOG.warn("the buffer cannot be closed: {}", e.getMessage());
    } finally {
      done.run();
    }
  }
}
