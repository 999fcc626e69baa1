package io.seamark.sedna.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.mizosoft.methanol.MultipartBodyPublisher;
import io.seamark.cli.Addresses;
import io.seamark.cli.Seamark;
import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import io.seamark.sedna.Retries;
import io.seamark.sedna.Worker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sedna's knowledge base as its workers speak to it (kubeedge/sedna, {@code
 * lib/sedna/service/client.py} and {@code service/server/knowledgeBase}). Each request is tried
 * several times; where none succeeds, that is logged and the worker goes on with its own paths.
 */
final class KnowledgeBase {
  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeBase.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ANSWER_LIMIT = 1 << 16;
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration ANSWERING = Duration.ofMinutes(5);

  /** What it answers: where the file is, relative to itself. */
  private static final Pattern FILE =
      Pattern.compile("/file/download\\?files=[A-Za-z0-9._-]+&name=[A-Za-z0-9._-]+");

  private final @Nullable String base;
  private final Retries retries;
  private final @Nullable HttpClient client;

  /**
   * A client.
   *
   * @param server its address; empty for none, when nothing is ever kept there
   * @param retries how often it is asked
   * @throws IllegalArgumentException if the address is none
   */
  KnowledgeBase(String server, Retries retries) {
    this.retries = retries;
    if (server.isBlank()) {
      base = null;
      client = null;
    } else {
      URI address = Addresses.http("KB_SERVER", server);
      base = address.toString().replaceAll("/+$", "") + "/knowledgebase";
      client =
          HttpClients.builder(address)
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECTING)
              .build();
    }
  }

  /**
   * Keeps a file.
   *
   * @param file of this machine
   * @param name it is kept under
   * @return its address; empty if it could not be kept
   */
  Optional<String> upload(Path file, String name) {
    return kept(
        "file " + name,
        () ->
            multipart(
                "/file/upload",
                MultipartBodyPublisher.newBuilder()
                    .formPart("file", name, BodyPublishers.ofFile(file))
                    .build()));
  }

  /**
   * Keeps an index in place of the one before.
   *
   * @param index its bytes
   * @return its address; empty if it could not be kept
   */
  Optional<String> update(byte[] index) {
    return kept(
        "the index",
        () ->
            multipart(
                "/update",
                MultipartBodyPublisher.newBuilder()
                    .formPart("task", Worker.INDEX, BodyPublishers.ofByteArray(index))
                    .build()));
  }

  /**
   * Drops tasks.
   *
   * @param dropped their names
   * @return the address of the index; empty if it could not be told
   */
  Optional<String> drop(List<String> dropped) {
    ObjectNode body = JSON.createObjectNode();
    body.put("tasks", String.join(",", dropped));
    body.put("status", 0);
    return kept(
        "what was evaluated",
        () ->
            send(
                request("/update/status")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body.toString()))
                    .build()));
  }

  private Optional<String> kept(String what, Retries.Attempt<String> attempt) {
    if (base == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(retries.run(attempt));
    } catch (IOException e) {
      LOG.warn(
          "event=knowledge_base_failed what=\"{}\" reason=\"{}\" then=\"goes on without it\"",
          what,
          Seamark.message(e));
      return Optional.empty();
    }
  }

  private String multipart(String path, MultipartBodyPublisher body)
      throws IOException, InterruptedException {
    return send(
        request(path).header("Content-Type", body.mediaType().toString()).POST(body).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path));
  }

  private String send(HttpRequest request) throws IOException, InterruptedException {
    HttpClient open = client;
    if (open == null) {
      throw new IllegalStateException("there is no knowledge base");
    }
    HttpResponse<byte[]> response;
    try {
      response =
          WholeExchange.send(open, request, WholeExchange.bytes(status -> ANSWER_LIMIT), ANSWERING);
    } catch (ConnectException e) {
      throw new IOException(request.uri() + " does not answer: connection refused", e);
    }
    if (response.statusCode() != 200) {
      throw new IOException(request.uri() + " answers " + response.statusCode());
    }
    return base + file(request.uri(), response.body());
  }

  private static String file(URI asked, byte[] text) throws IOException {
    String shown = new String(text, StandardCharsets.UTF_8);
    try {
      JsonNode answer = JSON.readTree(text);
      if (answer != null && answer.isTextual() && FILE.matcher(answer.asText()).matches()) {
        return answer.asText();
      }
    } catch (JsonProcessingException e) {
      // Said below.
    }
    throw new IOException(
        asked
            + " answers '"
            + shown.substring(0, Math.min(200, shown.length()))
            + "', but must name a file such as \"/file/download?files=N&name=N\"");
  }
}
