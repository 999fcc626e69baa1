package io.seamark.verb;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that choose samples of a buffer: those for which all that are given hold. */
final class SampleChoice {
  @Option(names = "--edge", paramLabel = "NAME", description = "Samples of this edge.")
  private @Nullable String edge;

  @Option(names = "--domain", paramLabel = "NAME", description = "Samples of this domain.")
  private @Nullable String domain;

  @Option(names = "--id", paramLabel = "ID", description = "The sample of this name.")
  private @Nullable String id;

  @Option(
      names = "--before",
      paramLabel = "TIME",
      description = "Samples taken before it: 2026-11-01, or 2026-11-01T08:30:00Z.")
  private @Nullable String before;

  private long until = Long.MAX_VALUE;

  /** What was asked for, by option; refuses a time that is none. */
  Map<String, Object> asked() {
    until = before == null ? Long.MAX_VALUE : time(before).toEpochMilli();
    Map<String, Object> asked = new LinkedHashMap<>();
    for (String[] one :
        new String[][] {{"edge", edge}, {"domain", domain}, {"id", id}, {"before", before}}) {
      if (one[1] != null) {
        asked.put(one[0], one[1]);
      }
    }
    return asked;
  }

  /** Whether a sample may be one of them, as far as is known without reading it. */
  boolean holds(String ofEdge, String ofDomain, String name) {
    return (edge == null || edge.equals(ofEdge))
        && (domain == null || domain.equals(ofDomain))
        && (id == null || id.equals(name));
  }

  /** Whether one that was taken then is. */
  boolean holds(long capturedMillis) {
    return capturedMillis < until;
  }

  private static Instant time(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "--before "
              + text
              + " is no time: write a day such as 2026-11-01, or 2026-11-01T08:30:00Z",
          e);
    }
  }
}
