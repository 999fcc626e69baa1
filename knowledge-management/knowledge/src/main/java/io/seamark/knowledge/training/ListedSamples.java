package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Samples that are listed in files, such as those of an index, decoded when they are used: their
 * sequences are their places in the list.
 *
 * @param source what they are, for messages
 * @param samples in the order in which they came
 */
public record ListedSamples(String source, List<? extends Listed> samples)
    implements LearningSamples {
  /** Copies the list. */
  public ListedSamples {
    samples = List.copyOf(samples);
  }

  /** A sample that is read when it is used. */
  public interface Listed {
    /**
     * What the task plugins know of it.
     *
     * @return see {@link TaskSample}
     */
    Map<String, String> attributes();

    /**
     * The miner's score.
     *
     * @return 0 where nothing was mined
     */
    default double score() {
      return 0;
    }

    /**
     * Pixels of each class in what is learnt.
     *
     * @return empty where they were not counted
     */
    default List<Long> pixels() {
      return List.of();
    }

    /**
     * Reads it.
     *
     * @return the frame and what is learnt from it
     * @throws IOException if it cannot be read; the message names the file
     */
    LabelledFrames.LabelledFrame read() throws IOException;
  }

  @Override
  public long first() {
    return 0;
  }

  @Override
  public long next() {
    return samples.size();
  }

  @Override
  public Stream<Described> described() {
    return IntStream.range(0, samples.size()).mapToObj(this::described);
  }

  private Described described(int index) {
    Listed sample = samples.get(index);
    return new Described(
        new ReplayPolicy.Candidate(index, sample.score(), sample.pixels()),
        new TaskSample(index, sample.attributes()));
  }

  /**
   * All of them.
   *
   * @return in their order
   */
  public LabelledFrames frames() {
    return frames(LongStream.range(0, samples.size()).boxed().toList());
  }

  @Override
  public LabelledFrames frames(List<Long> sequences) {
    return new LabelledFrames() {
      @Override
      public int size() {
        return sequences.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        return samples.get((int) (long) sequences.get(index)).read();
      }

      @Override
      public String source() {
        return source;
      }
    };
  }
}
