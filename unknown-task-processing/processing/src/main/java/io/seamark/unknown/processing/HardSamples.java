package io.seamark.unknown.processing;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Steps 6 to 8: answers hard samples, and keeps each in the replay buffer before its answer goes
 * out. One that was answered before is answered from there; one that is called seen is not kept.
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
   * A sample and its answer, which may go out once it is kept.
   *
   * @param sample as it is to be kept
   * @param answer made now, or before if it was stored
   * @param unseen whether it is to be kept
   * @param segments the masks that the answer rests on, or null
   * @param look light and colours of the frame
   * @param stored where it is if it had been answered before, else null
   */
  public record Answered(
      HardSample sample,
      FusedAnswer answer,
      boolean unseen,
      @Nullable ClassMap segments,
      Look look,
      ReplayBufferWriter.@Nullable Stored stored) {}

  /**
   * Answers a sample. Not for several threads at once.
   *
   * @param sample as received
   * @param frame its image, decoded
   * @param before seconds of the stages that led to this
   * @return the answer, to be kept
   * @throws io.seamark.failure.FailedException as {@link UnseenTasks#answer}
   * @throws IOException if the buffer fails
   */
  public Answered answer(HardSample sample, Frame frame, Map<String, Double> before)
      throws IOException {
    Optional<ReplayBufferWriter.Stored> known = buffer.find(sample);
    if (known.isPresent()) {
      FusedAnswer answer = known.get().sample().answer();
      return new Answered(sample, answer, false, null, Look.of(frame), known.get());
    }
    UnseenTasks.Answered answered =
        tasks.answer(
            new UnseenTasks.Sample(
                attributes(sample), frame, sample.scores(), before, sample.audited()),
            () -> processing,
            this::domains);
    HardSample kept =
        answered.domain().equals(sample.domain()) ? sample : sample.withDomain(answered.domain());
    return new Answered(
        kept, answered.answer(), answered.unseen(), answered.segments(), Look.of(frame), null);
  }

  /**
   * Keeps a sample, unless it was called seen or is there. Several threads may do so at once, while
   * another one answers: their samples share an fsync.
   *
   * @param answered of a sample
   * @return where it is kept
   * @throws io.seamark.buffer.TooManyEdgesException if the buffer has no room for another edge
   * @throws IOException if the buffer fails
   */
  public Outcome keep(Answered answered) throws IOException {
    FusedAnswer answer = answered.answer();
    ReplayBufferWriter.Stored stored = answered.stored();
    if (stored != null) {
      return new Outcome(answer, stored.sequence(), Map.of(), true);
    }
    if (!answered.unseen()) {
      return new Outcome(answer, -1, answer.seconds(), false);
    }
    long start = System.nanoTime();
    long sequence =
        buffer.append(
            new BufferedSample(answered.sample(), answer, answered.segments(), answered.look()));
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
