package io.seamark.street;

import io.seamark.network.Precision;
import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Safetensors;
import io.seamark.network.Weights;
import io.seamark.network.tensorflow.SegmentSample;
import io.seamark.network.tensorflow.SegmenterTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;

/** Trains the segmenter, class-agnostic, on streets of every weather. */
final class SegmenterRecipe {
  private static final int BATCH = 6;
  private static final int PROMPTS = 12;

  private final long seed;
  private final int steps;
  private final int threads;
  private final double rate;
  private final PrintStream out;

  SegmenterRecipe(long seed, int steps, int threads, double rate, PrintStream out) {
    this.seed = seed;
    this.steps = steps;
    this.threads = threads;
    this.rate = rate;
    this.out = out;
  }

  private SegmentSample sample(ProceduralStreet street, long index, int size) {
    Sample sample = street.render(index, Streets.weather(index)).sample();
    ClassMap label = Objects.requireNonNull(sample.label());
    Random random = new Random(seed * 1_000_003 + index);
    return new SegmentSample(
        sample.frame(),
        new RegionPrompts(label, RegionPrompts.SIZE).draw(PROMPTS, size / 4, random),
        label);
  }

  void run(Weights start, Path file) throws IOException, InterruptedException {
    ProceduralStreet street = Streets.training();
    int size = PromptableSegmenter.imageSize(start);
    TrainingOptions options = TrainingOptions.fromScratch(rate, BATCH, seed, threads);
    long began = System.nanoTime();
    long saved = began;
    try (Streets<SegmentSample> streets =
            new Streets<>(BATCH, Math.max(1, threads / 2), i -> sample(street, i, size));
        SegmenterTrainer trainer =
            new SegmenterTrainer(
                start, Streets.WIDTH, Streets.HEIGHT, PROMPTS, ClassSet.CAMVID.size(), options)) {
      double loss = 0;
      double error = 0;
      double iou = 0;
      for (int step = 0; step < steps; step++) {
        double now = TrainingOptions.cosine(rate, step, 100, steps);
        SegmenterTrainer.Step done = trainer.step(streets.next(), now);
        loss += done.loss();
        error += done.iouError();
        iou += done.iou();
        if ((step + 1) % 50 == 0) {
          out.printf(
              "segmenter step %d loss %.4f IoU error %.4f IoU %.4f, %.0f s%n",
              step + 1, loss / 50, error / 50, iou / 50, (System.nanoTime() - began) / 1e9);
          loss = 0;
          error = 0;
          iou = 0;
        }
        if (System.nanoTime() - saved > 120e9) {
          Safetensors.write(file, trainer.snapshot(), Precision.F16);
          saved = System.nanoTime();
        }
      }
      Safetensors.write(file, trainer.snapshot(), Precision.F16);
      out.printf("segmenter trained in %.0f s%n", (System.nanoTime() - began) / 1e9);
    }
  }
}
