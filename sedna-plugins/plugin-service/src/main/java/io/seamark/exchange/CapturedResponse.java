package io.seamark.exchange;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Keeps what resources answer until they are done, counted before it is kept. */
final class CapturedResponse extends HttpServletResponseWrapper {
  /** Answers of this many bytes, refusals among them, are never refused themselves. */
  private static final int SMALL = 16 << 10;

  private final CountedBytes bytes;
  private final Kept kept;
  private @Nullable PrintWriter writer;

  CapturedResponse(HttpServletResponse response, MemoryBudget.Claim memory) {
    super(response);
    this.bytes = new CountedBytes(memory, SMALL);
    this.kept = new Kept(bytes);
  }

  int size() {
    flushWriter();
    return bytes.size();
  }

  /** Bytes of memory that are counted for it. */
  long counted() {
    flushWriter();
    return bytes.counted();
  }

  InputStream content() {
    flushWriter();
    return new ByteArrayInputStream(bytes.array(), 0, bytes.size());
  }

  /** Answers with a problem instead of what there was. */
  void problem(Problem problem) {
    reset();
    setStatus(problem.status());
    setContentType(Problem.MEDIA_TYPE);
    if (problem.retrySeconds() > 0) {
      setHeader("Retry-After", Long.toString(problem.retrySeconds()));
    }
    byte[] body = problem.json().getBytes(StandardCharsets.UTF_8);
    bytes.write(body, 0, body.length);
  }

  private void flushWriter() {
    if (writer != null) {
      writer.flush();
    }
  }

  @Override
  public ServletOutputStream getOutputStream() {
    return kept;
  }

  @Override
  public PrintWriter getWriter() {
    PrintWriter open = writer;
    if (open == null) {
      open = new PrintWriter(new OutputStreamWriter(kept, StandardCharsets.UTF_8));
      writer = open;
    }
    return open;
  }

  @Override
  public void flushBuffer() {
    // It goes out at the end, whole.
  }

  @Override
  public void reset() {
    super.reset();
    resetBuffer();
  }

  @Override
  public void resetBuffer() {
    bytes.clear();
  }

  @Override
  public void setContentLength(int length) {
    // Known at the end.
  }

  @Override
  public void setContentLengthLong(long length) {
    // Known at the end.
  }

  /** Goes into the counted bytes. */
  private static final class Kept extends ServletOutputStream {
    private final CountedBytes bytes;

    Kept(CountedBytes bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public void write(byte[] from, int at, int length) {
      bytes.write(from, at, length);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      throw new IllegalStateException("the answer is kept until it is whole");
    }
  }
}
