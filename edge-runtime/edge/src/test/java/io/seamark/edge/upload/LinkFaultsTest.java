package io.seamark.edge.upload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.buffer.OutboxFullException;
import io.seamark.edge.EdgeFixtures;
import io.seamark.edge.TestServer;
import io.seamark.edge.metrics.EdgeMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a network, a proxy, a cloud and a device's own parts do to the delivery of frames. */
@Timeout(120)
class LinkFaultsTest {
  private static final CloudLink.Options QUICK =
      new CloudLink.Options(
          Duration.ofMillis(5),
          Duration.ofMillis(50),
          Duration.ofMillis(300),
          1 << 20,
          new ArrowProtocol());
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final byte[] PAGE =
      "<html><body>Blocked by policy</body></html>".getBytes(StandardCharsets.UTF_8);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private final EdgeMetrics metrics = new EdgeMetrics();
  private final List<String> answered = Collections.synchronizedList(new ArrayList<>());
  private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch over = new CountDownLatch(1);

  /** What happens to an exchange. */
  private enum Fault {
    /** The headers come and the body does not. */
    STALL,
    /** The body comes byte by byte. */
    DRIP,
    /** The connection ends within the body. */
    CUT,
    GARBAGE,
    PROXY_400,
    PROXY_413,
    PROXY_502,
    /** The service's own failure. */
    OWN_500
  }

  private class Taking implements CloudLink.Receiver {
    @Override
    public void answered(CloudAnswer answer) {
      answered.add(answer.sample().id());
    }

    @Override
    public void refused(String id, String reason) {
      refused.add(id + ": " + reason);
    }
  }

  @AfterEach
  void letGo() {
    over.countDown();
  }

  private Outbox outbox(long bytes, int frames) throws IOException {
    Outbox outbox = Outbox.open(folder.resolve("outbox"), BufferOptions.outbox(bytes));
    for (int i = 0; i < frames; i++) {
      outbox.append(EdgeFixtures.hardSample(i));
    }
    return outbox;
  }

  private static String id(byte[] body) throws IOException {
    return ArrowMessages.decodeSample(body, ArrowMessages.DEFAULT_LIMIT).id();
  }

  private static byte[] answer(byte[] body) throws IOException {
    HardSample sample = ArrowMessages.decodeSample(body, ArrowMessages.DEFAULT_LIMIT);
    return ArrowMessages.encode(EdgeFixtures.answer(sample));
  }

  private static void problem(HttpExchange exchange, int status) throws IOException {
    String text =
        "{\"type\":\"about:blank\",\"origin\":\"seamark\",\"status\":"
            + status
            + ",\"detail\":\"no\"}";
    TestServer.send(
        exchange,
        status,
        text.getBytes(StandardCharsets.UTF_8),
        Map.of("Content-Type", "application/problem+json"));
  }

  private void fail(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
    Map<String, String> html = Map.of("Content-Type", "text/html");
    switch (fault) {
      case STALL -> {
        byte[] whole = answer(body);
        exchange.sendResponseHeaders(200, whole.length);
        exchange.getResponseBody().write(whole, 0, whole.length / 2);
        exchange.getResponseBody().flush();
        hold();
        exchange.close();
      }
      case DRIP -> {
        byte[] whole = answer(body);
        exchange.sendResponseHeaders(200, whole.length);
        for (byte one : whole) {
          exchange.getResponseBody().write(one);
          exchange.getResponseBody().flush();
          if (wait(20)) {
            break;
          }
        }
        exchange.close();
      }
      case CUT -> {
        byte[] whole = answer(body);
        exchange.sendResponseHeaders(200, whole.length);
        exchange.getResponseBody().write(whole, 0, whole.length / 2);
        exchange.close();
      }
      case GARBAGE -> TestServer.send(exchange, 200, PAGE, html);
      case PROXY_400 -> TestServer.send(exchange, 400, PAGE, html);
      case PROXY_413 -> TestServer.send(exchange, 413, PAGE, html);
      case PROXY_502 -> TestServer.send(exchange, 502, PAGE, html);
      case OWN_500 -> problem(exchange, 500);
    }
  }

  private void hold() {
    wait(60_000);
  }

