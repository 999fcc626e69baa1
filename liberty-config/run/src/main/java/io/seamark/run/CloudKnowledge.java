package io.seamark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.knowledge.LearningState;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What knowledge management tells a run of its models and their training. */
final class CloudKnowledge {
  private static final Logger LOG = LoggerFactory.getLogger(CloudKnowledge.class);

  private final KnowledgeClient client;

  CloudKnowledge(KnowledgeClient client) {
    this.client = client;
  }

  /**
   * What is known at one time.
   *
   * @param versions judged or initial, oldest first
   * @param learning the state of training, or null if unknown
   */
  record Known(List<ModelVersion> versions, @Nullable LearningState learning) {}

  /** All that the cloud tells; what it does not tell is left out. */
  Known known() throws InterruptedException {
    List<ModelVersion> versions = List.of();
    LearningState learning = null;
    try {
      versions = versions();
      learning = learning();
    } catch (IOException e) {
      LOG.warn("event=knowledge_away reason=\"{}\"", e.getMessage());
    }
    return new Known(versions, learning);
  }

  /**
   * Every version, oldest first; one that is described otherwise than a version should be is left
   * out.
   */
  List<ModelVersion> versions() throws IOException, InterruptedException {
    JsonNode list = client.get("models");
    if (!list.isArray()) {
      throw new IOException("models is no JSON list but " + list.getNodeType());
    }
    List<ModelVersion> versions = new ArrayList<>();
    for (JsonNode one : list) {
      try {
        versions.add(KnowledgeJson.read(one, ModelVersion.class));
      } catch (IOException e) {
        LOG.warn("event=version_ignored reason=\"{}\"", e.getMessage());
      }
    }
    return versions;
  }

  /** What training is doing. */
  LearningState learning() throws IOException, InterruptedException {
    return KnowledgeJson.read(client.get("rounds"), LearningState.class);
  }

  /** Asks for a round of training. */
  KnowledgeClient.RoundRequest startRound() throws IOException, InterruptedException {
    return client.startRound();
  }

  /** Copies every version that the cloud still has, and says who serves. */
  void copy(List<ModelVersion> versions, RunFolder folder) throws InterruptedException {
    for (ModelVersion version : versions) {
      try {
        folder.version(
            version.version(),
            (KnowledgeJson.text(version) + "\n").getBytes(StandardCharsets.UTF_8));
        // Of a rejected version the cloud may have the description alone.
        Path part = folder.models().resolve(version.version() + ".part");
        try {
          client.fetch(announcement(version), part);
          folder.weights(version.version(), part);
        } finally {
          Files.deleteIfExists(part);
        }
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn(
            "event=model_not_copied version={} reason=\"{}\"", version.version(), e.getMessage());
      }
    }
    try {
      Optional<ModelAnnouncement> champion = client.champion(null);
      if (champion.isPresent()) {
        client.fetch(champion.get(), folder.champion());
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("event=model_not_copied version=champion reason=\"{}\"", e.getMessage());
    }
  }

  private static ModelAnnouncement announcement(ModelVersion version) {
    return new ModelAnnouncement(
        version.version(), version.sha256(), version.bytes(), version.created(), version.parent());
  }
}
