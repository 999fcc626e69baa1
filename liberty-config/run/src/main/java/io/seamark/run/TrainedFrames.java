package io.seamark.run;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which frames training drew from: the versions' provenance has sequences, the buffer has ids. */
final class TrainedFrames {
  private static final Logger LOG = LoggerFactory.getLogger(TrainedFrames.class);

  private TrainedFrames() {}

  /**
   * What no version was trained on.
   *
   * @param buffer that training reads
   * @param versions every one, judged or initial
   * @return whether a frame, by id, was never trained on; no frame where the buffer cannot be read
   */
  static Predicate<String> untrained(Path buffer, List<ModelVersion> versions) {
    Set<String> trained = new HashSet<>();
    try (ReplayBuffer opened = ReplayBuffer.openReadOnly(buffer);
        Stream<ReplayBuffer.Entry> entries = opened.entries()) {
      entries
          .filter(entry -> versions.stream().anyMatch(v -> drewFrom(v, entry.sequence())))
          .forEach(entry -> trained.add(entry.id()));
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("event=buffer_unknown reason=\"{}\"", e.getMessage());
      return id -> false;
    }
    return id -> !trained.contains(id);
  }

  private static boolean drewFrom(ModelVersion version, long sequence) {
    Provenance.BufferUse use = version.provenance().buffer();
    return use != null && use.trained().stream().anyMatch(range -> range.contains(sequence));
  }
}
