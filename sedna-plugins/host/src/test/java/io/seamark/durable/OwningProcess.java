package io.seamark.durable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A process of its own that owns a folder and writes into it until it is ended. */
final class OwningProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader said;

  private OwningProcess(Process process) {
    this.process = process;
    said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Writes {@code 0.png} to {@code 9.png}, again and again, and says so after each round. */
  public static void main(String[] arguments) throws IOException {
    try (OutputFolder out = OutputFolder.open(Path.of(arguments[0]), Map.of())) {
      for (int round = 0; ; round++) {
        for (int i = 0; i < 10; i++) {
          out.write(i + ".png", (round + " " + i).getBytes(StandardCharsets.UTF_8));
        }
        System.out.println("round " + round);
      }
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }
  }

  static OwningProcess start(Path folder) throws IOException {
    return new OwningProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OwningProcess.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start());
  }

  /** What it says next; "" at its end. */
  String line() throws IOException {
    String line = said.readLine();
    return line == null ? "" : line;
  }

  /** Kills it, as {@code kill -9} does, and waits for its end. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
