package io.seamark.edge;

import io.seamark.edge.sync.LiveModel;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskAllocation;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Known-sample inference as Sedna's seen-task learning has it: a frame is allocated to a task, the
 * task's model labels it, and the results are integrated. On a device one model is deployed, which
 * labels the frames of every task. Like its models, for one thread.
 */
public final class SeenTaskInference {
  private final Parts parts;
  private final List<LiveModel> models;
  private final String edge;

  /**
   * The plugins it asks.
   *
   * @param allocation before the model
   * @param integrate after it
   * @param extractor index of each task by its name; empty where they are not known
   */
  public record Parts(
      TaskAllocation allocation, InferenceIntegrate integrate, Map<String, Integer> extractor) {
    /** Copies the map. */
    public Parts {
      extractor = Map.copyOf(extractor);
    }

    /**
     * The configured ones, for tasks that are not known.
     *
     * @param plugins make them
     * @return new plugins
     */
    public static Parts of(ConfiguredPlugins plugins) {
      return new Parts(
          plugins.create(PluginKind.TASK_ALLOCATION),
          plugins.create(PluginKind.INFERENCE_INTEGRATE),
          Map.of());
    }
  }

  /**
   * Puts it together.
   *
   * @param parts the plugins
   * @param models label the frames, by the index of the task; at least one; stay open
   * @param edge name of the device, for the allocation
   */
  public SeenTaskInference(Parts parts, List<LiveModel> models, String edge) {
    this.parts = parts;
    this.models = List.copyOf(models);
    this.edge = edge;
  }

  /**
   * Labels a frame.
   *
   * @param sample the frame
   * @return the answer and the version of the model that gave it
   * @throws IOException if the model cannot be opened for the frame's size
   * @throws IllegalArgumentException if a plugin does not give one result for the one sample
   */
  public LiveModel.Labelled infer(Sample sample) throws IOException {
    Map<String, String> attributes = new HashMap<>();
    attributes.put(TaskSample.ID, sample.id());
    attributes.put(TaskSample.EDGE, edge);
    if (!sample.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, sample.domain());
    }
    return infer(sample.frame(), attributes);
  }

  /**
   * Labels a frame.
   *
   * @param frame its pixels
   * @param attributes what is known of it, see {@link TaskSample}
   * @return the answer and the version of the model that gave it
   * @throws IOException if the model cannot be opened for the frame's size
   * @throws IllegalArgumentException if a plugin does not give one result for the one sample
   */
  public LiveModel.Labelled infer(Frame frame, Map<String, String> attributes) throws IOException {
    int task = taskOf(attributes);
    LiveModel.Labelled labelled = models.get(task).infer(frame);
    Prediction integrated =
        one(
            "inference_integrate",
            parts.integrate().integrate(List.of(new TaskResult(task, 0, labelled.prediction()))));
    return new LiveModel.Labelled(integrated, labelled.version());
  }

  /** As in Sedna, an index that no model has means the first. */
  private int taskOf(Map<String, String> attributes) {
    int task =
        one(
            "task_allocation",
            parts.allocation().allocate(parts.extractor(), List.of(new TaskSample(0, attributes))));
    return task >= 0 && task < models.size() ? task : 0;
  }

  private static <T> T one(String kind, List<T> results) {
    if (results.size() != 1) {
      throw new IllegalArgumentException(
          kind + " gave " + results.size() + " results for 1 sample, but must give one each");
    }
    return results.get(0);
  }
}
