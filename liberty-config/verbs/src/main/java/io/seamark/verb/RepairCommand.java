package io.seamark.verb;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.OpenReport;
import io.seamark.buffer.format.RepairedSegment;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer repair}. */
@Command(
    name = "repair",
    description = {
      "Write what can be read of damaged segments again.",
      "",
      "The bytes of a damaged segment stay beside the new one, in a file whose name ends with"
          + " .unreadable; delete it once it is not needed. The service that writes the buffer must"
          + " be stopped."
    })
final class RepairCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    common.open(common.registry(), Map.of(), Map.of());
    Set<String> damages;
    List<RepairedSegment> repaired;
    List<String> unreadable;
    int samples;
    // Nothing is dropped by opening it here.
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(Opening.buffer(folder), BufferOptions.unbounded())) {
      repaired = buffer.repair();
      // What opening found and what repairing did, which reads more.
      OpenReport found = buffer.report();
      damages = new LinkedHashSet<>(found.damages());
      unreadable = new ArrayList<>(found.unreadable());
      repaired.forEach(segment -> damages.addAll(segment.damages()));
      samples = buffer.size();
    }
    damages.forEach(common.out()::println);
    Table table = new Table("segment", "samples", "as it was");
    for (RepairedSegment segment : repaired) {
      table.row(segment.name(), Integer.toString(segment.records()), segment.kept());
    }
    if (!repaired.isEmpty()) {
      common.out().println(table);
    }
    common.out().println(repaired.size() + " segments repaired, " + samples + " samples");
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("samples", samples);
      figures.put("repaired", repaired.stream().map(RepairedSegment::name).toList());
      figures.put("kept", repaired.stream().map(RepairedSegment::kept).toList());
      figures.put("damages", List.copyOf(damages));
      figures.put("unreadable", unreadable);
      common.out().println(JsonLine.of(figures));
    }
    return Seamark.DONE;
  }
}
