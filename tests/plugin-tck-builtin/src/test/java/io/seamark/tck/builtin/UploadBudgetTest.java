package io.seamark.tck.builtin;

import io.seamark.mining.ScoreMarginProvider;
import io.seamark.mining.UploadBudgetProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.Companion;
import io.seamark.tck.HardExampleMiningContract;
import java.util.List;
import java.util.Map;

/** {@code upload_budget}. */
class UploadBudgetTest extends HardExampleMiningContract<UploadBudgetProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, UploadBudgetProvider.Hyperparameters> provider() {
    return new UploadBudgetProvider();
  }

  @Override
  protected List<Companion> companions() {
    return List.of(new Companion(new ScoreMarginProvider(), Map.of()));
  }

  @Override
  protected boolean remembers() {
    return true;
  }
}
