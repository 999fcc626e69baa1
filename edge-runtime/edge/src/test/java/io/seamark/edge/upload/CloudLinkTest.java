package io.seamark.edge.upload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.edge.EdgeFixtures;
import io.seamark.edge.TestServer;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudLinkTest {
  private static final CloudLink.Options QUICK =
      new CloudLink.Options(
          Duration.ofMillis(10),
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          1 << 20,
          new ArrowProtocol());
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder = Path.of("");
  private Outbox outbox = open(Path.of("."), false);
  private final EdgeMetrics metrics = new EdgeMetrics();
  private final List<String> answered = Collections.synchronizedList(new ArrayList<>());
  private final List<ClassMap> maps = Collections.synchronizedList(new ArrayList<>());
  private final List<String> refused = Collections.synchronizedList(new ArrayList<>());

  private final CloudLink.Receiver receiver =
      new CloudLink.Receiver() {
        @Override
        public void answered(CloudAnswer answer) {
          maps.add(answer.answer().classMap());
          answered.add(answer.sample().id());
        }

        @Override
        public void refused(String id, String reason) {
          refused.add(id + ": " + reason);
        }
      };

  @SuppressWarnings("NullAway") // Opened for each test in its own folder.
  private static Outbox open(Path folder, boolean now) {
    try {
      return now ? Outbox.open(folder, BufferOptions.outbox(1 << 30)) : null;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void open() {
    outbox = open(folder.resolve("outbox"), true);
  }

  @AfterEach
  void close() throws IOException {
    outbox.close();
  }

  private void fill(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      outbox.append(EdgeFixtures.hardSample(i));
    }
  }

  private static byte[] answer(byte[] request) throws IOException {
    HardSample sample = ArrowMessages.decodeSample(request, ArrowMessages.DEFAULT_LIMIT);
    return ArrowMessages.encode(EdgeFixtures.answer(sample));
  }

  private static List<String> ids(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ids.add("frame-" + i);
    }
    return ids;
  }

  @Test
  void cloudAwayAndBack_everythingIsDeliveredOnceInOrder() throws Exception {
    int port;
    CountDownLatch some = new CountDownLatch(3);
    TestServer first =
        new TestServer(
            0,
            exchange -> {
              byte[] body = exchange.getRequestBody().readAllBytes();
              TestServer.send(exchange, 200, answer(body));
              some.countDown();
            });
    port = first.port();
    fill(0, 5);
    try (CloudLink link = new CloudLink(first.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(some.await(30, TimeUnit.SECONDS));
      first.close();
      fill(5, 20);
      link.offered();
      assertTrue(until(() -> link.state() == CloudLink.State.AWAY || outbox.pending() == 0));
      // While the cloud is away nobody is made to wait for it.
      long start = System.nanoTime();
      if (link.state() == CloudLink.State.AWAY) {
        link.awaitRoom(1, LONG);
      }
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
      try (TestServer second =
          new TestServer(
              port,
              exchange ->
                  TestServer.send(
                      exchange, 200, answer(exchange.getRequestBody().readAllBytes())))) {
        assertTrue(link.drain(LONG), () -> outbox.pending() + " left at " + second.address());
      }
    }
    // The one in flight when the first server died may have been answered twice.
    assertEquals(ids(0, 20), answered.stream().distinct().toList());
    assertEquals(0, outbox.pending());
    assertTrue(metrics.totals().retries() > 0);
  }

  @Test
  void outboxSurvivesTheProcess() throws Exception {
    fill(0, 3);
    outbox.close();
    outbox = open(folder.resolve("outbox"), true);
    try (TestServer server =
            new TestServer(
                0,
                exchange ->
                    TestServer.send(
                        exchange, 200, answer(exchange.getRequestBody().readAllBytes())));
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
    }
    assertEquals(ids(0, 3), answered);
  }

  @Test
  void retryAfterIsHonoured() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    AtomicLong first = new AtomicLong();
    AtomicLong second = new AtomicLong();
    fill(0, 1);
    try (TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  if (requests.incrementAndGet() == 1) {
                    first.set(System.nanoTime());
                    TestServer.send(exchange, 429, new byte[0], Map.of("Retry-After", "1"));
                  } else {
                    second.set(System.nanoTime());
                    TestServer.send(exchange, 200, answer(body));
                  }
                });
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
    }
    double seconds = (second.get() - first.get()) / 1e9;
    assertTrue(seconds >= 1, () -> "asked again after " + seconds + " s");
    assertEquals(2, requests.get());
  }

  @Test
  void aBusyCloudIsWaitedForAndNotTakenForAway() throws Exception {
    fill(0, 1);
    try (TestServer server =
            new TestServer(
                0,
                exchange -> {
                  exchange.getRequestBody().readAllBytes();
                  TestServer.send(exchange, 429, new byte[0], Map.of("Retry-After", "60"));
                });
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(until(() -> link.state() == CloudLink.State.BUSY));
      long start = System.nanoTime();
      link.awaitRoom(1, Duration.ofMillis(300));
      assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(300));
      assertEquals(1, outbox.pending());
    }
  }

  @Test
  void whatTheCloudLeavesUndecidedStaysAsTheEdgeSeesIt() throws Exception {
    fill(0, 1);
    try (TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  HardSample sample = ArrowMessages.decodeSample(body, ArrowMessages.DEFAULT_LIMIT);
                  byte[] classes = new byte[sample.width() * sample.height()];
                  Arrays.fill(classes, (byte) ClassMap.IGNORE);
                  classes[1] = 1;
                  ClassMap map = new ClassMap(sample.width(), sample.height(), classes);
                  FusedAnswer answer = new FusedAnswer(map, 0, "sam_fusion", Map.of());
                  TestServer.send(exchange, 200, ArrowMessages.encode(answer));
                });
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
    }
    // The sample's scores are all alike, of which the lowest class is the answer.
    byte[] expected = new byte[maps.get(0).classes().length];
    expected[1] = 1;
    assertArrayEquals(expected, maps.get(0).classes());
  }

  @Test
  void answerThatIsNoneIsAskedForAgain() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    fill(0, 1);
    try (TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  int n = requests.incrementAndGet();
                  byte[] whole = answer(body);
                  byte[] sent = n == 1 ? new byte[] {1, 2, 3} : n == 2 ? new byte[2 << 20] : whole;
                  TestServer.send(exchange, 200, sent);
                });
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
    }
    assertEquals(3, requests.get());
    assertEquals(List.of("frame-0"), answered);
  }

  @Test
  void awaitRoomWaitsWhileTheCloudIsAtWork() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    fill(0, 2);
    try (TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  try {
                    go.await(30, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  TestServer.send(exchange, 200, answer(body));
                });
        CloudLink link = new CloudLink(server.address(), outbox, receiver, metrics, QUICK)) {
      link.start();
      link.awaitRoom(2, Duration.ofMillis(200));
      assertEquals(2, outbox.pending());
      go.countDown();
      link.awaitRoom(2, LONG);
      assertTrue(outbox.pending() < 2);
      assertTrue(link.drain(LONG));
    }
  }

  @Test
  void unknownAddressIsAwayAndNothingIsLost() throws Exception {
    int closed;
    try (TestServer server = new TestServer(0, e -> TestServer.send(e, 200, new byte[0]))) {
      closed = server.port();
    }
    fill(0, 1);
    try (CloudLink link =
        new CloudLink(URI.create("http://127.0.0.1:" + closed), outbox, receiver, metrics, QUICK)) {
      link.start();
      assertTrue(until(() -> link.state() == CloudLink.State.AWAY));
      link.awaitRoom(1, LONG);
    }
    assertEquals(1, outbox.pending());
  }

  private static boolean until(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
