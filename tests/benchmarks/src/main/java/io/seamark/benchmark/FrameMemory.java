package io.seamark.benchmark;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.cloud.LibertyServer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The largest frame that unknown-task processing accepts with its heap as it is shipped, sent by
 * eight edges at once. Prints one line: the frame, what the replies were, and the memory of the
 * process; ends with status 1 if a request was not answered or refused as it should be.
 */
public final class FrameMemory {
  private static final int EDGES = 8;
  private static final int CLASSES = 11;
  private static final int OK = 200;
  private static final int TOO_LARGE = 413;
  private static final int BUSY = 429;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI service;

  /**
   * What came of it.
   *
   * @param width of the largest frame, in pixels
   * @param height of it, in pixels
   * @param statuses how often each came; 429 is asked again
   * @param outOfMemory requests that ran out of memory
   * @param usedHeap most bytes of the heap that were seen in use, garbage among them
   * @param maxHeap largest size of the heap, in bytes
   * @param resident most megabytes that the process had in memory
   */
  public record Figures(
      int width,
      int height,
      Map<Integer, Integer> statuses,
      long outOfMemory,
      long usedHeap,
      long maxHeap,
      long resident) {
    /** Copies the map. */
    public Figures {
      statuses = new TreeMap<>(statuses);
    }

    /**
     * Whether every edge was answered, and nothing ran out of memory.
     *
     * @return true if so
     */
    public boolean good() {
      return statuses.getOrDefault(OK, 0) == EDGES
          && statuses.keySet().stream().allMatch(status -> status == OK || status == BUSY)
          && outOfMemory == 0
          && usedHeap <= maxHeap;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "largest frame accepted %dx%d with %d classes; %d at once: statuses %s, %d out of memory;"
              + " heap in use at most %d of %d MB; resident at most %d MB",
          width,
          height,
          CLASSES,
          EDGES,
          statuses,
          outOfMemory,
          usedHeap >> 20,
          maxHeap >> 20,
          resident);
    }
  }

  private FrameMemory(URI service) {
    this.service = service;
  }

  /**
   * Starts a service and measures it.
   *
   * @param arguments the distribution's folder, and a folder to work in, which is made
   * @throws Exception if the service does not start
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: FrameMemory DISTRIBUTION FOLDER");
    }
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    Figures figures;
    try (LibertyServer server =
        LibertyServer.start(
            Path.of(arguments[0]),
            "unknown-task-processing",
            0,
            folder.resolve("work"),
            Map.of("SEAMARK_DATA", folder.resolve("data").toString()))) {
      server.awaitReady(Duration.ofMinutes(5));
      figures = measure(server.uri(), server.process());
    }
    System.out.println(figures);
    System.exit(figures.good() ? 0 : 1);
  }

  /**
   * Measures a running service.
   *
   * @param service its address, with a slash at the end
   * @param process its process, or the script that is its parent
   * @return what came of it
   * @throws Exception if the service cannot be reached
   */
  public static Figures measure(URI service, ProcessHandle process) throws Exception {
    return new FrameMemory(service).measure(process);
  }

  private Figures measure(ProcessHandle process) throws Exception {
    int low = 64;
    // Above it the scores alone are more than a message may hold.
    int high = 3000;
    byte[] nothing = {1};
    // Refused for its size before the image is looked at; what is accepted fails for its image.
    while (high - low > 16) {
      int middle = (low + high) / 2;
      int status = send("probe-" + middle, 2 * middle, middle, nothing).statusCode();
      low = status == TOO_LARGE ? low : middle;
      high = status == TOO_LARGE ? middle : high;
    }
    int width = 2 * low;
    int height = low;
    byte[] jpeg = Images.encodeJpeg(noise(width, height), 0.8f);
    Map<Integer, Integer> statuses = new HashMap<>();
    long used = 0;
    ExecutorService edges = Executors.newFixedThreadPool(EDGES);
    try {
      List<Future<Map<Integer, Integer>>> running = new ArrayList<>();
      for (int edge = 0; edge < EDGES; edge++) {
        String name = "large-" + edge;
        running.add(edges.submit(() -> untilAnswered(name, width, height, jpeg)));
      }
      edges.shutdown();
      while (!edges.awaitTermination(100, TimeUnit.MILLISECONDS)) {
        used = Math.max(used, metric("memory_usedHeap_bytes"));
      }
      for (Future<Map<Integer, Integer>> one : running) {
        one.get().forEach((status, times) -> statuses.merge(status, times, Integer::sum));
      }
    } finally {
      edges.shutdownNow();
    }
    return new Figures(
        width,
        height,
        statuses,
        metric("reason=\"memory\""),
        used,
        metric("memory_maxHeap_bytes"),
        resident(process));
  }

  private Map<Integer, Integer> untilAnswered(String name, int width, int height, byte[] jpeg)
      throws IOException, InterruptedException {
    Map<Integer, Integer> statuses = new HashMap<>();
    while (true) {
      HttpResponse<byte[]> reply = send(name, width, height, jpeg);
      statuses.merge(reply.statusCode(), 1, Integer::sum);
      if (reply.statusCode() != BUSY) {
        return statuses;
      }
      long seconds = reply.headers().firstValueAsLong("Retry-After").orElse(1);
      LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
    }
  }

  private HttpResponse<byte[]> send(String name, int width, int height, byte[] image)
      throws IOException, InterruptedException {
    int w = (width + 3) / 4;
    int h = (height + 3) / 4;
    byte[] body =
        ArrowMessages.encode(
            new HardSample(
                name,
                name,
                "",
                0,
                width,
                height,
                new EncodedImage(EncodedImage.JPEG, image),
                null,
                new ClassScores(CLASSES, w, h, new float[CLASSES * w * h]),
                "v0",
                "none",
                0,
                0));
    return client.send(
        HttpRequest.newBuilder(service.resolve("unknown-tasks"))
            .timeout(Duration.ofMinutes(10))
            .header("Content-Type", ArrowMessages.MEDIA_TYPE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** The value of the first metric whose line holds a text; 0 if there is none. */
  private long metric(String text) throws IOException, InterruptedException {
    String all =
        client
            .send(
                HttpRequest.newBuilder(service.resolve("metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return all.lines()
        .filter(line -> !line.startsWith("#") && line.contains(text))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElse(0);
  }

  /** Blocks of noise, of which the segmenter makes many masks. */
  private static Frame noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    byte[] blocks = new byte[3 * 64 * 64];
    new Random(5).nextBytes(blocks);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * 64 / height * 64 + x * 64 / width);
        System.arraycopy(blocks, from, rgb, 3 * (y * width + x), 3);
      }
    }
    return new Frame(width, height, rgb, null);
  }

  private static long resident(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .mapToLong(FrameMemory::residentOf)
        .max()
        .orElse(0);
  }

  private static long residentOf(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", "" + process.pid(), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
