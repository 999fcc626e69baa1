package io.seamark.integration;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cli.Seamark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs many command lines in one process, which would otherwise be started for each: with the
 * launcher's own options, so within the memory that it is given.
 */
final class CommandLines {
  private CommandLines() {}

  /**
   * Runs them.
   *
   * @param arguments a file with a JSON array of arguments on each line, and one to append a JSON
   *     object with status and output to for each
   */
  public static void main(String[] arguments) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path results = Path.of(arguments[1]);
    for (String line : Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
      List<String> command = json.readValue(line, new TypeReference<>() {});
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int status;
      try {
        status =
            Seamark.run(new PrintWriter(out), new PrintWriter(err), command.toArray(String[]::new));
      } catch (RuntimeException | Error e) {
        status = -1;
        err.append("thrown: ").append(e.toString());
      }
      Files.writeString(
          results,
          json.writeValueAsString(
                  Map.of("status", status, "out", out.toString(), "err", err.toString()))
              + "\n",
          StandardCharsets.UTF_8,
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    }
    System.exit(0);
  }
}
