package io.seamark.benchmark;

import io.seamark.network.EdgeModel;
import io.seamark.network.Normalisation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Time of a fine-tuning step of RFNet on colour frames (forward, backward, clipping, AdamW) against
 * that of PyTorch on the same weights and frames: same threads, turn by turn. {@code
 * peers/training_step.py} is the peer. The environment must hold {@code TF_ENABLE_ONEDNN_OPTS=1},
 * as the launcher sets it, and {@code OMP_WAIT_POLICY=PASSIVE} on a busy machine: else the peer's
 * threads wait for each other on processors that something else needs.
 */
public final class TrainingStep {
  private static final int WARM_UP = 3;
  private static final double RATE = 1e-4;

  private TrainingStep() {}

  /**
   * Prints medians, their ratio, and the two losses of the first step, which must agree.
   *
   * @param arguments edge model, width, height, frames a step, threads, rounds; then the peer's
   *     command, such as {@code python3 training_step.py}, and {@code --bfloat16} after it for both
   *     to compute in that; without a command only Seamark is measured
   * @throws IOException if the model cannot be read or the peer fails
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 6) {
      throw new IllegalArgumentException(
          "usage: TrainingStep MODEL WIDTH HEIGHT FRAMES THREADS ROUNDS [PEER...]");
    }
    Path file = Path.of(arguments[0]);
    int width = Integer.parseInt(arguments[1]);
    int height = Integer.parseInt(arguments[2]);
    int frames = Integer.parseInt(arguments[3]);
    int threads = Integer.parseInt(arguments[4]);
    int rounds = Integer.parseInt(arguments[5]);
    List<String> command = Arrays.asList(arguments).subList(6, arguments.length);
    EdgeModel loaded = EdgeModel.load(file);
    EdgeModel model =
        new EdgeModel(loaded.weights(), loaded.classes(), loaded.normalisation(), false);
    List<TrainingSample> samples = samples(width, height, frames, model.classes().size());
    double[] ours = new double[rounds];
    double[] theirs = new double[rounds];
    Path batch = Files.createTempFile("batch", ".bin");
    write(samples, batch);
    TrainingOptions options =
        TrainingOptions.fineTuning(RATE, frames, 1, threads)
            .withBfloat16(command.contains("--bfloat16"));
    List<Object> given = List.of(file, batch, width, height, frames, threads, RATE);
    try (Peer peer = command.isEmpty() ? null : new Peer(command, given, model.normalisation());
        RfNetTrainer trainer = new RfNetTrainer(model, width, height, options)) {
      for (int i = -WARM_UP; i < rounds; i++) {
        double[] answer = peer == null ? new double[2] : peer.step();
        long start = System.nanoTime();
        double loss = trainer.step(samples);
        double taken = (System.nanoTime() - start) / 1e6;
        if (i == -WARM_UP) {
          System.out.printf(Locale.ROOT, "first loss %.5f, the peer's %.5f%n", loss, answer[1]);
        }
        if (i >= 0) {
          ours[i] = taken;
          theirs[i] = answer[0];
        }
      }
    } finally {
      Files.delete(batch);
    }
    Arrays.sort(ours);
    Arrays.sort(theirs);
    System.out.printf(
        Locale.ROOT,
        "step %s ms, peer %s ms, ratio of medians %.3f (%d x %d, %d frames, %d threads,"
            + " %d rounds)%n",
        spread(ours),
        spread(theirs),
        ours[rounds / 2] / theirs[rounds / 2],
        width,
        height,
        frames,
        threads,
        rounds);
  }

  /** Noise, with classes in rows: time does not depend on what is seen. */
  @SuppressWarnings("NullAway") // It does not see from the class file that depth may be null.
  private static List<TrainingSample> samples(int width, int height, int frames, int classes) {
    Random random = new Random(1);
    List<TrainingSample> samples = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      byte[] rgb = new byte[3 * width * height];
      random.nextBytes(rgb);
      byte[] target = new byte[width * height];
      for (int p = 0; p < target.length; p++) {
        target[p] = (byte) (p / width * classes / height);
      }
      samples.add(
          new TrainingSample(
              new Frame(width, height, rgb, null), new ClassMap(width, height, target)));
    }
    return samples;
  }

  private static void write(List<TrainingSample> samples, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (TrainingSample sample : samples) {
        out.write(sample.frame().rgb());
      }
      for (TrainingSample sample : samples) {
        out.write(sample.target().classes());
      }
    }
  }

  /** The other program, which makes a step for each line that it is sent. */
  private static final class Peer implements AutoCloseable {
    private final Process process;
    private final OutputStream ask;
    private final BufferedReader answers;

    Peer(List<String> command, List<Object> arguments, Normalisation normalisation)
        throws IOException {
      List<String> all = new ArrayList<>(command);
      arguments.forEach(argument -> all.add(argument.toString()));
      normalisation.mean().forEach(mean -> all.add(mean.toString()));
      normalisation.deviation().forEach(deviation -> all.add(deviation.toString()));
      process = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      ask = process.getOutputStream();
      answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Milliseconds and loss. */
    double[] step() throws IOException {
      ask.write('\n');
      ask.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the peer has ended; what it said stands above");
      }
      return Arrays.stream(answer.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    @Override
    public void close() throws IOException {
      ask.close();
      process.destroy();
    }
  }

  private static String spread(double[] sorted) {
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f to %.0f)",
        sorted[sorted.length / 2],
        sorted[sorted.length / 10],
        sorted[sorted.length * 9 / 10]);
  }
}
