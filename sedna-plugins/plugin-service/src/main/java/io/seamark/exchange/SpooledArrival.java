package io.seamark.exchange;

import io.seamark.failure.FailedException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A body under way to a {@link Spool}; it holds no memory but what one read takes. */
final class SpooledArrival extends Arrival {
  private static final Logger LOG = LoggerFactory.getLogger(SpooledArrival.class);

  private final Spool spool;
  private final long most;
  private long written;

  SpooledArrival(
      AsyncContext async,
      ServletInputStream in,
      Exchange exchange,
      ExchangeFilter.Limits limits,
      Transfers<Arrival> others,
      String client,
      Spool spool) {
    super(async, in, exchange, limits, others, client);
    this.spool = spool;
    this.most = limits.body();
  }

  @Override
  boolean take(byte[] from, int n) {
    if (written + n > most) {
      end(ExchangeFilter.tooLarge("more than " + most + " bytes"));
      return false;
    }
    try {
      spool.write(from, 0, n);
      written += n;
      return true;
    } catch (FailedException e) {
      end(RefusedException.ofFailure(e));
    } catch (IOException e) {
      // What fails because it was given up has said why already.
      if (!over()) {
        LOG.error("an upload cannot be stored: {}", e.toString(), e);
      }
      end(unstored());
    }
    return false;
  }

  static RefusedException unstored() {
    return new RefusedException(
        RefusedException.NO_STORAGE, "the body cannot be stored; the service's log says why");
  }

  @Override
  boolean complete() {
    return endWell();
  }
}
