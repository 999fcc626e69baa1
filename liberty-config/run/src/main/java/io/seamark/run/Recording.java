package io.seamark.run;

import io.seamark.cli.OutputNames;
import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.UnreadableSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records a run as it goes: scores each answer as soon as it is there, writes the newest class map
 * of each frame, and samples what the process uses. Labels are used to score and for nothing else.
 */
final class Recording implements AnswerSink {
  private final int classes;
  private final RunFolder folder;
  private final long start = System.nanoTime();
  private final List<FrameEntry> frames = new ArrayList<>();
  private final Map<String, FrameEntry> byId = new HashMap<>();
  private final List<UnreadableSample> skipped = new ArrayList<>();
  private final Map<String, String> refused = new LinkedHashMap<>();
  private final List<VersionChange> versions = new ArrayList<>();
  private final ConfusionMatrix edge;
  private final ConfusionMatrix settled;
  private final List<FrameEntry> waiting = new ArrayList<>();
  private @Nullable Runnable progress;
  private long hard;
  private double lastCpu = ProcessResources.now().cpuSeconds();
  private double lastAt;

  /** From when on a model version answered: the first frame's time and index. */
  record VersionChange(double at, long index, String version) {}

  /** Figures that are good at any time. NaN without labels. */
  record Live(long frames, long hard, double edgeMeanIou, double systemMeanIou) {}

  /**
   * Begins.
   *
   * @param classes of the model
   * @param folder where the class maps go, and which is told when the first one is there
   */
  Recording(int classes, RunFolder folder) {
    this.classes = classes;
    this.folder = folder;
    this.edge = new ConfusionMatrix(classes);
    this.settled = new ConfusionMatrix(classes);
  }

  /** Seconds since the recording began. */
  double now() {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public synchronized void answered(EdgeAnswer answer) {
    ClassMap label = answer.sample().label();
    ClassMap map = answer.prediction().classMap();
    FrameEntry entry =
        new FrameEntry(
            answer.index(),
            answer.sample().id(),
            answer.sample().domain(),
            answer.decision().hard(),
            answer.decision().score(),
            answer.decision().threshold(),
            answer.decision().reason(),
            answer.modelVersion(),
            now(),
            answer.inferSeconds(),
            answer.totalSeconds(),
            score(label, map));
    entry.sent = answer.stored();
    frames.add(entry);
    hard += entry.hard ? 1 : 0;
    byId.put(entry.id, entry);
    if (versions.isEmpty()
        || !versions.get(versions.size() - 1).version().equals(entry.modelVersion)) {
      versions.add(new VersionChange(entry.at, entry.index, entry.modelVersion));
    }
    if (entry.edge != null) {
      edge.add(entry.edge);
      if (answer.stored()) {
        entry.label = label;
        waiting.add(entry);
      } else {
        settled.add(entry.edge);
      }
    }
    write(entry.id, map);
    measure(entry);
    shown();
  }

  /** Called for each item of the stream. */
  synchronized void show(@Nullable Runnable step) {
    progress = step;
  }

  private void shown() {
    Runnable step = progress;
    if (step != null) {
      step.run();
    }
  }

  private @Nullable ConfusionMatrix score(@Nullable ClassMap label, ClassMap map) {
    if (label == null) {
      return null;
    }
    ConfusionMatrix counts = new ConfusionMatrix(classes);
    counts.add(label, map);
    return counts;
  }

  @Override
  public synchronized void improved(CloudAnswer answer) {
    FrameEntry entry = byId.get(answer.sample().id());
    if (entry == null || entry.answered) {
      // Sent by an earlier process, or sent again after a lost acknowledgement.
      return;
    }
    entry.answered = true;
    entry.masks = answer.answer().masks();
    entry.cloudSeconds = answer.seconds();
    entry.answeredAt = now();
    entry.bytesUp = answer.bytesUp();
    entry.bytesDown = answer.bytesDown();
    entry.fused = score(entry.label, answer.answer().classMap());
    settle(entry);
    write(entry.id, answer.answer().classMap());
  }

  /** What was put out stays; what it cost counts. */
  @Override
  public synchronized void audited(CloudAnswer answer) {
    FrameEntry entry = byId.get(answer.sample().id());
    if (entry != null) {
      entry.bytesUp = answer.bytesUp();
      entry.bytesDown = answer.bytesDown();
    }
  }

  @Override
  public synchronized void refused(String id, String reason) {
    refused.put(id, reason);
    FrameEntry entry = byId.get(id);
    if (entry != null) {
      entry.sent = false;
      settle(entry);
    }
  }

  private void settle(FrameEntry entry) {
    entry.label = null;
    ConfusionMatrix system = entry.system();
    if (waiting.remove(entry) && system != null) {
      settled.add(system);
    }
  }

  @Override
  public synchronized void skipped(UnreadableSample item) {
    skipped.add(item);
    shown();
  }

  private void write(String id, ClassMap map) {
    try {
      folder.answer(id, Images.encodeClassMap(map));
      folder.begun();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the process has used since the frame before. */
  private void measure(FrameEntry entry) {
    ProcessResources resources = ProcessResources.now();
    entry.residentBytes = resources.residentBytes();
    entry.cpu = (resources.cpuSeconds() - lastCpu) / Math.max(1e-6, entry.at - lastAt);
    lastCpu = resources.cpuSeconds();
    lastAt = entry.at;
  }

  synchronized Live live() {
    return new Live(frames.size(), hard, edge.meanIou(), systemCounts().meanIou());
  }

  /** What was put out for every labelled frame, so far. */
  synchronized ConfusionMatrix systemCounts() {
    ConfusionMatrix system = new ConfusionMatrix(classes);
    system.add(settled);
    for (FrameEntry entry : waiting) {
      if (entry.edge != null) {
        system.add(entry.edge);
      }
    }
    return system;
  }

  /** The edge's answers to every labelled frame. */
  synchronized ConfusionMatrix edgeCounts() {
    ConfusionMatrix counts = new ConfusionMatrix(classes);
    counts.add(edge);
    return counts;
  }

  synchronized List<FrameEntry> frames() {
    return List.copyOf(frames);
  }

  synchronized List<UnreadableSample> skippedItems() {
    return List.copyOf(skipped);
  }

  synchronized Map<String, String> refusals() {
    return Map.copyOf(refused);
  }

  /** Frames that were sent to the cloud, which has neither answered nor refused them. */
  synchronized int unanswered() {
    return (int) frames.stream().filter(f -> f.sent && !f.answered).count();
  }

  /** Frames whose class map is not in the folder, though it was written. */
  synchronized long missing() {
    return byId.keySet().stream()
        .filter(id -> !Files.isRegularFile(file(folder.answers(), id)))
        .count();
  }

  synchronized List<VersionChange> versions() {
    return List.copyOf(versions);
  }

  /** The class map that stands for a frame, or null if there is none. */
  static @Nullable ClassMap read(Path answers, String id) throws IOException {
    Path file = file(answers, id);
    return Files.isRegularFile(file) ? Images.decodeClassMap(Files.readAllBytes(file)) : null;
  }

  private static Path file(Path answers, String id) {
    return answers.resolve(OutputNames.of(id, ".png"));
  }

  int classes() {
    return classes;
  }
}
