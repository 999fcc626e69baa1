package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.task.AllUnseenProvider;
import io.seamark.tck.UnseenSampleReRecognitionContract;

/** {@code all_unseen}. */
class AllUnseenTest extends UnseenSampleReRecognitionContract<NoHyperparameters> {
  @Override
  protected PluginProvider<UnseenSampleReRecognition, NoHyperparameters> provider() {
    return new AllUnseenProvider();
  }
}
