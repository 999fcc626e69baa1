package io.seamark.run;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import org.jspecify.annotations.Nullable;

/** What a run remembers of one frame; its pixels are not among it. */
final class FrameEntry {
  final long index;
  final String id;
  final String domain;
  final boolean hard;
  final double score;
  final double threshold;
  final String reason;
  final String modelVersion;
  final double at;
  final double inferSeconds;
  final double totalSeconds;

  /** The edge's own answer against the label; null without a label. */
  final @Nullable ConfusionMatrix edge;

  /** The cloud's answer against the label; null without a label or an answer. */
  @Nullable ConfusionMatrix fused;

  /** Kept until the cloud's answer is scored. */
  @Nullable ClassMap label;

  /** Whether it waits for the cloud, or was answered by it. */
  boolean sent;

  boolean answered;
  int masks;
  double cloudSeconds = Double.NaN;
  double answeredAt = Double.NaN;
  double cpu = Double.NaN;
  double residentBytes = Double.NaN;
  long bytesUp;
  long bytesDown;

  FrameEntry(
      long index,
      String id,
      String domain,
      boolean hard,
      double score,
      double threshold,
      String reason,
      String modelVersion,
      double at,
      double inferSeconds,
      double totalSeconds,
      @Nullable ConfusionMatrix edge) {
    this.index = index;
    this.id = id;
    this.domain = domain;
    this.hard = hard;
    this.score = score;
    this.threshold = threshold;
    this.reason = reason;
    this.modelVersion = modelVersion;
    this.at = at;
    this.inferSeconds = inferSeconds;
    this.totalSeconds = totalSeconds;
    this.edge = edge;
  }

  /** The answer that stands: the cloud's where there is one. */
  @Nullable ConfusionMatrix system() {
    return fused != null ? fused : edge;
  }

  /** How much the cloud's answer is better than the edge's, in mean IoU; 0 where unknown. */
  double gain() {
    return fused == null || edge == null ? 0 : fused.meanIou() - edge.meanIou();
  }
}
