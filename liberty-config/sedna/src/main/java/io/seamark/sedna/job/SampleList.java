package io.seamark.sedna.job;

import io.seamark.sedna.Location;
import io.seamark.sedna.RemoteFiles;
import io.seamark.source.ImageFiles;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * An index of samples as Sedna's local controller writes them: a {@code .txt} with a sample a line,
 * blank-separated, {@code IMAGE}, {@code IMAGE LABEL} or {@code IMAGE DEPTH LABEL}; a {@code .csv}
 * whose first line names the columns {@code image}, {@code depth} and {@code label}, of which only
 * the first must be there; or a folder of images, with their labels beside it. A line that stands
 * there again is the same sample: the controller repeats lines from round to round.
 *
 * @param entries in its order, each once
 */
record SampleList(List<Entry> entries) {
  private static final int MAX_BYTES = 64 << 20;
  private static final int SHOWN = 5;
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Set<String> COLUMNS = Set.of("image", "depth", "label");

  /** Copies the list. */
  SampleList {
    entries = List.copyOf(entries);
  }

  /**
   * A sample.
   *
   * @param line as it is written
   * @param image address of an image
   * @param depth address of a grey PNG, or null
   * @param label address of an 8-bit PNG of classes, or null where it has none
   */
  record Entry(String line, String image, @Nullable String depth, @Nullable String label) {}

  /**
   * Reads an index.
   *
   * @param variable that names it, for messages
   * @param address of it
   * @param dataset that it was taken from; what is relative is relative to this one's folder, or to
   *     the index's where this is empty
   * @param files to read it with
   * @throws IOException if it cannot be read, or a line of it is none
   */
  static SampleList read(String variable, String address, String dataset, RemoteFiles files)
      throws IOException {
    if (Location.of(address) instanceof Location.Local local && Files.isDirectory(local.path())) {
      return ofFolder(local.path());
    }
    String text = new String(files.read(address, MAX_BYTES), StandardCharsets.UTF_8);
    String folder = Location.folder(dataset.isBlank() ? address : dataset.strip());
    String ending = address.replaceAll("[?#].*", "").toLowerCase(Locale.ROOT);
    Map<String, Entry> entries = new LinkedHashMap<>();
    if (ending.endsWith(".csv")) {
      csv(variable + " " + address, text, folder, entries);
    } else if (ending.endsWith(".txt")) {
      txt(variable + " " + address, text, folder, entries);
    } else {
      throw new IllegalArgumentException(
          variable + " is '" + address + "', but must be a .txt or .csv index, or a folder");
    }
    return new SampleList(List.copyOf(entries.values()));
  }

  private static SampleList ofFolder(Path folder) throws IOException {
    ImageFolder.Options options = ImageFolder.Options.of(folder);
    Path labels = ImageFiles.labelsBeside(folder);
    ImageFiles listed =
        ImageFiles.list(Files.isDirectory(labels) ? options.withLabels(labels) : options);
    return new SampleList(
        listed.items().stream()
            .map(
                item ->
                    new Entry(
                        item.image().toString(),
                        item.image().toString(),
                        item.depth() == null ? null : item.depth().toString(),
                        item.label() == null ? null : item.label().toString()))
            .toList());
  }

  private static void txt(String what, String text, String folder, Map<String, Entry> entries)
      throws IOException {
    List<String> lines = text.lines().toList();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      String[] columns = BLANKS.split(line, -1);
      if (columns.length > 3) {
        wrong.add(
            (i + 1)
                + ": '"
                + line
                + "' has "
                + columns.length
                + " columns, but must be IMAGE, IMAGE LABEL or IMAGE DEPTH LABEL");
      } else if (!line.isEmpty()) {
        entries.putIfAbsent(
            line,
            new Entry(
                line,
                Location.resolve(folder, columns[0]),
                columns.length == 3 ? Location.resolve(folder, columns[1]) : null,
                columns.length == 1
                    ? null
                    : Location.resolve(folder, columns[columns.length - 1])));
      }
    }
    refuse(what, wrong);
  }

  private static void csv(String what, String text, String folder, Map<String, Entry> entries)
      throws IOException {
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setHeader().setTrim(true).setIgnoreEmptyLines(true).get();
    try (CSVParser rows = CSVParser.parse(new StringReader(text), format)) {
      if (!rows.getHeaderNames().contains("image") || !COLUMNS.containsAll(rows.getHeaderNames())) {
        throw new IOException(
            what
                + ": its first line is '"
                + String.join(",", rows.getHeaderNames())
                + "', but must name the column image, and may name depth and label");
      }
      for (CSVRecord row : rows) {
        String image = cell(row, "image");
        if (image == null) {
          throw new IOException(what + ":" + rows.getCurrentLineNumber() + " names no image");
        }
        String line = String.join(",", row.toList());
        entries.putIfAbsent(
            line,
            new Entry(
                line,
                Location.resolve(folder, image),
                resolved(folder, cell(row, "depth")),
                resolved(folder, cell(row, "label"))));
      }
    } catch (IllegalArgumentException | java.io.UncheckedIOException e) {
      throw new IOException(what + " is no table: " + e.getMessage(), e);
    }
  }

  private static @Nullable String cell(CSVRecord row, String column) {
    String text = row.isSet(column) ? row.get(column) : "";
    return text.isEmpty() ? null : text;
  }

  private static @Nullable String resolved(String folder, @Nullable String text) {
    return text == null ? null : Location.resolve(folder, text);
  }

  private static void refuse(String what, List<String> wrong) throws IOException {
    if (!wrong.isEmpty()) {
      throw new IOException(
          String.join(
                  "; ",
                  wrong.subList(0, Math.min(SHOWN, wrong.size())).stream()
                      .map(line -> what + ":" + line)
                      .toList())
              + (wrong.size() > SHOWN ? "; and " + (wrong.size() - SHOWN) + " more" : ""));
    }
  }
}
