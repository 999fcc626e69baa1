package io.seamark.benchmark;

import io.seamark.edge.sync.LiveModel;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.training.LearningSamples;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.knowledge.training.TaskModels;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.ProceduralStreet.Rendered;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Frames of the embedded street in memory, as rounds take them from a replay buffer: each knows its
 * weather as its domain, and comes from one of a few edges in turn.
 *
 * @param parts frames with answers, the oldest first
 */
record StreetSamples(List<Part> parts) implements LearningSamples {
  /** Edges that the samples come from. */
  static final int EDGES = 4;

  /** One model for everything. */
  static final TaskModels ONE =
      new TaskModels() {
        @Override
        public Map<Long, Integer> assign(List<TaskGroup> groups) {
          return Map.of();
        }

        @Override
        public int count() {
          return 1;
        }
      };

  StreetSamples {
    parts = List.copyOf(parts);
  }

  /**
   * Samples of one weather.
   *
   * @param weather their domain
   * @param frames with the answers that are learnt from
   */
  record Part(Weather weather, LabelledFrames frames) {}

  /** Makes a frame. */
  interface Reader {
    LabelledFrame read(int index);
  }

  @Override
  public long first() {
    return 0;
  }

  @Override
  public long next() {
    return parts.stream().mapToInt(part -> part.frames.size()).sum();
  }

  @Override
  public Stream<Described> described() {
    List<Weather> weathers = new ArrayList<>();
    for (Part part : parts) {
      for (int i = 0; i < part.frames.size(); i++) {
        weathers.add(part.weather);
      }
    }
    return IntStream.range(0, weathers.size())
        .mapToObj(
            i ->
                new Described(
                    new ReplayPolicy.Candidate(i, 0.5, List.of()),
                    new TaskSample(
                        i,
                        Map.of(
                            TaskSample.ID, "s" + i,
                            TaskSample.EDGE, "edge-" + i % EDGES,
                            TaskSample.DOMAIN, weathers.get(i).domain()))));
  }

  @Override
  public LabelledFrames frames(List<Long> sequences) {
    return all(parts.stream().map(Part::frames).toList())
        .choose(sequences.stream().map(Long::intValue).toList(), "street");
  }

  /** One after the other. */
  static LabelledFrames all(List<LabelledFrames> parts) {
    int size = parts.stream().mapToInt(LabelledFrames::size).sum();
    return new LabelledFrames() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        int before = 0;
        for (LabelledFrames part : parts) {
          if (index < before + part.size()) {
            return part.read(index - before);
          }
          before += part.size();
        }
        throw new IndexOutOfBoundsException(index);
      }

      @Override
      public String source() {
        return "street";
      }
    };
  }

  /** Frames that are made once, since rendering one takes longer than learning from it. */
  static LabelledFrames kept(int count, Reader reader) {
    @Nullable LabelledFrame[] kept = new LabelledFrame[count];
    return new LabelledFrames() {
      @Override
      public int size() {
        return count;
      }

      @Override
      public synchronized LabelledFrame read(int index) {
        LabelledFrame known = kept[index];
        if (known == null) {
          known = reader.read(index);
          kept[index] = known;
        }
        return known;
      }

      @Override
      public String source() {
        return "street";
      }
    };
  }

  /** Frames with their labels. */
  static LabelledFrames labelled(ProceduralStreet street, Weather weather, int from, int count) {
    return kept(count, i -> labelled(street.render(from + i, weather)));
  }

  private static LabelledFrame labelled(Rendered rendered) {
    return new LabelledFrame(
        rendered.sample().frame(), Objects.requireNonNull(rendered.sample().label()));
  }

  /**
   * Frames as a cloud answers them whose segmenter is perfect: the scores of the model that serves,
   * fused with the outline of every single thing. A round is not told the outlines.
   */
  static LabelledFrames answered(
      ProceduralStreet street,
      Weather weather,
      int from,
      int count,
      Path serving,
      ConfiguredPlugins plugins)
      throws IOException {
    MaskFusion fusion = plugins.create(PluginKind.MASK_FUSION);
    List<LabelledFrame> answered = new ArrayList<>();
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "edge", serving)) {
      for (int i = 0; i < count; i++) {
        Rendered rendered = street.render(from + i, weather);
        LabelledFrame labelled = labelled(rendered);
        int width = labelled.frame().width();
        int height = labelled.frame().height();
        ClassScores scores =
            live.infer(labelled.frame()).prediction().scores().resize(width, height);
        ClassMap answer = fusion.fuse(scores, outlines(rendered, width, height));
        answered.add(new LabelledFrame(labelled.frame(), answer));
      }
    }
    return kept(count, answered::get);
  }

  private static List<SegmentMask> outlines(Rendered rendered, int width, int height) {
    Map<Integer, BitSet> things = new TreeMap<>();
    int[] segments = rendered.segments();
    for (int p = 0; p < segments.length; p++) {
      things.computeIfAbsent(segments[p], s -> new BitSet()).set(p);
    }
    return things.values().stream()
        .map(pixels -> FusionComparison.mask(width, height, pixels, 1, 1))
        .toList();
  }

  /** The mean IoU of a model's answers. */
  static double meanIou(ConfiguredPlugins plugins, Path model, LabelledFrames frames)
      throws IOException {
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "look", model)) {
      return LearningComparison.meanIou(live, frames);
    }
  }

  /**
   * How a round goes.
   *
   * @param training settings that differ from the default, by key
   * @param seed of its draws
   */
  static RoundSettings settings(Map<String, String> training, long seed) {
    List<String> failures = new ArrayList<>();
    TrainingSettings read =
        SettingGroup.TRAINING.read(key -> Optional.ofNullable(training.get(key)), failures);
    if (read == null) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return new RoundSettings(read, SettingGroup.APPEALNET.defaults(), seed, 2);
  }
}
