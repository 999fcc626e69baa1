package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Look;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.ProceduralStreet.Rendered;
import io.seamark.source.Weather;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Durable appends of frames to a replay buffer, by one writer and by eight of an edge each, against
 * writing as many bytes and forcing the file: after each frame, and after each eight, which is the
 * most that eight writers can share. A frame is one of the embedded street, 480x360, as a JPEG file
 * with scores of 11 classes at a quarter of the size, an answer and its segments. Files go to the
 * folder that {@code -Dseamark.benchmark.folder} names, by default {@code target}: it should be on
 * the disk in question, not in memory. {@code -Dseamark.benchmark.force-millis} lets every force of
 * both arms take so much longer, as on a card or a network disk.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@SuppressWarnings("NullAway.Init")
public class DurableAppendBenchmark {
  private static final String FOLDER = "seamark.benchmark.folder";
  private static final String FORCE = "seamark.benchmark.force-millis";
  private static final int FORCE_MILLIS = Integer.getInteger(FORCE, 0);
  private static final int WRITERS = 8;
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;
  private static final int CELL = 4;
  private static final int CLASSES = 11;
  private static final int DISTINCT = 10;

  /** Frames that are written before each force, where nothing else is done. */
  @Param("1")
  public int batch;

  private List<BufferedSample> samples;

  /** Not while warming up, where a few hundred frames would leave most of the code cold. */
  private static volatile boolean pausing;

  // Made anew by open() for each iteration.
  private Path folder;
  private ReplayBufferWriter buffer;
  private FileChannel bare;
  private ByteBuffer bytes;

  /** An edge of its own for each thread. */
  @State(Scope.Thread)
  public static class Edge {
    private static final AtomicInteger EDGES = new AtomicInteger();

    private final String name = "edge-" + EDGES.getAndIncrement();
    private int frames;
  }

  /** Draws the frames. */
  @Setup(Level.Trial)
  public void draw() {
    ProceduralStreet street = new ProceduralStreet(5, WIDTH, HEIGHT);
    Weather[] weathers = Weather.values();
    samples = new ArrayList<>();
    for (int i = 0; i < DISTINCT; i++) {
      samples.add(sample(street.render(i, weathers[i % weathers.length])));
    }
  }

