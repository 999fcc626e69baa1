package io.seamark.sedna.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.SealedJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a training round came to.
 *
 * @param done what is kept of it in the output folder, so that it is trained once
 * @param model the file of the model that goes on
 * @param former where that model is already; empty for a file of this round
 * @param samples that it was trained on, a line each
 * @param datasets of this and earlier rounds
 */
record TrainedRound(
    Done done,
    Path model,
    List<String> former,
    List<String> samples,
    List<JobIndex.Dataset> datasets) {
  /** The name of what is kept. */
  static final String FILE = "round.json";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Copies the lists. */
  TrainedRound {
    former = List.copyOf(former);
    samples = List.copyOf(samples);
    datasets = List.copyOf(datasets);
  }

  /**
   * That a round has ended.
   *
   * @param round what tells it from others
   * @param verdict {@code trained}, {@code rejected} or {@code idle}
   * @param reason of it
   * @param model that goes on
   * @param tasks number of samples by name
   */
  record Done(
      @JsonProperty("round") String round,
      @JsonProperty("verdict") String verdict,
      @JsonProperty("reason") String reason,
      @JsonProperty("model") ModelAnnouncement model,
      @JsonProperty("tasks") Map<String, Integer> tasks) {
    @SuppressWarnings("ConstantValue")
    Done {
      if (round == null || verdict == null || model == null) {
        throw new IllegalArgumentException("it lacks round, verdict or model");
      }
      reason = reason == null ? "" : reason;
      tasks = tasks == null ? Map.of() : Map.copyOf(new TreeMap<>(tasks));
    }

    byte[] bytes() {
      return SealedJson.write(JSON.valueToTree(this));
    }

    static Done read(byte[] bytes) throws IOException {
      try {
        return JSON.treeToValue(SealedJson.read(bytes), Done.class);
      } catch (JsonProcessingException e) {
        throw new IOException(e.getOriginalMessage(), e);
      }
    }
  }
}
