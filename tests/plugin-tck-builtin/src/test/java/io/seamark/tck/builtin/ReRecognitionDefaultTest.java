package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.task.ReRecognitionDefaultProvider;
import io.seamark.tck.UnseenSampleReRecognitionContract;

/** {@code SampleReRegonitionDefault}. */
class ReRecognitionDefaultTest extends UnseenSampleReRecognitionContract<NoHyperparameters> {
  @Override
  protected PluginProvider<UnseenSampleReRecognition, NoHyperparameters> provider() {
    return new ReRecognitionDefaultProvider();
  }
}
