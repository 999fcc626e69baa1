package io.seamark.verb;

import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.Provenance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model's provenance for people. */
final class ProvenanceText {
  private static final int MOST_RANGES = 8;

  private ProvenanceText() {}

  /**
   * What a model's file says of how it came to be.
   *
   * @param json as the file has it; null where it has none
   * @return lines; the text itself where it is of no known form
   */
  static List<String> lines(@Nullable String json) {
    if (json == null) {
      return List.of();
    }
    Provenance provenance;
    try {
      provenance = KnowledgeJson.read(json.getBytes(StandardCharsets.UTF_8), Provenance.class);
    } catch (IOException e) {
      return List.of("provenance: " + json);
    }
    List<String> lines = new ArrayList<>();
    lines.add("provenance: " + provenance.kind());
    add(lines, "  file", provenance.source());
    add(lines, "  trained from", provenance.parentSha256());
    Provenance.BufferUse buffer = provenance.buffer();
    if (buffer != null) {
      lines.add("  samples trained on: " + ranges(buffer.trained()));
      lines.add("  samples judged on: " + ranges(buffer.heldOut()));
      buffer.segments().forEach((name, sha256) -> lines.add("  segment " + name + ": " + sha256));
    }
    Provenance.RetainedUse retained = provenance.retained();
    if (retained != null) {
      lines.add(
          String.format(
              "  retained frames: %s; %d trained on, %d judged on",
              retained.source(), retained.frames(), retained.heldOut()));
    }
    for (Provenance.Candidate candidate : provenance.candidates()) {
      lines.add(
          String.format(
              "  candidate %s: agreement with all candidates %s, over views %s, retained frames %s; %s",
              candidate.name(),
              figure(candidate.agreement()),
              figure(candidate.viewAgreement()),
              figure(candidate.retainedMeanIou()),
              candidate.outcome()));
    }
    add(lines, "  chosen", provenance.chosen());
    if (!provenance.training().isEmpty()) {
      lines.add("  seed: " + provenance.seed());
    }
    add(lines, "  setting ", provenance.hyperparameters());
    add(lines, "  plugin ", provenance.plugins());
    add(lines, "  software ", provenance.software());
    Map<String, String> figures = new TreeMap<>();
    provenance.training().forEach((name, value) -> figures.put(name, figure(value)));
    add(lines, "  figure ", figures);
    return lines;
  }

  private static void add(List<String> lines, String name, @Nullable String value) {
    if (value != null) {
      lines.add(name + ": " + value);
    }
  }

  private static void add(List<String> lines, String what, Map<String, String> values) {
    values.forEach((name, value) -> lines.add(what + name + ": " + value));
  }

  private static String ranges(List<Provenance.Range> ranges) {
    long all = ranges.stream().mapToLong(range -> range.last() - range.first() + 1).sum();
    String some =
        ranges.stream()
            .limit(MOST_RANGES)
            .map(
                range ->
                    range.first() == range.last()
                        ? Long.toString(range.first())
                        : range.first() + "-" + range.last())
            .collect(Collectors.joining(", "));
    return all + " (" + some + (ranges.size() > MOST_RANGES ? ", and others)" : ")");
  }

  private static String figure(@Nullable Double value) {
    return value == null ? "none" : String.format(Locale.ROOT, "%.4f", value);
  }
}
