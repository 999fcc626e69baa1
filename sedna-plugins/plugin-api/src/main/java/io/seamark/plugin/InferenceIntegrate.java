package io.seamark.plugin;

import io.seamark.perception.Prediction;
import java.util.List;

/** Puts together what the models of several tasks say of the samples of one call. */
public interface InferenceIntegrate {
  /**
   * Puts results together.
   *
   * @param results task by task, in any order of the samples; a sample may have one of several
   *     tasks
   * @return one for each sample that has a result, in the order of the samples
   */
  List<Prediction> integrate(List<TaskResult> results);

  /**
   * What the model of one task says of one sample.
   *
   * @param task index of the task, from 0
   * @param sample place of the sample among those of the call, from 0
   * @param prediction what the task's model says
   */
  record TaskResult(int task, int sample, Prediction prediction) {
    /** Checks the indices. */
    public TaskResult {
      if (task < 0 || sample < 0) {
        throw new IllegalArgumentException(
            "task " + task + ", sample " + sample + ": both must be at least 0");
      }
    }
  }
}
