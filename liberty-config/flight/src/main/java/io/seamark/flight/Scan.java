package io.seamark.flight;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.RowSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.flight.impl.Flight;

/**
 * One stream of samples to a caller. It goes on as fast as the caller takes it, and ends if the
 * caller takes nothing for too long. At its end stands a message without rows, whose metadata says
 * in JSON how many samples there were, and which could not be read.
 */
final class Scan {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Record and message are on the heap, each with its copy on the way out. */
  private static final int COPIES = 3;

  /** Of the bytes that memory is counted in. */
  private static final int UNIT = 1024;

  /** Bytes that are sent before it is asked again whether there is room: to ask costs a wait. */
  private static final int BURST = 1 << 20;

  /** So many damaged samples are named. */
  private static final int NAMED = 100;

  private final ReplayBuffer buffer;
  private final Selection selection;
  private final ServerCallStreamObserver<Flight.FlightData> call;
  private final Semaphore memory;
  private final ServerLimits limits;

  /** Memory of what was sent since there was room, until that has gone. */
  private int held;

  /** Bytes of it. */
  private long burst;

  private long sent;
  private long dropped;
  private long damaged;
  private final List<Long> named = new ArrayList<>();

  /** The caller went away. */
  private static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  Scan(
      ReplayBuffer buffer,
      Selection selection,
      ServerCallStreamObserver<Flight.FlightData> call,
      Semaphore memory,
      ServerLimits limits) {
    this.buffer = buffer;
    this.selection = selection;
    this.call = call;
    this.memory = memory;
    this.limits = limits;
  }

  /** Heap that all scans together may take, in the units that they count in. */
  static Semaphore memory(ServerLimits limits) {
    return new Semaphore((int) Math.max(1, limits.memoryBytes() / UNIT), true);
  }

  /** Something has changed: there is room for more, or nobody to send it to. */
  synchronized void wake() {
    notifyAll();
  }

  /** Sends all; ends the call in one way or another. */
  void run() {
    try {
      RowSchema schema = selection.schema();
      buffer.refresh();
      send(schema.encapsulated());
      try (Stream<ReplayBuffer.Entry> entries = buffer.entries()) {
        for (ReplayBuffer.Entry entry : (Iterable<ReplayBuffer.Entry>) entries::iterator) {
          if (entry.sequence() >= selection.to()) {
            break;
          }
          if (selection.holds(entry)) {
            send(entry.sequence(), schema);
          }
        }
      }
      awaitRoom();
      call.onNext(Flight.FlightData.newBuilder().setAppMetadata(summary()).build());
      call.onCompleted();
    } catch (GoneException e) {
      // Nobody is there to be told.
    } catch (IOException | RuntimeException e) {
      BufferFlightService.fail(call, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      BufferFlightService.fail(call, Refusal.unavailable("the server is being stopped"));
    } finally {
      memory.release(held);
      held = 0;
    }
  }

  private void send(long sequence, RowSchema schema) throws IOException, InterruptedException {
    take(buffer.bytes(sequence));
    try {
      send(buffer.row(sequence).batch(schema));
      sent++;
    } catch (DamagedRecordException e) {
      damaged++;
      if (named.size() < NAMED) {
        named.add(sequence);
      }
    } catch (IllegalArgumentException e) {
      // It made room for others since the ticket was written.
      dropped++;
    }
  }

  /**
   * Splits an encapsulated message as Flight has it: metadata without its length, then the body.
   */
  private void send(byte[] message) {
    int metadata = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    int bodyAt = 8 + metadata;
    call.onNext(
        Flight.FlightData.newBuilder()
            .setDataHeader(UnsafeByteOperations.unsafeWrap(message, 8, metadata))
            .setDataBody(UnsafeByteOperations.unsafeWrap(message, bodyAt, message.length - bodyAt))
            .build());
  }

  /** Waits until what was sent has gone, for the most part. */
  private synchronized void awaitRoom() throws InterruptedException {
    long until = System.nanoTime() + limits.stall().toNanos();
    while (!call.isReady()) {
      long left = until - System.nanoTime();
      if (call.isCancelled()) {
        throw new GoneException();
      }
      if (left <= 0) {
        throw Refusal.stalled(
            "nothing was taken off this stream for " + limits.stall().toSeconds() + " s");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    memory.release(held);
    held = 0;
    burst = 0;
  }

  private void take(int bytes) throws InterruptedException {
    if (burst == 0 || burst + bytes > BURST) {
      awaitRoom();
    }
    int all = (int) Math.max(1, limits.memoryBytes() / UNIT);
    int needed = (int) Math.min(all, 1 + (long) COPIES * bytes / UNIT);
    boolean taken = memory.tryAcquire(needed);
    if (!taken) {
      // Who waits for memory holds none, or all could wait for each other.
      awaitRoom();
      taken = memory.tryAcquire(needed, limits.stall().toNanos(), TimeUnit.NANOSECONDS);
    }
    if (!taken) {
      throw Refusal.tooMuch(
          "other streams have had the memory for this one for "
              + limits.stall().toSeconds()
              + " s; try again later");
    }
    held += needed;
    burst += bytes;
  }

  private ByteString summary() throws IOException {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("samples", sent);
    summary.put("dropped", dropped);
    summary.put("damaged", damaged);
    summary.put("damagedSequences", named);
    summary.put("damages", buffer.report().damages().stream().limit(NAMED).toList());
    return ByteString.copyFrom(JSON.writeValueAsBytes(summary));
  }
}
