package io.seamark.buffer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.seamark.buffer.ReplayBufferWriter.Forgotten;
import io.seamark.buffer.ReplayBufferWriter.ForgottenSample;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was forgotten, as JSON: each sample by its numbers, names and SHA-256, and nothing else of
 * it.
 *
 * @param at when it was forgotten
 * @param buffer folder of the buffer
 * @param asked what for, by name
 * @param forgotten what came of it
 */
public record ForgetReceipt(
    Instant at, Path buffer, Map<String, Object> asked, Forgotten forgotten) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Copies the map. */
  public ForgetReceipt {
    asked = new LinkedHashMap<>(asked);
  }

  /**
   * Writes it, durably.
   *
   * @param file in a folder that is there; one of that name is replaced
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    DurableFiles.replace(file, json());
  }

  private byte[] json() throws JsonProcessingException {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("forgotten_at", at.toString());
    written.put("buffer", buffer.toString());
    written.put("asked", asked);
    written.put("samples", forgotten.samples().stream().map(ForgetReceipt::sample).toList());
    written.put("unread_samples", forgotten.unread());
    written.put("may_remain_in", forgotten.remains());
    return (JSON.writeValueAsString(written) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> sample(ForgottenSample sample) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("sequence", sample.sequence());
    one.put("edge", sample.edge());
    one.put("id", sample.id());
    one.put("domain", sample.domain());
    one.put("captured", Instant.ofEpochMilli(sample.capturedMillis()).toString());
    one.put("sha256", sample.digest());
    return one;
  }
}
