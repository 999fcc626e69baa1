package io.seamark.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.Count;
import io.seamark.buffer.format.CountsByValue;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowSchema.Column;
import io.seamark.buffer.format.StoredSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer offers: all its samples, {@code samples}; those of a domain, {@code samples},
 * {@code domain}, NAME; those of a sealed segment, {@code samples}, {@code segment}, FILE.
 */
final class Flights {
  static final String SAMPLES = "samples";
  private static final String DOMAIN = "domain";
  private static final String SEGMENT = "segment";
  private static final String SAY =
      "must be the path ['samples'], ['samples', 'domain', NAME] or ['samples', 'segment', FILE]";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_COMMAND = 8192;

  /** As Flight says it. */
  private static final Count UNKNOWN = new Count(-1, -1);

  /** Who sends samples names their domains, and could name any number; those unlisted are there. */
  private static final int MAX_LISTED = 1000;

  private final ReplayBuffer buffer;

  /** What a descriptor asks for. */
  private record Asked(List<String> path, List<String> columns) {}

  Flights(ReplayBuffer buffer) {
    this.buffer = buffer;
  }

  private static List<String> allColumns() {
    return ReplayBuffer.schema().columns().stream().map(Column::name).toList();
  }

  /** Gives every flight. */
  void list(Consumer<Flight.FlightInfo> each) throws IOException {
    buffer.refresh();
    long next = buffer.next();
    List<String> columns = allColumns();
    CountsByValue domains = buffer.domains();
    each.accept(info(List.of(SAMPLES), new Selection(null, 0, next, columns), whole(domains)));
    new TreeMap<>(domains.values())
        .keySet().stream()
            .limit(MAX_LISTED)
            .forEach(
                domain ->
                    each.accept(
                        info(
                            List.of(SAMPLES, DOMAIN, domain),
                            new Selection(domain, 0, next, columns),
                            ofDomain(domains, domain))));
    List<StoredSegment> segments =
        buffer.segments().stream().filter(StoredSegment::sealed).toList();
    int newest = Math.max(0, segments.size() - MAX_LISTED);
    for (StoredSegment segment : segments.subList(newest, segments.size())) {
      each.accept(
          info(
              List.of(SAMPLES, SEGMENT, segment.name()),
              new Selection(null, segment.first(), segment.last() + 1, columns),
              new Count(segment.records(), segment.bytes())));
    }
  }

  private static Count whole(CountsByValue domains) {
    int records = domains.others().records();
    long bytes = domains.others().bytes();
    for (Count count : domains.values().values()) {
      records += count.records();
      bytes += count.bytes();
    }
    return new Count(records, bytes);
  }

  /** Not known where some of its samples may be counted among those of others. */
  private static Count ofDomain(CountsByValue domains, String domain) {
    return domains.others().records() > 0
        ? UNKNOWN
        : domains.values().getOrDefault(domain, Count.NONE);
  }

  /** What a descriptor leads to. */
  Flight.FlightInfo info(Flight.FlightDescriptor descriptor) throws IOException {
    Asked asked = asked(descriptor);
    buffer.refresh();
    Selection selection = selection(asked);
    Count amount = amount(asked.path(), selection);
    if (amount.records() == 0 && asked.path().size() > 1) {
      throw Refusal.notFound(
          "there is no sample in the flight " + Refusal.shown(asked.path().toString()));
    }
    return info(asked.path(), selection, amount).toBuilder()
        .setFlightDescriptor(descriptor)
        .build();
  }

  private Count amount(List<String> path, Selection selection) {
    if (path.size() == 1) {
      return whole(buffer.domains());
    }
    if (path.get(1).equals(SEGMENT)) {
      return buffer.segments().stream()
          .filter(segment -> segment.name().equals(path.get(2)))
          .map(segment -> new Count(segment.records(), segment.bytes()))
          .findFirst()
          .orElse(Count.NONE);
    }
    CountsByValue domains = buffer.domains();
    Count known = ofDomain(domains, path.get(2));
    if (known.records() >= 0 || domains.values().containsKey(path.get(2))) {
      return known;
    }
    try (Stream<ReplayBuffer.Entry> entries = buffer.entries()) {
      return entries.anyMatch(selection::holds) ? known : Count.NONE;
    }
  }

  /** The columns that a descriptor leads to. */
  RowSchema schema(Flight.FlightDescriptor descriptor) {
    return ReplayBuffer.schema().select(asked(descriptor).columns());
  }

