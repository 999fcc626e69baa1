package io.seamark.plugin;

import java.util.List;

/** Gathers the samples that each model is trained on. */
public interface TaskRemodeling {
  /**
   * Gathers samples by model.
   *
   * @param samples of one round
   * @param models for each sample the index of the model that its group asks for; may be out of
   *     range
   * @param available number of models, at least 1
   * @return ascending by model, none without samples; each sample is with exactly one model, in its
   *     order
   */
  List<ModelSamples> remodel(List<TaskSample> samples, List<Integer> models, int available);

  /**
   * What trains one model.
   *
   * @param model its index, from 0
   * @param samples in the order in which they came
   */
  record ModelSamples(int model, List<TaskSample> samples) {
    /** Copies the list. */
    public ModelSamples {
      samples = List.copyOf(samples);
    }
  }
}
