package io.seamark.tck.builtin;

import io.seamark.knowledge.augmentation.RestyleProvider;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.tck.SampleAugmentationContract;

/** {@code restyle}. */
class RestyleTest extends SampleAugmentationContract<RestyleProvider.Parameters> {
  @Override
  protected PluginProvider<SampleAugmentation, RestyleProvider.Parameters> provider() {
    return new RestyleProvider();
  }
}
