package io.seamark.buffer.crash;

import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.format.Disk;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Kills a process that works on the stores, again and again, at moments of chance, and holds what
 * it leaves against what it had acknowledged. What a process has written stays, forced or not; to
 * lose that too takes a machine without power, which {@code PowerCutTest} plays.
 *
 * <p>{@code java -cp ... io.seamark.buffer.crash.KillHarness FOLDER KILLS SEED} prints a line for
 * every fifty kills and one at the end, and exits with 1 if anything was lost, wrong or invented.
 * Called again it goes on where it stopped. The folders of a failure stay.
 */
final class KillHarness {
  /** Kills in one set of folders. */
  private static final int SERIES = 50;

  private final Path folder;
  private final long seed;
  private final String mode;
  private final List<String> command = new ArrayList<>();
  private final Tally tally = new Tally();

  /** What has come of it so far. */
  private static final class Tally {
    private final long started = System.nanoTime();
    private int kills;
    private int beforeWarm;
    private long lines;
    private long records;
    private long processorNanos;

    synchronized void add(Tally other) {
      kills += other.kills;
      beforeWarm += other.beforeWarm;
      lines += other.lines;
      records += other.records;
      processorNanos += other.processorNanos;
    }

    @Override
    public synchronized String toString() {
      return String.format(
          "%d kills, %d of them before a store was ready; %d lines said, %d records held against"
              + " them; %.0f s, %.2f s of processor time a killed process",
          kills,
          beforeWarm,
          lines,
          records,
          (System.nanoTime() - started) / 1e9,
          processorNanos / 1e9 / Math.max(1, kills));
    }
  }

