package io.seamark.exchange;

import io.seamark.failure.FailedException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of a service's resources: brings a request to them once its body is there, and
 * sends what they answer, both without a thread that waits. A service puts a subclass of its own on
 * all its paths, for the dispatcher types {@code REQUEST} and {@code ASYNC}, with support for
 * asynchronous requests.
 */
public abstract class ExchangeFilter implements Filter {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeFilter.class);

  /** What an answer's receiver must take at least, in bytes a second. */
  static final int SLOWEST = 32 << 10;

  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int STACK = 256 << 10;

  /**
   * What a service takes.
   *
   * @param body the most bytes of a body
   * @param patience how long a body may take to arrive
   * @param perClient bodies of one client that may be under way, and answers to it
   * @param all the same of all clients; each answer under way has a thread of its own
   */
  public record Limits(long body, Duration patience, int perClient, int all) {}

  private final Transfers<Arrival> arriving = new Transfers<>(Arrival::bytes);
  private final Transfers<Exchange> leaving =
      new Transfers<>(exchange -> exchange.memory().bytes());

  // One for each answer under way, of which there are no more than the limits let be.
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(null, task, "seamark-answer", STACK);
            thread.setDaemon(true);
            return thread;
          });

  /** For subclasses. */
  protected ExchangeFilter() {}

  /**
   * What the service takes.
   *
   * @return looked at for each request
   */
  protected abstract Limits limits();

  /**
   * What bodies and answers are counted against.
   *
   * @return one for the whole service
   */
  protected abstract MemoryBudget memory();

  /**
   * Whether the resources answer a refused body themselves, in the words of their contracts: they
   * must look at each body then.
   *
   * @return false, so that a request whose body was refused never comes to a resource
   */
  protected boolean resourcesRefuse() {
    return false;
  }

  /**
   * Where a request's body goes that is too large for memory.
   *
   * @param request whose body has not been read
   * @return null, so that it is kept in memory; else a new one, which this closes
   * @throws IOException if there is none to be had
   * @throws io.seamark.failure.FailedException if the body is not wanted
   */
  protected @Nullable Spool spool(HttpServletRequest request) throws IOException {
    return null;
  }

  @Override
  public final void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    if (Exchange.begun(request)) {
      answer(http, (HttpServletResponse) response, chain);
      return;
    }
    Exchange exchange = new Exchange(memory().claim());
    exchange.attach(request);
    long length = http.getContentLengthLong();
    if (length > 0 || http.getHeader("Transfer-Encoding") != null) {
      if (receive(http, exchange, length)) {
        return;
      }
    }
    answer(http, (HttpServletResponse) response, chain);
  }

  /** Whether the body is under way; else it is refused. */
  private boolean receive(HttpServletRequest request, Exchange exchange, long length)
      throws IOException {
    Limits limits = limits();
    Spool spool;
    try {
      spool = spool(request);
    } catch (FailedException e) {
      exchange.refuse(RefusedException.ofFailure(e));
      return false;
    } catch (IOException e) {
      LOG.error("an upload cannot be stored: {}", e.toString(), e);
      exchange.refuse(SpooledArrival.unstored());
      return false;
    }
    if (spool != null) {
      exchange.spooled(spool);
      limits = new Limits(spool.most(), spool.patience(), limits.perClient(), limits.all());
    }
    if (length > limits.body()) {
      exchange.refuse(tooLarge(length + " bytes, but at most " + limits.body() + " are taken"));
      return false;
    }
    AsyncContext async = request.startAsync();
    async.setTimeout(limits.patience().toMillis());
    ServletInputStream in = request.getInputStream();
    String client = client(request);
    Arrival arrival =
        spool == null
            ? new Arrival(async, in, exchange, limits, arriving, client)
            : new SpooledArrival(async, in, exchange, limits, arriving, client, spool);
    async.addListener(arrival);
    arrival.start();
    return true;
  }

  static RefusedException tooLarge(String rest) {
    return new RefusedException(RefusedException.TOO_LARGE, "the body has " + rest);
  }

  private static String client(HttpServletRequest request) {
    return String.valueOf(request.getRemoteAddr());
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Exchange exchange = Exchange.of(request);
    CapturedResponse captured = new CapturedResponse(response, exchange.memory());
    RefusedException refusal = exchange.refusal();
    boolean answered = false;
    if (refusal != null) {
      if (!resourcesRefuse()) {
        captured.problem(Problem.of(refusal));
        answered = true;
      }
      // What is left of the body is not wanted.
      response.setHeader("Connection", "close");
    }
    boolean sending = false;
    try {
      try {
        if (!answered) {
          chain.doFilter(new ArrivedRequest(request, exchange), captured);
        }
      } catch (IOException | ServletException | RuntimeException | Error e) {
        if (!Exhaustion.caused(e)) {
          throw e;
        }
        // What the request held is garbage by now.
        captured.problem(Problem.of(RefusedException.exhausted()));
      }
      // A slow receiver holds what it is sent, and nothing of what it sent.
      exchange.keepOnly(captured.counted());
      sending = send(request, response, exchange, captured);
    } finally {
      exchange.forgetBody();
      if (!sending) {
        exchange.memory().close();
        discard(request);
      }
    }
  }

  /** Closes what was to be sent and was not. */
  private static void discard(HttpServletRequest request) throws IOException {
    Exchange.Sent sent = Exchange.sent(request);
    if (sent != null) {
      sent.content().close();
    }
  }

  /** Whether something is on its way, and the exchange's memory with it. */
  private boolean send(
      HttpServletRequest request,
      HttpServletResponse response,
      Exchange exchange,
      CapturedResponse captured)
      throws IOException {
    Exchange.Sent file = Exchange.sent(request);
    if (response.isCommitted() || (file == null && captured.size() == 0)) {
      return false;
    }
    if (request.getMethod().equals("HEAD")) {
      response.setContentLengthLong(file == null ? captured.size() : file.length());
      return false;
    }
    Limits limits = limits();
    String client = client(request);
    leaving.enter(client, exchange);
    // Half of the memory stays for others, however slowly one client takes its answers.
    if (leaving.surplus(client, limits.perClient(), limits.all()) != null
        || leaving.holdsMoreThan(client, memory().size() / 2)) {
      leaving.leave(client, exchange);
      // So little that it needs no receiver to be written.
      captured.problem(
          new Problem(
              RefusedException.BUSY,
              "as many answers are on their way to this client, or to all, as may be; try again in"
                  + " 5 s",
              5));
      response.setHeader("Connection", "close");
      captured.content().transferTo(response.getOutputStream());
      return false;
    }
    boolean sending = false;
    AsyncContext async = null;
    try {
      long length = file == null ? captured.size() : file.length();
      response.setContentLengthLong(length);
      InputStream content = file == null ? captured.content() : file.content();
      long patience = ANSWER.toMillis() + length * 1000 / SLOWEST;
      async = request.startAsync();
      // The deadline below comes first; this is for a write that never returns.
      async.setTimeout(2 * patience);
      Runnable after =
          () -> {
            exchange.memory().close();
            leaving.leave(client, exchange);
          };
      threads.execute(
          new Departure(
              async,
              response.getOutputStream(),
              content,
              System.nanoTime() + Duration.ofMillis(patience).toNanos(),
              after));
      sending = true;
    } finally {
      if (!sending) {
        leaving.leave(client, exchange);
        if (async != null) {
          async.complete();
        }
      }
    }
    return true;
  }

  @Override
  public void destroy() {
    threads.shutdownNow();
  }
}
