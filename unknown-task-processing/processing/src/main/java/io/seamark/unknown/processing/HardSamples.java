package io.seamark.unknown.processing;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Steps 6 to 8: answers hard samples, and keeps each in the replay buffer before its answer goes
 * out. One that was answered before is answered from there; one that is called seen is not kept.
 * Not thread-safe.
 */
public final class HardSamples implements AutoCloseable {
  private final FrameProcessing processing;
  private final UnseenTasks tasks;
  private final ReplayBufferWriter buffer;

  /**
   * What came of a sample.
   *
   * @param answer made now, or before if {@code resent}
   * @param sequence the sample's place in the buffer, or -1 if it was called seen and not kept
   * @param seconds time by stage, {@code store} among them; empty if {@code resent}
   * @param resent whether the sample had been answered before
   */
  public record Outcome(
      FusedAnswer answer, long sequence, Map<String, Double> seconds, boolean resent) {
    /** Copies the map. */
    public Outcome {
      seconds = Map.copyOf(seconds);
    }
  }

  /**
   * Takes over what is open.
   *
   * @param processing answers frames; closed with this
   * @param tasks looks at each sample before that
   * @param buffer keeps them; what it holds already counts as answered; closed with this
   */
  public HardSamples(FrameProcessing processing, UnseenTasks tasks, ReplayBufferWriter buffer) {
    this.processing = processing;
    this.tasks = tasks;
    this.buffer = buffer;
  }

  /**
   * Answers a sample.
   *
   * @param sample as received
   * @param frame its image, decoded
   * @param before seconds of the stages that led to this
   * @return the answer and where the sample is kept
   * @throws io.seamark.failure.FailedException as {@link UnseenTasks#answer}
   * @throws io.seamark.buffer.TooManyEdgesException if the buffer has no room for another edge
   * @throws IOException if the buffer fails
   */
  public Outcome answer(HardSample sample, Frame frame, Map<String, Double> before)
      throws IOException {
    Optional<ReplayBufferWriter.Stored> known = buffer.find(sample);
    if (known.isPresent()) {
      FusedAnswer answer = known.get().sample().answer();
      return new Outcome(answer, known.get().sequence(), Map.of(), true);
    }
    UnseenTasks.Answered answered =
        tasks.answer(
            new UnseenTasks.Sample(
                attributes(sample), frame, sample.scores(), before, sample.audited()),
            () -> processing,
            this::domains);
    FusedAnswer answer = answered.answer();
    if (!answered.unseen()) {
      return new Outcome(answer, -1, answer.seconds(), false);
    }
    long start = System.nanoTime();
    HardSample kept =
        answered.domain().equals(sample.domain()) ? sample : sample.withDomain(answered.domain());
    long sequence =
        buffer.append(new BufferedSample(kept, answer, answered.segments(), Look.of(frame)));
    Map<String, Double> seconds = new HashMap<>(answer.seconds());
    seconds.put("store", (System.nanoTime() - start) / 1e9);
    return new Outcome(answer, sequence, seconds, false);
  }

  /** The tasks of unseen samples are the domains in the buffer, in the order in which they came. */
  private List<String> domains() {
    return buffer.domains().values().keySet().stream().filter(domain -> !domain.isEmpty()).toList();
  }

  private static Map<String, String> attributes(HardSample sample) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put(TaskSample.ID, sample.id());
    attributes.put(TaskSample.EDGE, sample.edge());
    if (!sample.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, sample.domain());
    }
    return attributes;
  }

  /**
   * What answers frames that are not kept.
   *
   * @return closed with this
   */
  public FrameProcessing processing() {
    return processing;
  }

  /**
   * Where samples are kept.
   *
   * @return closed with this
   */
  public ReplayBufferWriter buffer() {
    return buffer;
  }

  /**
   * Closes the plugin and the buffer, sealed so that any Arrow library reads it.
   *
   * @throws IOException if the buffer fails
   */
  @Override
  public void close() throws IOException {
    try (buffer) {
      processing.close();
      buffer.seal();
    }
  }
}
