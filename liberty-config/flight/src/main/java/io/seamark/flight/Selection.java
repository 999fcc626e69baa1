package io.seamark.flight;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.RowSchema;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which samples a stream has, and which of their columns: what a ticket says. It names numbers and
 * a domain to compare with, and no file.
 *
 * @param domain of the samples, or null for all
 * @param from the lowest sequence
 * @param to the first sequence that is too high: samples that came after the ticket are not in it
 * @param columns in their order
 */
record Selection(
    @JsonProperty(required = true) @Nullable String domain,
    @JsonProperty(required = true) long from,
    @JsonProperty(required = true) long to,
    @JsonProperty(required = true) List<String> columns) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  /** A domain has at most 200 characters, and there are few columns. */
  private static final int MAX_TICKET = 8192;

  /** Whether a sample is in it. */
  boolean holds(ReplayBuffer.Entry entry) {
    return entry.sequence() >= from
        && entry.sequence() < to
        && (domain == null || domain.equals(entry.domain()));
  }

  /** The columns as a schema. */
  RowSchema schema() {
    return ReplayBuffer.schema().select(columns);
  }

  ByteString ticket() {
    try {
      return ByteString.copyFrom(JSON.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a selection can always be written", e);
    }
  }

  static Selection of(ByteString ticket) {
    if (ticket.size() <= MAX_TICKET) {
      try {
        Selection selection = JSON.readValue(ticket.toByteArray(), Selection.class);
        // Refuses columns that are not there.
        selection.schema();
        return selection;
      } catch (IOException | IllegalArgumentException | NullPointerException e) {
        // Said below.
      }
    }
    throw Refusal.badArgument(
        "the ticket is none of this server's: ask for one by GetFlightInfo or ListFlights");
  }
}