  /** Until the test is over; whether it is. */
  private boolean wait(int millis) {
    try {
      return over.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static List<String> ids(int frames, int without) {
    return IntStream.range(0, frames)
        .filter(i -> i != without)
        .mapToObj(i -> "frame-" + i)
        .toList();
  }

  private static boolean until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(5);
    }
    return true;
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void oneFrameThatAlwaysFailsIsSetAsideAndNamedAndTheOthersKeepTheirOrder(Fault fault)
      throws Exception {
    AtomicInteger tries = new AtomicInteger();
    try (Outbox outbox = outbox(1 << 30, 12);
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  if (id(body).equals("frame-3")) {
                    tries.incrementAndGet();
                    fail(exchange, body, fault);
                  } else {
                    TestServer.send(exchange, 200, answer(body));
                  }
                });
        CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
      assertEquals(ids(12, 3), answered);
      assertEquals(1, refused.size(), refused.toString());
      assertTrue(refused.get(0).startsWith("frame-3: "), refused.get(0));
      assertEquals("frame-3", outbox.asides().get(0).sample().id());
      assertTrue(tries.get() < 12, tries + " tries");
      assertEquals(CloudLink.State.REACHABLE, link.state());
    }
  }

  @Test
  void aBadLinkAndOnePoisonedFrameAmongAHundred() throws Exception {
    Random random = new Random(5);
    Fault[] faults = Fault.values();
    try (Outbox outbox = outbox(1 << 30, 100);
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  boolean poison = id(body).equals("frame-42");
                  Fault fault;
                  synchronized (random) {
                    fault = poison || random.nextInt(4) == 0 ? faults[random.nextInt(8)] : null;
                  }
                  if (fault != null) {
                    fail(exchange, body, fault);
                  } else {
                    TestServer.send(exchange, 200, answer(body));
                  }
                });
        CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG), () -> outbox.pending() + " wait, refused: " + refused);
      assertEquals(ids(100, 42), answered);
      assertEquals(1, outbox.setAsideCount());
      assertEquals("frame-42", outbox.asides().get(0).sample().id());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"STALL", "CUT", "PROXY_400", "PROXY_413", "PROXY_502", "OWN_500"})
  void anOutageCostsNoFrameHoweverItLooks(Fault fault) throws Exception {
    AtomicBoolean out = new AtomicBoolean(true);
    AtomicInteger failed = new AtomicInteger();
    try (Outbox outbox = outbox(1 << 30, 6);
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  if (out.get()) {
                    failed.incrementAndGet();
                    fail(exchange, body, fault);
                  } else {
                    TestServer.send(exchange, 200, answer(body));
                  }
                });
        CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, QUICK)) {
      link.start();
      assertTrue(until(() -> failed.get() >= 12));
      assertEquals(6, outbox.pending());
      assertEquals(CloudLink.State.AWAY, link.state());
      out.set(false);
      assertTrue(link.drain(LONG));
      assertEquals(ids(6, -1), answered);
      assertEquals(List.of(), refused);
    }
  }

  @Test
  void onlyTheServicesOwnDocumentRefusesAFrame() throws Exception {
    try (Outbox outbox = outbox(1 << 30, 4);
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  if (id(body).equals("frame-1")) {
                    problem(exchange, 413);
                  } else {
                    TestServer.send(exchange, 200, answer(body));
                  }
                });
        CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
      assertEquals(ids(4, 1), answered);
      assertEquals(1, outbox.setAsideCount());
      assertTrue(outbox.asides().get(0).reason().startsWith("HTTP status 413"));
      assertEquals(1, metrics.totals().refused());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"another problem", "another status", "no document"})
  void documentsThatRefuseNothing(String kind) {
    String text =
        switch (kind) {
          case "another problem" ->
              "{\"type\":\"about:blank\",\"status\":400,\"detail\":\"gateway\"}";
          case "another status" -> "{\"origin\":\"seamark\",\"status\":500}";
          default -> "{";
        };
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    assertFalse(new ArrowProtocol().refuses(400, "application/problem+json", body));
    assertFalse(new SednaProtocol().refuses(400, "text/html", PAGE));
    byte[] detail = "{\"detail\":\"no\"}".getBytes(StandardCharsets.UTF_8);
    assertTrue(new SednaProtocol().refuses(422, "application/json", detail));
    assertFalse(new SednaProtocol().refuses(502, "application/json", detail));
  }

  @Test
  void aFullOutboxDeliversWhatIsBehindAPoisonedFrame() throws Exception {
    long bytes = 0;
    int frames = 0;
    try (Outbox outbox = outbox(200_000, 0)) {
      while (outbox.bytes() < 180_000) {
        try {
          outbox.append(EdgeFixtures.hardSample(frames));
          frames++;
        } catch (OutboxFullException e) {
          break;
        }
      }
      bytes = outbox.bytes();
      int count = frames;
      try (TestServer server =
              new TestServer(
                  0,
                  exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    if (id(body).equals("frame-0")) {
                      problem(exchange, 500);
                    } else {
                      TestServer.send(exchange, 200, answer(body));
                    }
                  });
          CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, QUICK)) {
        link.start();
        assertTrue(link.drain(LONG));
        assertEquals(ids(count, 0), answered);
      }
    }
    assertTrue(bytes > 0 && frames > 3, frames + " frames");
  }

  @Test
  void aReceiverThatFailsOnOneAnswerStopsNoOther() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CloudLink.Receiver picky =
        new Taking() {
          @Override
          public void answered(CloudAnswer answer) {
            if (answer.sample().id().equals("frame-1")) {
              throw new StackOverflowError("in a sink");
            }
            super.answered(answer);
          }
        };
    try (Outbox outbox = outbox(1 << 30, 5);
        TestServer server = counting(asked);
        CloudLink link = new CloudLink(server.address(), outbox, picky, metrics, QUICK)) {
      link.start();
      assertTrue(link.drain(LONG));
      assertEquals(ids(5, 1), answered);
      assertEquals("frame-1", outbox.asides().get(0).sample().id());
      assertTrue(outbox.asides().get(0).reason().contains("not taken"));
      // Its answer was there: it is not asked for again.
      assertEquals(5, asked.get());
    }
  }

  @Test
  void aReceiverThatIsOutForAWhileLosesNothingAndSaysSo() throws Exception {
    AtomicBoolean out = new AtomicBoolean(true);
    AtomicInteger failures = new AtomicInteger();
    CloudLink.Receiver resting =
        new Taking() {
          @Override
          public void answered(CloudAnswer answer) {
            if (out.get()) {
              failures.incrementAndGet();
              throw new IllegalStateException("disk full");
            }
            super.answered(answer);
          }
        };
    try (Outbox outbox = outbox(1 << 30, 5);
        TestServer server = counting(new AtomicInteger());
        CloudLink link = new CloudLink(server.address(), outbox, resting, metrics, QUICK)) {
      link.start();
      assertTrue(until(() -> failures.get() >= 20));
      assertTrue(link.trouble().contains("disk full"), link.trouble());
      out.set(false);
      assertTrue(link.drain(LONG));
      // One may have gone first, to see whether it is taken where the first is not.
      assertEquals(ids(5, -1), answered.stream().sorted().toList());
      assertEquals(0, outbox.setAsideCount());
      assertTrue(until(() -> link.trouble().isEmpty()));
    }
  }

  @Test
  void closingEndsAnExchangeThatStalls() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CloudLink.Options patient =
        new CloudLink.Options(
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            Duration.ofMinutes(5),
            1 << 20,
            new ArrowProtocol());
    try (Outbox outbox = outbox(1 << 30, 1);
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  begun.countDown();
                  fail(exchange, body, Fault.STALL);
                })) {
      CloudLink link = new CloudLink(server.address(), outbox, new Taking(), metrics, patient);
      link.start();
      assertTrue(begun.await(30, TimeUnit.SECONDS));
      link.close();
      assertTrue(
          until(
              () ->
                  Thread.getAllStackTraces().keySet().stream()
                      .noneMatch(t -> t.getName().equals("seamark-delivery"))));
      assertEquals(1, outbox.pending());
    }
  }

  private static TestServer counting(AtomicInteger asked) throws IOException {
    return new TestServer(
        0,
        exchange -> {
          asked.incrementAndGet();
          TestServer.send(exchange, 200, answer(exchange.getRequestBody().readAllBytes()));
        });
  }
}
