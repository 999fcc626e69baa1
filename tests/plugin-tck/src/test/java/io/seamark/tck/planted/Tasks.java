package io.seamark.tck.planted;

import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskAllocation;
import java.util.Collections;

/** Faulty task plugins. */
final class Tasks {
  private Tasks() {}

  /** Gives samples to a task that there is not. */
  public static final class BeyondTasks extends PlantedProvider<TaskAllocation> {
    /** Made by the service loader. */
    public BeyondTasks() {
      super(
          PluginKind.TASK_ALLOCATION,
          context -> (extractor, samples) -> Collections.nCopies(samples.size(), 9));
    }
  }

  /** Leaves results in the order of the tasks, several for one sample too. */
  public static final class ByTask extends PlantedProvider<InferenceIntegrate> {
    /** Made by the service loader. */
    public ByTask() {
      super(
          PluginKind.INFERENCE_INTEGRATE,
          context -> results -> results.stream().map(TaskResult::prediction).toList());
    }
  }
}
