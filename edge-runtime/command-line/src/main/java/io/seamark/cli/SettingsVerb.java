package io.seamark.cli;

import io.seamark.configuration.SettingReference;
import io.seamark.setting.SettingGroup;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark settings}. */
@Command(
    name = "settings",
    description = {
      "List Seamark's own settings, with the value in force.",
      "",
      "plugins list does the same for the plugins' hyperparameters."
    })
public final class SettingsVerb implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Option(names = "--markdown", description = "Print the reference page instead.")
  private boolean markdown;

  /** Made by the service loader. */
  public SettingsVerb() {}

  @Override
  public Integer call() {
    if (markdown) {
      common.out().print(SettingReference.markdown());
      common.out().flush();
      return Seamark.DONE;
    }
    CommonOptions.Workplace workplace = common.open(common.registry(), Map.of(), Map.of());
    Map<String, String> inForce = new LinkedHashMap<>();
    for (SettingGroup<?> group : SettingGroup.ALL) {
      common.out().println(group.title() + ":");
      list(workplace, group, inForce);
    }
    if (common.json()) {
      common.out().println(JsonLine.of(inForce));
    }
    return Seamark.DONE;
  }

  private <R extends Record> void list(
      CommonOptions.Workplace workplace, SettingGroup<R> group, Map<String, String> inForce) {
    Map<String, String> values = group.values(workplace.settings(group));
    group
        .declared()
        .forEach(
            (key, spec) -> {
              common.out().println("  " + key + "=" + values.get(key));
              common.out().println("      " + spec.rule() + ". " + spec.text());
            });
    inForce.putAll(values);
  }
}
