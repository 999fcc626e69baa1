package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark model rollback}. */
@Command(
    name = "rollback",
    description = {
      "Let an earlier version of the edge model serve again, for all edges.",
      "",
      "Devices fetch it at their next look. Later versions stay on record, and no round begins by"
          + " itself on what they were trained on."
    })
final class RollbackCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @ArgGroup(multiplicity = "1")
  private ModelsAt at = new ModelsAt();

  @Option(
      names = "--to",
      paramLabel = "VERSION",
      description = "Such as v2. Default: the one before the one that serves.")
  private @Nullable String to;

  /** What serves now. */
  private record Serving(String version, String sha256) {
    static Serving of(ModelAnnouncement announced) {
      return new Serving(announced.version(), announced.sha256());
    }

    static Serving of(ModelVersion version) {
      return new Serving(version.version(), version.sha256());
    }
  }

  @Override
  public Integer call() throws IOException {
    ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
    Serving serving =
        at.with(
            plugins,
            service -> Serving.of(service.rollBack(to)),
            registry -> Serving.of(registry.rollBack(to)));
    common.out().println(serving.version() + " serves");
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("version", serving.version());
      figures.put("sha256", serving.sha256());
      common.out().println(JsonLine.of(figures));
    }
    return Seamark.DONE;
  }
}
