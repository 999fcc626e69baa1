package io.seamark.buffer.crash;

import io.seamark.buffer.format.Disk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Tries to open a store that another process works on, whenever it is asked: for each line on
 * standard input, which names the trial and the folder, it says in one what came of it.
 */
final class SecondProcess {
  private SecondProcess() {}

  /** No arguments. */
  public static void main(String[] arguments) throws IOException {
    BufferedReader asked =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      String[] parts = line.split(" ", 2);
      System.out.println(tried(parts[0], Path.of(parts[1])));
    }
  }

  private static String tried(String name, Path folder) {
    for (Trial trial : Trial.all()) {
      if (trial.name().equals(name)) {
        try {
          trial.open(folder, Disk.local(), trial.start(), line -> {}).store().close();
          return "opened";
        } catch (IOException e) {
          return String.valueOf(e.getMessage());
        }
      }
    }
    return "no trial " + name;
  }
}
