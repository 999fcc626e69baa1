package io.seamark.buffer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this machine's clock can be believed, so that one that jumps by a year does not empty a
 * buffer. A clock that is further from where it was last seen than a step is believed only once it
 * has gone on from there for {@link #PATIENCE}. What was seen is kept in a file, over restarts. Not
 * thread-safe.
 */
final class ClockGuard {
  static final Duration PATIENCE = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(ClockGuard.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 4096;
  private static final String BELIEVED = "believed";
  private static final String DOUBTED_SINCE = "doubted_since";
  private static final String DOUBTED_LAST = "doubted_last";

  private final Path file;
  private final Duration step;
  private @Nullable Instant believed;
  private @Nullable Instant since;
  private @Nullable Instant last;

  ClockGuard(Path file, Duration step) {
    this.file = file;
    this.step = step;
    read();
  }

  /**
   * Looks at the clock.
   *
   * @param now what it shows
   * @param otherwise when it was last seen, if that is not known
   * @return why it is not believed; empty if it is
   */
  String doubt(Instant now, Instant otherwise) {
    Instant known = believed == null ? otherwise : believed;
    if (isStep(known, now)) {
      believe(now);
      return "";
    }
    Instant from = since;
    Instant before = last;
    if (from == null || before == null || now.isBefore(from) || !isStep(before, now)) {
      from = now;
    }
    if (Duration.between(from, now).compareTo(PATIENCE) >= 0) {
      LOG.info("the clock shows {} for a day now, and is believed", now);
      believe(now);
      return "";
    }
    believed = known;
    since = from;
    last = now;
    write();
    return String.format(
        "the clock shows %s, but showed %s when it was last looked at; it is believed from %s on",
        now, known, from.plus(PATIENCE));
  }

  private boolean isStep(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(step) <= 0;
  }

  private void believe(Instant now) {
    believed = now;
    since = null;
    last = null;
    write();
  }

  private void read() {
    try {
      if (!Files.exists(file)) {
        return;
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("it has more than " + MOST_BYTES + " bytes");
      }
      JsonNode seen = JSON.readTree(Files.readAllBytes(file));
      believed = instant(seen, BELIEVED);
      since = instant(seen, DOUBTED_SINCE);
      last = instant(seen, DOUBTED_LAST);
    } catch (IOException | DateTimeParseException e) {
      LOG.warn("{} cannot be read and is begun anew: {}", file, e.getMessage());
    }
  }

  private static @Nullable Instant instant(JsonNode seen, String name) {
    JsonNode text = seen.path(name);
    return text.isTextual() ? Instant.parse(text.asText()) : null;
  }

  /** What cannot be written must not keep a full disk full. */
  private void write() {
    ObjectNode seen = JSON.createObjectNode();
    put(seen, BELIEVED, believed);
    put(seen, DOUBTED_SINCE, since);
    put(seen, DOUBTED_LAST, last);
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      DurableFiles.replace(file, JSON.writeValueAsBytes(seen));
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private static void put(ObjectNode seen, String name, @Nullable Instant value) {
    if (value != null) {
      seen.put(name, value.toString());
    }
  }
}
