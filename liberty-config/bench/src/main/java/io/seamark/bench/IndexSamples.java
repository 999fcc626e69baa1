package io.seamark.bench;

import io.seamark.bench.SampleIndex.Entry;
import io.seamark.bench.SampleIndex.Labelled;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.training.ClassWeights;
import io.seamark.knowledge.training.LearningSamples;
import io.seamark.knowledge.training.ListedSamples;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Samples of an index as the learner takes them, decoded when they are used: their sequences are
 * their places in the list.
 *
 * @param source what they are, for messages
 * @param targets in the order in which they came
 * @param scale what the values of depth images mean
 */
record IndexSamples(String source, List<Target> targets, DepthScale scale)
    implements LearningSamples {
  /** Copies the list. */
  IndexSamples {
    targets = List.copyOf(targets);
  }

  /**
   * What to learn from.
   *
   * @param sample the frame
   * @param answer a PNG of the cloud's answer, or null for the sample's own label
   * @param attributes what the task plugins know of it
   * @param score the miner's; 0 where nothing was mined
   * @param pixels of each class in what is learnt; empty where they were not counted
   */
  record Target(
      Entry sample,
      @Nullable Path answer,
      Map<String, String> attributes,
      double score,
      List<Long> pixels) {
    /** Copies the collections. */
    Target {
      attributes = Map.copyOf(attributes);
      pixels = List.copyOf(pixels);
    }

    /** The sample with its own label. */
    static Target label(Entry sample) {
      return new Target(sample, null, sample.attributes(), 0, List.of());
    }

    /** The same with its pixels counted; as it is where it cannot be read. */
    Target counted(DepthScale scale, int classes) {
      try {
        return pixels.isEmpty()
            ? new Target(sample, answer, attributes, score, count(read(scale).target(), classes))
            : this;
      } catch (IOException | IllegalArgumentException e) {
        // Said when it is dealt.
        return this;
      }
    }

    LabelledFrames.LabelledFrame read(DepthScale scale) throws IOException {
      Labelled labelled = sample.read(scale);
      return new LabelledFrames.LabelledFrame(
          labelled.frame(),
          answer == null ? labelled.label() : Images.decodeClassMap(Files.readAllBytes(answer)));
    }
  }

  /** Pixels of each class in a map, as a replay buffer counts them. */
  static List<Long> count(ClassMap map, int classes) {
    long[] pixels = new long[classes];
    ClassWeights.count(map, pixels);
    return Arrays.stream(pixels).boxed().toList();
  }

  /** As the learner takes them. */
  private ListedSamples listed() {
    return new ListedSamples(source, targets.stream().map(t -> new Read(t, scale)).toList());
  }

  /** A target that is read with what the values of depth images mean. */
  private record Read(Target target, DepthScale scale) implements ListedSamples.Listed {
    @Override
    public Map<String, String> attributes() {
      return target.attributes();
    }

    @Override
    public double score() {
      return target.score();
    }

    @Override
    public List<Long> pixels() {
      return target.pixels();
    }

    @Override
    public LabelledFrames.LabelledFrame read() throws IOException {
      try {
        return target.read(scale);
      } catch (IllegalArgumentException e) {
        throw new IOException(target.sample().line() + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public long first() {
    return 0;
  }

  @Override
  public long next() {
    return targets.size();
  }

  @Override
  public Stream<Described> described() {
    return listed().described();
  }

  /** All of them. */
  LabelledFrames frames() {
    return listed().frames();
  }

  @Override
  public LabelledFrames frames(List<Long> sequences) {
    return listed().frames(sequences);
  }
}
