package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenSampleReRecognition;

/**
 * {@code SampleReRegonitionDefault}: Calls every second sample seen, whatever is in it: Sedna's
 * default, which halves a batch.
 */
public final class ReRecognitionDefaultProvider
    implements PluginProvider<UnseenSampleReRecognition, NoHyperparameters> {
  @Override
  public PluginKind<UnseenSampleReRecognition> kind() {
    return PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION;
  }

  @Override
  public String name() {
    return "SampleReRegonitionDefault";
  }

  @Override
  public String text() {
    return "Calls every second sample seen, whatever is in it: Sedna's default, which halves a batch.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public UnseenSampleReRecognition create(NoHyperparameters none, PluginContext context) {
    return (sample, scores) -> sample.sequence() % 2 == 1;
  }
}
