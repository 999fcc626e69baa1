package io.seamark.edge.upload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.edge.EdgeFixtures;
import io.seamark.edge.TestServer;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SednaProtocolTest {
  private static final CloudProtocol SEDNA = new SednaProtocol();

  @TempDir Path folder = Path.of("");
  private final HardSample sample = EdgeFixtures.hardSample(1);

  private String map(String value) {
    String row =
        IntStream.range(0, sample.width()).mapToObj(x -> value).collect(Collectors.joining(","));
    return IntStream.range(0, sample.height())
        .mapToObj(y -> "[" + row + "]")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private FusedAnswer read(String json) throws IOException {
    return SEDNA.answer(sample, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  @DisplayName("a frame goes as Sedna's edge worker posts it, to the job's predict")
  void question() throws IOException {
    assertEquals(
        URI.create("http://cloud:5000/street-seg/predict"),
        SEDNA.address(URI.create("http://cloud:5000/street-seg/")));
    String body = new String(SEDNA.question(sample), StandardCharsets.UTF_8);
    assertTrue(body.startsWith("{\"post_process\":null,\"data\":[[["), body.substring(0, 40));
    JsonNode data = new ObjectMapper().readTree(body).get("data");
    Frame frame = Images.decodeFrame(sample.image().bytes());
    assertEquals(frame.height(), data.size());
    assertEquals(frame.width(), data.get(0).size());
    for (int y = 0; y < frame.height(); y++) {
      for (int x = 0; x < frame.width(); x++) {
        for (int c = 0; c < 3; c++) {
          assertEquals(
              frame.rgb()[3 * (y * frame.width() + x) + c] & 0xFF,
              data.get(y).get(x).get(c).asInt());
        }
      }
    }
  }

  @Test
  @DisplayName("a result is a map, a list of one map, or an object with one")
  void answers() throws IOException {
    for (String result :
        List.of(
            map("2"),
            "[" + map("2") + "]",
            "[{\"class_map\":" + map("2") + ",\"masks\":7,\"more\":{\"a\":[1]}}]",
            map("2.0"))) {
      FusedAnswer answer = read("{\"infos\":[1,{}],\"result\":" + result + "}");
      assertEquals(2, answer.classMap().at(0, 0));
      assertEquals(2, answer.classMap().at(sample.width() - 1, sample.height() - 1));
      assertEquals(result.contains("masks") ? 7 : 0, answer.masks());
    }
    assertEquals(ClassMap.IGNORE, read("{\"result\":" + map("255") + "}").classMap().at(1, 1));
  }

  @Test
  @DisplayName("what is no map of the frame's size and classes is refused")
  void refuses() {
    String good = map("2");
    String unknown = Integer.toString(sample.scores().classes());
    for (String body :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            "{\"result\":null}",
            "{\"result\":[]}",
            "{\"result\":[[]]}",
            "{\"result\":[{}]}",
            "{\"result\":[0.5]}",
            "{\"result\":[\"x\"]}",
            "{\"result\":" + good.substring(0, good.length() - 1),
            "{\"result\":" + good.substring(0, good.lastIndexOf(",[")) + "]}",
            "{\"result\":[[2]" + good.substring(good.indexOf(",["), good.length()) + "}",
            "{\"result\":" + good.substring(0, good.length() - 1) + ",[2]]}",
            "{\"result\":[" + good + "," + good + "]}",
            "{\"result\":[{\"class_map\":5}]}",
            "{\"result\":" + map("-1") + "}",
            "{\"result\":" + map("1.5") + "}",
            "{\"result\":" + map(unknown) + "}",
            "{\"result\":" + map("1e400") + "}",
            "{\"result\":" + "[".repeat(2000))) {
      assertThrows(
          IOException.class, () -> read(body), body.substring(0, Math.min(60, body.length())));
    }
  }

  @Test
  @DisplayName("hard frames reach a big-model service, and one that answers nonsense loses none")
  void delivers() throws Exception {
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    List<CloudAnswer> answered = Collections.synchronizedList(new ArrayList<>());
    try (Outbox outbox = Outbox.open(folder.resolve("outbox"), BufferOptions.outbox(1 << 30));
        TestServer server =
            new TestServer(
                0,
                exchange -> {
                  asked.add(
                      exchange.getRequestURI().getPath()
                          + " "
                          + exchange.getRequestHeaders().getFirst("Content-Type"));
                  String result = asked.size() == 1 ? "[[\"not yet\"]]" : "[" + map("1") + "]";
                  TestServer.send(
                      exchange,
                      200,
                      ("{\"result\":" + result + "}").getBytes(StandardCharsets.UTF_8));
                });
        CloudLink link =
            new CloudLink(
                server.address().resolve("street-seg"),
                outbox,
                new CloudLink.Receiver() {
                  @Override
                  public void answered(CloudAnswer answer) {
                    answered.add(answer);
                  }

                  @Override
                  public void refused(String id, String reason) {}
                },
                new EdgeMetrics(),
                new CloudLink.Options(
                    Duration.ofMillis(10),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10),
                    1 << 20,
                    SEDNA))) {
      outbox.append(sample);
      link.start();
      assertTrue(link.drain(Duration.ofSeconds(30)));
      assertEquals(2, asked.size());
      assertEquals("/street-seg/predict application/json", asked.get(1));
      assertEquals(1, answered.get(0).answer().classMap().at(0, 0));
    }
  }
}
