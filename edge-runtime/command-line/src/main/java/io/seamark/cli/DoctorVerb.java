package io.seamark.cli;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.host.CacheFolder;
import io.seamark.host.NamedPath;
import io.seamark.host.TemporaryFolder;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.PluginRegistry;
import io.seamark.registry.UnloadedPlugin;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check this machine, a configuration, models, frames and a plugin folder before anything"
          + " starts.",
      "",
      "Models are opened and run once, the first frames with their labels are read. Every check is"
          + " one line; status 1 if any failed."
    })
public final class DoctorVerb implements Verb {
  /** Frames that are read. */
  private static final int LOOKED_AT = 8;

  private static final long LEAST_FREE = 64L << 20;

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also check that this folder can be written.")
  private @Nullable Path out;

  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description = "Also open and run SAM's two ONNX graphs in this folder.")
  private @Nullable Path sam;

  @Option(
      names = "--ports",
      paramLabel = "N",
      split = ",",
      description = "Also check that nothing listens on these ports of this machine.")
  private List<Integer> ports = List.of();

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
    check("locale", DoctorVerb::locale);
    check("temporary folder", DoctorVerb::temporary);
    check("cache", () -> writable(CacheFolder.path()));
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
            if (sam != null) {
              chosen.put("seamark.sam", sam.toString());
            }
            CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
            opened[0] = workplace;
            return "seed " + workplace.seed() + ", " + workplace.threads() + " threads";
          });
    }
    CommonOptions.Workplace workplace = opened[0];
    if (workplace != null && registry != null) {
      @Nullable ModelFacts[] facts = new ModelFacts[1];
      check("edge model", () -> model(workplace, facts));
      if (!registry.names(PluginKind.MASK_GENERATOR).isEmpty()) {
        check("masks", () -> masks(workplace));
      }
      check("source", () -> frames(workplace, facts[0]));
      String data = workplace.text("seamark.data");
      if (!data.isEmpty()) {
        check("buffer", () -> buffer(NamedPath.of(data)));
      }
    }
    Path folder = out;
    if (folder != null) {
      Map<String, Path> inputs = workplace == null ? Map.of() : workplace.inputs();
      check("output", () -> output(folder, inputs));
    }
    for (int port : ports) {
      check("port " + port, () -> free(port));
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
      found =
          e instanceof LinkageError
              ? TemporaryFolder.whyNotLoaded("a library", e)
              : Seamark.message(e);
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

  private static String locale() {
    String names = System.getProperty("sun.jnu.encoding", "unknown");
    return names.equalsIgnoreCase("UTF-8")
        ? "names of files are UTF-8"
        : "names of files are "
            + names
            + ": files whose names have other letters cannot be opened; LC_ALL=C.UTF-8 mends that";
  }

  private static String temporary() throws IOException {
    Optional<String> trouble = TemporaryFolder.trouble();
    if (trouble.isPresent()) {
      throw new IOException(trouble.get());
    }
    Path folder = TemporaryFolder.path();
    return folder + " takes native libraries, " + space(folder) + " free";
  }

  private static String space(Path folder) throws IOException {
    long megabytes = Files.getFileStore(folder).getUsableSpace() >> 20;
    return megabytes < 10 << 10 ? megabytes + " MiB" : (megabytes >> 10) + " GiB";
  }

  private String plugins(@Nullable PluginRegistry[] found) throws IOException {
    Path folder = common.pluginFolder();
    if (folder != null) {
      // In a process of their own first: one that ends the process must not end this one.
      PluginProbe.check(folder, common);
    }
    PluginRegistry registry = common.registry();
    found[0] = registry;
    if (!registry.unloaded().isEmpty()) {
      throw new IllegalArgumentException(
          String.join("\n", registry.unloaded().stream().map(UnloadedPlugin::toString).toList()));
    }
    return registry.providers().size() + " load";
  }

  private static String model(CommonOptions.Workplace workplace, @Nullable ModelFacts[] known)
      throws IOException {
    Path file = ModelOptions.file(workplace, CacheFolder.path());
    ModelFacts facts = ModelOptions.describe(file, workplace.plugins());
    boolean constant = ModelOptions.probe(file, workplace.plugins()).constant();
    ModelOptions.checkMiner(file, workplace.plugins());
    known[0] = facts;
    return file.getFileName()
        + " runs, "
        + facts.classes().size()
        + " classes, "
        + (facts.depth() ? "RGB-D" : "RGB")
        + (constant ? "; " + ModelOptions.CONSTANT : "");
  }

  /** Opening a generator tries its networks; masks of a whole frame would take too long here. */
  private static String masks(CommonOptions.Workplace workplace) {
    workplace.plugins().create(PluginKind.MASK_GENERATOR).close();
    return workplace.plugins().name(PluginKind.MASK_GENERATOR) + " opens";
  }

  /** Reads the first frames, and says what is odd about their labels and depth. */
  private static String frames(CommonOptions.Workplace workplace, @Nullable ModelFacts model)
      throws IOException {
    try (SampleSource source = SourceOptions.open(workplace.plugins())) {
      int read = 0;
      int labelled = 0;
      int withDepth = 0;
      Set<String> sizes = new TreeSet<>();
      TreeMap<Integer, Long> values = new TreeMap<>();
      List<String> unreadable = new ArrayList<>();
      while (read + unreadable.size() < LOOKED_AT) {
        Optional<SourceItem> next = source.next();
        if (next.isEmpty()) {
          break;
        }
        if (next.get() instanceof UnreadableSample bad) {
          unreadable.add(bad.reason());
        } else if (next.get() instanceof Sample sample) {
          read++;
          sizes.add(sample.frame().width() + "x" + sample.frame().height());
          withDepth += sample.frame().depth() == null ? 0 : 1;
          ClassMap label = sample.label();
          if (label != null) {
            labelled++;
            for (byte value : label.classes()) {
              values.merge(value & 0xFF, 1L, Long::sum);
            }
          }
        }
      }
      if (!unreadable.isEmpty()) {
        throw new IOException(
            unreadable.size()
                + " of the first "
                + (read + unreadable.size())
                + " frames cannot be read: "
                + String.join("; ", unreadable));
      }
      StringBuilder found = new StringBuilder(workplace.plugins().name(PluginKind.SAMPLE_SOURCE));
      source.size().ifPresent(size -> found.append(", ").append(size).append(" frames"));
      found
          .append(", the first ")
          .append(read)
          .append(" read, of ")
          .append(String.join(", ", sizes));
      if (withDepth > 0) {
        found.append(", ").append(withDepth).append(" with depth");
      }
      if (model != null && model.depth() && withDepth == 0) {
        found.append("; the edge model has a depth branch, but the frames have no depth");
      }
      if (labelled > 0) {
        found.append("; ").append(labelled).append(" with labels").append(labels(values, model));
      }
      return found.toString();
    }
  }

  private static String labels(NavigableMap<Integer, Long> values, @Nullable ModelFacts model)
      throws IOException {
    if (model == null) {
      return "";
    }
    int classes = model.classes().size();
    long all = values.values().stream().mapToLong(Long::longValue).sum();
    long known = values.headMap(classes).values().stream().mapToLong(Long::longValue).sum();
    List<Integer> beyond =
        values.tailMap(classes).keySet().stream().filter(v -> v != ClassMap.IGNORE).toList();
    if (known == 0) {
      throw new IOException(
          "no pixel of the labels has one of the model's "
              + classes
              + " classes, 0 to "
              + (classes - 1)
              + ": they hold "
              + values.keySet());
    }
    return beyond.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            ", in which %.1f%% of the pixels are beyond the model's %d classes (%s) and count as"
                + " unlabelled",
            100.0 * (all - known) / all,
            classes,
            String.join(", ", beyond.stream().limit(5).map(String::valueOf).toList()));
  }

  private static String buffer(Path data) throws IOException {
    Path folder = data.resolve("buffer");
    if (!Files.exists(folder)) {
      return writable(data) + ", no buffer yet";
    }
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(folder)) {
      return folder + " holds " + samples.size() + " samples, " + space(folder) + " free";
    }
  }

  private static String free(int port) throws IOException {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("it must be 1 to 65535");
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return "free";
    } catch (BindException e) {
      throw new IOException("it is in use, or may not be opened: " + e.getMessage(), e);
    }
  }

  /** What every verb that writes there would refuse. */
  private static String output(Path folder, Map<String, Path> inputs) throws IOException {
    OutputFolder.refuseInputs(folder, inputs);
    String found = writable(folder);
    // A folder of another kind gets no record from looking at it.
    if (Files.exists(folder.resolve(OutputFolder.RECORD), LinkOption.NOFOLLOW_LINKS)) {
      OutputFolder.open(folder, inputs).close();
    }
    return found;
  }

  /** Tries the folder, or the nearest one above it that is there, and leaves nothing behind. */
  private static String writable(Path folder) throws IOException {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there)) {
      throw new IOException(there + " is not a folder");
    }
    Path probe = Files.createTempFile(there, "doctor", null);
    Files.delete(probe);
    long free = Files.getFileStore(there).getUsableSpace();
    if (free < LEAST_FREE) {
      throw new IOException(
          folder + " has " + (free >> 20) + " MiB free, but " + (LEAST_FREE >> 20) + " are needed");
    }
    return folder
        + (Files.exists(folder) ? " can be written, " : " can be made, ")
        + space(there)
        + " free";
  }
}
