package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.OutputFile;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.DurableFiles;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.SafetensorsFile;
import io.seamark.network.Tensor;
import io.seamark.network.onnx.RfNetOnnx;
import io.seamark.pull.PullCommand;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark model}. */
@Command(
    name = "model",
    description =
        "Inspect, convert and compare edge models, list versions, offer one to some edges first, let"
            + " an earlier one serve again, give one a head that predicts its errors, and fetch"
            + " published SAMs.",
    subcommands = {
      ModelVerb.Inspect.class,
      ModelVerb.Convert.class,
      ModelVerb.Diff.class,
      ListCommand.class,
      RolloutCommand.class,
      RollbackCommand.class,
      AppealNetCommand.class,
      PullCommand.class
    },
    synopsisSubcommandLabel =
        "(inspect | convert | diff | list | rollout | rollback | appealnet |" + " pull)")
public final class ModelVerb implements Verb {
  @Mixin
  @SuppressWarnings("unused") // Its options are taken before the subcommand, too.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public ModelVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException(
        "say what: model inspect, model convert, model diff, model list, model rollout, model"
            + " rollback, model appealnet or model pull");
  }

  private static EdgeModel load(Path file) {
    try {
      return EdgeModel.load(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }

  private static String prefix(Path file) throws IOException {
    try (SafetensorsFile opened = EdgeModel.open(file)) {
      return opened.prefix();
    }
  }

  private static long parameters(EdgeModel model) {
    return model.weights().tensors().values().stream().mapToLong(t -> t.values().length).sum();
  }

  /** {@code seamark model inspect}. */
  @Command(name = "inspect", description = "What an edge model's file says of itself.")
  static final class Inspect implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE", description = "A safetensors file.")
    private Path file = Path.of("");

    @Option(names = "--tensors", description = "List every tensor.")
    private boolean tensors;

    @Override
    public Integer call() throws IOException {
      ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
      EdgeModel model = load(file);
      EdgeModel.Description facts = model.description();
      boolean constant = ModelOptions.probe(file, plugins).constant();
      String prefix = prefix(file);
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("file", file.toString());
      figures.put("bytes", Files.size(file));
      figures.put("tensors", model.weights().tensors().size());
      figures.put("parameters", parameters(model));
      figures.put("depth", facts.depth());
      figures.put("classes", facts.classes().names());
      figures.put("mean", facts.normalisation().mean());
      figures.put("deviation", facts.normalisation().deviation());
      figures.put("metadata", facts.metadata());
      var out = common.out();
      boolean appealNet = RfNet.hasAppealNet(model.weights());
      figures.put("appealnet", appealNet);
      figures.put("prefix", prefix);
      figures.put("constant", constant);
      out.println(
          "RFNet, "
              + (facts.depth() ? "RGB-D" : "RGB")
              + (appealNet ? ", with an AppealNet head" : ""));
      out.printf(
          "%d parameters in %d tensors, %d bytes%n",
          parameters(model), model.weights().tensors().size(), Files.size(file));
      out.println("classes: " + String.join(", ", facts.classes().names()));
      out.println(
          "normalisation: mean "
              + facts.normalisation().mean()
              + ", deviation "
              + facts.normalisation().deviation());
      if (!prefix.isEmpty()) {
        out.println("every name begins with " + prefix + ", which is left out");
      }
      if (constant) {
        out.println(ModelOptions.CONSTANT);
      }
      facts
          .metadata()
          .forEach(
              (key, value) -> {
                if (!key.equals(EdgeModel.PROVENANCE)) {
                  out.println(key + ": " + value);
                }
              });
      ProvenanceText.lines(facts.metadata().get(EdgeModel.PROVENANCE)).forEach(out::println);
      if (tensors) {
        model.weights().tensors().forEach((name, t) -> out.println(name + " " + t.shape()));
      }
      if (common.json()) {
        out.println(JsonLine.of(figures));
      }
      return Seamark.DONE;
    }
  }

  /** {@code seamark model convert}. */
  @Command(
      name = "convert",
      description = {
        "Write an edge model as ONNX for frames of one size, or as safetensors of another"
            + " precision.",
        "",
        "The ending of --out says which: .onnx or .safetensors. The ONNX graph takes 8-bit RGB (and"
            + " depth) and gives class map, scores and confidence."
      })
  static final class Convert implements Verb {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE", description = "A safetensors file.")
    private Path file = Path.of("");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "What to write.")
    private Path out = Path.of("");

    @Mixin private OutputFile outputFile = new OutputFile();

    @Option(names = "--size", paramLabel = "WxH", description = "Size of the frames, for ONNX.")
    private @Nullable String size;

    @Option(
        names = "--rgb",
        description = "Leave out the depth branch of an RGB-D model, for ONNX.")
    private boolean rgb;

    @Option(
        names = "--precision",
        paramLabel = "F32|F16",
        defaultValue = "F32",
        description = "Of the weights, for safetensors. Default: ${DEFAULT-VALUE}.")
    private Precision precision = Precision.F32;

    @Override
    public Integer call() throws IOException {
      ConfiguredPlugins plugins = common.open(common.registry(), Map.of(), Map.of()).plugins();
      String name = out.toString().toLowerCase(Locale.ROOT);
      boolean onnx = name.endsWith(".onnx");
      if (!onnx && !name.endsWith(".safetensors")) {
        throw new IllegalArgumentException(
            "--out is '" + out + "', but must end in .onnx or .safetensors");
      }
      int[] wh = onnx ? size() : new int[2];
      outputFile.check(out, Map.of("the model that is read", file));
      EdgeModel model = load(file);
      ModelOptions.say(file, ModelOptions.describe(file, plugins));
      ModelOptions.probe(file, plugins);
      Map<String, Object> figures = new LinkedHashMap<>();
      if (onnx) {
        boolean depth = model.depth() && !rgb;
        DurableFiles.replace(out, RfNetOnnx.export(model, wh[0], wh[1], depth));
        figures.put("width", wh[0]);
        figures.put("height", wh[1]);
        figures.put("depth", depth);
      } else {
        model.save(out, precision);
        figures.put("precision", precision.name());
      }
      figures.put("out", out.toString());
      figures.put("bytes", Files.size(out));
      common.out().println(out + ": " + Files.size(out) + " bytes");
      if (common.json()) {
        common.out().println(JsonLine.of(figures));
      }
      return Seamark.DONE;
    }

    private int[] size() {
      if (size == null) {
        throw new IllegalArgumentException("--size WxH is missing: the size of the frames");
      }
      Matcher matcher = SIZE.matcher(size);
      if (matcher.matches()) {
        int width = Integer.parseInt(matcher.group(1));
        int height = Integer.parseInt(matcher.group(2));
        if (width >= 32 && height >= 32 && width <= 16_384 && height <= 16_384) {
          return new int[] {width, height};
        }
      }
      throw new IllegalArgumentException(
          "--size is '"
              + size
              + "', but must be WxH with 32 to 16384 pixels each, such as 480x360");
    }
  }

  /** {@code seamark model diff}. */
  @Command(
      name = "diff",
      description = "Compare two edge models tensor by tensor; status 0 also where they differ.")
  static final class Diff implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters(index = "0", paramLabel = "A", description = "A safetensors file.")
    private Path a = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private Path b = Path.of("");

    @Option(
        names = "--most",
        paramLabel = "N",
        defaultValue = "20",
        description =
            "Show this many tensors, those that differ most first. Default: ${DEFAULT-VALUE}.")
    private int most = 20;

    /** How far a tensor has moved: difference's norm over the first one's. */
    private record Moved(String name, double relative, double largest) {}

    @Override
    public Integer call() {
      common.open(common.registry(), Map.of(), Map.of());
      EdgeModel first = load(a);
      EdgeModel second = load(b);
      List<String> onlyOne = new ArrayList<>();
      List<Moved> moved = new ArrayList<>();
      int same = 0;
      TreeSet<String> names = new TreeSet<>(first.weights().tensors().keySet());
      names.addAll(second.weights().tensors().keySet());
      for (String name : names) {
        Tensor x = first.weights().tensors().get(name);
        Tensor y = second.weights().tensors().get(name);
        if (x == null || y == null || !x.shape().equals(y.shape())) {
          onlyOne.add(name);
        } else {
          Moved m = compare(name, x.values(), y.values());
          if (m.largest() == 0) {
            same++;
          } else {
            moved.add(m);
          }
        }
      }
      moved.sort((m, n) -> Double.compare(n.relative(), m.relative()));
      Table table = new Table("tensor", "relative", "largest difference");
      moved.stream()
          .limit(most)
          .forEach(
              m ->
                  table.row(
                      m.name(),
                      String.format(Locale.ROOT, "%.2e", m.relative()),
                      String.format(Locale.ROOT, "%.2e", m.largest())));
      common.out().println(table);
      onlyOne.forEach(name -> common.out().println("only in one, or of another shape: " + name));
      boolean classes = first.classes().equals(second.classes());
      common
          .out()
          .printf(
              "%d tensors equal, %d differ, %d in one only; classes %s%n",
              same, moved.size(), onlyOne.size(), classes ? "equal" : "differ");
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("equal", same);
        figures.put("differ", moved.size());
        figures.put("in_one_only", onlyOne.size());
        figures.put("classes_equal", classes);
        figures.put(
            "largest_difference", moved.stream().mapToDouble(Moved::largest).max().orElse(0));
        common.out().println(JsonLine.of(figures));
      }
      return Seamark.DONE;
    }

    private static Moved compare(String name, float[] x, float[] y) {
      double difference = 0;
      double norm = 0;
      double largest = 0;
      for (int i = 0; i < x.length; i++) {
        double d = (double) y[i] - x[i];
        difference += d * d;
        norm += (double) x[i] * x[i];
        largest = Math.max(largest, Math.abs(d));
      }
      double relative = norm == 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
      return new Moved(name, relative, largest);
    }
  }
}
