package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Samples that a {@link Learner} may draw from, such as those of a replay buffer. */
public interface LearningSamples {
  /**
   * A sample without its pixels.
   *
   * @param candidate as replay policies take it
   * @param task as task plugins take it; its sequence is the candidate's
   */
  record Described(ReplayPolicy.Candidate candidate, TaskSample task) {
    /**
     * Its place.
     *
     * @return at least 0
     */
    public long sequence() {
      return candidate.sequence();
    }
  }

  /**
   * The sequence of the oldest sample.
   *
   * @return at least 0
   */
  long first();

  /**
   * The sequence after that of the newest sample.
   *
   * @return at least {@link #first}
   */
  long next();

  /**
   * What is known of the samples without reading their pixels.
   *
   * @return by ascending sequence
   */
  Stream<Described> described();

  /**
   * The samples with what is learnt from them.
   *
   * @param sequences which ones
   * @return in that order, read when they are used
   */
  LabelledFrames frames(List<Long> sequences);

  /**
   * The same samples without those of some edges.
   *
   * @param edges their names
   * @return a view
   */
  default LearningSamples without(Set<String> edges) {
    LearningSamples all = this;
    return new LearningSamples() {
      @Override
      public long first() {
        return all.first();
      }

      @Override
      public long next() {
        return all.next();
      }

      @Override
      public Stream<Described> described() {
        return all.described()
            .filter(
                sample ->
                    !edges.contains(sample.task().attributes().getOrDefault(TaskSample.EDGE, "")));
      }

      @Override
      public LabelledFrames frames(List<Long> sequences) {
        return all.frames(sequences);
      }
    };
  }
}
