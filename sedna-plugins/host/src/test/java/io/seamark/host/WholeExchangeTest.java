package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WholeExchangeTest {
  private final HttpClient client = HttpClient.newHttpClient();

  /** Sends the head of an answer and some of its body, then waits for the client to hang up. */
  private static final class Stalling implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final CountDownLatch hungUp = new CountDownLatch(1);

    Stalling(int status, int announced, byte[] sent) throws IOException {
      Thread thread =
          new Thread(
              () -> {
                try (Socket connection = socket.accept()) {
                  InputStream in = connection.getInputStream();
                  in.read(new byte[4096]);
                  OutputStream out = connection.getOutputStream();
                  String head = "HTTP/1.1 " + status + " X\r\nContent-Length: " + announced;
                  out.write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                  out.write(sent);
                  out.flush();
                  while (in.read() >= 0) {
                    // Nothing more is expected.
                  }
                } catch (IOException e) {
                  // The client has hung up, or the test is over.
                } finally {
                  hungUp.countDown();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    HttpRequest request() {
      return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + socket.getLocalPort()))
          .build();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aBodyThatStallsIsGivenUpAndTheConnectionClosed() throws Exception {
    try (Stalling server = new Stalling(200, 1000, new byte[10])) {
      assertThrows(
          HttpTimeoutException.class,
          () ->
              WholeExchange.send(
                  client,
                  server.request(),
                  WholeExchange.bytes(status -> 5000),
                  Duration.ofMillis(300)));
      assertTrue(server.hungUp.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aThreadThatWaitsCanBeInterrupted() throws Exception {
    try (Stalling server = new Stalling(200, 1000, new byte[10])) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  WholeExchange.send(
                      client,
                      server.request(),
                      info -> WholeExchange.into(OutputStream.nullOutputStream(), 5000),
                      Duration.ofMinutes(10));
                } catch (IOException | InterruptedException e) {
                  thrown.set(e);
                }
              });
      thread.start();
      thread.interrupt();
      thread.join();
      assertInstanceOf(InterruptedException.class, thrown.get());
    }
  }

  @Test
  void aBodyHasItsBound() throws Exception {
    byte[] body = "0123456789".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Stalling server = new Stalling(200, 10, body)) {
      HttpResponse<Long> whole =
          WholeExchange.send(
              client,
              server.request(),
              info -> WholeExchange.into(out, 10),
              Duration.ofSeconds(30));
      assertEquals(10, whole.body());
      assertArrayEquals(body, out.toByteArray());
    }
    try (Stalling server = new Stalling(200, 10, body)) {
      assertThrows(
          AnswerTooLargeException.class,
          () ->
              WholeExchange.send(
                  client,
                  server.request(),
                  WholeExchange.bytes(status -> 9),
                  Duration.ofSeconds(30)));
    }
    // What is only for people is cut.
    try (Stalling server = new Stalling(500, 1000, body)) {
      HttpResponse<byte[]> cut =
          WholeExchange.send(
              client, server.request(), WholeExchange.bytes(status -> 4), Duration.ofSeconds(30));
      assertEquals("0123", new String(cut.body(), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void whatCannotBeWrittenIsTheFailure() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    try (Stalling server = new Stalling(200, 10, new byte[10])) {
      IOException thrown =
          assertThrows(
              IOException.class,
              () ->
                  WholeExchange.send(
                      client,
                      server.request(),
                      info -> WholeExchange.into(full, 10),
                      Duration.ofSeconds(30)));
      assertEquals("No space left on device", thrown.getMessage());
    }
  }

  @Test
  void aStreamThatStopsIsGivenUpAndAWholeOneIsRead() throws Exception {
    byte[] body = "0123456789".getBytes(StandardCharsets.US_ASCII);
    try (Stalling server = new Stalling(200, 11, body)) {
      HttpResponse<InputStream> cut =
          client.send(server.request(), WholeExchange.stream(Duration.ofMillis(300)));
      try (InputStream in = cut.body()) {
        assertArrayEquals(body, in.readNBytes(10));
        assertThrows(HttpTimeoutException.class, in::read);
      }
      assertTrue(server.hungUp.await(30, TimeUnit.SECONDS));
    }
    try (Stalling server = new Stalling(200, 10, body)) {
      HttpResponse<InputStream> whole =
          client.send(server.request(), WholeExchange.stream(Duration.ofSeconds(30)));
      try (InputStream in = whole.body()) {
        assertEquals('0', in.read());
        assertEquals("123456789", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        assertEquals(-1, in.read());
      }
    }
  }
}
