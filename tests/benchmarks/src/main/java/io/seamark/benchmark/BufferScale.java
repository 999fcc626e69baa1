package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What a replay buffer takes to open, to hold and to look into, by the number of its samples. They
 * are small: a frame of 8x6 pixels, about 4 KB with its answer, of ten edges and five domains. A
 * buffer that is not there yet is filled first, without fsync, since only its files are measured.
 * Each is measured in a process of its own, which has opened an empty one before, and opened as the
 * service opens it.
 */
public final class BufferScale {
  private static final int EDGES = 10;
  private static final List<String> DOMAINS = List.of("day", "dusk", "night", "rain", "fog");
  private static final int READS = 2000;
  private static final String MEASURE = "--measure";

  private BufferScale() {}

  /**
   * Fills what is missing, and prints a line for each buffer.
   *
   * @param arguments folder, where there may be buffers of other calls; then each buffer's samples,
   *     or {@code SAMPLESxSEGMENT} with the most samples of a segment: as many segments as many
   *     more samples would have
   * @throws IOException if something cannot be read or written
   * @throws InterruptedException if this is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 2) {
      throw new IllegalArgumentException("usage: BufferScale FOLDER SAMPLES[xSEGMENT]...");
    }
    if (arguments[0].equals(MEASURE)) {
      measure(Path.of(arguments[1]));
      return;
    }
    System.out.printf(
        "%12s %9s %9s %9s %9s %9s %9s %9s %9s %9s %9s%n",
        "samples",
        "segments",
        "MB",
        "open s",
        "cpu s",
        "heap MB",
        "later MB",
        "read us",
        "find us",
        "miss us",
        "counts us");
    for (String size : Arrays.copyOfRange(arguments, 1, arguments.length)) {
      String[] parts = size.split("x", 2);
      Path buffer = Path.of(arguments[0]).resolve("scale-" + size);
      fill(
          buffer,
          Integer.parseInt(parts[0]),
          parts.length == 1 ? Integer.MAX_VALUE : Integer.parseInt(parts[1]));
      List<String> command =
          new ArrayList<>(
              List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
      command.addAll(
          List.of(
              "-Xmx640m",
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              BufferScale.class.getName(),
              MEASURE,
              buffer.toString()));
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IOException("measuring " + buffer + " ended with " + status);
      }
    }
  }

  private static BufferOptions options() {
    return BufferOptions.unbounded();
  }

  private static String id(int number) {
    return String.format(Locale.ROOT, "frame-%08d", number);
  }

  private static String edge(int number) {
    return "edge-" + number % EDGES;
  }

  private static void fill(Path folder, int samples, int segment) throws IOException {
    try (ReplayBuffer there = ReplayBuffer.openReadOnly(folder)) {
      if (there.size() == samples) {
        return;
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(EDGES);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, options(), new Unforced())) {
      int from = buffer.size();
      while (from < samples) {
        int to = Math.min(samples, from + Math.min(segment, 4096));
        List<Future<?>> done = new ArrayList<>();
        for (int edge = 0; edge < EDGES; edge++) {
          int first = from + Math.floorMod(edge - from, EDGES);
          done.add(
              threads.submit(
                  () -> {
                    for (int i = first; i < to; i += EDGES) {
                      buffer.append(sample(i));
                    }
                    return null;
                  }));
        }
        for (Future<?> one : done) {
          one.get();
        }
        from = to;
        if (segment < 4096) {
          buffer.seal();
        }
      }
      buffer.seal();
    } catch (ExecutionException e) {
      throw new IOException("filling " + folder + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdown();
    }
  }

  private static BufferedSample sample(int number) {
    Random random = new Random(number);
    byte[] image = new byte[40];
    random.nextBytes(image);
    float[] logits = new float[11 * 2 * 2];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    HardSample sample =
        new HardSample(
            id(number),
            edge(number),
            DOMAINS.get(number / 1000 % DOMAINS.size()),
            1_700_000_000_000L + number,
            8,
            6,
            new EncodedImage(EncodedImage.JPEG, image),
            null,
            new ClassScores(11, 2, 2, logits),
            "v1",
            "score_margin",
            0.1,
            0.6);
    byte[] classes = new byte[48];
    Arrays.fill(classes, (byte) (number % 11));
    FusedAnswer answer =
        new FusedAnswer(new ClassMap(8, 6, classes), 3, "sam_fusion", Map.of("encode", 0.5));
    return new BufferedSample(sample, answer);
  }

  private static void measure(Path folder) throws IOException {
    // What opening any buffer loads and makes once is not of this one.
    Path other = Files.createTempDirectory("buffer-scale");
    ReplayBuffer.open(other, options()).close();
    for (Path file : files(other)) {
      Files.delete(file);
    }
    Files.delete(other);
    long empty = heap();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long usedBefore = threads.getCurrentThreadCpuTime();
    long begun = System.nanoTime();
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, options())) {
      double opening = (System.nanoTime() - begun) / 1e9;
      double used = (threads.getCurrentThreadCpuTime() - usedBefore) / 1e9;
      long held = heap() - empty;
      int samples = buffer.size();
      Random random = new Random(1);
      double read = median(() -> buffer.read(random.nextInt(samples)));
      double find =
          median(
              () -> {
                int number = random.nextInt(samples);
                return buffer.find(edge(number), id(number)).getAsLong();
              });
      double miss = median(() -> buffer.find("edge-0", "never " + random.nextInt()));
      double counts = median(buffer::domains);
      long looked = heap() - empty;
      long segments =
          files(folder).stream().filter(file -> file.toString().endsWith(".arrow")).count();
      System.out.printf(
          Locale.ROOT,
          "%12d %9d %9.0f %9.3f %9.3f %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f%n",
          samples,
          segments,
          buffer.bytes() / 1e6,
          opening,
          used,
          held / 1e6,
          looked / 1e6,
          read,
          find,
          miss,
          counts);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private interface Call {
    Object run() throws IOException;
  }

  /** Microseconds, after as many calls that do not count. */
  private static double median(Call call) throws IOException {
    long[] took = new long[READS];
    for (int i = 0; i < 2 * READS; i++) {
      long begun = System.nanoTime();
      Objects.requireNonNull(call.run());
      took[i % READS] = System.nanoTime() - begun;
    }
    Arrays.sort(took);
    return took[READS / 2] / 1e3;
  }

  /** What is reachable, as the collector leaves it. */
  private static long heap() {
    System.gc();
    System.gc();
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage usage = pool.getCollectionUsage();
      if (pool.getType() == MemoryType.HEAP && usage != null) {
        used += pool.getUsage().getUsed();
      }
    }
    return used;
  }

  /** The machine's files, of which nothing is forced. */
  private static final class Unforced extends ForwardingDisk {
    Unforced() {
      super(Disk.local());
    }

    @Override
    protected File wrap(File file) {
      return new ForwardingFile(file) {
        @Override
        public void force() {
          // Only its files are measured.
        }
      };
    }

    @Override
    public void forceFolder(Path folder) {
      // See above.
    }
  }
}