  private static BufferedSample sample(Rendered rendered) {
    Sample of = rendered.sample();
    ClassMap label = Objects.requireNonNull(of.label());
    byte[] segments = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = (byte) Math.min(rendered.segments()[i], ClassMap.IGNORE);
    }
    HardSample hard =
        new HardSample(
            of.id(),
            "edge",
            of.domain(),
            0,
            WIDTH,
            HEIGHT,
            new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(of.frame(), 0.95f)),
            null,
            scores(label),
            "v0",
            "none",
            0.5,
            1);
    return new BufferedSample(
        hard,
        new FusedAnswer(label, CLASSES, "label", Map.of()),
        new ClassMap(WIDTH, HEIGHT, segments),
        Look.of(of.frame()));
  }

  /** As of a network: higher for the class in the middle of each cell, and noisy. */
  private static ClassScores scores(ClassMap label) {
    int width = WIDTH / CELL;
    int height = HEIGHT / CELL;
    Random random = new Random(1);
    float[] logits = new float[CLASSES * width * height];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian() / 2;
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int found = label.at(CELL * x + CELL / 2, CELL * y + CELL / 2);
        if (found < CLASSES) {
          logits[(found * height + y) * width + x] += 5;
        }
      }
    }
    return new ClassScores(CLASSES, width, height, logits);
  }

  /**
   * Opens a buffer and a file.
   *
   * @param iteration the one that follows
   * @throws IOException if that fails
   */
  @Setup(Level.Iteration)
  public void open(IterationParams iteration) throws IOException {
    pausing = iteration.getType() == IterationType.MEASUREMENT;
    Path parent = Path.of(System.getProperty(FOLDER, "target"));
    Files.createDirectories(parent);
    folder = Files.createTempDirectory(parent, "append");
    buffer = ReplayBuffer.open(folder.resolve("buffer"), BufferOptions.unbounded(), new SlowDisk());
    long before = buffer.bytes();
    for (BufferedSample sample : samples) {
      buffer.append(sample);
    }
    bytes = ByteBuffer.allocateDirect((int) ((buffer.bytes() - before) / DISTINCT));
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
    buffer.close();
    bare.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * One frame.
   *
   * @param edge whose it is
   * @return its sequence
   * @throws IOException if that fails
   */
  @Benchmark
  public long append(Edge edge) throws IOException {
    int number = edge.frames++;
    BufferedSample sample = samples.get(number % DISTINCT);
    HardSample s = sample.sample();
    HardSample named =
        new HardSample(
            "frame-" + number,
            edge.name,
            s.domain(),
            number,
            s.width(),
            s.height(),
            s.image(),
            s.depthPng(),
            s.scores(),
            s.modelVersion(),
            s.miner(),
            s.score(),
            s.threshold());
    return buffer.append(
        new BufferedSample(named, sample.answer(), sample.segments(), sample.look()));
  }

  /**
   * As many bytes as a batch of frames, and one force.
   *
   * @return bytes written
   * @throws IOException if that fails
   */
  @Benchmark
  public int writeAndForce() throws IOException {
    int written = 0;
    for (int i = 0; i < batch; i++) {
      written += bare.write(bytes.duplicate());
    }
    bare.force(false);
    pause();
    return written;
  }

  private static void pause() {
    if (pausing && FORCE_MILLIS > 0) {
      LockSupport.parkNanos(FORCE_MILLIS * 1_000_000L);
    }
  }

  /** This machine's disk, with slower forces. */
  private static final class SlowDisk extends ForwardingDisk {
    SlowDisk() {
      super(Disk.local());
    }

    @Override
    protected File wrap(File file) {
      return new ForwardingFile(file) {
        @Override
        public void force() throws IOException {
          super.force();
          pause();
        }
      };
    }
  }

  /**
   * Runs the four arms in turn and prints how they compare.
   *
   * @param args number of rounds, by default 5
   * @throws RunnerException if a run fails
   */
  public static void main(String[] args) throws RunnerException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    List<Double> one = new ArrayList<>();
    List<Double> together = new ArrayList<>();
    List<Double> batched = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      // Turned about, so that neither arm always comes first.
      boolean forwards = round % 2 == 0;
      double[] perSecond = new double[4];
      for (int i = 0; i < perSecond.length; i++) {
        int arm = forwards ? i : perSecond.length - 1 - i;
        int frames = arm < 2 ? 1 : WRITERS;
        perSecond[arm] =
            arm % 2 == 0 ? time("append", frames, 1) : time("writeAndForce", 1, frames) * frames;
      }
      one.add(perSecond[0] / perSecond[1]);
      together.add(perSecond[2] / perSecond[0]);
      batched.add(perSecond[2] / perSecond[3]);
      System.out.printf(
          Locale.ROOT,
          "round %d, load %.1f: one writer %.1f frames/s, write and force %.1f; eight writers %.1f,"
              + " write and force by eights %.1f%n",
          round + 1,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
          perSecond[0],
          perSecond[1],
          perSecond[2],
          perSecond[3]);
    }
    print("one writer, as a share of write and force", one);
    print("eight writers against one", together);
    print("eight writers, as a share of write and force by eights", batched);
  }

  private static void print(String what, List<Double> ratios) {
    Collections.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.2f (%.2f to %.2f)%n",
        what,
        ratios.get(ratios.size() / 2),
        ratios.get(0),
        ratios.get(ratios.size() - 1));
  }

  private static double time(String arm, int threads, int batch) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(DurableAppendBenchmark.class.getName() + "." + arm + "$")
            .param("batch", Integer.toString(batch))
            .threads(threads)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(2)
            .measurementTime(TimeValue.seconds(2))
            .jvmArgsAppend(
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-D" + FOLDER + "=" + System.getProperty(FOLDER, "target"),
                "-D" + FORCE + "=" + FORCE_MILLIS)
            .verbosity(VerboseMode.SILENT)
            .build();
    return new Runner(options).runSingle().getPrimaryResult().getScore();
  }
}
