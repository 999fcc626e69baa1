package io.seamark.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.OutputFile;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.DurableFiles;
import io.seamark.host.PlainFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark report}. */
@Command(
    name = "report",
    description = {
      "Puts two measurements side by side, such as a board and this machine.",
      "",
      "Each is a measure.json of 'seamark measure', or the folder that it is in. The page says"
          + " where the two are not comparable: other frames, another model, another rate."
    })
public final class ReportVerb implements Verb {
  private static final long MOST_BYTES = 8 << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private OutputFile file = new OutputFile();

  @Option(
      names = "--compare",
      paramLabel = "MEASUREMENT",
      arity = "2",
      required = true,
      description = "The two measurements.")
  private List<Path> compared = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "seamark-compare.html",
      description = "The page. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-compare.html");

  /** Made by the service loader. */
  public ReportVerb() {}

  @Override
  public Integer call() throws IOException {
    List<Measurement> both = new ArrayList<>();
    Map<String, Path> inputs = new LinkedHashMap<>();
    for (Path named : compared) {
      Path json = Files.isDirectory(named) ? named.resolve(MeasurementPage.JSON) : named;
      inputs.put("the measurement " + named, json);
      both.add(read(json));
    }
    file.check(out, inputs);
    DurableFiles.replace(out, MeasurementPage.of(both));
    Table table = new Table("figure", both.get(0).label(), both.get(1).label(), "second to first");
    List<MeasurementPage.Row> figures = MeasurementPage.figures(both);
    figures.forEach(
        row -> table.row(row.name(), row.values().get(0), row.values().get(1), row.ratio()));
    common.out().println(table);
    List<String> notes = MeasurementPage.notes(both);
    notes.forEach(note -> common.out().println("note: " + note));
    common.out().println("report: " + out);
    if (common.json()) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("figures", figures);
      said.put("notes", notes);
      said.put("out", out.toString());
      common.out().println(JsonLine.of(said));
    }
    return Seamark.DONE;
  }

  /**
   * Reads a measurement.
   *
   * @throws IllegalArgumentException if it is none; the message names the file and the rule
   */
  static Measurement read(Path json) {
    try {
      PlainFile.require(json);
      if (Files.size(json) > MOST_BYTES) {
        throw new IllegalArgumentException(
            json + " has " + Files.size(json) + " bytes, but may have at most " + MOST_BYTES);
      }
      Measurement read = JSON.readValue(Files.readAllBytes(json), Measurement.class);
      if (read == null) {
        throw new IllegalArgumentException(json + " is no measurement: it is null");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          json + " is no measurement of 'seamark measure': " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }
}
