package io.seamark.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.perception.ClassSet;
import io.seamark.plugin.TrainableModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An edge model as it travels: RFNet's weights with what is needed to use them. In a file the rest
 * stands in the safetensors metadata, under the names of the constants here; a published checkpoint
 * without them gets ImageNet's normalisation and unnamed classes.
 *
 * @param weights under the published names
 * @param classes in the order of the logits
 * @param normalisation of the colour channels
 * @param depth whether there is a depth branch
 */
public record EdgeModel(
    Weights weights, ClassSet classes, Normalisation normalisation, boolean depth) {
  /** Metadata key of the architecture, {@value #RFNET} here. */
  public static final String ARCHITECTURE = "seamark.architecture";

  /** The value of {@link #ARCHITECTURE}. */
  public static final String RFNET = "rfnet";

  /** Metadata key of the class names, a JSON list. */
  public static final String CLASSES = "seamark.classes";

  /** Metadata key of the three means, a JSON list, scale 0 to 1. */
  public static final String MEAN = "seamark.mean";

  /** Metadata key of the three deviations, a JSON list, scale 0 to 1. */
  public static final String DEVIATION = "seamark.std";

  /** Metadata key of the model's version. */
  public static final String VERSION = TrainableModel.VERSION;

  /** Metadata key of the version it was trained from. */
  public static final String PARENT = TrainableModel.PARENT;

  /** Metadata key of where it comes from, a JSON object. */
  public static final String PROVENANCE = TrainableModel.PROVENANCE;

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * An edge model's facts without its weights.
   *
   * @param classes in the order of the logits
   * @param normalisation of the colour channels
   * @param depth whether there is a depth branch
   * @param metadata the file's free text
   */
  public record Description(
      ClassSet classes, Normalisation normalisation, boolean depth, Map<String, String> metadata) {
    /** Copies the metadata. */
    public Description {
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * Reads a model with all its weights.
   *
   * @param path a safetensors file
   * @return the model
   * @throws IOException if the file is missing, cannot be read or is no RFNet; the message names
   *     file and rule
   */
  public static EdgeModel load(Path path) throws IOException {
    try (SafetensorsFile file = open(path)) {
      Description description = describe(path, file);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : file.names()) {
        tensors.put(name, file.get(name));
      }
      return new EdgeModel(
          new Weights(tensors, file.metadata()),
          description.classes(),
          description.normalisation(),
          description.depth());
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Opens a model's file without reading its weights. A prefix that all of its names share, such as
   * {@code module.}, is taken off.
   *
   * @param path a safetensors file
   * @return an open file, for {@link #describe}
   * @throws IOException as {@link #load}
   */
  public static SafetensorsFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException("edge model " + path + " does not exist or is not a file");
    }
    SafetensorsFile file;
    try {
      file = SafetensorsFile.open(path);
    } catch (IOException e) {
      String reason =
          ForeignFile.of(path)
              .map(foreign -> "it is " + foreign.text() + "; " + foreign.remedy())
              .orElseGet(() -> reason(path, e));
      throw new IOException(path + " is not an RFNet model: " + reason, e);
    }
    try {
      file.takeOffPrefix(RfNet.FIRST_WEIGHT);
      return file;
    } catch (IllegalArgumentException e) {
      file.close();
      throw new IOException(path + " is not an RFNet model: " + e.getMessage(), e);
    }
  }

  private static String reason(Path path, IOException e) {
    String message = String.valueOf(e.getMessage());
    String prefix = path + " is ";
    return message.startsWith(prefix) ? "it is " + message.substring(prefix.length()) : message;
  }

  /**
   * Checks that an open file holds an RFNet, every name and shape, and reads its facts.
   *
   * @param path for messages
   * @param file from {@link #open}
   * @return the facts
   * @throws IOException if it is no RFNet; the message names file and rule
   */
  public static Description describe(Path path, SafetensorsFile file) throws IOException {
    try {
      return describe(file, file.metadata());
    } catch (IllegalArgumentException e) {
      throw new IOException(path + " is not an RFNet model: " + e.getMessage(), e);
    }
  }

  private static Description describe(WeightSource weights, Map<String, String> metadata) {
    String architecture = metadata.getOrDefault(ARCHITECTURE, RFNET);
    if (!architecture.equals(RFNET)) {
      throw new IllegalArgumentException(
          "its " + ARCHITECTURE + " is '" + architecture + "', not '" + RFNET + "'");
    }
    boolean depth = RfNet.check(weights);
    int logits = weights.shape("logits.conv.weight").get(0);
    if (logits > 255) {
      throw new IllegalArgumentException("it has " + logits + " classes, but at most 255 can be");
    }
    ClassSet classes =
        metadata.containsKey(CLASSES)
            ? new ClassSet(list(metadata, CLASSES, new TypeReference<List<String>>() {}))
            : ClassSet.unnamed(logits);
    if (classes.size() != logits) {
      throw new IllegalArgumentException(
          CLASSES + " names " + classes.size() + " classes, but the logits have " + logits);
    }
    TypeReference<List<Double>> numbers = new TypeReference<>() {};
    Normalisation normalisation =
        new Normalisation(
            metadata.containsKey(MEAN)
                ? list(metadata, MEAN, numbers)
                : Normalisation.IMAGENET.mean(),
            metadata.containsKey(DEVIATION)
                ? list(metadata, DEVIATION, numbers)
                : Normalisation.IMAGENET.deviation());
    return new Description(classes, normalisation, depth, metadata);
  }

  private static <E> List<E> list(
      Map<String, String> metadata, String key, TypeReference<List<E>> type) {
    String text = metadata.getOrDefault(key, "");
    try {
      List<E> list = JSON.readValue(text, type);
      if (list == null || list.contains(null)) {
        throw new IllegalArgumentException(key + " is '" + text + "', but must be a JSON list");
      }
      return list;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(key + " is '" + text + "', but must be a JSON list", e);
    }
  }

  /**
   * The model's facts without its weights.
   *
   * @return what {@link #describe} would read from its file
   */
  public Description description() {
    return new Description(classes, normalisation, depth, weights.metadata());
  }

  /**
   * A model from weights that are in memory, such as freshly initialised or trained ones.
   *
   * @param weights an RFNet's; facts that their metadata lack are filled in
   * @return the model
   * @throws IllegalArgumentException if they are no RFNet's
   */
  public static EdgeModel of(Weights weights) {
    Description description = describe(weights, weights.metadata());
    return new EdgeModel(
        weights, description.classes(), description.normalisation(), description.depth());
  }

  /**
   * The same model with other weights.
   *
   * @param newWeights of the same names and shapes
   * @return a model
   */
  public EdgeModel withWeights(Weights newWeights) {
    return new EdgeModel(newWeights, classes, normalisation, depth);
  }

  /**
   * Writes the model atomically, its facts in the metadata.
   *
   * @param path the file; its folder exists
   * @param precision of the weights
   * @throws IOException if writing fails
   */
  public void save(Path path, Precision precision) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(weights.metadata());
    metadata.put(ARCHITECTURE, RFNET);
    metadata.put(CLASSES, JSON.writeValueAsString(classes.names()));
    metadata.put(MEAN, JSON.writeValueAsString(normalisation.mean()));
    metadata.put(DEVIATION, JSON.writeValueAsString(normalisation.deviation()));
    Safetensors.write(path, new Weights(weights.tensors(), metadata), precision);
  }
}