  private Selection selection(Asked asked) {
    List<String> path = asked.path();
    long next = buffer.next();
    if (path.size() == 1) {
      return new Selection(null, 0, next, asked.columns());
    }
    if (path.get(1).equals(DOMAIN)) {
      return new Selection(path.get(2), 0, next, asked.columns());
    }
    return buffer.segments().stream()
        .filter(segment -> segment.sealed() && segment.name().equals(path.get(2)))
        .findFirst()
        .map(segment -> new Selection(null, segment.first(), segment.last() + 1, asked.columns()))
        .orElseThrow(
            () -> Refusal.notFound("there is no segment '" + Refusal.shown(path.get(2)) + "'"));
  }

  private static Flight.FlightInfo info(List<String> path, Selection selection, Count amount) {
    return Flight.FlightInfo.newBuilder()
        .setSchema(UnsafeByteOperations.unsafeWrap(selection.schema().encapsulated()))
        .setFlightDescriptor(
            Flight.FlightDescriptor.newBuilder()
                .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                .addAllPath(path))
        // Without a location: here.
        .addEndpoint(
            Flight.FlightEndpoint.newBuilder()
                .setTicket(Flight.Ticket.newBuilder().setTicket(selection.ticket())))
        .setTotalRecords(amount.records())
        .setTotalBytes(amount.bytes())
        .setOrdered(true)
        .build();
  }

  /** Refuses a descriptor that is not that of all samples, such as for what is to be stored. */
  static void requireSamples(Flight.FlightDescriptor descriptor) {
    Asked asked = asked(descriptor);
    if (asked.path().size() != 1 || asked.columns().size() != allColumns().size()) {
      throw Refusal.badArgument("samples are stored under the path ['samples'] alone");
    }
  }

  private static Asked asked(Flight.FlightDescriptor descriptor) {
    return switch (descriptor.getType()) {
      case PATH -> new Asked(path(descriptor.getPathList()), allColumns());
      case CMD -> command(descriptor.getCmd());
      default -> throw Refusal.badArgument("the flight is named by nothing: it " + SAY);
    };
  }

  private static List<String> path(List<String> path) {
    boolean samples = !path.isEmpty() && path.get(0).equals(SAMPLES);
    boolean part = path.size() == 3 && (path.get(1).equals(DOMAIN) || path.get(1).equals(SEGMENT));
    if (!samples || !(path.size() == 1 || part)) {
      throw Refusal.notFound(
          "there is no flight " + Refusal.shown(path.toString()) + ": it " + SAY);
    }
    return List.copyOf(path);
  }

  /** {@code {"path": [...], "columns": [...]}} or {@code "without": [...]}, both optional. */
  private static Asked command(ByteString command) {
    try {
      if (command.size() > MAX_COMMAND) {
        throw Refusal.badArgument("a command has at most " + MAX_COMMAND + " bytes");
      }
      JsonNode json = JSON.readTree(command.toByteArray());
      if (!json.isObject()) {
        throw badCommand(null);
      }
      List<String> unknown = new ArrayList<>();
      json.fieldNames().forEachRemaining(unknown::add);
      unknown.removeAll(List.of("path", "columns", "without"));
      if (!unknown.isEmpty()) {
        throw badCommand(null);
      }
      List<String> columns =
          json.has("columns") ? texts(json.get("columns")) : new ArrayList<>(allColumns());
      if (json.has("without")) {
        List<String> without = texts(json.get("without"));
        // Refuses those that are not there.
        if (!without.isEmpty()) {
          ReplayBuffer.schema().select(without);
        }
        columns.removeAll(without);
      }
      ReplayBuffer.schema().select(columns);
      return new Asked(path(texts(json.path("path"))), columns);
    } catch (IOException e) {
      throw badCommand(e);
    } catch (IllegalArgumentException e) {
      throw Refusal.badArgument(Refusal.shown(String.valueOf(e.getMessage())));
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    if (!list.isArray()) {
      throw badCommand(null);
    }
    for (JsonNode one : list) {
      if (!one.isTextual()) {
        throw badCommand(null);
      }
      texts.add(one.textValue());
    }
    return texts;
  }

  private static RuntimeException badCommand(@Nullable IOException e) {
    return Refusal.badArgument(
        "a command must be JSON such as {\"path\": [\"samples\"], \"without\": [\"image\"]}, with"
            + " lists of texts in \"path\" and, if wanted, \"columns\" or \"without\""
            + (e == null ? "" : ": it is no JSON"));
  }
}
