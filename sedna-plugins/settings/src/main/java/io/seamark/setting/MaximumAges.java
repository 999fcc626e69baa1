package io.seamark.setting;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long samples of a replay buffer are kept.
 *
 * @param others of what is named in neither of the maps; empty if it is kept for as long as there
 *     is room
 * @param byDomain of some domains
 * @param byEdge of some edges; where both have one for a sample, the shorter holds
 */
public record MaximumAges(
    Optional<Duration> others, Map<String, Duration> byDomain, Map<String, Duration> byEdge) {
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Copies the maps. */
  public MaximumAges {
    byDomain = Map.copyOf(byDomain);
    byEdge = Map.copyOf(byEdge);
  }

  /** Reads the three settings; those that are blank say nothing. */
  static MaximumAges of(String maxAge, String maxAgeByDomain, String maxAgeByEdge) {
    return new MaximumAges(
        maxAge.isBlank()
            ? Optional.empty()
            : Optional.of(age("seamark.buffer.max-age is", maxAge.strip())),
        byName("seamark.buffer.max-age-by-domain", maxAgeByDomain),
        byName("seamark.buffer.max-age-by-edge", maxAgeByEdge));
  }

  /**
   * One for all samples.
   *
   * @param what begins the message of a refusal, such as {@code --older-than is}
   * @param text an ISO-8601 duration from a minute to 36,500 days
   * @return how long they are kept
   * @throws IllegalArgumentException if it is none; the message says how to write one
   */
  public static Duration age(String what, String text) {
    try {
      Duration age = Duration.parse(text);
      if (age.compareTo(SHORTEST) >= 0 && age.compareTo(LONGEST) <= 0) {
        return age;
      }
    } catch (DateTimeParseException e) {
      // Refused below, with the rule.
    }
    throw new IllegalArgumentException(
        what
            + " '"
            + text
            + "', but must be a duration from a minute to 36500 days, such as P30D for 30 days or"
            + " PT36H for 36 hours; months and years have no one length");
  }

  private static Map<String, Duration> byName(String key, String text) {
    Map<String, Duration> ages = new LinkedHashMap<>();
    for (String one : text.isBlank() ? List.<String>of() : List.of(text.split(",", -1))) {
      // A name may hold an equals sign, a duration does not.
      int equals = one.lastIndexOf('=');
      if (equals < 0 || one.substring(0, equals).isBlank()) {
        throw new IllegalArgumentException(
            key + " has '" + one.strip() + "', but must be a list such as rain=P7D,fog=P90D");
      }
      String name = one.substring(0, equals).strip();
      Duration age = age(key + " has for " + name, one.substring(equals + 1).strip());
      if (ages.put(name, age) != null) {
        throw new IllegalArgumentException(key + " names " + name + " twice");
      }
    }
    return ages;
  }

  /**
   * Whether nothing is dropped for its age.
   *
   * @return true if no age is set
   */
  public boolean none() {
    return others.isEmpty() && byDomain.isEmpty() && byEdge.isEmpty();
  }

  /**
   * How long a sample is kept.
   *
   * @param edge of the sample
   * @param domain of the sample
   * @return empty if it is kept for as long as there is room
   */
  public Optional<Duration> of(String edge, String domain) {
    Duration named = byDomain.get(domain);
    Duration ofEdge = byEdge.get(edge);
    if (named == null || (ofEdge != null && ofEdge.compareTo(named) < 0)) {
      named = ofEdge;
    }
    return named == null ? others : Optional.of(named);
  }

  /**
   * The shortest age that is set.
   *
   * @return empty if none is
   */
  public Optional<Duration> shortest() {
    return Stream.of(others.stream().toList(), byDomain.values(), byEdge.values())
        .flatMap(Collection::stream)
        .min(Duration::compareTo);
  }
}
