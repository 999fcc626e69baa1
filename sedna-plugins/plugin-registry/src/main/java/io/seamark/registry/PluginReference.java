package io.seamark.registry;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.setting.HyperparameterSpec;
import java.util.List;

/** The reference page of plugins and hyperparameters, made from their declarations. */
public final class PluginReference {
  private PluginReference() {}

  /**
   * Writes the page.
   *
   * @param registry the plugins; the page names no version and no place, so that it is the same
   *     wherever it is made
   * @return Markdown with a line break at the end
   */
  public static String markdown(PluginRegistry registry) {
    StringBuilder page =
        new StringBuilder(
            "# Plugins\n\nMade by `seamark plugins describe --markdown` from the declarations in"
                + " the code; do not edit.\n\nA plugin is chosen by `seamark.KIND=NAME` and set by"
                + " `KIND.NAME.PARAMETER=VALUE`.\n");
    for (PluginKind<?> kind : PluginKind.ALL) {
      List<PluginProvider<?, ?>> found =
          registry.providers().stream().filter(p -> p.kind().equals(kind)).toList();
      if (found.isEmpty()) {
        continue;
      }
      page.append("\n## ").append(kind.id()).append("\n\n").append(kind.text()).append('\n');
      for (PluginProvider<?, ?> provider : found) {
        describe(page, provider);
      }
    }
    return page.toString();
  }

  private static void describe(StringBuilder page, PluginProvider<?, ?> provider) {
    boolean byDefault =
        provider.name().equals(ConfiguredPlugins.DEFAULTS.get(provider.kind().id()));
    page.append("\n### ")
        .append(provider.name())
        .append(byDefault ? " (default)" : "")
        .append("\n\n")
        .append(cell(provider.text()))
        .append('\n');
    List<HyperparameterSpec> specs = HyperparameterSpec.of(provider);
    if (specs.isEmpty()) {
      return;
    }
    page.append("\n| parameter | default | value | meaning | source |\n")
        .append("| --- | --- | --- | --- | --- |\n");
    for (HyperparameterSpec spec : specs) {
      page.append("| `")
          .append(spec.name())
          .append("` | ")
          .append(spec.defaultValue().isEmpty() ? "" : "`" + cell(spec.defaultValue()) + "`")
          .append(" | ")
          .append(cell(spec.rule()))
          .append(" | ")
          .append(cell(spec.text()))
          .append(" | ")
          .append(cell(spec.source()))
          .append(" |\n");
    }
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
