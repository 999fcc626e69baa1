package io.seamark.knowledge.training;

import java.util.SplittableRandom;

/**
 * Random choices that depend on their place alone, such as the number of a step, and not on what
 * was drawn before: whoever begins in the middle draws what was drawn there before.
 *
 * @param seed every choice derives from it
 */
record Draws(long seed) {
  /**
   * The draws of a part.
   *
   * @param number of the part
   * @return others than those of any other part
   */
  Draws of(long number) {
    long mixed = new SplittableRandom(seed).nextLong();
    return new Draws(new SplittableRandom(mixed + number).nextLong());
  }

  /**
   * The draws themselves.
   *
   * @return a generator at its beginning
   */
  SplittableRandom random() {
    return new SplittableRandom(seed);
  }
}
