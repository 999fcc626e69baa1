package io.seamark.edge.upload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import java.io.IOException;
import java.net.URI;
import java.util.Set;

/**
 * That of our own unknown-task processing: frame and scores as an Arrow stream, and the same back.
 * The cloud keeps frame and answer.
 */
public record ArrowProtocol() implements CloudProtocol {
  private static final int ANSWER_OVERHEAD = 64 * 1024;
  private static final Set<Integer> FOR_GOOD = Set.of(400, 413, 415, 422);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public URI address(URI service) {
    return URI.create(service.toString().replaceAll("/+$", "") + "/" + CloudLink.PATH);
  }

  @Override
  public String mediaType() {
    return "application/vnd.apache.arrow.stream";
  }

  @Override
  public byte[] question(HardSample sample) {
    return ArrowMessages.encode(sample);
  }

  @Override
  public FusedAnswer answer(HardSample sample, byte[] body) throws IOException {
    // The limit holds for the unpacked answer: a byte a pixel, and a little for the rest.
    long limit = (long) sample.width() * sample.height() + ANSWER_OVERHEAD;
    FusedAnswer answer;
    try {
      answer = ArrowMessages.decodeAnswer(body, limit);
    } catch (IOException | RuntimeException e) {
      throw new IOException("the answer cannot be read: " + e.getMessage(), e);
    }
    if (answer.classMap().width() != sample.width()
        || answer.classMap().height() != sample.height()) {
      throw new IOException(
          String.format(
              "the answer is %dx%d, but the frame is %dx%d",
              answer.classMap().width(),
              answer.classMap().height(),
              sample.width(),
              sample.height()));
    }
    return answer;
  }

  /** By the problem document (RFC 9457) that names Seamark as its origin, and the same status. */
  @Override
  public boolean refuses(int status, String mediaType, byte[] body) {
    if (!FOR_GOOD.contains(status) || !mediaType.startsWith("application/problem+json")) {
      return false;
    }
    try {
      JsonNode problem = JSON.readTree(body);
      return problem != null
          && problem.path("origin").asText().equals("seamark")
          && problem.path("status").asInt() == status;
    } catch (IOException e) {
      return false;
    }
  }
}
