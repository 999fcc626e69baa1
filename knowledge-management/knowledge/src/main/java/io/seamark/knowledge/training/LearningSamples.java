package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import java.util.List;
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
}
