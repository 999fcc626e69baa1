package io.seamark.flight;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.durable.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of Arrow Flight, over one buffer. What is not here is answered as unimplemented. */
final class BufferFlightService extends FlightServiceGrpc.FlightServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(BufferFlightService.class);

  /**
   * While more bytes than these wait to be sent a scan waits too; so no more are left when it ends,
   * for a caller who takes the last of it late.
   */
  private static final int READY = 256 << 10;

  /** The file that carries the lock of the one who writes. */
  private static final String LOCK = "lock";

  private final Path folder;
  private final ReplayBuffer buffer;
  private final BufferOptions importing;
  private final ServerLimits limits;
  private final ExecutorService workers;
  private final ScheduledExecutorService clock;
  private final Flights flights;
  private final Semaphore streams;
  private final Semaphore memory;
  private final Semaphore imports = new Semaphore(1);

  BufferFlightService(
      Path folder,
      ReplayBuffer buffer,
      BufferOptions importing,
      ServerLimits limits,
      ExecutorService workers,
      ScheduledExecutorService clock) {
    this.folder = folder;
    this.buffer = buffer;
    this.importing = importing;
    this.limits = limits;
    this.workers = workers;
    this.clock = clock;
    flights = new Flights(buffer);
    streams = new Semaphore(limits.streams());
    memory = Scan.memory(limits);
  }

  /** Ends a call as it failed. */
  static void fail(StreamObserver<?> call, Exception e) {
    fail(call, e, "");
  }

  static void fail(StreamObserver<?> call, Exception e, String more) {
    StatusRuntimeException told;
    if (e instanceof StatusRuntimeException refusal) {
      Status status = refusal.getStatus();
      told = status.withDescription(status.getDescription() + more).asRuntimeException();
    } else {
      LOG.warn("a call failed", e);
      told =
          Refusal.of(
              Status.INTERNAL, "the buffer cannot be read or written; the log says why" + more);
    }
    try {
      call.onError(told);
    } catch (IllegalStateException gone) {
      LOG.debug("a caller went before it was told: {}", told.getMessage());
    }
  }

  @Override
  public void listFlights(Flight.Criteria criteria, StreamObserver<Flight.FlightInfo> call) {
    try {
      if (!criteria.getExpression().isEmpty()) {
        throw Refusal.badArgument("flights are listed without criteria");
      }
      flights.list(call::onNext);
      call.onCompleted();
    } catch (IOException | RuntimeException e) {
      fail(call, e);
    }
  }

  @Override
  public void getFlightInfo(
      Flight.FlightDescriptor descriptor, StreamObserver<Flight.FlightInfo> call) {
    try {
      call.onNext(flights.info(descriptor));
      call.onCompleted();
    } catch (IOException | RuntimeException e) {
      fail(call, e);
    }
  }

  @Override
  public void getSchema(
      Flight.FlightDescriptor descriptor, StreamObserver<Flight.SchemaResult> call) {
    try {
      byte[] schema = flights.schema(descriptor).encapsulated();
      call.onNext(
          Flight.SchemaResult.newBuilder()
              .setSchema(UnsafeByteOperations.unsafeWrap(schema))
              .build());
      call.onCompleted();
    } catch (RuntimeException e) {
      fail(call, e);
    }
  }

  @Override
  public void doGet(Flight.Ticket ticket, StreamObserver<Flight.FlightData> observer) {
    var call = (ServerCallStreamObserver<Flight.FlightData>) observer;
    Scan scan;
    try {
      scan = new Scan(buffer, Selection.of(ticket.getTicket()), call, memory, limits);
      if (!streams.tryAcquire()) {
        throw Refusal.tooMuch(
            limits.streams() + " streams are open, the most at a time; try again later");
      }
    } catch (RuntimeException e) {
      fail(call, e);
      return;
    }
    call.setOnReadyThreshold(READY);
    call.setOnReadyHandler(scan::wake);
    call.setOnCancelHandler(scan::wake);
    try {
      workers.execute(
          () -> {
            try {
              scan.run();
            } finally {
              streams.release();
            }
          });
    } catch (RejectedExecutionException e) {
      streams.release();
      fail(call, Refusal.unavailable("the server is being stopped"));
    }
  }

  @Override
  public StreamObserver<Flight.FlightData> doPut(StreamObserver<Flight.PutResult> observer) {
    var call = (ServerCallStreamObserver<Flight.PutResult>) observer;
    if (!imports.tryAcquire()) {
      fail(call, Refusal.unavailable("another import is under way; try again later"));
      return new Nothing();
    }
    return new Import(call, this::open, limits, clock, imports::release);
  }

  private ReplayBufferWriter open() throws IOException {
    // The one who writes may be a service; that it does is no failure.
    if (Files.isDirectory(folder)) {
      Optional<FolderLock> free = FolderLock.take(folder, LOCK);
      if (free.isEmpty()) {
        throw Refusal.unavailable(
            "the buffer is open for writing by another process, such as the service that fills it:"
                + " samples can be stored here once that is stopped");
      }
      free.get().close();
    }
    return ReplayBuffer.open(folder, importing);
  }

  /** Takes what still comes of a call that has ended. */
  private static final class Nothing implements StreamObserver<Flight.FlightData> {
    @Override
    public void onNext(Flight.FlightData data) {
      // Not wanted.
    }

    @Override
    public void onError(Throwable gone) {
      // Has ended already.
    }

    @Override
    public void onCompleted() {
      // Has ended already.
    }
  }
}
