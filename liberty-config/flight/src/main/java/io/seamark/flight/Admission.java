package io.seamark.flight;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lets no call in without the token, and none whose request does not arrive. */
final class Admission implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final @Nullable BearerToken token;
  private final ServerLimits limits;
  private final ScheduledExecutorService clock;

  Admission(@Nullable BearerToken token, ServerLimits limits, ScheduledExecutorService clock) {
    this.token = token;
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (token != null && !token.isIn(headers.get(AUTHORIZATION))) {
      call.close(
          Status.UNAUTHENTICATED.withDescription(
              "this buffer is served to those who have its token: send the header"
                  + " 'authorization: Bearer TOKEN'"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    MethodType type = call.getMethodDescriptor().getType();
    boolean oneRequest = type == MethodType.UNARY || type == MethodType.SERVER_STREAMING;
    return oneRequest ? new Timed<>(call, listener) : listener;
  }

  /** Ends a call whose request is not whole in time. */
  private final class Timed<Q, A> extends SimpleForwardingServerCallListener<Q> {
    private final Future<?> end;

    Timed(ServerCall<Q, A> call, ServerCall.Listener<Q> listener) {
      super(listener);
      end =
          clock.schedule(
              () ->
                  call.close(
                      Status.DEADLINE_EXCEEDED.withDescription("the request did not arrive"),
                      new Metadata()),
              limits.stall().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    public void onHalfClose() {
      if (end.cancel(false)) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      end.cancel(false);
      super.onCancel();
    }

    @Override
    public void onComplete() {
      end.cancel(false);
      super.onComplete();
    }
  }
}
