package io.seamark.cli;

import io.seamark.host.NamedPath;
import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.ProbedModel;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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
      description = "RFNet's weights as safetensors. Default: the embedded model of the street.")
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
    describe(file);
    sayPrefix(file);
    return file;
  }

  /**
   * Says once that names in a model's file are read without what a wrapper put before them.
   *
   * @param file an edge model
   * @throws IllegalArgumentException if it is none
   */
  public static void sayPrefix(Path file) {
    try (var opened = EdgeModel.open(file)) {
      if (!opened.prefix().isEmpty()) {
        LOG.warn(
            "event=prefix_left_out model={} prefix={} reason=\"every name of a weight begins so\"",
            file,
            opened.prefix());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
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
   * @return the facts
   * @throws IllegalArgumentException if it is no edge model
   */
  public static EdgeModel.Description describe(Path file) {
    try (var opened = EdgeModel.open(file)) {
      return EdgeModel.describe(file, opened);
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
   * @throws IllegalArgumentException if the model's scores are not finite, if the miner is
   *     appealnet and the model has no head for it, or the file is no edge model
   */
  public static void checkMiner(Path model, ConfiguredPlugins plugins) {
    probe(model, plugins);
    if (!plugins.name(PluginKind.HARD_EXAMPLE_MINING).equals("appealnet")) {
      return;
    }
    try (var opened = EdgeModel.open(model)) {
      if (!RfNet.hasAppealNet(opened)) {
        throw new IllegalArgumentException(
            "hard_example_mining is appealnet, but the edge model "
                + model
                + " has no AppealNet head; give it one with: seamark model appealnet "
                + model
                + " --out HEADED.safetensors --buffer DIR");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }
}
