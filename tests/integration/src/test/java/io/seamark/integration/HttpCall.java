package io.seamark.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One request, sent as the bytes that it is: no client library between, which would mend it.
 *
 * @param name says what is special about it
 * @param head request line and headers without the last blank line
 * @param body what follows
 */
@SuppressWarnings("ArrayRecordComponent")
record HttpCall(String name, String head, byte[] body) {
  /** Longest wait for a reply, in milliseconds; a service that needs longer is not bounded. */
  private static final int PATIENCE = 60_000;

  private static final int LONGEST_REPLY = 64 << 20;

  /**
   * A reply.
   *
   * @param status 0 if the other side hung up without one
   * @param text the body
   */
  record Reply(int status, String text) {}

  static HttpCall get(String path) {
    return new HttpCall("GET " + path, "GET " + path + " HTTP/1.1", new byte[0]);
  }

  static HttpCall post(String name, String path, String type, byte[] body) {
    return new HttpCall(
        name,
        "POST "
            + path
            + " HTTP/1.1\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length,
        body);
  }

  static HttpCall json(String name, String path, String body) {
    return post(name, path, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends it on a connection of its own and reads the reply to its end. */
  Reply send(URI service) throws IOException {
    try (Socket socket = new Socket(service.getHost(), service.getPort())) {
      socket.setSoTimeout(PATIENCE);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(
            (head + "\r\nHost: " + service.getHost() + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
      } catch (IOException e) {
        // It hung up in the middle; what it said before that is still to be read.
      }
      return reply(socket.getInputStream());
    }
  }

  private static Reply reply(InputStream in) throws IOException {
    byte[] all;
    try {
      all = in.readNBytes(LONGEST_REPLY);
    } catch (java.net.SocketTimeoutException e) {
      throw new IOException("no end of the reply within " + PATIENCE + " ms", e);
    } catch (java.net.SocketException e) {
      return new Reply(0, "");
    }
    String text = new String(all, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("HTTP/1.")) {
      return new Reply(0, text);
    }
    int end = text.indexOf("\r\n\r\n");
    return new Reply(
        Integer.parseInt(text.substring(9, 12)),
        end < 0
            ? ""
            : new String(Arrays.copyOfRange(all, end + 4, all.length), StandardCharsets.UTF_8));
  }
}
