package io.seamark.edge.upload;

import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Puts one frame to the cloud, once. Thread-safe. */
final class CloudExchange {
  /** What is read of an answer that is none. */
  private static final int ERROR_LIMIT = 64 * 1024;

  private final URI address;
  private final CloudLink.Options options;
  private final HttpClient client;

  /** One exchange: status, body, and how long the service asks to wait. */
  record Reply(
      int status, String type, byte[] body, @Nullable Duration retryAfter, double seconds) {
    boolean isAnswer() {
      return status == 200;
    }

    String describe() {
      String text = new String(body, StandardCharsets.UTF_8).replaceAll("\\s+", " ").strip();
      return "HTTP status " + status + " " + text.substring(0, Math.min(300, text.length()));
    }
  }

  /**
   * Opens no connection yet.
   *
   * @param service base address of the cloud, as the protocol has it
   * @param options how patiently, and how much
   */
  CloudExchange(URI service, CloudLink.Options options) {
    this.address = options.protocol().address(service);
    this.options = options;
    this.client =
        HttpClients.builder(service)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Where frames are put. */
  URI address() {
    return address;
  }

  Reply put(byte[] body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", options.protocol().mediaType())
            .header("Accept", options.protocol().mediaType())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    long start = System.nanoTime();
    HttpResponse<byte[]> response =
        WholeExchange.send(
            client,
            request,
            WholeExchange.bytes(status -> status == 200 ? options.answerLimit() : ERROR_LIMIT),
            options.timeout());
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body(),
        response.headers().firstValue("Retry-After").map(this::seconds).orElse(null),
        (System.nanoTime() - start) / 1e9);
  }

  /** Retry-After in seconds; its other form, a date, is left to our own pauses. */
  private @Nullable Duration seconds(String value) {
    try {
      long asked = Long.parseLong(value.strip());
      return asked < 0 ? null : Duration.ofSeconds(Math.min(asked, 3600));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
