package io.seamark.plugin;

import java.util.random.RandomGenerator;

/**
 * Makes what is learnt from of a labelled frame of the first world, in view of the world that the
 * stream shows now: in the stream's look, say, or mixed with a frame of it. Not thread-safe.
 */
@FunctionalInterface
public interface SampleAugmentation {
  /**
   * One random variant.
   *
   * @param labelled a retained frame with its true classes; is not changed
   * @param stream a frame of the stream with what the cloud answered, which is no label; of the
   *     same size, is not changed
   * @param random equal states give equal variants
   * @return a sample of that size, with depth where the labelled one has it; may be the labelled
   *     one
   */
  TrainingSample augment(TrainingSample labelled, TrainingSample stream, RandomGenerator random);
}
