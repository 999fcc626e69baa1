package io.seamark.verb;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Offered;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark model list}. */
@Command(
    name = "list",
    description = "Every version of the edge model with its verdict, and which edges get which.")
final class ListCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @ArgGroup(multiplicity = "1")
  private ModelsAt at = new ModelsAt();

  /** The versions, and who gets which. */
  private record Listed(List<ModelVersion> versions, Offered offered) {}

  @Override
  public Integer call() throws IOException {
    ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
    Listed listed =
        at.with(
            plugins,
            service ->
                new Listed(
                    versions(service.get("models")),
                    KnowledgeJson.read(service.get("models/rollout"), Offered.class)),
            registry -> new Listed(registry.versions(), registry.offered()));
    Table table = new Table("version", "parent", "verdict", "created", "for");
    List<Map<String, Object>> versions = new ArrayList<>();
    for (ModelVersion version : listed.versions()) {
      String verdict = version.verdict().name().toLowerCase(Locale.ROOT);
      String parent = Objects.requireNonNullElse(version.parent(), "-");
      String edges = edges(version.version(), listed.offered());
      table.row(version.version(), parent, verdict, version.created(), edges);
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("version", version.version());
      one.put("parent", parent);
      one.put("verdict", verdict);
      one.put("created", version.created());
      versions.add(one);
    }
    common.out().print(table);
    common.out().println(RolloutCommand.text(listed.offered()));
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>(RolloutCommand.figures(listed.offered()));
      figures.put("versions", versions);
      common.out().println(JsonLine.of(figures));
    }
    return Seamark.DONE;
  }

  private static List<ModelVersion> versions(JsonNode list) throws IOException {
    List<ModelVersion> versions = new ArrayList<>();
    for (JsonNode one : list) {
      versions.add(KnowledgeJson.read(one, ModelVersion.class));
    }
    return versions;
  }

  private static String edges(String version, Offered offered) {
    boolean champion = version.equals(offered.champion());
    boolean rest = version.equals(offered.rest());
    return champion && rest ? "all edges" : champion ? "first edges" : rest ? "other edges" : "-";
  }
}
