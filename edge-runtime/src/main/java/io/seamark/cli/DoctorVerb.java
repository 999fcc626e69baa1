package io.seamark.cli;

import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.sync.LiveModel;
import io.seamark.network.EdgeModel;
import io.seamark.perception.Frame;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.PluginRegistry;
import io.seamark.registry.UnloadedPlugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check this machine, a configuration, a model and a plugin folder before anything starts.",
      "",
      "Every check is one line; status 1 if any failed."
    })
public final class DoctorVerb implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also check that this folder can be written.")
  private @Nullable Path out;

  private final List<Map<String, Object>> checks = new ArrayList<>();
  private boolean failed;

  /** Made by the service loader. */
  public DoctorVerb() {}

  /** One check: what was found, or an exception that says what is wrong. */
  @FunctionalInterface
  private interface Examination {
    String find() throws IOException;
  }

  @Override
  public Integer call() {
    check("java", DoctorVerb::java);
    check("memory", DoctorVerb::memory);
    @Nullable PluginRegistry[] found = new PluginRegistry[1];
    check("plugins", () -> plugins(found));
    Map<String, String> chosen = new LinkedHashMap<>();
    CommonOptions.@Nullable Workplace[] opened = new CommonOptions.Workplace[1];
    PluginRegistry registry = found[0];
    if (registry != null) {
      check(
          "configuration",
          () -> {
            source.configure(registry, chosen);
            model.configure(chosen);
            CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
            opened[0] = workplace;
            return "seed " + workplace.seed() + ", " + workplace.threads() + " threads";
          });
    }
    CommonOptions.Workplace workplace = opened[0];
    if (workplace != null) {
      check("edge model", () -> model(workplace));
      check(
          "source",
          () -> {
            try (var frames = SourceOptions.open(workplace.plugins())) {
              return workplace.plugins().name(PluginKind.SAMPLE_SOURCE)
                  + (frames.size().isPresent() ? ", " + frames.size().getAsInt() + " frames" : "");
            }
          });
    }
    Path folder = out;
    if (folder != null) {
      check("output", () -> writable(folder));
    }
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("healthy", !failed);
      figures.put("checks", checks);
      common.out().println(JsonLine.of(figures));
    }
    return failed ? Seamark.FAILED : Seamark.DONE;
  }

  private void check(String name, Examination examination) {
    String found;
    boolean good = true;
    try {
      found = examination.find();
    } catch (IOException | RuntimeException | LinkageError e) {
      // A native library that does not load is an Error, and just what is looked for here.
      found = Seamark.message(e);
      good = false;
      failed = true;
      if (common.verbose()) {
        e.printStackTrace(common.err());
      }
    }
    common.out().println((good ? "ok    " : "FAIL  ") + name + ": " + found);
    Map<String, Object> check = new LinkedHashMap<>();
    check.put("name", name);
    check.put("ok", good);
    check.put("found", found);
    checks.add(check);
  }

  private static String java() {
    int feature = Runtime.version().feature();
    if (feature < 17) {
      throw new IllegalArgumentException("Java " + feature + ", but 17 or later is needed");
    }
    return "Java "
        + Runtime.version()
        + " on "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors";
  }

  private static String memory() {
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    double resident = ProcessResources.now().residentBytes() / (1 << 20);
    return "heap at most "
        + heap
        + " MiB, resident now "
        + (Double.isNaN(resident) ? "unknown" : Math.round(resident) + " MiB");
  }

  private String plugins(@Nullable PluginRegistry[] found) {
    PluginRegistry registry = common.registry();
    found[0] = registry;
    if (!registry.unloaded().isEmpty()) {
      throw new IllegalArgumentException(
          String.join("\n", registry.unloaded().stream().map(UnloadedPlugin::toString).toList()));
    }
    return registry.providers().size() + " load";
  }

  private static String model(CommonOptions.Workplace workplace) throws IOException {
    Path file = ModelOptions.file(workplace, DeviceFolders.cache());
    EdgeModel.Description facts = ModelOptions.describe(file);
    int width = 64;
    int height = 64;
    try (LiveModel live =
        new LiveModel(workplace.plugins().create(PluginKind.BASEMODEL), "doctor", file)) {
      live.infer(new Frame(width, height, new byte[3 * width * height], new byte[width * height]));
    }
    return file.getFileName()
        + " runs, "
        + facts.classes().size()
        + " classes, "
        + (facts.depth() ? "RGB-D" : "RGB");
  }

  private static String writable(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path probe = Files.createTempFile(folder, "doctor", null);
    Files.delete(probe);
    return folder
        + " can be written, "
        + (Files.getFileStore(folder).getUsableSpace() >> 30)
        + " GiB free";
  }
}
