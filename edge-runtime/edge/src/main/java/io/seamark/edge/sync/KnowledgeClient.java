package io.seamark.edge.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.Sha256Output;
import io.seamark.host.AnswerTooLargeException;
import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to knowledge-management. Whatever it sends is bounded and checked before use. Thread-safe.
 */
public final class KnowledgeClient implements ModelSource {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int JSON_LIMIT = 16 << 20;

  /** For an exchange as a whole; a model's file has more, by its size. */
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Bytes a second below which a model is not worth waiting for: 128 kbit/s. */
  private static final int LEAST_RATE = 16 << 10;

  private final URI base;
  private final long modelLimit;
  private final @Nullable String edge;
  private final HttpClient client;

  /**
   * A client.
   *
   * @param service base address
   * @param modelLimit largest model that is fetched, in bytes
   */
  public KnowledgeClient(URI service, long modelLimit) {
    this(service, modelLimit, null);
  }

  /**
   * The client of an edge, which may be one of the first to get a new model.
   *
   * @param service base address
   * @param modelLimit largest model that is fetched, in bytes
   * @param edge its name; null for somebody else
   */
  public KnowledgeClient(URI service, long modelLimit, @Nullable String edge) {
    this.edge = edge;
    this.base = URI.create(service.toString().replaceAll("/+$", "") + "/");
    this.modelLimit = modelLimit;
    this.client =
        HttpClients.builder(service)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /**
   * The serving model.
   *
   * @param known version that the caller has, or null
   * @return empty if that is the serving one
   * @throws IOException if the service does not answer, or not as it should
   * @throws InterruptedException if the thread was interrupted
   */
  @Override
  public Optional<ModelAnnouncement> champion(@Nullable String known)
      throws IOException, InterruptedException {
    String query = edge == null ? "" : "?edge=" + URLEncoder.encode(edge, StandardCharsets.UTF_8);
    HttpRequest.Builder request = request("models/champion" + query);
    if (known != null) {
      request.header("If-None-Match", "\"" + known + "\"");
    }
    HttpResponse<byte[]> response = send(request.GET().build());
    if (response.statusCode() == 304) {
      return Optional.empty();
    }
    requireOk(response);
    try {
      ModelAnnouncement version = JSON.readValue(response.body(), ModelAnnouncement.class);
      return version.version().equals(known) ? Optional.empty() : Optional.of(version);
    } catch (JsonProcessingException e) {
      throw new IOException(base + "models/champion: " + reason(e), e);
    }
  }

  private static String reason(JsonProcessingException e) {
    return e.getCause() instanceof IllegalArgumentException cause
        ? String.valueOf(cause.getMessage())
        : e.getOriginalMessage();
  }

  /**
   * Fetches a model's file; nothing is left at {@code to} unless size and digest are right.
   *
   * @param version which
   * @param to where to put it
   * @throws IOException if it could not be fetched whole and unaltered
   * @throws InterruptedException if the thread was interrupted
   */
  public void fetch(ModelAnnouncement version, Path to) throws IOException, InterruptedException {
    Path part = DurableFiles.unfinished(to);
    try {
      download(version, part);
      DurableFiles.take(part, to);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * The same for a file that has no place yet.
   *
   * @param version which
   * @param part is made; may hold a piece if this fails
   * @throws IOException if it could not be fetched whole and unaltered
   * @throws InterruptedException if the thread was interrupted
   */
  @Override
  public void download(ModelAnnouncement version, Path part)
      throws IOException, InterruptedException {
    if (version.bytes() > modelLimit) {
      throw new IOException(
          "model "
              + version.version()
              + " has "
              + version.bytes()
              + " bytes, but at most "
              + modelLimit
              + " are fetched");
    }
    HttpRequest request = request("models/" + version.version() + "/weights").GET().build();
    long length;
    String sha256;
    try (Sha256Output file = new Sha256Output(create(part))) {
      ByteArrayOutputStream problem = new ByteArrayOutputStream();
      HttpResponse<Long> response =
          exchange(
              request,
              info ->
                  info.statusCode() == 200
                      ? WholeExchange.into(new PartOutput(file, part), version.bytes())
                      : WholeExchange.into(problem, JSON_LIMIT),
              DEADLINE.plusSeconds(version.bytes() / LEAST_RATE));
      if (response.statusCode() != 200) {
        throw status(request.uri(), response.statusCode(), problem.toByteArray());
      }
      length = response.body();
      sha256 = file.sha256();
    } catch (AnswerTooLargeException e) {
      throw new IOException(
          "model " + version.version() + " is longer than the announced " + version.bytes(), e);
    }
    if (length != version.bytes()) {
      throw new IOException(
          "model "
              + version.version()
              + " has "
              + length
              + " bytes, but "
              + version.bytes()
              + " were announced");
    }
    checkDigest(version, sha256);
  }

  private static OutputStream create(Path part) throws IOException {
    return Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** The file that is fetched into: a full disk's own message names nothing. */
  private static final class PartOutput extends FilterOutputStream {
    private final Path part;

    PartOutput(OutputStream file, Path part) {
      super(file);
      this.part = part;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        throw new IOException(
            "no model can be written to " + part.getParent() + ": " + e.getMessage(), e);
      }
    }
  }

  static void checkDigest(ModelAnnouncement version, String actual) throws IOException {
    if (!actual.equals(version.sha256())) {
      throw new IOException(
          "model "
              + version.version()
              + " has the digest "
              + actual
              + ", but "
              + version.sha256()
              + " was announced");
    }
  }

  /**
   * Reads a JSON resource, such as {@code models} or {@code rounds}.
   *
   * @param path below the base address
   * @return what the service says
   * @throws IOException if it does not answer, or not as it should
   * @throws InterruptedException if the thread was interrupted
   */
  public JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(request(path).GET().build());
    requireOk(response);
    return JSON.readTree(response.body());
  }

  /** What a request for a training round came to. */
  public enum RoundRequest {
    /** One begins. */
    STARTED,
    /** There is nothing to train on, or nothing new. */
    NOTHING_TO_DO,
    /** One is running, or has only just ended. */
    LATER
  }

  /**
   * Asks for a training round.
   *
   * @return what came of it
   * @throws IOException if the service does not answer, or not as it should
   * @throws InterruptedException if the thread was interrupted
   */
  public RoundRequest startRound() throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        send(request("rounds").POST(HttpRequest.BodyPublishers.noBody()).build());
    return switch (response.statusCode()) {
      case 202 -> RoundRequest.STARTED;
      case 200 -> RoundRequest.NOTHING_TO_DO;
      case 409, 429 -> RoundRequest.LATER;
      default -> throw status(response.uri(), response.statusCode(), response.body());
    };
  }

  /**
   * Lets an earlier version serve again.
   *
   * @param version its id, or null for the one before the one that serves
   * @return the version that serves now
   * @throws IOException if the service does not answer, or refuses; the message has its reason
   * @throws InterruptedException if the thread was interrupted
   */
  public ModelAnnouncement rollBack(@Nullable String version)
      throws IOException, InterruptedException {
    String query =
        version == null ? "" : "?version=" + URLEncoder.encode(version, StandardCharsets.UTF_8);
    HttpResponse<byte[]> response =
        send(request("models/champion" + query).POST(HttpRequest.BodyPublishers.noBody()).build());
    requireOk(response);
    try {
      return JSON.readValue(response.body(), ModelAnnouncement.class);
    } catch (JsonProcessingException e) {
      throw new IOException(base + "models/champion: " + reason(e), e);
    }
  }

  /**
   * Offers the champion to some edges first, or to all.
   *
   * @param query as {@code POST /models/rollout} takes it, without the question mark
   * @return the rollout
   * @throws IOException if the service does not answer, or refuses; the message has its reason
   * @throws InterruptedException if the thread was interrupted
   */
  public JsonNode rollOut(String query) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        send(request("models/rollout?" + query).POST(HttpRequest.BodyPublishers.noBody()).build());
    requireOk(response);
    return JSON.readTree(response.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path));
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    try {
      return exchange(request, WholeExchange.bytes(status -> JSON_LIMIT), DEADLINE);
    } catch (AnswerTooLargeException e) {
      throw new IOException(request.uri() + " answers with more than " + JSON_LIMIT + " bytes", e);
    }
  }

  private <T> HttpResponse<T> exchange(
      HttpRequest request, HttpResponse.BodyHandler<T> body, Duration deadline)
      throws IOException, InterruptedException {
    try {
      return WholeExchange.send(client, request, body, deadline);
    } catch (ConnectException e) {
      throw new IOException(request.uri() + " does not answer: connection refused", e);
    }
  }

  private static void requireOk(HttpResponse<byte[]> response) throws IOException {
    if (response.statusCode() != 200) {
      throw status(response.uri(), response.statusCode(), response.body());
    }
  }

  private static IOException status(URI uri, int status, byte[] text) {
    String shown = new String(text, StandardCharsets.UTF_8).replaceAll("\\s+", " ").strip();
    return new IOException(
        uri + " answers " + status + " " + shown.substring(0, Math.min(300, shown.length())));
  }
}
