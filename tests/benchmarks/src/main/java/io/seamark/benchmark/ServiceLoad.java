package io.seamark.benchmark;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Many edges at once against unknown-task processing: each sends street frames of 480x360 over two
 * connections as fast as they are answered, waits where it is asked to, and checks each answer.
 * Prints counts, and the server's resident memory where its process is known.
 */
public final class ServiceLoad {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;
  private static final int CLASSES = 11;
  private static final int CONNECTIONS = 2;
  private static final int OK = 200;
  private static final int BUSY = 429;

  static {
    // Below the server's 30 s: a connection that it is just closing must not be used again.
    System.setProperty("jdk.httpclient.keepalive.timeout", "20");
  }

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final URI address;
  private final List<Shot> shots;
  private final AtomicLong busy = new AtomicLong();
  private final Map<String, Long> others = new TreeMap<>();
  private final List<AtomicLong> answered = new ArrayList<>();

  /** A frame as edges send it. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Shot(byte[] jpeg, ClassScores scores) {}

  /**
   * What came of it.
   *
   * @param answered frames answered, by edge
   * @param busy replies of status 429
   * @param others anything else and how often: a status, an exception, a wrong answer
   * @param resident the server's resident megabytes: at the start, each minute and at the end;
   *     empty if its process is not known
   */
  public record Figures(
      List<Long> answered, long busy, Map<String, Long> others, List<Long> resident) {
    /** Copies the collections. */
    public Figures {
      answered = List.copyOf(answered);
      others = Map.copyOf(others);
      resident = List.copyOf(resident);
    }

    /**
     * Frames answered.
     *
     * @return of all edges
     */
    public long total() {
      return answered.stream().mapToLong(Long::longValue).sum();
    }
  }

  private ServiceLoad(URI service, int edges) {
    this.address = service.resolve("unknown-tasks");
    for (int i = 0; i < edges; i++) {
      answered.add(new AtomicLong());
    }
    List<Shot> made = new ArrayList<>();
    ProceduralStreet street = new ProceduralStreet(7, WIDTH, HEIGHT);
    for (Weather weather : Weather.values()) {
      Sample sample = street.render(made.size(), weather).sample();
      made.add(new Shot(Images.encodeJpeg(sample.frame(), 0.9f), scores(sample)));
    }
    this.shots = List.copyOf(made);
  }

  /**
   * Runs the load.
   *
   * @param arguments the service's address, number of edges, seconds; then the server's process id
   * @throws Exception if the service cannot be reached at all
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 3) {
      throw new IllegalArgumentException("usage: ServiceLoad URL EDGES SECONDS [PID]");
    }
    Figures figures =
        run(
            URI.create(arguments[0].replaceAll("/*$", "/")),
            Integer.parseInt(arguments[1]),
            Duration.ofSeconds(Long.parseLong(arguments[2])),
            arguments.length > 3 ? Long.parseLong(arguments[3]) : 0,
            System.out);
    System.exit(figures.others().isEmpty() && figures.total() > 0 ? 0 : 1);
  }

  /**
   * Runs the load.
   *
   * @param service its address, with a slash at the end
   * @param edges at once, at least 1
   * @param time how long
   * @param pid the server's process, for its memory; 0 if not known
   * @param out for the progress
   * @return what came of it
   * @throws InterruptedException if the thread is interrupted
   * @throws IOException if the memory cannot be read
   */
  public static Figures run(URI service, int edges, Duration time, long pid, PrintStream out)
      throws InterruptedException, IOException {
    return new ServiceLoad(service, edges).run(time, pid, out);
  }

  private Figures run(Duration time, long pid, PrintStream out)
      throws InterruptedException, IOException {
    List<Long> resident = new ArrayList<>();
    long start = System.nanoTime();
    long end = start + time.toNanos();
    ExecutorService pool = Executors.newFixedThreadPool(CONNECTIONS * answered.size());
    List<Future<?>> senders = new ArrayList<>();
    print(start, pid, resident, out);
    for (int edge = 0; edge < answered.size(); edge++) {
      for (int connection = 0; connection < CONNECTIONS; connection++) {
        int of = edge;
        int number = connection;
        senders.add(pool.submit(() -> send(of, number, end)));
      }
    }
    pool.shutdown();
    while (!pool.awaitTermination(
        Math.max(1, Math.min(60_000, (end - System.nanoTime()) / 1_000_000)),
        TimeUnit.MILLISECONDS)) {
      if (System.nanoTime() - start < time.toNanos() - 1_000_000_000) {
        print(start, pid, resident, out);
      } else if (pool.awaitTermination(10, TimeUnit.MINUTES)) {
        break;
      }
    }
    for (Future<?> sender : senders) {
      try {
        sender.get();
      } catch (ExecutionException e) {
        other(e.getCause() == null ? e.toString() : e.getCause().toString());
      }
    }
    print(start, pid, resident, out);
    Figures figures = figures(resident);
    out.printf(
        Locale.ROOT,
        "answered %d by edge %s, status 429 %d, other %s%n",
        figures.total(),
        figures.answered(),
        figures.busy(),
        figures.others());
    return figures;
  }

