package io.seamark.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A second JVM that does what might end, exhaust or never give back this one. It has this one's
 * class path, a temporary folder of its own that goes with it, a bound on its memory and on its
 * time, and ends when this process does.
 */
public final class ChildJvm {
  /** Address space that a JVM takes for itself besides heap and what it computes. */
  private static final int OWN_MEGABYTES = 1024;

  /** How the names of children's temporary folders begin. */
  private static final String FOLDER = "seamark-child";

  private static final int MAX_OUTPUT = 1 << 16;

  /** Where the user's own bound is a lower one that cannot be raised, it does. */
  private static final String HOLDS_AT_LEAST =
      " 2>/dev/null || [ \"$(ulimit -v)\" != unlimited ] || exit 125; ";

  private ChildJvm() {}

  /**
   * What a child may take.
   *
   * @param heapMegabytes its heap, at least 16
   * @param memoryMegabytes what it may take besides heap and JVM; 0 for no bound
   * @param time from its start
   */
  public record Limits(int heapMegabytes, long memoryMegabytes, Duration time) {}

  /**
   * How a child ended.
   *
   * @param status its exit status; above 128 if a signal ended it, -1 if it was stopped when its
   *     time was over
   * @param late whether its time was over
   * @param output the last of what it wrote, standard output and error together, at most 64 Ki
   *     characters
   */
  public record Ended(int status, boolean late, String output) {
    /**
     * The last of the lines that begin so.
     *
     * @param start of the line
     * @return what follows; null if there is none
     */
    public @Nullable String line(String start) {
      return output
          .lines()
          .filter(line -> line.startsWith(start))
          .reduce((a, b) -> b)
          .map(line -> line.substring(start.length()))
          .orElse(null);
    }
  }

  /**
   * Runs a class and waits for its end.
   *
   * @param main has a {@code main} that calls {@link #endWithParent} first
   * @param arguments of it
   * @param limits what it may take
   * @return how it ended
   * @throws IOException if it cannot be started
   */
  public static Ended run(Class<?> main, List<String> arguments, Limits limits) throws IOException {
    Path folder;
    try {
      folder = Files.createTempDirectory(FOLDER);
    } catch (IOException e) {
      Optional<String> trouble = TemporaryFolder.trouble();
      throw trouble.isPresent() ? new IOException(trouble.get(), e) : e;
    }
    try {
      return run(main, arguments, limits, folder);
    } finally {
      FolderTree.delete(folder);
    }
  }

  private static Ended run(Class<?> main, List<String> arguments, Limits limits, Path folder)
      throws IOException {
    StringBuilder script = new StringBuilder();
    if (limits.memoryMegabytes > 0) {
      long kilobytes =
          1024 * (limits.memoryMegabytes + limits.heapMegabytes + (long) OWN_MEGABYTES);
      script.append("ulimit -v ").append(kilobytes).append(HOLDS_AT_LEAST);
      // Should the machine itself run short, this process is the one to go.
      script.append("echo 1000 2>/dev/null >/proc/self/oom_score_adj; ");
    }
    script.append("exec \"$@\"");
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                script.toString(),
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + limits.heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:ReservedCodeCacheSize=64m",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:ErrorFile=" + folder.resolve("error.log"),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-Djava.io.tmpdir=" + folder,
                "-Duser.home=" + System.getProperty("user.home"),
                main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Not on the command line, which ONNX Runtime reads and which may be too long for it.
    builder.environment().put("CLASSPATH", classPath(main));
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("_JAVA_OPTIONS");
    Process process = builder.start();
    Tail output = new Tail();
    Thread reader = new Thread(() -> output.read(process.getInputStream()), "seamark-child");
    reader.setDaemon(true);
    reader.start();
    boolean ended = false;
    try {
      ended = process.waitFor(limits.time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("waiting for " + main.getSimpleName() + " was interrupted", e);
    } finally {
      if (!ended) {
        process.destroyForcibly();
      }
    }
    try {
      reader.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Ended(ended ? process.exitValue() : -1, !ended, output.toString());
  }

  /** The end of what a child says, which may still be read from it. */
  private static final class Tail {
    private final StringBuilder text = new StringBuilder();

    void read(InputStream from) {
      char[] piece = new char[4096];
      try {
        Reader reader = new InputStreamReader(from, StandardCharsets.UTF_8);
        for (int n = reader.read(piece); n >= 0; n = reader.read(piece)) {
          add(piece, n);
        }
      } catch (IOException e) {
        // The child is gone, and with it what it would have said.
      }
    }

    private synchronized void add(char[] piece, int n) {
      text.append(piece, 0, n);
      // The last line says how it ended.
      text.delete(0, Math.max(0, text.length() - MAX_OUTPUT));
    }

    @Override
    public synchronized String toString() {
      return text.toString();
    }
  }

  /** What the class and all that it needs is loaded from. */
  static String classPath(Class<?> main) {
    String own = System.getProperty("java.class.path", "");
    CodeSource source = main.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return own;
    }
    // A server's loader names a jar as a jar: or another address around the file's.
    String location = source.getLocation().toString();
    int file = Math.max(0, location.indexOf("file:"));
    int end = location.indexOf('!');
    try {
      Path place = Path.of(new URI(location.substring(file, end < 0 ? location.length() : end)));
      boolean here = List.of(own.split(File.pathSeparator)).contains(place.toString());
      Path folder = place.getParent();
      // In an application server the libraries are no part of the JVM's class path.
      return here || folder == null || Files.isDirectory(place)
          ? own
          : folder.resolve("*").toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return own;
    }
  }

  /**
   * Ends this process, a child, as soon as its parent is gone, and takes its temporary folder away,
   * which nobody else would; called first in its {@code main}. Keeps what it was started with as
   * standard input.
   */
  public static void endWithParent() {
    InputStream parent = System.in;
    Thread thread =
        new Thread(
            () -> {
              try {
                while (parent.read() >= 0) {
                  // Nothing is ever sent.
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                takeAway();
                Runtime.getRuntime().halt(124);
              }
            },
            "seamark-parent-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private static void takeAway() {
    Path folder = TemporaryFolder.path();
    if (String.valueOf(folder.getFileName()).startsWith(FOLDER)) {
      try {
        FolderTree.delete(folder);
      } catch (IOException e) {
        // What is still written there stays.
      }
    }
  }
}
