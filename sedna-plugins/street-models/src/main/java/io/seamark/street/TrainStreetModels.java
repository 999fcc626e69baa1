package io.seamark.street;

import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Safetensors;
import io.seamark.network.Weights;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Makes the models of this module anew, from generated streets alone. Run through Maven as the
 * module's README says; progress and figures go to standard output.
 */
public final class TrainStreetModels {
  private static final String EDGE = "street-rfnet.safetensors";
  private static final String SEGMENTER = "street-segmenter.safetensors";
  private static final List<String> ALL = List.of("edge", "segmenter", "segmenter-figures");

  /** Side of the segmenter's images in pixels. */
  private static final int SIZE = 512;

  private TrainStreetModels() {}

  /**
   * Trains.
   *
   * @param args the parts, {@code all}, {@code edge}, {@code edge-figures}, {@code segmenter},
   *     {@code segmenter-frames} or {@code segmenter-figures}, and options as {@code name=value}
   * @throws IOException if a model cannot be read or written
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    RecipeOptions options = new RecipeOptions(args);
    Files.createDirectories(Path.of(options.text("out")));
    for (String part : options.parts()) {
      for (String each : part.equals("all") ? ALL : List.of(part)) {
        run(each, options, System.out);
      }
    }
  }

  private static void run(String part, RecipeOptions options, PrintStream out)
      throws IOException, InterruptedException {
    int threads = options.whole("threads");
    int seed = options.whole("seed");
    switch (part) {
      case "edge" ->
          new EdgeRecipe(
                  seed,
                  options.whole("edge-steps"),
                  threads,
                  Boolean.parseBoolean(options.text("depth")),
                  out)
              .run(options.file(EDGE));
      case "edge-figures" -> EdgeRecipe.evaluate(options.file(EDGE), out, threads);
      case "segmenter" -> {
        String start = options.text("segmenter-start");
        Weights weights =
            start.isEmpty()
                ? PromptableSegmenter.initial(seed, SIZE)
                : Safetensors.read(Path.of(start));
        new SegmenterRecipe(
                seed,
                options.whole("segmenter-steps"),
                threads,
                options.number("segmenter-rate"),
                out)
            .run(weights, options.file(SEGMENTER));
      }
      case "segmenter-frames" ->
          new SegmenterFrames(options.whole("drawn-city"), threads)
              .write(options.file("street-frames.bin"), options.whole("frames"));
      case "segmenter-figures" ->
          new SegmenterFigures(
                  options.file(SEGMENTER),
                  options.file(EDGE),
                  options.whole("judged-city"),
                  options.whole("frames"),
                  options.whole("grid"),
                  threads,
                  out)
              .print();
      default ->
          throw new IllegalArgumentException(
              "'"
                  + part
                  + "' is no part of the recipe; those are all, edge, edge-figures, segmenter,"
                  + " segmenter-frames, segmenter-figures");
    }
  }
}
