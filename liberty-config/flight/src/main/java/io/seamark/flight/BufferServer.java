package io.seamark.flight;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves a replay buffer over Arrow Flight, beside the process that writes it. Flights are listed,
 * described and streamed; samples are taken in where nobody else writes the buffer.
 */
public final class BufferServer implements AutoCloseable {
  /** A record is at most 65 MiB; the metadata of its message comes on top. */
  private static final int MESSAGE = 8 << 20;

  private static final int CALLS_PER_CONNECTION = 32;
  private static final int SECONDS_TO_END = 5;

  private final ReplayBuffer buffer;
  private final Server server;
  private final ExecutorService calls;
  private final ExecutorService workers;
  private final ScheduledExecutorService clock;

  /**
   * How a server is reached.
   *
   * @param address to listen on; its port may be 0 for a free one
   * @param token that callers must bring, or null; without one only this machine's own addresses
   *     are served
   * @param tls certificate and key, or null to serve in the clear
   */
  public record Access(InetSocketAddress address, @Nullable BearerToken token, @Nullable Tls tls) {
    /** Refuses to serve strangers. */
    // Written out, since a compact constructor's parameters lose their type annotations.
    public Access(InetSocketAddress address, @Nullable BearerToken token, @Nullable Tls tls) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException(
            "'" + address.getHostString() + "' is no address or name of this machine");
      }
      if (token == null && !address.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "without a token only this machine may reach the buffer: "
                + address.getHostString()
                + " is no loopback address such as 127.0.0.1");
      }
      this.address = address;
      this.token = token;
      this.tls = tls;
    }
  }

  /**
   * What a server proves itself with.
   *
   * @param certificate PEM file with the chain, its own first
   * @param key PEM file with its key, PKCS #8, not encrypted
   */
  public record Tls(Path certificate, Path key) {}

  private BufferServer(
      ReplayBuffer buffer,
      Server server,
      ExecutorService calls,
      ExecutorService workers,
      ScheduledExecutorService clock) {
    this.buffer = buffer;
    this.server = server;
    this.calls = calls;
    this.workers = workers;
    this.clock = clock;
  }

  /**
   * Starts to serve.
   *
   * @param folder of the buffer
   * @param access how it is reached
   * @param importing bounds of the buffer that samples are taken into
   * @param limits how much callers may have
   * @return to be closed
   * @throws IllegalArgumentException if certificate or key are none
   * @throws IOException if the buffer cannot be read, or the address cannot be listened on
   */
  public static BufferServer start(
      Path folder, Access access, BufferOptions importing, ServerLimits limits) throws IOException {
    ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder);
    ThreadPoolExecutor calls =
        new ThreadPoolExecutor(8, 8, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
    calls.allowCoreThreadTimeOut(true);
    ExecutorService workers = Executors.newCachedThreadPool();
    ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(2);
    clock.setRemoveOnCancelPolicy(true);
    boolean started = false;
    try {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(access.address())
              .executor(calls)
              .maxInboundMessageSize(limits.batchBytes() + MESSAGE)
              .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
              .handshakeTimeout(limits.stall().toNanos(), TimeUnit.NANOSECONDS)
              .maxConnectionIdle(10, TimeUnit.MINUTES)
              .keepAliveTime(1, TimeUnit.MINUTES)
              .permitKeepAliveTime(10, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              .intercept(new Admission(access.token(), limits, clock))
              .addService(
                  new BufferFlightService(folder, buffer, importing, limits, workers, clock));
      Tls tls = access.tls();
      if (tls != null) {
        secure(builder, tls);
      }
      BufferServer running =
          new BufferServer(buffer, builder.build().start(), calls, workers, clock);
      started = true;
      return running;
    } finally {
      if (!started) {
        end(calls, workers, clock);
        buffer.close();
      }
    }
  }

  private static void secure(NettyServerBuilder builder, Tls tls) {
    try {
      builder.useTransportSecurity(tls.certificate().toFile(), tls.key().toFile());
    } catch (IllegalArgumentException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          String.format(
              "%s and %s are no certificate and its key, both PEM, the key as PKCS #8 and not"
                  + " encrypted: %s",
              tls.certificate(), tls.key(), cause.getMessage()),
          e);
    }
  }

  /**
   * The port that it listens on.
   *
   * @return a free one if 0 was asked for
   */
  public int port() {
    return server.getPort();
  }

  /**
   * Waits until it is closed.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /** Ends it: calls have five seconds to finish. */
  @Override
  public void close() throws IOException {
    server.shutdown();
    boolean ended = false;
    try {
      ended = server.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      server.shutdownNow();
    }
    end(calls, workers, clock);
    buffer.close();
  }

  private static void end(
      ExecutorService calls, ExecutorService workers, ScheduledExecutorService clock) {
    workers.shutdownNow();
    clock.shutdownNow();
    calls.shutdown();
  }
}
