package io.seamark.sedna;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.cli.Addresses;
import io.seamark.cli.Seamark;
import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local controller of Sedna's on this node, as its workers report to it (kubeedge/sedna, {@code
 * lib/sedna/service/client.py}). A report that it does not take is logged and no failure of the
 * worker.
 */
public final class LocalController {
  private static final Logger LOG = LoggerFactory.getLogger(LocalController.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration ANSWERING = Duration.ofSeconds(30);
  private static final int ANSWER_LIMIT = 1 << 20;

  /** As Sedna calls the kinds of resources that own a worker; capitals count. */
  private static final String JOB = "lifelonglearningjob";

  private static final String SERVICE = "jointinferenceservice";

  /** How Sedna writes a moment, in local time. */
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  /** What Sedna calls the format of an index. */
  private static final String FORMAT = "pkl";

  private final Worker worker;
  private final Retries retries;
  private final URI address;
  private final HttpClient client;

  /**
   * A client.
   *
   * @param worker who reports
   * @param retries how often
   * @throws IllegalArgumentException if the address is none
   */
  public LocalController(Worker worker, Retries retries) {
    this.worker = worker;
    this.retries = retries;
    URI server = Addresses.http("LC_SERVER", worker.told().localController());
    this.address =
        URI.create(
            server.toString().replaceAll("/+$", "")
                + "/sedna/workers/"
                + URLEncoder.encode(worker.name(), StandardCharsets.UTF_8).replace("+", "%20")
                + "/info");
    this.client =
        HttpClients.builder(server)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTING)
            .build();
  }

  /**
   * Says that the work is done.
   *
   * @param kind {@code train} or {@code eval}
   * @param index address of what came of it
   * @param metrics by name, or null for none
   * @return whether the controller has taken it
   */
  public boolean completed(String kind, String index, @Nullable Map<String, Double> metrics) {
    ObjectNode body = body(JOB, kind);
    body.put("status", "completed");
    ObjectNode result = body.putArray("results").addObject();
    result.put("format", FORMAT);
    result.put("url", worker.reported(index));
    if (metrics == null) {
      result.putNull("metrics");
    } else {
      ObjectNode figures = result.putObject("metrics");
      metrics.forEach(figures::put);
    }
    return sent(kind, worker.reported(index), body);
  }

  /**
   * Says what came of a hot update. As in Sedna's library, nothing but the status is said of it.
   *
   * @param version of the model
   * @param runs whether it serves from now on
   * @return whether the controller has taken it
   */
  public boolean deployed(String version, boolean runs) {
    ObjectNode body = body(JOB, "deploy");
    body.put("status", runs ? "completed" : "failed");
    return sent("deploy", version, body);
  }

  /**
   * Says what a joint inference has done so far. Each frame counts once: Sedna's own worker counts
   * a hard one as an easy one too, so that its numbers are higher and its share is lower.
   *
   * @param started when it began
   * @param now when this holds
   * @param frames answered
   * @param hard of them, which went to the big model
   * @return whether the controller has taken it
   */
  public boolean inferred(LocalDateTime started, LocalDateTime now, long frames, long hard) {
    ObjectNode body = body(SERVICE, "inference");
    body.putArray("results");
    ObjectNode info = body.putObject("ownerInfo");
    info.put("startTime", MOMENT.format(started));
    info.put("updateTime", MOMENT.format(now));
    info.put("inferenceNumber", frames);
    info.put("hardExampleNumber", hard);
    info.put("uploadCloudRatio", frames == 0 ? 0 : (double) hard / frames);
    return sent("inference", hard + " of " + frames, body);
  }

  private ObjectNode body(String owner, String kind) {
    ObjectNode body = JSON.createObjectNode();
    body.put("name", worker.name());
    body.put("namespace", worker.namespace());
    body.put("ownerName", worker.job());
    body.put("ownerKind", owner);
    body.put("kind", kind);
    return body;
  }

  private boolean sent(String kind, String what, ObjectNode body) {
    try {
      retries.run(() -> post(body.toString()));
      LOG.info("event=reported kind={} what=\"{}\"", kind, what);
      return true;
    } catch (IOException e) {
      LOG.error(
          "event=report_failed kind={} reason=\"{}\" then=\"the controller does not learn of this\"",
          kind,
          Seamark.message(e));
      return false;
    }
  }

  private String post(String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<byte[]> response =
          WholeExchange.send(
              client, request, WholeExchange.bytes(status -> ANSWER_LIMIT), ANSWERING);
      if (response.statusCode() != 200) {
        String said = new String(response.body(), StandardCharsets.UTF_8);
        throw new IOException(
            address
                + " answers "
                + response.statusCode()
                + " "
                + said.substring(0, Math.min(300, said.length())).replaceAll("\\s+", " "));
      }
      return body;
    } catch (ConnectException e) {
      throw new IOException(address + " does not answer: connection refused", e);
    }
  }
}
