package io.seamark.pull;

import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark model pull}. */
@Command(
    name = "pull",
    description = {
      "Fetch a published SAM as ONNX, for --sam. Size, SHA-256, license and source are shown first.",
      "",
      "The same command goes on where one broke off. A file is put in place once its digest is"
          + " right; where nobody states a digest, that of what came first is recorded in model.json"
          + " and must hold from then on."
    })
public final class PullCommand implements Verb {
  private static final int MEGABYTE = 1 << 20;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "A model of --list.")
  private @Nullable String name;

  @Option(names = "--list", description = "List the models that are known.")
  private boolean list;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where it goes. Default: a folder of the model's name.")
  private @Nullable Path out;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "A server that has the publisher's files under the publisher's paths. Default:"
              + " seamark.model.mirror, else the publisher.")
  private @Nullable String mirror;

  @Override
  public Integer call() throws IOException {
    CommonOptions.Workplace workplace = common.open(common.registry(), Map.of(), Map.of());
    if (list) {
      return list();
    }
    if (name == null) {
      throw new IllegalArgumentException("say which model: model pull NAME, or model pull --list");
    }
    PublishedModel model = PublishedModel.named(name);
    Path folder = out == null ? Path.of(model.name()) : out;
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--out is '" + folder + "', which is not a folder");
    }
    String server = mirror == null ? workplace.settings(SettingGroup.PULL).mirror() : mirror;
    String from = mirror == null ? "seamark.model.mirror" : "--mirror";
    URI base = server.isEmpty() ? null : Addresses.http(from, server);
    ModelPull pull = new ModelPull(model, base, folder);
    show(model, pull);
    List<ModelPull.Pulled> pulled;
    try (Bars bars = new Bars()) {
      pulled = pull.run(bars);
    }
    report(model, folder, pulled);
    return Seamark.DONE;
  }

  /** A progress bar a file, a step a megabyte. */
  private final class Bars implements ModelPull.Watcher, AutoCloseable {
    private @Nullable Progress progress;
    private String current = "";
    private long steps;

    @Override
    public void came(String file, long had, long size) {
      Progress bar = progress;
      if (bar == null || !current.equals(file)) {
        close();
        current = file;
        bar = new Progress(file, size > 0 ? (size + MEGABYTE - 1) / MEGABYTE : -1, common.err());
        progress = bar;
        steps = 0;
      }
      for (; steps < had / MEGABYTE; steps++) {
        bar.step("MiB");
      }
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
        progress = null;
      }
    }
  }

  private void show(PublishedModel model, ModelPull pull) {
    var to = common.out();
    to.println(model.name() + ": " + model.text());
    to.println("license: " + model.license());
    to.println("source: " + model.source());
    for (PublishedModel.File file : model.files()) {
      to.printf(
          "%s, %s, SHA-256 %s, from %s%n",
          file.name(),
          file.bytes() > 0 ? file.bytes() + " bytes" : "size not known before",
          file.sha256().isEmpty()
              ? "not known before: what the publisher states must hold, else that of what comes is"
                  + " recorded"
              : file.sha256(),
          pull.address(file));
    }
    to.flush();
  }

  private void report(PublishedModel model, Path folder, List<ModelPull.Pulled> pulled) {
    List<Map<String, Object>> files = new ArrayList<>();
    for (ModelPull.Pulled one : pulled) {
      String trust =
          switch (one.trust()) {
            case KNOWN -> "as expected";
            case STATED -> "as the publisher states";
            case FIRST_USE -> "the publisher states none, so that of what came is recorded";
          };
      common
          .out()
          .printf(
              "%s: %s, %d bytes, SHA-256 %s, %s%n",
              one.file(),
              one.fetched()
                  ? one.resumedAt() > 0 ? "fetched from byte " + one.resumedAt() + " on" : "fetched"
                  : "was there",
              one.bytes(),
              one.sha256(),
              trust);
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("file", one.file().toString());
      figures.put("bytes", one.bytes());
      figures.put("sha256", one.sha256());
      figures.put("trust", one.trust().name().toLowerCase(Locale.ROOT));
      figures.put("fetched", one.fetched());
      figures.put("resumed_at", one.resumedAt());
      files.add(figures);
    }
    common.out().println("use it with --sam " + folder);
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("name", model.name());
      figures.put("license", model.license());
      figures.put("source", model.source().toString());
      figures.put("out", folder.toString());
      figures.put("files", files);
      common.out().println(JsonLine.of(figures));
    }
  }

  private Integer list() {
    Table table = new Table("name", "megabytes", "digests known", "license", "what");
    List<String> names = new ArrayList<>();
    for (PublishedModel model : PublishedModel.ALL) {
      names.add(model.name());
      long bytes = model.files().stream().mapToLong(PublishedModel.File::bytes).sum();
      boolean whole = model.files().stream().allMatch(f -> f.bytes() > 0);
      long known = model.files().stream().filter(f -> !f.sha256().isEmpty()).count();
      table.row(
          model.name(),
          whole ? String.format(Locale.ROOT, "%.0f", bytes / 1e6) : "-",
          known + " of " + model.files().size(),
          model.license(),
          model.text());
    }
    common.out().println(table);
    if (common.json()) {
      common.out().println(JsonLine.of(Map.of("models", names)));
    }
    return Seamark.DONE;
  }
}
