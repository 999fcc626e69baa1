package io.seamark.run;

import io.seamark.edge.sync.LiveModel;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the source a second time and holds three answers against the labels, on the same
 * frames: the edge model the run began with, the answers that the run gave, and the edge model it
 * ended with. What the run has scored already is not computed again.
 */
final class Judging {
  /** Most frames that are judged, evenly spread: the figures settle long before. */
  static final int MOST_FRAMES = 600;

  private static final int PICTURED_DOMAINS = 8;

  private final Recording recording;
  private final Path answers;
  private final Model start;
  private final Model updated;

  /**
   * A model to be judged.
   *
   * @param version its name in the recording
   * @param live answers as it does
   */
  record Model(String version, LiveModel live) {}

  /**
   * One frame with every answer to it, for the report.
   *
   * @param entry what the run knows of it
   * @param frame the pixels
   * @param start the first edge model's answer
   * @param masks the cloud's masks, or null if it was not asked or they could not be made again
   * @param fused the cloud's answer, or null if there is none
   * @param label the truth, or null if unknown
   */
  record Picture(
      FrameEntry entry,
      Frame frame,
      ClassMap start,
      @Nullable List<SegmentMask> masks,
      @Nullable ClassMap fused,
      @Nullable ClassMap label) {}

  /**
   * What came of it.
   *
   * @param judgement figures, or null without labelled frames
   * @param pictures a few frames, in the order of the stream
   */
  record Result(@Nullable Judgement judgement, List<Picture> pictures) {}

  Judging(Recording recording, Path answers, Model start, Model updated) {
    this.recording = recording;
    this.answers = answers;
    this.start = start;
    this.updated = updated;
  }

  /**
   * Judges.
   *
   * @param source the same stream again
   * @param untrained whether a frame, by id, was never trained on
   * @param masks makes the pictures' masks again, or null if it cannot
   * @param stopped whether to leave it at what there is
   */
  Result judge(
      SampleSource source,
      Predicate<String> untrained,
      @Nullable MaskGenerator masks,
      BooleanSupplier stopped)
      throws IOException {
    List<FrameEntry> frames = recording.frames();
    String first = frames.isEmpty() ? "" : frames.get(0).domain;
    boolean drifted = frames.stream().anyMatch(f -> !f.domain.equals(first));
    List<FrameEntry> candidates =
        frames.stream().filter(f -> !drifted || !f.domain.equals(first)).toList();
    Map<String, FrameEntry> judged = new HashMap<>();
    spread(candidates.stream().filter(f -> f.edge != null).toList(), MOST_FRAMES)
        .forEach(f -> judged.put(f.id, f));
    Set<String> pictured = pictured(frames);
    int classes = recording.classes();
    Judgement.Sum sent = new Judgement.Sum(classes);
    Judgement.Sum fresh = new Judgement.Sum(classes);
    Judgement.Sum all = new Judgement.Sum(classes);
    List<Picture> pictures = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(judged.keySet());
    left.addAll(pictured);
    while (!left.isEmpty() && !stopped.getAsBoolean()) {
      Optional<SourceItem> next = source.next();
      if (next.isEmpty()) {
        break;
      }
      if (!(next.get() instanceof Sample sample) || !left.remove(sample.id())) {
        continue;
      }
      FrameEntry entry = judged.get(sample.id());
      if (entry != null) {
        ConfusionMatrix system = entry.system();
        ConfusionMatrix atStart = score(start, entry, sample);
        ConfusionMatrix afterUpdate = score(updated, entry, sample);
        if (system != null && atStart != null && afterUpdate != null) {
          all.add(atStart, system, afterUpdate);
          if (entry.fused != null) {
            sent.add(atStart, entry.fused, afterUpdate);
            if (untrained.test(entry.id)) {
              fresh.add(atStart, entry.fused, afterUpdate);
            }
          }
        }
      }
      if (pictured.contains(sample.id())) {
        picture(sample, frames, masks).ifPresent(pictures::add);
      }
    }
    Judgement judgement =
        all.row().frames() == 0 ? null : new Judgement(drifted, sent.row(), fresh.row(), all.row());
    return new Result(judgement, pictures);
  }

  private @Nullable ConfusionMatrix score(Model model, FrameEntry entry, Sample sample)
      throws IOException {
    if (entry.modelVersion.equals(model.version()) && entry.edge != null) {
      return entry.edge;
    }
    ClassMap label = sample.label();
    if (label == null) {
      return null;
    }
    ConfusionMatrix counts = new ConfusionMatrix(recording.classes());
    counts.add(label, model.live().infer(sample.frame()).prediction().classMap());
    return counts;
  }

  /**
   * Of each domain the first easy frame, and of its frames that the cloud answered the one that
   * this helped most and the one that it helped least.
   */
  private static Set<String> pictured(List<FrameEntry> frames) {
    Map<String, List<FrameEntry>> byDomain = new LinkedHashMap<>();
    frames.forEach(f -> byDomain.computeIfAbsent(f.domain, d -> new ArrayList<>()).add(f));
    Set<String> ids = new LinkedHashSet<>();
    byDomain.values().stream()
        .limit(PICTURED_DOMAINS)
        .forEach(
            domain -> {
              domain.stream().filter(f -> !f.hard).limit(1).forEach(f -> ids.add(f.id));
              Comparator<FrameEntry> byGain = Comparator.comparingDouble(FrameEntry::gain);
              domain.stream().filter(f -> f.answered).max(byGain).ifPresent(f -> ids.add(f.id));
              domain.stream().filter(f -> f.answered).min(byGain).ifPresent(f -> ids.add(f.id));
            });
    return ids;
  }

  private static List<FrameEntry> spread(List<FrameEntry> frames, int most) {
    if (frames.size() <= most) {
      return frames;
    }
    List<FrameEntry> some = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      some.add(frames.get((int) ((2L * i + 1) * frames.size() / (2L * most))));
    }
    return some;
  }

  private Optional<Picture> picture(
      Sample sample, List<FrameEntry> frames, @Nullable MaskGenerator generator)
      throws IOException {
    FrameEntry entry =
        frames.stream().filter(f -> f.id.equals(sample.id())).findFirst().orElse(null);
    if (entry == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Picture(
            entry,
            sample.frame(),
            start.live().infer(sample.frame()).prediction().classMap(),
            generator == null || !entry.answered
                ? null
                : generator.generate(sample.frame()).masks(),
            entry.answered ? Recording.read(answers, sample.id()) : null,
            sample.label()));
  }
}
