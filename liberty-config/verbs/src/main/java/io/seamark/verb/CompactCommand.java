package io.seamark.verb;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.Retention;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.setting.BufferSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer compact}. */
@Command(
    name = "compact",
    description = {
      "Drop what is more than seamark.buffer.* allows, and give its room back.",
      "",
      "All of the buffer is sealed segments then, which any Arrow library reads. The service that"
          + " writes the buffer must be stopped. Samples that go for their age stand in a receipt in"
          + " receipts/ of the buffer. Status 1 if ages cannot be told, since the clock has jumped."
    })
final class CompactCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    BufferSettings bounds =
        common.open(common.registry(), Map.of(), Map.of()).settings(SettingGroup.BUFFER);
    long before;
    long after;
    long dropped;
    int samples;
    Retention.State retained;
    try (ReplayBuffer read = ReplayBuffer.openReadOnly(Opening.buffer(folder))) {
      before = read.bytes();
    }
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.of(bounds))) {
      retained = new Retention(buffer, folder, bounds.ages(), InstantSource.system()).run();
      buffer.compact();
      after = buffer.bytes();
      dropped = buffer.dropped();
      samples = buffer.size();
    }
    common
        .out()
        .println(
            String.format(
                "%d samples, %d bytes; %d samples and %d bytes less than before",
                samples, after, dropped, before - after));
    for (String trouble : List.of(retained.waits(), retained.failure())) {
      if (!trouble.isEmpty()) {
        common.err().println("samples may be older than seamark.buffer allows: " + trouble);
      }
    }
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("samples", samples);
      figures.put("bytes", after);
      figures.put("dropped", dropped);
      figures.put("freed", before - after);
      figures.put("expired", retained.dropped());
      figures.put("waits", retained.waits());
      common.out().println(JsonLine.of(figures));
    }
    return retained.failure().isEmpty() && retained.waits().isEmpty()
        ? Seamark.DONE
        : Seamark.FAILED;
  }
}
