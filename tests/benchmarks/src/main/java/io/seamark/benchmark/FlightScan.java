package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.flight.BufferServer;
import io.seamark.flight.ServerLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How fast a program reads a replay buffer over Arrow Flight on this machine, against how fast it
 * reads the sealed segments themselves. {@code peers/flight_scan.py} is that program.
 */
public final class FlightScan {
  private FlightScan() {}

  /**
   * Prints medians and their ratio.
   *
   * @param arguments a folder for the buffer, made if it is missing; samples of 480x360; rounds;
   *     then the program's command, such as {@code python3 flight_scan.py}
   * @throws IOException if the buffer cannot be written or served
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 4) {
      throw new IllegalArgumentException("usage: FlightScan FOLDER SAMPLES ROUNDS PEER...");
    }
    Path folder = Path.of(arguments[0]);
    int samples = Integer.parseInt(arguments[1]);
    try (ReplayBuffer there = ReplayBuffer.openReadOnly(folder)) {
      RoundMemory.fill(folder, there.size(), samples);
    }
    try (ReplayBufferWriter writer = ReplayBuffer.open(folder, BufferOptions.unbounded())) {
      writer.compact();
    }
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (BufferServer server =
        BufferServer.start(
            folder,
            new BufferServer.Access(address, null, null),
            BufferOptions.unbounded(),
            ServerLimits.defaults())) {
      List<String> command = new ArrayList<>(Arrays.asList(arguments).subList(3, arguments.length));
      command.addAll(List.of(folder.toString(), Integer.toString(server.port()), arguments[2]));
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IOException("the peer ended with status " + status);
      }
    }
  }
}
