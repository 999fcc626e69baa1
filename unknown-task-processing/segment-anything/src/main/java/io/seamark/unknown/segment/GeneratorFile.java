package io.seamark.unknown.segment;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.host.PlainFile;
import io.seamark.plugin.Hyperparameter;
import io.seamark.setting.HyperparameterBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a model folder says in {@value #NAME}: what its checkpoint needs instead of SAM's defaults,
 * under SAM's names.
 *
 * @param imageSize side of the encoder's square input in pixels, 64 to 4096, or 0 for what the
 *     encoder's graph says
 * @param parameters complete, with SAM's defaults where the file is silent
 */
record GeneratorFile(int imageSize, SegmentAnythingParameters parameters) {
  static final String NAME = "generator.json";

  private static final String IMAGE_SIZE = "image_size";
  private static final int MAX_BYTES = 64 * 1024;

  /** Up to here every whole number is a double of its own. */
  private static final double MOST_WHOLE = 1L << 53;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final HyperparameterBinding<SegmentAnythingParameters> EXPLICIT =
      new HyperparameterBinding<>(SegmentAnythingParameters.class);
  private static final HyperparameterBinding<SegmentAnythingParameters> COMPLETE =
      EXPLICIT.ofFolder(GeneratorFile::samName);
  private static final HyperparameterBinding<Encoder> ENCODER =
      new HyperparameterBinding<>(Encoder.class);

  /** All that may stand in the file. */
  private static final List<String> KEYS =
      Stream.concat(
              Stream.of(IMAGE_SIZE),
              EXPLICIT.specs().stream()
                  .filter(spec -> !spec.fallback().isEmpty())
                  .map(spec -> samName(spec.name())))
          .toList();

  /** What holds in a folder without the file: SAM's defaults. */
  static final GeneratorFile SAM = new GeneratorFile(0, COMPLETE.bind(Map.of()));

  /** What is the checkpoint's alone and not for a person to set. */
  private record Encoder(
      @Hyperparameter(
              name = IMAGE_SIZE,
              text = "Side of the encoder's square input.",
              defaultValue = "",
              min = 64,
              max = 4096,
              unit = "pixels")
          int imageSize) {}

  /**
   * Reads a folder's file.
   *
   * @param folder a model folder
   * @return {@link #SAM} where the folder has no {@value #NAME}
   * @throws IOException if the file is not a JSON object of SAM's parameters; the message names the
   *     file, the key, its value and the rule
   */
  static GeneratorFile read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    byte[] text;
    try (var in = Files.newInputStream(PlainFile.require(file))) {
      text = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      return SAM;
    }
    if (text.length > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!root.isObject()) {
      throw new IOException(
          file
              + " must hold one JSON object with mask-generator parameters: "
              + String.join(", ", KEYS));
    }
    Map<String, String> values = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (KEYS.contains(entry.getKey())) {
        values.put(entry.getKey(), text(entry.getValue()));
      } else {
        wrong.add("unknown key '" + entry.getKey() + "', the keys are " + String.join(", ", KEYS));
      }
    }
    Function<String, Optional<String>> lookup = name -> Optional.ofNullable(values.get(name));
    Encoder encoder =
        lookup.apply(IMAGE_SIZE).isPresent() ? ENCODER.bind(lookup, name -> "", "", wrong) : null;
    SegmentAnythingParameters parameters = COMPLETE.bind(lookup, name -> "", "", wrong);
    if (parameters == null || !wrong.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", wrong));
    }
    return new GeneratorFile(encoder == null ? 0 : encoder.imageSize, parameters);
  }

  /**
   * What masks are generated with: what was configured explicitly, else what this file says.
   *
   * @param explicit the plugin's hyperparameters
   * @return complete parameters
   * @throws IllegalArgumentException if the two leave a layer of crops without points
   */
  SegmentAnythingParameters complete(SegmentAnythingParameters explicit) {
    Map<String, String> values = COMPLETE.values(parameters);
    Map<String, String> open = COMPLETE.values(EXPLICIT.bind(Map.of()));
    COMPLETE
        .values(explicit)
        .forEach(
            (name, value) -> {
              if (!value.equals(open.get(name))) {
                values.put(name, value);
              }
            });
    return COMPLETE.bind(values);
  }

  private static String samName(String name) {
    return name.replace('-', '_');
  }

  /** As configuration would have it: 8.0 is whole, and what is no number stays none. */
  private static String text(JsonNode value) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    return number == Math.rint(number) && Math.abs(number) <= MOST_WHOLE
        ? Long.toString((long) number)
        : value.toString();
  }
}
