package io.seamark.report;

import io.seamark.report.RunRecord.Figure;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.ServedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Figures computed from a run's frames. */
final class RunFigures {
  private RunFigures() {}

  static List<Figure> figures(RunRecord run) {
    List<FrameFigures> frames = run.frames();
    List<Figure> out = new ArrayList<>();
    double hard = frames.stream().filter(FrameFigures::hard).count();
    double answered = frames.stream().filter(f -> !Double.isNaN(f.cloudMs())).count();
    double up = frames.stream().mapToLong(FrameFigures::bytesUp).sum();
    double down = frames.stream().mapToLong(FrameFigures::bytesDown).sum();
    out.add(new Figure("frames", "Frames answered", frames.size(), "", ""));
    out.add(
        new Figure(
            "bad_frames",
            "Bad frames skipped",
            run.badFrames().size(),
            "",
            "Items of the source that could not be read."));
    out.add(
        new Figure(
            "hard_share",
            "Hard frames",
            hard / frames.size(),
            "%",
            "Frames the edge did not trust itself with."));
    out.add(
        new Figure(
            "cloud_answers",
            "Cloud answers",
            answered,
            "",
            "Hard frames that the cloud answered within the run."));
    out.add(
        new Figure(
            "miou_edge",
            "Edge answers, mean mIoU",
            mean(frames, FrameFigures::iouEdge),
            "%",
            "Mean over frames of the mIoU of what the edge said, with whatever model it had."));
    out.add(
        new Figure(
            "miou_system",
            "System answers, mean mIoU",
            mean(frames, FrameFigures::iouSystem),
            "%",
            "The same for what was put out: the cloud's answer where there is one."));
    percentiles(
        out,
        frames,
        "edge_ms",
        "Edge time per frame",
        FrameFigures::edgeMs,
        "Inference and mining on the edge.");
    percentiles(
        out,
        frames,
        "cloud_ms",
        "Cloud time per hard frame",
        FrameFigures::cloudMs,
        "From sending the frame to holding the answer.");
    out.add(new Figure("bytes_up", "Sent to the cloud", up, "bytes", ""));
    out.add(new Figure("bytes_down", "Received from the cloud", down, "bytes", ""));
    out.add(
        new Figure(
            "bytes_up_per_frame",
            "Sent per frame",
            up / frames.size(),
            "bytes",
            "Over all frames, easy ones included."));
    out.add(
        new Figure(
            "cpu_mean",
            "Processor use, mean",
            mean(frames, FrameFigures::cpu),
            "cores",
            "Of the edge process; 1 is one core."));
    out.add(
        new Figure(
            "rss_peak_mb",
            "Memory, peak",
            max(frames, FrameFigures::rssMb),
            "MiB",
            "Resident size of the edge process."));
    double judged = run.models().stream().filter(m -> m.model().parent() != null).count();
    double promoted = run.models().stream().filter(ServedModel::promoted).count();
    out.add(new Figure("models_judged", "Models trained and judged", judged, "", ""));
    out.add(
        new Figure(
            "models_promoted",
            "Models promoted",
            promoted,
            "",
            "Those that beat the one before on frames held out from training."));
    out.add(new Figure("seconds", "Run time", run.seconds(), "s", ""));
    out.removeIf(f -> Double.isNaN(f.value()));
    out.addAll(run.extra());
    return out;
  }

  private static void percentiles(
      List<Figure> out,
      List<FrameFigures> frames,
      String key,
      String name,
      ToDoubleFunction<FrameFigures> of,
      String note) {
    double[] sorted = values(frames, of);
    Arrays.sort(sorted);
    out.add(new Figure(key + "_p50", name + ", median", percentile(sorted, 0.5), "ms", note));
    out.add(new Figure(key + "_p95", name + ", 95 %", percentile(sorted, 0.95), "ms", ""));
  }

  static double[] values(List<FrameFigures> frames, ToDoubleFunction<FrameFigures> of) {
    return frames.stream().mapToDouble(of).filter(v -> !Double.isNaN(v)).toArray();
  }

  /** Nearest rank; NaN of nothing. */
  static double percentile(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  static double mean(List<FrameFigures> frames, ToDoubleFunction<FrameFigures> of) {
    return Arrays.stream(values(frames, of)).average().orElse(Double.NaN);
  }

  private static double max(List<FrameFigures> frames, ToDoubleFunction<FrameFigures> of) {
    return Arrays.stream(values(frames, of)).max().orElse(Double.NaN);
  }

  static Map<String, List<FrameFigures>> byDomain(List<FrameFigures> frames) {
    Map<String, List<FrameFigures>> domains = new LinkedHashMap<>();
    for (FrameFigures f : frames) {
      domains.computeIfAbsent(f.domain(), domain -> new ArrayList<>()).add(f);
    }
    return domains;
  }

  /** Mean over the last frames up to each; NaN until the first value. */
  static double[] rolling(double[] values, int window) {
    double[] out = new double[values.length];
    double sum = 0;
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        sum += values[i];
        count++;
      }
      if (i >= window && !Double.isNaN(values[i - window])) {
        sum -= values[i - window];
        count--;
      }
      out[i] = count == 0 ? Double.NaN : sum / count;
    }
    return out;
  }
}
