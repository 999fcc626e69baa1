package io.seamark.street;

import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassSet;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Sample;
import io.seamark.plugin.TrainingSample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Trains the edge model on day streets alone, so that any other weather is new to it. */
final class EdgeRecipe {
  private static final int BASE_WIDTH = 16;
  private static final int BATCH = 8;
  private static final double PEAK_RATE = 3e-3;
  private static final int EVALUATED = 40;

  private final long seed;
  private final int steps;
  private final int threads;
  private final boolean depth;
  private final PrintStream out;

  EdgeRecipe(long seed, int steps, int threads, boolean depth, PrintStream out) {
    this.seed = seed;
    this.steps = steps;
    this.threads = threads;
    this.depth = depth;
    this.out = out;
  }

  private TrainingSample sample(ProceduralStreet street, long index) {
    Sample sample = street.render(index, Weather.DAY).sample();
    TrainingSample plain =
        new TrainingSample(sample.frame(), Objects.requireNonNull(sample.label()));
    return new Augmentation(0.5, 0.25, 0.1).apply(plain, new Random(seed * 1_000_003 + index));
  }

  void run(Path file) throws IOException, InterruptedException {
    ProceduralStreet street = Streets.training();
    ClassSet classes = ClassSet.CAMVID;
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(seed, classes.size(), BASE_WIDTH, depth));
    TrainingOptions options =
        TrainingOptions.fromScratch(PEAK_RATE, BATCH, seed, threads)
            .withClassWeights(classWeights(street, classes.size()));
    long began = System.nanoTime();
    long saved = began;
    try (Streets<TrainingSample> streets =
            new Streets<>(BATCH, Math.max(1, threads / 2), i -> sample(street, i));
        RfNetTrainer trainer = new RfNetTrainer(start, Streets.WIDTH, Streets.HEIGHT, options)) {
      double mean = 0;
      for (int step = 0; step < steps; step++) {
        double rate = TrainingOptions.cosine(PEAK_RATE, step, 50, steps);
        mean += trainer.step(streets.next(), rate);
        if ((step + 1) % 50 == 0) {
          out.printf(
              "edge step %d loss %.4f, %.0f s%n",
              step + 1, mean / 50, (System.nanoTime() - began) / 1e9);
          mean = 0;
        }
        if (System.nanoTime() - saved > 120e9) {
          trainer.snapshot().save(file, Precision.F16);
          saved = System.nanoTime();
        }
      }
      trainer.snapshot().save(file, Precision.F16);
      out.printf("edge trained in %.0f s%n", (System.nanoTime() - began) / 1e9);
    }
    evaluate(file, out, threads);
  }

  /** The rarer a class the heavier, as in RFNet's own recipe but milder; mean 1 over the pixels. */
  private static List<Double> classWeights(ProceduralStreet street, int classes) {
    double[] count = new double[classes];
    double all = 0;
    for (int i = 0; i < 48; i++) {
      for (byte c :
          Objects.requireNonNull(street.render(-1 - i, Weather.DAY).sample().label()).classes()) {
        if ((c & 0xFF) < classes) {
          count[c & 0xFF]++;
          all++;
        }
      }
    }
    List<Double> weights = new ArrayList<>();
    double mean = 0;
    for (double n : count) {
      double weight = 1 / Math.log(1.1 + n / all);
      mean += weight * n / all;
      weights.add(weight);
    }
    double scale = 1 / mean;
    weights.replaceAll(w -> w * scale);
    return weights;
  }

  /** Prints mIoU per weather of the model in a file, as it will be used. */
  static Map<Weather, Double> evaluate(Path file, PrintStream out, int threads) throws IOException {
    EdgeModel model = EdgeModel.load(file);
    ProceduralStreet street = Streets.evaluation();
    Map<Weather, Double> figures = new EnumMap<>(Weather.class);
    try (RfNetTrainer trainer =
        new RfNetTrainer(
            model, Streets.WIDTH, Streets.HEIGHT, TrainingOptions.fineTuning(1, 1, 1, threads))) {
      for (Weather weather : Weather.values()) {
        ConfusionMatrix matrix = new ConfusionMatrix(model.classes().size());
        for (int i = 0; i < EVALUATED; i++) {
          Sample sample = street.render(i, weather).sample();
          matrix.add(Objects.requireNonNull(sample.label()), trainer.predict(sample.frame()));
        }
        figures.put(weather, matrix.meanIou());
        StringBuilder each = new StringBuilder();
        for (int c = 0; c < model.classes().size(); c++) {
          each.append(String.format(" %s %.3f", model.classes().names().get(c), matrix.iou(c)));
        }
        out.printf(
            "edge %s mIoU %.4f pixel accuracy %.4f;%s%n",
            weather.domain(), matrix.meanIou(), matrix.pixelAccuracy(), each);
      }
    }
    return figures;
  }
}