  /**
   * Prepares a harness.
   *
   * @param mode empty, or {@link KilledProcess#EARLY}
   */
  KillHarness(Path folder, long seed, String mode) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
    this.seed = seed;
    this.mode = mode.isEmpty() ? "right" : mode;
    prepare();
  }

  /** Arguments: folder, number of kills, seed. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) {
      System.err.println("usage: KillHarness FOLDER KILLS SEED");
      System.exit(2);
    }
    KillHarness harness = new KillHarness(Path.of(arguments[0]), Long.parseLong(arguments[2]), "");
    List<String> wrong =
        harness.kill(
            Integer.parseInt(arguments[1]), Runtime.getRuntime().availableProcessors(), true);
    wrong.forEach(System.out::println);
    System.out.println(
        (wrong.isEmpty() ? "nothing lost, wrong or invented: " : wrong.size() + " FAILURES: ")
            + harness.tally
            + "; seed "
            + harness.seed);
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  @Override
  public String toString() {
    return tally + "; seed " + seed;
  }

  /**
   * Kills as often, in several series at a time.
   *
   * @return what was against the contract, a line for each series that ended with it
   */
  List<String> kill(int kills, int atATime, boolean aloud) throws Exception {
    Path progress = folder.resolve("done-" + seed);
    TreeSet<Integer> done = new TreeSet<>();
    if (Files.exists(progress)) {
      Files.readAllLines(progress).forEach(line -> done.add(Integer.valueOf(line)));
      System.out.printf("goes on after %d series of %d kills%n", done.size(), SERIES);
    }
    AtomicInteger next = new AtomicInteger();
    List<String> wrong = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(atATime);
    List<Future<?>> lanes = new ArrayList<>();
    for (int lane = 0; lane < atATime; lane++) {
      lanes.add(
          threads.submit(
              () -> {
                for (int series = next.getAndIncrement();
                    series * SERIES < kills;
                    series = next.getAndIncrement()) {
                  int count = Math.min(SERIES, kills - series * SERIES);
                  if (!done.contains(series)) {
                    String failure = series(series, count);
                    synchronized (wrong) {
                      if (!failure.isEmpty()) {
                        wrong.add(failure);
                      } else if (count == SERIES) {
                        Files.writeString(
                            progress,
                            series + "\n",
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                      }
                      if (aloud) {
                        System.out.println(tally + (failure.isEmpty() ? "" : "; " + failure));
                      }
                    }
                  }
                }
                return null;
              }));
    }
    threads.shutdown();
    try {
      for (Future<?> lane : lanes) {
        lane.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the harness itself failed", e);
    }
    return wrong;
  }

  /** One set of folders; empty if all was well, else what was not. */
  private String series(int series, int kills) throws IOException, InterruptedException {
    Path here = folder.resolve("series-" + seed + "-" + series);
    delete(here);
    Files.createDirectories(here);
    Random random = new Random(seed * 1_000_003 + series);
    List<Trial> trials = Trial.all();
    long read = 0;
    for (int kill = 0; kill < kills; kill++) {
      Tally one = new Tally();
      try {
        killOne(here, trials, random, one);
        read = learn(here.resolve("ledger"), read, trials, one);
        // A reader sees it as the writer left it; without a writer the next process recovers.
        boolean recovers = random.nextInt(4) > 0;
        for (Trial trial : trials) {
          Path store = here.resolve(trial.name());
          if (!recovers || random.nextInt(8) == 0) {
            one.records += trial.look(store);
          }
          if (recovers) {
            one.records += trial.check(store, Disk.local());
          }
        }
      } catch (IOException | RuntimeException | Error e) {
        e.printStackTrace();
        return String.format("seed %d, series %d, kill %d: %s, in %s", seed, series, kill, e, here);
      } finally {
        tally.add(one);
      }
    }
    for (Trial trial : trials) {
      try {
        trial.check(here.resolve(trial.name()), Disk.local());
      } catch (IOException | RuntimeException | Error e) {
        return String.format("seed %d, series %d, at its end: %s, in %s", seed, series, e, here);
      }
    }
    delete(here);
    return "";
  }

  private void killOne(Path here, List<Trial> trials, Random random, Tally one)
      throws IOException, InterruptedException {
    Path errors = here.resolve("errors");
    Process process = start(here, trials, random.nextLong(), mode, errors);
    try {
      boolean warm = random.nextInt(6) > 0;
      int millis = warm ? random.nextInt(80) : random.nextInt(30);
      int said = process.getInputStream().read();
      while (warm && said >= 0 && said != 'w') {
        said = process.getInputStream().read();
      }
      one.beforeWarm += warm ? 0 : 1;
      if (said < 0 || process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "the process ended by itself, with " + process.waitFor() + ": " + text(errors));
      }
      one.processorNanos =
          process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
      one.kills = 1;
    } finally {
      process.destroyForcibly().waitFor();
      process.getInputStream().close();
    }
    String said = text(errors);
    if (said.contains("Error") || said.contains("Exception")) {
      throw new AssertionError("the process said " + said);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private Process start(Path here, List<Trial> trials, long random, String how, Path errors)
      throws IOException {
    List<String> all = new ArrayList<>(command);
    all.add(here.toString());
    all.add(here.resolve("ledger").toString());
    all.add(Long.toString(random));
    all.add(how);
    trials.forEach(trial -> all.add(KilledProcess.text(trial.start())));
    return new ProcessBuilder(all).redirectError(errors.toFile()).start();
  }

  /** Lets the trials learn what was said since; a line that was torn was not said. */
  private static long learn(Path ledger, long from, List<Trial> trials, Tally one)
      throws IOException {
    byte[] bytes;
    try (RandomAccessFile file = new RandomAccessFile(ledger.toFile(), "r")) {
      bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
    } catch (java.io.FileNotFoundException e) {
      return 0;
    }
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        Line line = Line.of(new String(bytes, start, i - start, StandardCharsets.US_ASCII));
        for (Trial trial : trials) {
          if (trial.name().equals(line.store())) {
            trial.learn(line);
          }
        }
        one.lines++;
        start = i + 1;
      }
    }
    return from + bytes.length;
  }

  /**
   * Most of a short life is the start of the Java machine: with its classes in jars and listed
   * beforehand that takes a third of the time.
   */
  private void prepare() throws IOException {
    Path prepared = Files.createDirectories(folder.resolve("prepared"));
    List<String> classPath = new ArrayList<>();
    int index = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        Path jar = prepared.resolve("classes-" + index++ + ".jar");
        pack(path, jar);
        classPath.add(jar.toString());
      } else if (entry.endsWith("*")) {
        throw new IOException("the class path has a pattern: " + entry);
      } else {
        classPath.add(entry);
      }
    }
    Path archive = prepared.resolve("classes.jsa");
    List<String> options =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx96m",
            "-Xss512k",
            "-XX:-UsePerfData",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-cp",
            String.join(File.pathSeparator, classPath));
    command.addAll(options);
    command.add(1, "-XX:ArchiveClassesAtExit=" + archive);
    command.add(KilledProcess.class.getName());
    Path brief = Files.createDirectories(prepared.resolve("brief"));
    try {
      Process process =
          start(brief, Trial.all(), 1, KilledProcess.BRIEF, prepared.resolve("errors"));
      process.getInputStream().readAllBytes();
      if (process.waitFor() != 0) {
        throw new IOException("no start: " + text(prepared.resolve("errors")));
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    delete(brief);
    command.remove(1);
    command.add(1, "-XX:SharedArchiveFile=" + archive);
    command.add(1, "-Xshare:auto");
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        entries.putNextEntry(
            new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder).sorted(Comparator.reverseOrder())) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.delete(file);
        }
      }
    }
  }
}
