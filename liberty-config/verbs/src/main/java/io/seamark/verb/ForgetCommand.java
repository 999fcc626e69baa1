package io.seamark.verb;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ForgetReceipt;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.ReplayBufferWriter.Forgotten;
import io.seamark.buffer.SampleAges;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.setting.MaximumAges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer forget}. */
@Command(
    name = "forget",
    description = {
      "Take samples out of every file of the buffer, and write a receipt.",
      "",
      "Samples go for which all the options given hold; at least one must be given. Segments that"
          + " held one are written again without it. The service that writes the buffer must be"
          + " stopped. Status 1 if something in the buffer cannot be read, and so may hold a sample"
          + " still; the receipt names it."
    })
final class ForgetCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
  private Path folder = Path.of("");

  @Mixin private SampleChoice chosen = new SampleChoice();

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      description =
          "Samples of at least that age, such as P30D or PT36H. It counts as that of"
              + " seamark.buffer.max-age: from when the frame was taken, or from when it was stored"
              + " if the device's clock cannot have been right.")
  private @Nullable String olderThan;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      required = true,
      description = "Where to write what was forgotten, as JSON; must not be there yet.")
  private Path receipt = Path.of("");

  @Override
  public Integer call() throws IOException {
    common.open(common.registry(), Map.of(), Map.of());
    Map<String, Object> asked = new LinkedHashMap<>(chosen.asked());
    if (olderThan != null) {
      asked.put("older_than", olderThan);
    }
    if (asked.isEmpty()) {
      throw new IllegalArgumentException(
          "say what to forget: --edge, --domain, --id, --before or --older-than, or several of"
              + " them");
    }
    Duration age = olderThan == null ? null : MaximumAges.age("--older-than is", olderThan);
    if (Files.exists(receipt)) {
      throw new IllegalArgumentException(
          "--receipt " + receipt + " is there already; a receipt replaces nothing");
    }
    // Before anything is forgotten.
    Path folderOfReceipt = receipt.toAbsolutePath().getParent();
    if (folderOfReceipt == null || !Files.isDirectory(folderOfReceipt)) {
      throw new IllegalArgumentException(
          "--receipt " + receipt + " is in no folder that exists; make the folder first");
    }
    Forgotten forgotten;
    int left;
    // Nothing else is dropped by opening it here.
    try (ReplayBufferWriter buffer =
        ReplayBuffer.open(Opening.buffer(folder), BufferOptions.unbounded())) {
      SampleAges ages = buffer.ages(Instant.now());
      forgotten =
          buffer.forget(
              (entry, sample) ->
                  isChosen(sample)
                      && (age == null
                          || ages.isOlder(entry.sequence(), sample.capturedMillis(), age)));
      left = buffer.size();
    }
    new ForgetReceipt(Instant.now(), folder, asked, forgotten).write(receipt);
    common
        .out()
        .println(
            String.format(
                "%d samples forgotten, %d left; the receipt is %s",
                forgotten.samples().size(), left, receipt));
    for (long unread : forgotten.unread()) {
      common.err().println("sample " + unread + " is damaged: it may be one of those meant");
    }
    for (String name : forgotten.remains()) {
      common.err().println(name + " may hold some still, since something in it cannot be read");
    }
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("forgotten", forgotten.samples().size());
      figures.put("left", left);
      figures.put("unread_samples", forgotten.unread());
      figures.put("may_remain_in", forgotten.remains());
      common.out().println(JsonLine.of(figures));
    }
    boolean all = forgotten.unread().isEmpty() && forgotten.remains().isEmpty();
    return all ? Seamark.DONE : Seamark.FAILED;
  }

  private boolean isChosen(HardSample sample) {
    return chosen.holds(sample.edge(), sample.domain(), sample.id())
        && chosen.holds(sample.capturedMillis());
  }
}
