package io.seamark.integration;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.imaging.Images;
import io.seamark.network.Safetensors;
import io.seamark.network.Tensor;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Kills {@code seamark train} at random moments, as {@code kill -9} does, gives the same command
 * again until the round has ended, and looks whether its weights are those of a round that nobody
 * disturbed.
 */
final class RoundKills {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final int SAMPLES = 20;
  private static final long LIMIT_SECONDS = 300;

  private final Path world;
  private final int steps;
  private final SplittableRandom random;
  private int folders;

  /**
   * What was seen.
   *
   * @param kills processes that were killed
   * @param rounds that ended after at least one of them
   * @param goneOn processes that went on from a checkpoint
   * @param weights digest of the undisturbed round's
   * @param faults digests that were others, and whatever else was wrong
   */
  record Seen(int kills, int rounds, int goneOn, String weights, List<String> faults) {}

  /**
   * Makes a buffer.
   *
   * @param world an empty folder
   * @param steps of a round; a checkpoint is written after every fourth
   * @param seed of the moments
   */
  RoundKills(Path world, int steps, long seed) throws IOException {
    this.world = world;
    this.steps = steps;
    this.random = new SplittableRandom(seed);
    ProceduralStreet street = new ProceduralStreet(99, WIDTH, HEIGHT);
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(world.resolve("buffer"), BufferOptions.defaults())) {
      for (int i = 0; i < SAMPLES; i++) {
        Sample sample = street.render(i, Weather.DUSK).sample();
        HardSample hard =
            new HardSample(
                "dusk_" + i,
                "edge",
                "dusk",
                0,
                WIDTH,
                HEIGHT,
                new EncodedImage(EncodedImage.PNG, Images.encodePng(sample.frame())),
                null,
                new ClassScores(11, 2, 2, new float[44]),
                "v0",
                "score_margin",
                0.4,
                0.6);
        buffer.append(
            new BufferedSample(
                hard,
                new FusedAnswer(
                    Objects.requireNonNull(sample.label()), 10, "sam_fusion", Map.of())));
      }
    }
  }

  /** Kills at least so many times. */
  Seen play(int kills) throws Exception {
    List<String> faults = new ArrayList<>();
    long begin = System.nanoTime();
    Path whole = world.resolve("whole");
    Process undisturbed = start(whole);
    if (!undisturbed.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || undisturbed.exitValue() != 0) {
      undisturbed.destroyForcibly().waitFor();
      throw new IOException("the undisturbed round failed: " + errors(whole));
    }
    long took = (System.nanoTime() - begin) / 1_000_000;
    String expected = digest(whole);
    int killed = 0;
    int rounds = 0;
    int goneOn = 0;
    while (killed < kills) {
      Path out = world.resolve("killed" + folders++);
      int before = killed;
      while (true) {
        Process process = start(out);
        boolean last = killed >= kills;
        boolean ended =
            last
                ? process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)
                : endedBefore(process, out.resolve(".round/round.json"), took);
        if (!ended) {
          process.destroyForcibly().waitFor();
          killed++;
        }
        String errors = errors(out);
        goneOn += errors.contains("goes on with the round") ? 1 : 0;
        if (ended && process.exitValue() != 0) {
          faults.add(out + " exit " + process.exitValue() + ": " + errors);
          break;
        }
        if (!ended && last) {
          faults.add(out + " did not end within " + LIMIT_SECONDS + " s: " + errors);
          break;
        }
        // A process that is killed after the version was recorded has done all there is to do.
        if (ended || Files.exists(out.resolve("v1.json"))) {
          break;
        }
      }
      if (killed > before) {
        rounds++;
      }
      if (!Files.exists(out.resolve("v1.json"))) {
        faults.add(out + " has no v1");
      } else if (!digest(out).equals(expected)) {
        faults.add(out + " has weights " + digest(out) + ", not " + expected);
      }
      if (Files.exists(out.resolve("v2.json"))) {
        faults.add(out + " was judged twice");
      }
    }
    return new Seen(killed, rounds, goneOn, expected, faults);
  }

  /**
   * Waits until a random moment: a fourth of them anywhere in the process, the others after it has
   * written a checkpoint.
   */
  private boolean endedBefore(Process process, Path checkpoint, long took) throws Exception {
    if (random.nextInt(4) > 0) {
      Instant before = written(checkpoint);
      while (written(checkpoint).equals(before)) {
        if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return process.waitFor(random.nextLong(took / 8), TimeUnit.MILLISECONDS);
    }
    return process.waitFor(random.nextLong(took), TimeUnit.MILLISECONDS);
  }

  private static Instant written(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.EPOCH;
    }
  }

  private Process start(Path out) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", "--buffer", "buffer"));
    arguments.addAll(List.of("--out", out.toString(), "--seed", "5"));
    Map<String, Object> settings =
        new TreeMap<>(
            Map.of(
                "seamark.threads", 1,
                "seamark.retain.frames", 10,
                "seamark.training.steps", steps,
                "seamark.training.size", WIDTH + "x" + HEIGHT,
                "seamark.training.checkpoint", 4,
                "seamark.training.appealnet.frames", 8,
                "seamark.training.appealnet.steps", 20,
                "seamark.training.judge-frames", 3,
                "seamark.training.judge-retained", 2));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return Seamark.start(
        Seamark.HOME,
        world,
        console(out).resolveSibling(out.getFileName() + ".out").toFile(),
        console(out).toFile(),
        arguments);
  }

  private static Path console(Path out) {
    return out.resolveSibling(out.getFileName() + ".err");
  }

  private static String errors(Path out) throws IOException {
    return Files.readString(console(out)).strip();
  }

  /** Of names, shapes and values; the metadata tell the time. */
  private static String digest(Path models) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Map<String, Tensor> tensors =
        new TreeMap<>(Safetensors.read(models.resolve("v1.safetensors")).tensors());
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      float[] values = tensor.getValue().values();
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
      bytes.asFloatBuffer().put(values);
      digest.update((tensor.getKey() + tensor.getValue().shape()).getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Plays by hand.
   *
   * @param arguments number of kills, steps of a round, seed; 20, 60 and 1 where they are missing
   */
  public static void main(String[] arguments) throws Exception {
    int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
    Path folder = Files.createTempDirectory("seamark-round-kills");
    Seen seen = new RoundKills(folder, steps, seed).play(kills);
    seen.faults().forEach(System.out::println);
    System.out.printf(
        "%d kills in %d rounds, %d processes went on from a checkpoint, %d faults, weights %s, in"
            + " %s%n",
        seen.kills(), seen.rounds(), seen.goneOn(), seen.faults().size(), seen.weights(), folder);
    System.exit(seen.faults().isEmpty() ? 0 : 1);
  }
}
