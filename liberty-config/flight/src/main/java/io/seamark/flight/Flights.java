package io.seamark.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowSchema.Column;
import io.seamark.buffer.format.StoredSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** Who sends samples names their domains, and could name any number; those unlisted are there. */
  private static final int MAX_LISTED = 1000;

  private final ReplayBuffer buffer;

  /** How much a flight has. */
  private static final class Amount {
    private long records;
    private long bytes;
  }

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
    Amount whole = new Amount();
    Map<String, Amount> domains = new TreeMap<>();
    List<StoredSegment> segments =
        buffer.segments().stream().filter(StoredSegment::sealed).toList();
    Map<String, Amount> bySegment = new TreeMap<>();
    try (Stream<ReplayBuffer.Entry> entries = buffer.entries()) {
      int at = 0;
      for (ReplayBuffer.Entry entry : (Iterable<ReplayBuffer.Entry>) entries::iterator) {
        if (entry.sequence() >= next) {
          break;
        }
        int bytes = buffer.bytes(entry.sequence());
        add(whole, bytes);
        add(domains.computeIfAbsent(entry.domain(), name -> new Amount()), bytes);
        while (at < segments.size() && segments.get(at).last() < entry.sequence()) {
          at++;
        }
        if (at < segments.size() && segments.get(at).first() <= entry.sequence()) {
          add(bySegment.computeIfAbsent(segments.get(at).name(), name -> new Amount()), bytes);
        }
      }
    }
    List<String> columns = allColumns();
    each.accept(info(List.of(SAMPLES), new Selection(null, 0, next, columns), whole));
    domains.entrySet().stream()
        .limit(MAX_LISTED)
        .forEach(
            domain ->
                each.accept(
                    info(
                        List.of(SAMPLES, DOMAIN, domain.getKey()),
                        new Selection(domain.getKey(), 0, next, columns),
                        domain.getValue())));
    int newest = Math.max(0, segments.size() - MAX_LISTED);
    for (StoredSegment segment : segments.subList(newest, segments.size())) {
      Amount amount = bySegment.get(segment.name());
      if (amount != null) {
        each.accept(
            info(
                List.of(SAMPLES, SEGMENT, segment.name()),
                new Selection(null, segment.first(), segment.last() + 1, columns),
                amount));
      }
    }
  }

  private static void add(Amount amount, int bytes) {
    amount.records++;
    amount.bytes += bytes;
  }

  /** What a descriptor leads to. */
  Flight.FlightInfo info(Flight.FlightDescriptor descriptor) throws IOException {
    Asked asked = asked(descriptor);
    buffer.refresh();
    Selection selection = selection(asked);
    Amount amount = new Amount();
    try (Stream<ReplayBuffer.Entry> entries = buffer.entries()) {
      entries
          .filter(selection::holds)
          .forEach(entry -> add(amount, buffer.bytes(entry.sequence())));
    }
    if (amount.records == 0 && asked.path().size() > 1) {
      throw Refusal.notFound(
          "there is no sample in the flight " + Refusal.shown(asked.path().toString()));
    }
    return info(asked.path(), selection, amount).toBuilder()
        .setFlightDescriptor(descriptor)
        .build();
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

  private static Flight.FlightInfo info(List<String> path, Selection selection, Amount amount) {
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
        .setTotalRecords(amount.records)
        .setTotalBytes(amount.bytes)
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
