package io.seamark.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Recorded calls of Sedna's knowledge base, and their replay. */
final class SednaRecordings {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private SednaRecordings() {}

  /**
   * A call with the answer that Sedna's own server gave.
   *
   * @param name the recording and its note, or its number in the recording where it has none
   * @param method HTTP's
   * @param path with the query
   * @param headers of the request
   * @param body of the request
   * @param status of the answer
   * @param answered headers of the answer
   * @param answer its body
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Call(
      String name,
      String method,
      String path,
      Map<String, String> headers,
      byte[] body,
      int status,
      Map<String, String> answered,
      byte[] answer) {
    /** What the one part of a multipart body holds. */
    byte[] part() {
      String text = new String(body, StandardCharsets.ISO_8859_1);
      return Arrays.copyOfRange(body, text.indexOf("\r\n\r\n") + 4, text.lastIndexOf("\r\n--"));
    }

    /** The file name of that part. */
    String fileName() {
      return new String(body, StandardCharsets.ISO_8859_1)
          .replaceFirst("(?s).*?filename=\"([^\"]*)\".*", "$1");
    }

    boolean uploads() {
      return method.equals("POST")
          && (path.endsWith("/file/upload") || path.endsWith("/knowledgebase/update"));
    }

    HttpResponse<byte[]> send(URI server) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.resolve(path))
              .method(
                  method,
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body));
      headers.forEach(request::header);
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  /**
   * The calls of one recording, in their order.
   *
   * @param name of the file, without its ending
   */
  static List<Call> of(String name) throws IOException {
    List<Call> calls = new ArrayList<>();
    byte[] first = new byte[0];
    int number = 0;
    for (JsonNode entry :
        JSON.readTree(SharedFolder.path("vectors/sedna/" + name + ".json").toFile())) {
      if (!entry.has("method") || !entry.path("service").asText("kb").equals("kb")) {
        continue;
      }
      number++;
      String repeated = entry.path("request_body_base64").asText();
      byte[] body;
      if (repeated.startsWith("(same as the first")) {
        body = first;
      } else if (repeated.startsWith("(same part as the attempt before")) {
        body = calls.get(calls.size() - 1).body();
      } else {
        body = bytes(entry, "request_body");
        if (entry.path("path").asText().endsWith("/update") && first.length == 0) {
          first = body;
        }
      }
      calls.add(
          new Call(
              name + ": " + entry.path("note").asText(Integer.toString(number)),
              entry.path("method").asText(),
              entry.path("path").asText(),
              headers(entry.path("request_headers")),
              body,
              entry.path("status").asInt(),
              headers(entry.path("response_headers")),
              bytes(entry, "response_body")));
    }
    return calls;
  }

  private static byte[] bytes(JsonNode entry, String field) {
    String encoded = entry.path(field + "_base64").asText("");
    return encoded.isEmpty()
        ? entry.path(field).asText("").getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(encoded);
  }

  private static Map<String, String> headers(JsonNode object) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      headers.put(name, object.path(name).asText());
    }
    return headers;
  }
}
