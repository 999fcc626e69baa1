package io.seamark.plugin;

import io.seamark.perception.ClassScores;

/**
 * The cloud's second look at a sample that the edge called hard. A sample that turns out to be seen
 * is answered from the edge model's own scores and is no training material.
 */
public interface UnseenSampleReRecognition {
  /**
   * Looks again.
   *
   * @param sample its sequence counts the samples looked at since the start, from 0
   * @param scores the edge model's logits for it
   * @return whether it stays unseen
   */
  boolean unseen(TaskSample sample, ClassScores scores);
}
