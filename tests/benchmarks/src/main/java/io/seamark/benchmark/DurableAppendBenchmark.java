package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * Durable appends of a 100 KB sample to an outbox, against writing and forcing the same number of
 * bytes. Files go to the folder that {@code -Dseamark.benchmark.folder} names, by default {@code
 * target}: it should be on the disk in question, not in memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init")
public class DurableAppendBenchmark {
  private static final String FOLDER = "seamark.benchmark.folder";
  private static final int ROUNDS = 5;
  private static final int IMAGE_BYTES = 78_000;

  // Made anew by open() for each iteration.
  private Path folder;
  private Outbox outbox;
  private FileChannel bare;
  private HardSample template;
  private ByteBuffer bytes;
  private int number;

  /**
   * Opens an outbox and a file.
   *
   * @throws IOException if that fails
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    Path parent = Path.of(System.getProperty(FOLDER, "target"));
    Files.createDirectories(parent);
    folder = Files.createTempDirectory(parent, "append");
    Random random = new Random(1);
    byte[] image = new byte[IMAGE_BYTES];
    random.nextBytes(image);
    float[] logits = new float[11 * 60 * 40];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    template =
        new HardSample(
            "sample",
            "edge",
            "day",
            0,
            240,
            160,
            new EncodedImage(EncodedImage.JPEG, image),
            null,
            new ClassScores(11, 60, 40, logits),
            "v1",
            "score_margin",
            0.1,
            0.6);
    outbox = Outbox.open(folder.resolve("outbox"), BufferOptions.outbox(1 << 30));
    long before = outbox.bytes();
    outbox.append(template);
    int length = (int) (outbox.bytes() - before);
    bytes = ByteBuffer.allocateDirect(length);
    bare =
        FileChannel.open(
            folder.resolve("bare"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Closes and deletes them.
   *
   * @throws IOException if that fails
   */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    outbox.close();
    bare.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * One sample.
   *
   * @return its sequence
   * @throws IOException if that fails
   */
  @Benchmark
  public long append() throws IOException {
    HardSample s = template;
    number++;
    return outbox.append(
        new HardSample(
            "sample-" + number,
            s.edge(),
            s.domain(),
            number,
            s.width(),
            s.height(),
            s.image(),
            null,
            s.scores(),
            s.modelVersion(),
            s.miner(),
            s.score(),
            s.threshold()));
  }

  /**
   * As many bytes.
   *
   * @return bytes written
   * @throws IOException if that fails
   */
  @Benchmark
  public int bareWriteAndForce() throws IOException {
    int written = bare.write(bytes.duplicate());
    bare.force(false);
    return written;
  }

  /**
   * Runs both arms in turn, five times, and prints how they compare.
   *
   * @param args none
   * @throws RunnerException if a run fails
   */
  public static void main(String[] args) throws RunnerException {
    List<Double> ratios = new ArrayList<>();
    List<Double> tails = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      // Turned about, so that neither arm always comes first.
      boolean appendFirst = round % 2 == 0;
      Statistics first = time(appendFirst ? "append" : "bareWriteAndForce");
      Statistics second = time(appendFirst ? "bareWriteAndForce" : "append");
      Statistics append = appendFirst ? first : second;
      Statistics bare = appendFirst ? second : first;
      ratios.add(bare.getMean() / append.getMean());
      tails.add(append.getPercentile(99) / bare.getPercentile(99));
      System.out.printf(
          Locale.ROOT,
          "round %d: append %.1f/s (p50 %.2f, p99 %.2f ms), bare %.1f/s (p50 %.2f, p99 %.2f ms)%n",
          round + 1,
          1000 / append.getMean(),
          append.getPercentile(50),
          append.getPercentile(99),
          1000 / bare.getMean(),
          bare.getPercentile(50),
          bare.getPercentile(99));
    }
    Collections.sort(ratios);
    Collections.sort(tails);
    System.out.printf(
        Locale.ROOT,
        "durable appends per second, as a share of bare write and force: median %.2f (%.2f to"
            + " %.2f); p99 against p99: median %.2f (%.2f to %.2f)%n",
        ratios.get(ROUNDS / 2),
        ratios.get(0),
        ratios.get(ROUNDS - 1),
        tails.get(ROUNDS / 2),
        tails.get(0),
        tails.get(ROUNDS - 1));
  }

  private static Statistics time(String arm) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(DurableAppendBenchmark.class.getName() + "." + arm + "$")
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(2)
            .measurementTime(TimeValue.seconds(2))
            .jvmArgsAppend(
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-D" + FOLDER + "=" + System.getProperty(FOLDER, "target"))
            .verbosity(org.openjdk.jmh.runner.options.VerboseMode.SILENT)
            .build();
    Result<?> result = new Runner(options).runSingle().getPrimaryResult();
    return result.getStatistics();
  }
}
