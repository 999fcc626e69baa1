package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  /** What the children do. */
  static final class Child {
    private static final List<ByteBuffer> TAKEN = new ArrayList<>();

    private Child() {}

    /**
     * Does as the first argument says.
     *
     * @param arguments what to do
     */
    public static void main(String[] arguments) throws Exception {
      ChildJvm.endWithParent();
      switch (arguments[0]) {
        case "say" -> {
          System.out.println("temporary " + System.getProperty("java.io.tmpdir"));
          System.err.println("said " + arguments[1]);
          System.exit(3);
        }
        case "take" -> {
          Path file = Files.createTempFile("taken", null);
          try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
              TAKEN.add(channel.map(FileChannel.MapMode.READ_WRITE, 0, 64 << 20));
            }
          }
          System.out.println("took all");
        }
        case "flood" -> {
          for (int i = 0; i < 100_000; i++) {
            System.out.println("a line that is of no use to anybody");
          }
          System.out.println("verdict ü");
        }
        default -> new CountDownLatch(1).await();
      }
    }
  }

  private static ChildJvm.Ended run(long memory, Duration time, String... arguments)
      throws IOException {
    return ChildJvm.run(Child.class, List.of(arguments), new ChildJvm.Limits(64, memory, time));
  }

  @Test
  void givesStatusAndOutputAndTakesItsTemporaryFolderAway() throws IOException {
    ChildJvm.Ended ended = run(0, LONG, "say", "a b'c\"d");
    assertEquals(3, ended.status(), ended.output());
    assertEquals("a b'c\"d", ended.line("said "));
    assertFalse(Files.exists(Path.of(String.valueOf(ended.line("temporary ")))), ended.output());
  }

  @Test
  void holdsMemoryBelowTheBound() throws IOException {
    assertEquals("took all", run(8192, LONG, "take", "100").output().strip());
    ChildJvm.Ended ended = run(256, LONG, "take", "100");
    assertNotEquals(0, ended.status(), ended.output());
    assertFalse(ended.late());
  }

  @Test
  void endsWhatDoesNotEnd() throws IOException {
    ChildJvm.Ended ended = run(0, Duration.ofSeconds(2), "wait");
    assertTrue(ended.late());
    assertEquals(-1, ended.status());
  }

  @Test
  void keepsTheEndOfALotOfOutput() throws IOException {
    ChildJvm.Ended ended = run(0, LONG, "flood");
    assertEquals(0, ended.status());
    // A character that the child's locale may lack.
    assertTrue(String.valueOf(ended.line("verdict ")).matches("[ü?\ufffd]"), ended.output());
    assertTrue(ended.output().length() < 80_000, () -> ended.output().length() + " characters");
  }

  @Test
  void runsBelowALowerBoundAndWithOptionsOfTheUsers() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "ulimit -v 6000000 && exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:ReservedCodeCacheSize=64m",
            "-XX:CompressedClassSpaceSize=64m",
            "-cp",
            System.getProperty("java.class.path"),
            Bounded.class.getName());
    builder.environment().put("_JAVA_OPTIONS", "-Dseamark.test=1");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(said.startsWith("3 temporary "), said);
    assertTrue(said.contains("said it"), said);
  }

  /** Has a child that may take more than this process may. */
  static final class Bounded {
    private Bounded() {}

    /**
     * Says how the child ended.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws IOException {
      ChildJvm.Ended ended = run(8192, LONG, "say", "it");
      System.out.println(ended.status() + " " + ended.output());
    }
  }

  @Test
  void endsWithItsParent() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .start();
    long child = Long.parseLong(parent.inputReader().readLine());
    ProcessHandle handle = ProcessHandle.of(child).orElseThrow();
    String option = "-Djava.io.tmpdir=";
    // It is there from the start, but the shell that sets the bounds has become Java only later.
    Optional<Path> told = Optional.empty();
    while (told.isEmpty() && handle.isAlive()) {
      // While it becomes Java it has no arguments that could be read.
      told =
          Stream.of(handle.info().arguments().orElse(new String[0]))
              .filter(argument -> argument.startsWith(option))
              .map(argument -> Path.of(argument.substring(option.length())))
              .findFirst();
      Thread.onSpinWait();
    }
    Path temporary = told.orElseThrow();
    assertTrue(Files.isDirectory(temporary), temporary.toString());
    parent.destroyForcibly();
    handle.onExit().get(60, java.util.concurrent.TimeUnit.SECONDS);
    assertFalse(handle.isAlive());
    assertFalse(Files.exists(temporary), temporary.toString());
  }

  /** Has a child that does not end by itself. */
  static final class Parent {
    private Parent() {}

    /**
     * Says the child's process and waits.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws Exception {
      Thread thread =
          new Thread(
              () -> {
                try {
                  run(0, LONG, "wait");
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      thread.start();
      while (ProcessHandle.current().children().findAny().isEmpty()) {
        Thread.onSpinWait();
      }
      System.out.println(ProcessHandle.current().children().findAny().orElseThrow().pid());
      thread.join();
    }
  }
}
