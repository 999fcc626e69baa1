package io.seamark.integration;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Many connections that send one thing and then neither send nor read. */
final class RudeClients implements AutoCloseable {
  private static final int PATIENCE = 90_000;

  private final List<Socket> open = new ArrayList<>();

  /**
   * Opens connections.
   *
   * @param server its address
   * @param clients how many
   * @param said what each sends
   */
  RudeClients(URI server, int clients, String said) throws IOException {
    for (int i = 0; i < clients; i++) {
      Socket socket = new Socket();
      // So that an answer does not fit into the buffers on its way.
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
      open.add(socket);
      socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** How often each status comes in the end; {@code closed} where the connection was closed. */
  Map<String, Integer> statuses() throws IOException {
    Map<String, Integer> counted = new TreeMap<>();
    for (Socket socket : open) {
      socket.setSoTimeout(PATIENCE);
      String status;
      try {
        String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        status = line.isEmpty() ? "closed" : line.replaceFirst("HTTP/1.1 ", "");
      } catch (java.net.SocketException e) {
        status = "closed";
      }
      counted.merge(status, 1, Integer::sum);
    }
    return counted;
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }
}
