package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenSampleReRecognition;

/** {@code all_unseen}: What the edge called hard stays so. */
public final class AllUnseenProvider
    implements PluginProvider<UnseenSampleReRecognition, NoHyperparameters> {
  @Override
  public PluginKind<UnseenSampleReRecognition> kind() {
    return PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION;
  }

  @Override
  public String name() {
    return "all_unseen";
  }

  @Override
  public String text() {
    return "What the edge called hard stays so.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public UnseenSampleReRecognition create(NoHyperparameters none, PluginContext context) {
    return (sample, scores) -> true;
  }
}
