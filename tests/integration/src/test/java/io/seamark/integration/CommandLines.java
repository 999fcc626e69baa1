package io.seamark.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs many command lines in one process, which would otherwise be started for each: with the
 * launcher's own options, so within the memory that it is given.
 */
final class CommandLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandLines() {}

  /**
   * How to start such a process.
   *
   * @param options of Java, besides the launcher's
   * @return the command; it is given no arguments yet
   */
  static List<String> java(String... options) throws IOException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Matcher launcher =
        Pattern.compile("(?<=\\s)(-X\\S+|--add-opens=\\S+|-Djava\\.awt\\S+)")
            .matcher(Files.readString(Seamark.HOME.resolve("bin/seamark")));
    while (launcher.find()) {
      java.add(launcher.group(1));
    }
    assertTrue(java.stream().anyMatch(option -> option.startsWith("-Xmx")), java.toString());
    java.addAll(List.of(options));
    java.add("-Dseamark.home=" + Seamark.HOME);
    java.add("-Dsun.jnu.encoding=UTF-8");
    java.add("-cp");
    java.add(
        Seamark.HOME
            + "/lib/*:"
            + Seamark.HOME
            + "/lib/cli/*:"
            + Path.of("target", "test-classes").toAbsolutePath());
    java.add(CommandLines.class.getName());
    return java;
  }

  /**
   * Runs what standard input says.
   *
   * @param arguments none. Each line of standard input is a JSON array of arguments; for each a
   *     JSON object with {@code status}, {@code out} and {@code err} is a line of standard output
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    // What a verb prints past its writers is no answer.
    System.setOut(System.err);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      List<String> command = JSON.readValue(line, new TypeReference<>() {});
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int status;
      try {
        status =
            io.seamark.cli.Seamark.run(
                new PrintWriter(out), new PrintWriter(err), command.toArray(String[]::new));
      } catch (RuntimeException | Error e) {
        status = -1;
        err.append("thrown: ").append(e.toString());
      }
      answers.println(
          JSON.writeValueAsString(
              Map.of("status", status, "out", out.toString(), "err", err.toString())));
    }
    System.exit(0);
  }
}