  private Figures figures(List<Long> resident) {
    synchronized (others) {
      return new Figures(
          answered.stream().map(AtomicLong::get).toList(), busy.get(), others, resident);
    }
  }

  private void print(long start, long pid, List<Long> resident, PrintStream out)
      throws IOException {
    if (pid != 0) {
      resident.add(resident(pid));
    }
    Figures now = figures(resident);
    out.printf(
        Locale.ROOT,
        "%4d s: 200 %d, 429 %d, other %s%s%n",
        (System.nanoTime() - start) / 1_000_000_000,
        now.total(),
        now.busy(),
        now.others(),
        pid == 0 ? "" : ", resident " + resident.get(resident.size() - 1) + " MB");
  }

  private void send(int edge, int connection, long end) {
    for (int i = 0; System.nanoTime() < end; ) {
      byte[] body =
          ArrowMessages.encode(sample(edge, connection + "-" + i, shots.get(i % shots.size())));
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .timeout(Duration.ofMinutes(10))
              .header("Content-Type", ArrowMessages.MEDIA_TYPE)
              .POST(HttpRequest.BodyPublishers.ofByteArray(body))
              .build();
      try {
        HttpResponse<byte[]> reply = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (reply.statusCode() == OK) {
          check(edge, reply.body());
          i++;
        } else if (reply.statusCode() == BUSY) {
          busy.incrementAndGet();
          pause(reply.headers().firstValueAsLong("Retry-After").orElse(-1), end);
        } else {
          other(reply.statusCode() + " " + new String(reply.body(), StandardCharsets.UTF_8));
          i++;
        }
      } catch (IOException e) {
        other(e.toString());
        i++;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void check(int edge, byte[] body) {
    try {
      FusedAnswer answer = ArrowMessages.decodeAnswer(body, ArrowMessages.DEFAULT_LIMIT);
      ClassMap map = answer.classMap();
      if (map.width() == WIDTH && map.height() == HEIGHT) {
        answered.get(edge).incrementAndGet();
      } else {
        other("an answer of " + map.width() + "x" + map.height());
      }
    } catch (IOException e) {
      other("an answer that cannot be read: " + e.getMessage());
    }
  }

  private void pause(long seconds, long end) {
    if (seconds < 1) {
      other("429 without Retry-After");
      return;
    }
    long until = Math.min(end, System.nanoTime() + Duration.ofSeconds(seconds).toNanos());
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void other(String what) {
    synchronized (others) {
      others.merge(what.substring(0, Math.min(200, what.length())), 1L, Long::sum);
    }
  }

  private static HardSample sample(int edge, String id, Shot shot) {
    return new HardSample(
        id,
        "load-" + edge,
        "",
        0,
        WIDTH,
        HEIGHT,
        new EncodedImage(EncodedImage.JPEG, shot.jpeg()),
        null,
        shot.scores(),
        "load",
        "load",
        0,
        0);
  }

  /** What a good edge model would say: the label, at a quarter of the size. */
  private static ClassScores scores(Sample sample) {
    ClassMap label = sample.label();
    int width = WIDTH / 4;
    int height = HEIGHT / 4;
    float[] logits = new float[CLASSES * width * height];
    for (int y = 0; label != null && y < height; y++) {
      for (int x = 0; x < width; x++) {
        int of = label.at(4 * x, 4 * y);
        if (of < CLASSES) {
          logits[(of * height + y) * width + x] = 4;
        }
      }
    }
    return new ClassScores(CLASSES, width, height, logits);
  }

  private static long resident(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D+", "")) / 1024;
      }
    }
    throw new IOException("process " + pid + " has no resident memory");
  }
}
