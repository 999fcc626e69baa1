package io.seamark.configuration;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.SettingGroup;

/** The reference page of Seamark's own settings, made from their declarations. */
public final class SettingReference {
  private SettingReference() {}

  /**
   * Writes the page.
   *
   * @return Markdown with a line break at the end
   */
  public static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            Made by `seamark settings --markdown` from the declarations in the code; do not edit.

            A setting stands on the command line (`--set KEY=VALUE`), in a system property, in an environment
            variable (`SEAMARK_EDGE_WINDOW` for `seamark.edge.window`), or in a file of properties (`--config FILE`).
            Where it stands in several of these, the first of them holds. What plugins are set by is on
            [the page of the plugins](PLUGINS.md).
            """);
    for (SettingGroup<?> group : SettingGroup.ALL) {
      table(page, group);
    }
    page.append("\n## Plugins\n\n| key | default | chooses |\n| --- | --- | --- |\n");
    for (PluginKind<?> kind : PluginKind.ALL) {
      page.append("| `")
          .append(ConfiguredPlugins.selectionKey(kind))
          .append("` | ")
          .append(code(ConfiguredPlugins.DEFAULTS.getOrDefault(kind.id(), "")))
          .append(" | ")
          .append(cell(kind.text()))
          .append(" |\n");
    }
    page.append(
        """

        ## What starters say

        Those who start a program say these by themselves; nobody else needs to.
        """);
    for (SettingGroup<?> group : SettingGroup.TOLD) {
      table(page, group);
    }
    return page.toString();
  }

  private static void table(StringBuilder page, SettingGroup<?> group) {
    page.append("\n## ")
        .append(group.title())
        .append("\n\n| key | default | value | meaning | source |\n")
        .append("| --- | --- | --- | --- | --- |\n");
    group
        .declared()
        .forEach(
            (key, spec) ->
                page.append("| `")
                    .append(key)
                    .append("` | ")
                    .append(code(spec.defaultValue()))
                    .append(" | ")
                    .append(cell(spec.rule()))
                    .append(" | ")
                    .append(cell(spec.text()))
                    .append(" | ")
                    .append(cell(spec.source()))
                    .append(" |\n"));
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
