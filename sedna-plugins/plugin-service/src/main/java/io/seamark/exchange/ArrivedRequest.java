package io.seamark.exchange;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request whose body is there. */
final class ArrivedRequest extends HttpServletRequestWrapper {
  private final Exchange exchange;
  private @Nullable ServletInputStream in;

  ArrivedRequest(HttpServletRequest request, Exchange exchange) {
    super(request);
    this.exchange = exchange;
  }

  @Override
  public ServletInputStream getInputStream() {
    ServletInputStream open = in;
    if (open == null) {
      open = new Body(exchange);
      in = open;
    }
    return open;
  }

  @Override
  public BufferedReader getReader() {
    return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
  }

  /** Opened at the first read, which is where a refused body is refused. */
  private static final class Body extends ServletInputStream {
    private final Exchange exchange;
    private @Nullable InputStream bytes;

    Body(Exchange exchange) {
      this.exchange = exchange;
    }

    private InputStream bytes() throws IOException {
      InputStream open = bytes;
      if (open == null) {
        open = exchange.open();
        bytes = open;
      }
      return open;
    }

    @Override
    public int read() throws IOException {
      return bytes().read();
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      return bytes().read(into, at, length);
    }

    @Override
    public int available() throws IOException {
      return bytes().available();
    }

    @Override
    public void close() throws IOException {
      if (bytes != null) {
        bytes.close();
      }
    }

    @Override
    public boolean isFinished() {
      try {
        return available() == 0;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("the body was read already");
    }
  }
}
