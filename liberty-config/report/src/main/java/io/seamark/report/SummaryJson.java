package io.seamark.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.report.RunRecord.Figure;
import io.seamark.report.RunRecord.FrameFigures;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A run as JSON. Figures that are unknown are null. */
final class SummaryJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private SummaryJson() {}

  static ObjectNode of(RunRecord run, boolean withFrames) {
    ObjectNode out = JSON.objectNode();
    out.put("title", run.title());
    out.put("started", run.started().toString());
    ObjectNode verdict = out.putObject("verdict");
    number(verdict, "edge_at_start", run.verdict().edgeAtStart());
    number(verdict, "fused", run.verdict().fused());
    number(verdict, "edge_after_update", run.verdict().edgeAfterUpdate());
    verdict.put("measured_on", run.verdict().measuredOn());
    ObjectNode figures = out.putObject("figures");
    for (Figure figure : Digest.figures(run)) {
      number(figures, figure.key(), figure.value());
    }
    ObjectNode domains = out.putObject("domains");
    Digest.byDomain(run.frames())
        .forEach(
            (domain, frames) -> {
              ObjectNode node = domains.putObject(domain);
              node.put("frames", frames.size());
              node.put("hard", frames.stream().filter(FrameFigures::hard).count());
              number(node, "miou_edge", Digest.mean(frames, FrameFigures::iouEdge));
              number(node, "miou_system", Digest.mean(frames, FrameFigures::iouSystem));
            });
    ArrayNode models = out.putArray("models");
    for (RunRecord.ModelVersion model : run.models()) {
      ObjectNode node = models.addObject();
      node.put("version", model.version());
      node.put("parent", model.parent().isEmpty() ? null : model.parent());
      node.put("created", model.created().isEmpty() ? null : model.created());
      number(node, "served_from_seconds", model.servedFrom());
      node.put("verdict", model.verdict());
      node.put("reason", model.reason());
      node.put("bytes", model.bytes());
      ObjectNode evaluation = node.putObject("evaluation");
      model.evaluation().forEach((name, value) -> number(evaluation, name, value));
    }
    ArrayNode notes = out.putArray("notes");
    run.notes().forEach(notes::add);
    ArrayNode bad = out.putArray("bad_frames");
    for (RunRecord.BadFrame frame : run.badFrames()) {
      bad.addObject().put("id", frame.id()).put("reason", frame.reason());
    }
    texts(out.putObject("setup"), run.setup());
    ArrayNode plugins = out.putArray("plugins");
    for (RunRecord.PluginChoice plugin : run.plugins()) {
      ObjectNode node = plugins.addObject().put("kind", plugin.kind()).put("name", plugin.name());
      texts(node.putObject("values"), plugin.values());
    }
    if (withFrames) {
      frames(out.putObject("frames"), run.frames());
    }
    return out;
  }

  /** One array for each column. */
  private static void frames(ObjectNode out, List<FrameFigures> frames) {
    ArrayNode ids = out.putArray("id");
    ArrayNode domains = out.putArray("domain");
    ArrayNode hard = out.putArray("hard");
    ArrayNode versions = out.putArray("model_version");
    for (FrameFigures f : frames) {
      ids.add(f.id());
      domains.add(f.domain());
      hard.add(f.hard());
      versions.add(f.modelVersion());
    }
    whole(out.putArray("index"), frames, FrameFigures::index);
    whole(out.putArray("bytes_up"), frames, FrameFigures::bytesUp);
    whole(out.putArray("bytes_down"), frames, FrameFigures::bytesDown);
    column(out.putArray("seconds"), frames, FrameFigures::seconds);
    column(out.putArray("edge_ms"), frames, FrameFigures::edgeMs);
    column(out.putArray("cloud_ms"), frames, FrameFigures::cloudMs);
    column(out.putArray("score"), frames, FrameFigures::score);
    column(out.putArray("threshold"), frames, FrameFigures::threshold);
    column(out.putArray("miou_edge"), frames, FrameFigures::iouEdge);
    column(out.putArray("miou_system"), frames, FrameFigures::iouSystem);
    column(out.putArray("cpu"), frames, FrameFigures::cpu);
    column(out.putArray("rss_mb"), frames, FrameFigures::rssMb);
  }

  private static void column(
      ArrayNode out, List<FrameFigures> frames, ToDoubleFunction<FrameFigures> of) {
    for (FrameFigures f : frames) {
      double value = of.applyAsDouble(f);
      if (Double.isFinite(value)) {
        // Six decimals are more than any of these is measured to.
        out.add(Math.rint(value * 1e6) / 1e6);
      } else {
        out.addNull();
      }
    }
  }

  private static void whole(
      ArrayNode out,
      List<FrameFigures> frames,
      java.util.function.ToLongFunction<FrameFigures> of) {
    frames.forEach(f -> out.add(of.applyAsLong(f)));
  }

  private static void number(ObjectNode out, String name, double value) {
    if (!Double.isFinite(value)) {
      out.putNull(name);
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.put(name, (long) value);
    } else {
      out.put(name, value);
    }
  }

  private static void texts(ObjectNode out, Map<String, String> texts) {
    texts.forEach(out::put);
  }
}
