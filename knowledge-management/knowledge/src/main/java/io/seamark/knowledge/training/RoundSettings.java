package io.seamark.knowledge.training;

import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a round trains and judges.
 *
 * @param training the settings of the round
 * @param appealNet how the AppealNet head of a model that has one is trained afterwards
 * @param seed of every random choice
 * @param threads for training, at least 1
 */
public record RoundSettings(
    TrainingSettings training, AppealNetSettings appealNet, long seed, int threads) {
  /** What holds where configuration says nothing. */
  public static final RoundSettings DEFAULTS =
      of(
          SettingGroup.COMMON.defaults(),
          SettingGroup.TRAINING.defaults(),
          SettingGroup.APPEALNET.defaults());

  /** Checks the threads. */
  public RoundSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", but must be at least 1");
    }
  }

  /**
   * Puts the parts together.
   *
   * @param common gives the seed, and the threads where the training names none
   * @param training the settings of the round
   * @param appealNet those of the head
   * @return the settings
   */
  public static RoundSettings of(
      CommonSettings common, TrainingSettings training, AppealNetSettings appealNet) {
    return new RoundSettings(
        training,
        appealNet,
        common.seed(),
        training.threads() == 0 ? common.computing() : training.threads());
  }

  /**
   * For provenance.
   *
   * @return values by configuration key
   */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>(SettingGroup.TRAINING.values(training));
    map.putAll(SettingGroup.APPEALNET.values(appealNet));
    map.put("seamark.training.threads", Integer.toString(threads));
    return map;
  }
}
