package io.seamark.exchange;

import jakarta.servlet.ServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A request's body, once it is there, and the memory that the whole exchange holds. */
public final class Exchange {
  private static final String NAME = "io.seamark.exchange";
  private static final String SENT = "io.seamark.exchange.sent";

  private final MemoryBudget.Claim memory;
  private byte[] body = new byte[0];
  private @Nullable Spool spool;
  private @Nullable RefusedException refusal;

  Exchange(MemoryBudget.Claim memory) {
    this.memory = memory;
  }

  /**
   * An exchange whose body came another way than through the filter.
   *
   * @param budget what its memory is counted against
   * @param body all of it
   * @throws RefusedException if there is no room for it
   */
  public Exchange(MemoryBudget budget, byte[] body) {
    this(budget.claim());
    memory.grow(body.length);
    this.body = body;
  }

  /**
   * The exchange that a request belongs to.
   *
   * @param request that came through an {@link ExchangeFilter}
   * @return its exchange
   * @throws IllegalStateException if it did not
   */
  public static Exchange of(ServletRequest request) {
    if (request.getAttribute(NAME) instanceof Exchange exchange) {
      return exchange;
    }
    throw new IllegalStateException("the request came past the filter");
  }

  static boolean begun(ServletRequest request) {
    return request.getAttribute(NAME) instanceof Exchange;
  }

  void attach(ServletRequest request) {
    request.setAttribute(NAME, this);
  }

  /**
   * What an answer sends.
   *
   * @param content all of it; closed in the end, sent or not
   * @param length of it in bytes
   */
  record Sent(InputStream content, long length) {}

  /**
   * Answers with a file, which goes out once the resource has returned; the response itself must
   * have no entity.
   *
   * @param request that is answered
   * @param file of which all is sent; it must stay as it is until then
   * @throws IOException if it cannot be read
   */
  public static void send(ServletRequest request, Path file) throws IOException {
    send(request, Files.newInputStream(file), Files.size(file));
  }

  /**
   * The same with a file that is open already, so that it may be replaced or deleted meanwhile.
   *
   * @param request that is answered
   * @param content all of which is sent; closed in the end, sent or not
   * @param length of it in bytes
   */
  public static void send(ServletRequest request, InputStream content, long length) {
    request.setAttribute(SENT, new Sent(content, length));
  }

  static @Nullable Sent sent(ServletRequest request) {
    return request.getAttribute(SENT) instanceof Sent sent ? sent : null;
  }

  /** The body will go there. */
  void spooled(Spool where) {
    spool = where;
  }

  void arrived(byte[] all) {
    body = all;
  }

  void refuse(RefusedException why) {
    refusal = why;
    forgetBody();
  }

  /** Why the body is not there; null if it is. */
  @Nullable RefusedException refusal() {
    return refusal;
  }

  /** Forgets the body, and gives back all memory but what the answer holds. */
  void keepOnly(long answer) {
    forgetBody();
    memory.shrink(Math.max(0, memory.bytes() - answer));
  }

  /**
   * The body.
   *
   * @return all of it; empty after {@link #release}, and where it went to a {@link Spool}
   * @throws RefusedException if it was too large, too slow, or there is no room for it
   */
  public byte[] body() {
    RefusedException why = refusal;
    if (why != null) {
      throw why;
    }
    return body;
  }

  /**
   * Opens the body, wherever it is.
   *
   * @return all of it, to be closed
   * @throws IOException if it cannot be read
   * @throws RefusedException as with {@link #body}
   */
  InputStream open() throws IOException {
    Spool large = spool;
    return large == null || refusal != null ? new ByteArrayInputStream(body()) : large.open();
  }

  /** Throws the body away. */
  void forgetBody() {
    body = new byte[0];
    Spool large = spool;
    if (large != null) {
      large.close();
    }
  }

  /** Forgets the body and gives its memory back, where nothing needs it any more. */
  public void release() {
    memory.shrink(body.length);
    body = new byte[0];
  }

  /**
   * What the exchange holds; given back when the answer is out.
   *
   * @return to be grown before something is allocated
   */
  public MemoryBudget.Claim memory() {
    return memory;
  }
}
