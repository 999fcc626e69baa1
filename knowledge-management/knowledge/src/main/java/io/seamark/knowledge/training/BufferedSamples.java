package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.frames.BufferedFrames;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.perception.Look;
import io.seamark.plugin.TaskSample;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The samples of a replay buffer with the cloud's answers.
 *
 * @param buffer where they are
 * @param next the sequence after the last of them that is looked at
 */
record BufferedSamples(ReplayBuffer buffer, long next) implements LearningSamples {
  /** All that it holds. */
  BufferedSamples(ReplayBuffer buffer) {
    this(buffer, buffer.next());
  }

  @Override
  public long first() {
    return buffer.first();
  }

  @Override
  public Stream<Described> described() {
    return buffer
        .entries()
        .filter(entry -> entry.sequence() < next)
        .map(
            entry -> new Described(entry.candidate(), new TaskSample(entry.sequence(), of(entry))));
  }

  private static Map<String, String> of(ReplayBuffer.Entry entry) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put(TaskSample.ID, entry.id());
    attributes.put(TaskSample.EDGE, entry.edge());
    if (!entry.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, entry.domain());
    }
    Look look = entry.look();
    if (look != null) {
      attributes.put(TaskSample.LOOK, look.text());
    }
    return attributes;
  }

  @Override
  public LabelledFrames frames(List<Long> sequences) {
    return BufferedFrames.answers(buffer, sequences);
  }
}
