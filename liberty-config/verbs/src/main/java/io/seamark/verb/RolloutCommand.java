package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.Offered;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark model rollout}. */
@Command(
    name = "rollout",
    description = {
      "Offer the serving version of the edge model, and every later one, to some edges first; or the"
          + " serving version to all.",
      "",
      "The other edges keep the version that they have until --to-all. Edges ask by their name,"
          + " seamark.edge.name. 'model rollback' lets an earlier version serve on all edges."
    })
final class RolloutCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @ArgGroup(multiplicity = "1")
  private ModelsAt at = new ModelsAt();

  @ArgGroup(multiplicity = "1")
  private To to = new To();

  @Option(
      names = "--rest",
      paramLabel = "VERSION",
      description =
          "With --edges and --share: what the other edges get, such as v2. Default: what they have.")
  private @Nullable String rest;

  /** Who gets the serving version. */
  static final class To {
    @Option(
        names = "--edges",
        split = ",",
        paramLabel = "NAME",
        description = "These edges, by name, with commas between them.")
    private @Nullable List<String> edges;

    @Option(
        names = "--share",
        paramLabel = "SHARE",
        description =
            "This share of the edges, 0 to 1, chosen by a digest of their names: the same ones each"
                + " time. 1 ends the rollout.")
    private @Nullable Double share;

    @Option(
        names = "--to-all",
        description = "All edges. Later versions go to the first ones again.")
    private boolean all;
  }

  @Override
  public Integer call() throws IOException {
    if (to.all && rest != null) {
      throw new IllegalArgumentException("--rest is " + rest + ", but --to-all leaves no others");
    }
    ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
    Offered offered =
        at.with(
            plugins,
            service -> KnowledgeJson.read(service.rollOut(query()), Offered.class),
            registry -> {
              List<String> edges = to.edges;
              Double share = to.share;
              return to.all
                  ? registry.offerToAll()
                  : registry.offer(
                      edges == null ? List.of() : edges, share == null ? 0 : share, rest);
            });
    common.out().println(text(offered));
    if (common.json()) {
      common.out().println(JsonLine.of(figures(offered)));
    }
    return Seamark.DONE;
  }

  private String query() {
    List<String> edges = to.edges;
    String who =
        to.all
            ? "to=all"
            : edges != null
                ? "edges=" + URLEncoder.encode(String.join(",", edges), StandardCharsets.UTF_8)
                : "share=" + to.share;
    return rest == null ? who : who + "&rest=" + URLEncoder.encode(rest, StandardCharsets.UTF_8);
  }

  /** What edges get, in one sentence. */
  static String text(Offered offered) {
    if (offered.share() == 1) {
      return offered.champion() + " is for all edges";
    }
    String first =
        offered.edges().isEmpty()
            ? "a share of " + offered.share() + " of the edges"
            : "the edges " + String.join(", ", offered.edges());
    return offered.champion().equals(offered.rest())
        ? offered.champion() + " is for all edges; the next version goes first to " + first
        : offered.champion() + " is for " + first + "; the others have " + offered.rest();
  }

  static Map<String, Object> figures(Offered offered) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("champion", offered.champion());
    figures.put("rest", offered.rest());
    figures.put("edges", offered.edges());
    figures.put("share", offered.share());
    return figures;
  }
}
