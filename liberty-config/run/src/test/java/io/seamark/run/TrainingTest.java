package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.seamark.edge.sync.KnowledgeClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainingTest {
  private volatile String state = "";
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String afterAsking = "";
  private volatile int answer = 202;
  private volatile int once;
  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);

  TrainingTest() throws IOException {
    server.createContext(
        "/rounds",
        exchange -> {
          try (exchange) {
            boolean post = exchange.getRequestMethod().equals("POST");
            if (post) {
              asked.incrementAndGet();
              state = afterAsking;
            }
            byte[] body = state.getBytes(StandardCharsets.UTF_8);
            int first = once;
            once = post ? 0 : first;
            int status = first != 0 ? first : answer;
            exchange.sendResponseHeaders(post ? status : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String state(String phase, int completed, int accepted, int samples, int trained) {
    return """
        {"state":"%s","completed":%d,"accepted":%d,"failed":0,"idle":0,"samples":%d,"trained_on":%d}
        """
        .formatted(phase, completed, accepted, samples, trained);
  }

  private boolean await(Duration atMost) throws InterruptedException {
    KnowledgeClient client =
        new KnowledgeClient(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), 1 << 20);
    return new Training(new CloudKnowledge(client), () -> false, text -> {})
        .await(new Training.Ended(0, 0), atMost);
  }

  @Test
  void asksForARoundWhereNoneWasRun() throws Exception {
    state = state("waiting", 0, 0, 10, 0);
    afterAsking = state("idle", 1, 1, 10, 10);
    assertTrue(await(Duration.ofSeconds(30)));
    assertEquals(1, asked.get());
  }

  @Test
  void asksOnceMoreWhereNothingWasGainedAndThereIsMore() throws Exception {
    state = state("waiting", 1, 0, 40, 32);
    afterAsking = state("idle", 2, 0, 40, 40);
    assertTrue(await(Duration.ofSeconds(30)));
    assertEquals(1, asked.get());
  }

  @Test
  void isContentWhereTheServiceSaysThatThereIsNothingNew() throws Exception {
    state = state("idle", 0, 0, 40, 40);
    afterAsking = state;
    answer = 200;
    assertTrue(await(Duration.ofSeconds(30)));
    assertEquals(1, asked.get());
  }

  @Test
  void asksAgainWhereARoundHasOnlyJustEnded() throws Exception {
    state = state("waiting", 0, 0, 40, 0);
    afterAsking = state;
    once = 429;
    assertTrue(await(Duration.ofSeconds(30)));
    assertEquals(2, asked.get());
  }

  @Test
  void isContentWithAGainAndWithNoSamples() throws Exception {
    state = state("waiting", 1, 1, 40, 32);
    assertTrue(await(Duration.ofSeconds(30)));
    state = state("idle", 0, 0, 0, 0);
    assertTrue(await(Duration.ofSeconds(30)));
    assertEquals(0, asked.get());
  }

  @Test
  void givesUpOnTrainingThatDoesNotEnd() throws Exception {
    state = state("training", 0, 0, 40, 0);
    assertEquals(false, await(Duration.ofMillis(600)));
  }
}
