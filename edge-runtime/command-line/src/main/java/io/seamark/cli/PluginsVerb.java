package io.seamark.cli;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import io.seamark.registry.PluginCatalogue;
import io.seamark.registry.PluginReference;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.HyperparameterSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark plugins}. */
@Command(
    name = "plugins",
    description = "List and describe the plugins, and check a folder and a configuration of them.",
    subcommands = {PluginsVerb.Listing.class, PluginsVerb.Describe.class, PluginsVerb.Check.class},
    synopsisSubcommandLabel = "(list | describe | check)")
public final class PluginsVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public PluginsVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException("say what: plugins list, plugins describe or plugins check");
  }

  private static PluginKind<?> kind(String id) {
    return PluginKind.ALL.stream()
        .filter(kind -> kind.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no plugin kind '"
                        + id
                        + "': must be one of "
                        + String.join(", ", PluginKind.ALL.stream().map(PluginKind::id).toList())));
  }

  /** {@code seamark plugins list}. */
  @Command(name = "list", description = "List the plugins of every kind, or of one.")
  static final class Listing implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..1", paramLabel = "KIND", description = "Only this kind.")
    private @Nullable String kind;

    @Override
    public Integer call() {
      PluginRegistry registry = common.registry();
      CommonOptions.Workplace workplace = common.open(registry, Map.of(), Map.of());
      PluginKind<?> only = kind == null ? null : kind(kind);
      PluginCatalogue all = PluginCatalogue.of(registry, workplace.plugins());
      PluginCatalogue catalogue =
          new PluginCatalogue(
              all.api(),
              all.plugins().stream()
                  .filter(entry -> only == null || only.id().equals(entry.kind()))
                  .toList(),
              all.unloaded());
      String heading = "";
      for (PluginCatalogue.Entry entry : catalogue.plugins()) {
        if (!entry.kind().equals(heading)) {
          heading = entry.kind();
          common.out().println(heading + ": " + kind(heading).text());
        }
        common
            .out()
            .println(
                (entry.chosen() ? "  * " : "    ")
                    + entry.name()
                    + " "
                    + entry.version()
                    + " ("
                    + entry.origin()
                    + "): "
                    + entry.text());
        if (!entry.hyperparameters().isEmpty()) {
          common
              .out()
              .println(
                  "      "
                      + String.join(
                          ", ",
                          entry.hyperparameters().entrySet().stream()
                              .map(value -> value.getKey() + "=" + value.getValue())
                              .toList()));
        }
      }
      common.out().println("(* is the chosen one)");
      catalogue.unloaded().forEach(plugin -> common.out().println("left out: " + plugin));
      if (common.json()) {
        common.out().println(catalogue.json());
      }
      return Seamark.DONE;
    }
  }

  /** {@code seamark plugins describe}. */
  @Command(name = "describe", description = "Describe a plugin and its hyperparameters.")
  static final class Describe implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "0..2",
        paramLabel = "[KIND] NAME",
        description = "Kind and name, or the name.")
    private List<String> names = List.of();

    @Option(names = "--markdown", description = "Print the reference page of every plugin instead.")
    private boolean markdown;

    @Override
    public Integer call() {
      PluginRegistry registry = common.registry();
      CommonOptions.Workplace workplace = common.open(registry, Map.of(), Map.of());
      if (markdown) {
        if (!names.isEmpty()) {
          throw new IllegalArgumentException("--markdown describes every plugin: name none");
        }
        common.out().print(PluginReference.markdown(registry));
        common.out().flush();
        return Seamark.DONE;
      }
      if (names.isEmpty()) {
        throw new IllegalArgumentException("a plugin's name or --markdown is missing");
      }
      List<PluginProvider<?, ?>> found = new ArrayList<>();
      if (names.size() == 2) {
        found.add(registry.provider(kind(names.get(0)), names.get(1)));
      } else {
        registry.providers().stream()
            .filter(p -> p.name().equals(names.get(0)))
            .forEach(found::add);
        if (found.isEmpty()) {
          throw new IllegalArgumentException(
              "there is no plugin '"
                  + names.get(0)
                  + "': "
                  + NearestName.mustBe(
                      names.get(0),
                      registry.providers().stream().map(PluginProvider::name).toList()));
        }
      }
      List<Map<String, Object>> figures = new ArrayList<>();
      for (PluginProvider<?, ?> provider : found) {
        figures.add(describe(registry, workplace.plugins(), provider));
      }
      if (common.json()) {
        common.out().println(JsonLine.of(Map.of("plugins", figures)));
      }
      return Seamark.DONE;
    }

    private Map<String, Object> describe(
        PluginRegistry registry, ConfiguredPlugins plugins, PluginProvider<?, ?> provider) {
      var out = common.out();
      out.println(provider.kind().id() + " " + provider.name());
      out.println("  " + provider.text());
      out.println(
          "  version " + registry.version(provider) + ", from " + registry.origin(provider));
      List<Map<String, Object>> parameters = new ArrayList<>();
      Map<String, String> effective = plugins.hyperparameters(provider);
      for (HyperparameterSpec h : HyperparameterSpec.of(provider)) {
        String key = provider.kind().id() + "." + provider.name() + "." + h.name();
        out.println(
            "  --set " + key + "=" + (h.defaultValue().isEmpty() ? "..." : h.defaultValue()));
        out.println("      " + h.text());
        out.println("      " + h.rule() + (h.source().isEmpty() ? "" : "; " + h.source()));
        String now = effective.get(h.name());
        if (now != null && !now.equals(h.defaultValue())) {
          out.println("      configured: " + now);
        }
        Map<String, Object> p = new LinkedHashMap<>();
        p.put("name", h.name());
        p.put("value", now);
        p.put("default", h.defaultValue());
        p.put("unit", h.unit());
        p.put("source", h.source());
        p.put("rule", h.rule());
        p.put("text", h.text());
        parameters.add(p);
      }
      Map<String, Object> figure = new LinkedHashMap<>();
      figure.put("kind", provider.kind().id());
      figure.put("name", provider.name());
      figure.put("version", registry.version(provider));
      figure.put("origin", registry.origin(provider));
      figure.put("chosen", plugins.name(provider.kind()).equals(provider.name()));
      figure.put("text", provider.text());
      figure.put("hyperparameters", parameters);
      return figure;
    }
  }

  /** {@code seamark plugins check}. */
  @Command(
      name = "check",
      description = {
        "Load every plugin and check every setting; status 2 if anything is wrong.",
        "",
        "Plugins from a folder are loaded and made in a process of their own, so that one which ends"
            + " the process or never comes back is found too."
      })
  static final class Check implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "0..1",
        paramLabel = "DIR|JAR",
        description = "A plugin folder or a single jar. Default: the folder of --plugins.")
    private @Nullable Path place;

    @Override
    public Integer call() throws IOException {
      Path folder = place == null ? common.pluginFolder() : place;
      if (folder != null) {
        PluginProbe.check(folder, common);
      }
      PluginRegistry registry = common.registry(folder);
      List<String> wrong = new ArrayList<>();
      registry.unloaded().forEach(plugin -> wrong.add(plugin.toString()));
      try {
        common.open(registry, Map.of(), Map.of());
      } catch (IllegalArgumentException e) {
        wrong.add(String.valueOf(e.getMessage()));
      }
      if (!wrong.isEmpty()) {
        throw new IllegalArgumentException(String.join("\n", wrong));
      }
      common.out().println(registry.providers().size() + " plugins load, every setting is right");
      if (common.json()) {
        common.out().println(JsonLine.of(Map.of("plugins", registry.providers().size())));
      }
      return Seamark.DONE;
    }
  }
}
