package io.seamark.cli;

import io.seamark.host.NamedPath;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.ProbedModel;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Which edge model, for the verbs that take one. */
public final class ModelOptions {
  /** What is said of a model whose {@link ProbedModel.Finding} is constant. */
  public static final String CONSTANT =
      "suspicious: every cell of a probe frame gets the same scores, to the bit; the weights may"
          + " be untrained or zero";

  private static final Logger LOG = LoggerFactory.getLogger(ModelOptions.class);

  @Option(
      names = "--edge-model",
      paramLabel = "FILE",
      description =
          "The edge model's file: RFNet's weights as safetensors unless seamark.basemodel names"
              + " another. Default: the embedded model of the street.")
  private @Nullable Path model;

  /** Made by picocli. */
  public ModelOptions() {}

  /**
   * Says in configuration what the option says.
   *
   * @param chosen is added to
   */
  public void configure(Map<String, String> chosen) {
    if (model != null) {
      chosen.put("seamark.edge.model", model.toString());
    }
  }

  /**
   * The model's file.
   *
   * @param workplace the configuration
   * @param cache where an embedded model is copied to
   * @return a file that is an edge model
   * @throws IllegalArgumentException if it is none
   * @throws IOException if the embedded one cannot be copied
   */
  public static Path file(CommonOptions.Workplace workplace, Path cache) throws IOException {
    String named = workplace.text("seamark.edge.model");
    if (named.isEmpty()) {
      return StreetModels.edgeModel(cache);
    }
    Path file = NamedPath.of(named);
    say(file, describe(file, workplace.plugins()));
    return file;
  }

  /**
   * Logs what a person should know of a model's file.
   *
   * @param file the model
   * @param facts its facts
   */
  public static void say(Path file, ModelFacts facts) {
    facts.notes().forEach(note -> LOG.warn("event=model_note model={} note=\"{}\"", file, note));
  }

  /**
   * Lets the cloud look at frames again with the model that labels them.
   *
   * @param model where the model is, or will be
   * @return settings that hold where configuration says nothing else
   */
  public static Map<String, String> cloudLooksWith(Path model) {
    return Map.of("unseen_task_processing.sam_fusion.edge-model", model.toString());
  }

  /**
   * Reads a model's facts.
   *
   * @param file named by the user
   * @param plugins name the plugin that reads it
   * @return the facts
   * @throws IllegalArgumentException if it is no edge model
   */
  public static ModelFacts describe(Path file, ConfiguredPlugins plugins) {
    try {
      return plugins.create(PluginKind.BASEMODEL).describe(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }

  /**
   * Refuses a model that gives no finite scores of a probe frame, before anything starts.
   *
   * @param model an edge model
   * @param plugins name the plugin that opens it
   * @return what it made of the probe frame
   * @throws IllegalArgumentException if it does not run, or its scores are not finite
   */
  public static ProbedModel.Finding probe(Path model, ConfiguredPlugins plugins) {
    try {
      return ProbedModel.of(plugins.create(PluginKind.BASEMODEL)).probe(model);
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }

  /**
   * Refuses a model that gives no finite scores, or lacks what the configured hard-example miner
   * reads, before anything starts.
   *
   * @param model an edge model, which labels the first frame
   * @param plugins name the miner and what opens the model
   * @throws IllegalArgumentException if the model's scores are not finite, if it does not give what
   *     the miner needs, or the file is no edge model
   */
  public static void checkMiner(Path model, ConfiguredPlugins plugins) {
    probe(model, plugins);
    Set<ModelOutput> missing =
        new TreeSet<>(plugins.create(PluginKind.HARD_EXAMPLE_MINING).needs());
    if (!missing.isEmpty()) {
      missing.removeAll(describe(model, plugins).outputs());
    }
    for (ModelOutput output : missing) {
      throw new IllegalArgumentException(
          "hard_example_mining is "
              + plugins.name(PluginKind.HARD_EXAMPLE_MINING)
              + ", but the edge model "
              + model
              + " has no "
              + output.text()
              + "; "
              + remedy(output, model));
    }
  }

  private static String remedy(ModelOutput output, Path model) {
    return switch (output) {
      case APPEAL ->
          "give it one with: seamark model appealnet "
              + model
              + " --out HEADED.safetensors --buffer DIR";
    };
  }
}
