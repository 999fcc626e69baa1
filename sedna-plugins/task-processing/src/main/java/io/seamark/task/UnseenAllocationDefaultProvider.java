package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskAllocation;
import java.util.Collections;

/** {@code UnseenTaskAllocationDefault}: Every unseen sample belongs to the first task. */
public final class UnseenAllocationDefaultProvider
    implements PluginProvider<UnseenTaskAllocation, NoHyperparameters> {
  @Override
  public PluginKind<UnseenTaskAllocation> kind() {
    return PluginKind.UNSEEN_TASK_ALLOCATION;
  }

  @Override
  public String name() {
    return "UnseenTaskAllocationDefault";
  }

  @Override
  public String text() {
    return "Every unseen sample belongs to the first task.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public UnseenTaskAllocation create(NoHyperparameters none, PluginContext context) {
    return (extractor, samples) -> Collections.nCopies(samples.size(), 0);
  }
}
