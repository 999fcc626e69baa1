package io.seamark.bench;

import io.seamark.bench.IanvsJob.Ranking;
import io.seamark.cli.Table;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.text.Csv;
import io.seamark.text.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Ianvs's {@code all_rank.csv} and {@code selected_rank.csv}: blank-separated, the first column
 * {@code rank} from 1, then algorithm, metrics, paradigm, module types, {@code
 * <type>-<hyperparameter>}, time, url.
 */
public final class RankFiles {
  private static final String MISSING = "NaN";
  private static final int MAX_BYTES = 64 << 20;

  private static final String FOLDER = "rank/";
  private static final String ALL = FOLDER + "all_rank.csv";
  private static final String SELECTED = FOLDER + "selected_rank.csv";
  private static final String CURVE = FOLDER + "upload_curve.svg";

  private final OutputFolder job;
  private final Ranking ranking;
  private final Consumer<String> log;

  /**
   * Files of a job, in its folder {@code rank}.
   *
   * @param job the job's folder
   * @param ranking how to sort and what to show
   * @param log told what a person might look for
   */
  public RankFiles(OutputFolder job, Ranking ranking, Consumer<String> log) {
    this.job = job;
    this.ranking = ranking;
    this.log = log;
  }

  /**
   * Reads what there is, so that a file that cannot be carried on is found before any case runs.
   *
   * @throws IOException if it cannot be read or is none; it stays as it is
   */
  public void check() throws IOException {
    Path file = path(ALL);
    if (Files.exists(file)) {
      read(file);
    }
  }

  private Path path(String name) {
    return job.path().resolve(name);
  }

  /**
   * Writes the picture.
   *
   * @param svg whole
   * @throws IOException if it cannot be written
   */
  public void curve(String svg) throws IOException {
    replace(CURVE, svg);
  }

  /**
   * Replaces what was written here; a file of somebody else, or one that was changed since, is kept
   * under another name.
   */
  private void replace(String name, String text) throws IOException {
    try {
      job.check(List.of(name));
    } catch (IllegalArgumentException e) {
      Path file = path(name);
      int dot = name.lastIndexOf('.');
      int number = 1;
      Path kept = path(name.substring(0, dot) + "-kept-1" + name.substring(dot));
      while (Files.exists(kept, LinkOption.NOFOLLOW_LINKS)) {
        number++;
        kept = path(name.substring(0, dot) + "-kept-" + number + name.substring(dot));
      }
      DurableFiles.rename(file, kept);
      log.accept(file + " was not written by seamark or was changed since: kept as " + kept);
    }
    job.write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Names of every figure that a result can have. */
  static List<String> figures(List<String> metrics) {
    List<String> all = new ArrayList<>(metrics);
    all.addAll(
        List.of(
            "edge_accuracy",
            "latency_ms",
            "cpu_seconds_per_frame",
            "upload_bytes",
            "download_bytes",
            "peak_memory_bytes",
            "unreadable_frames",
            "upload_curve_area"));
    return all;
  }

  /** A table of text: the columns, and value by column in each row. */
  private record Rows(Set<String> columns, List<Map<String, String>> rows) {}

  /**
   * Writes both files.
   *
   * @param results of the job's finished cases
   * @return the selected rows as a table to print
   * @throws IOException if the files cannot be read or written
   */
  public Table write(List<CaseResult> results) throws IOException {
    Path allFile = path(ALL);
    Rows all = new Rows(new LinkedHashSet<>(), new ArrayList<>());
    Set<String> metrics = names(results, r -> r.metrics().keySet());
    Set<String> modules = names(results, r -> r.modules().keySet());
    Set<String> hyperparameters = names(results, r -> r.hyperparameters().keySet());
    all.columns.add("algorithm");
    all.columns.addAll(metrics);
    all.columns.add("paradigm");
    all.columns.addAll(modules);
    all.columns.addAll(hyperparameters);
    all.columns.addAll(List.of("time", "url"));
    for (CaseResult result : results) {
      all.rows.add(row(result));
    }
    // A case that was not run again has its row already.
    Set<String> present = new LinkedHashSet<>();
    all.rows.forEach(r -> present.add(r.get("time") + " " + r.get("url")));
    if (Files.exists(allFile)) {
      Rows old = read(allFile);
      // Ianvs appends old rows with whatever columns they have.
      List<String> tail = List.of("time", "url");
      Set<String> columns = new LinkedHashSet<>(all.columns);
      columns.addAll(old.columns);
      columns.removeAll(tail);
      columns.remove("rank");
      columns.addAll(tail);
      all = new Rows(columns, all.rows);
      for (Map<String, String> row : old.rows) {
        if (!present.contains(row.get("time") + " " + row.get("url"))) {
          all.rows.add(row);
        }
      }
    }
    all.rows.sort(order());
    if (ranking.saveAll()) {
      save(ALL, all.columns, all.rows);
    }
    List<String> shown = new ArrayList<>();
    shown.add("algorithm");
    shown.addAll(Ranking.all(ranking.metrics()) ? metrics : ranking.metrics());
    shown.add("paradigm");
    shown.addAll(Ranking.all(ranking.modules()) ? modules : ranking.modules());
    shown.addAll(
        Ranking.all(ranking.hyperparameters())
            ? hyperparameters
            : hyperparameters.stream().filter(this::selected).toList());
    List<Map<String, String>> selected = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (Map<String, String> row : all.rows) {
      String same =
          shown.stream().map(c -> row.getOrDefault(c, MISSING)).collect(Collectors.joining("\n"));
      boolean wanted =
          Ranking.all(ranking.paradigms())
              || ranking.paradigms().contains(row.getOrDefault("paradigm", ""));
      if (seen.add(same) && wanted) {
        selected.add(row);
      }
    }
    shown.addAll(List.of("time", "url"));
    save(SELECTED, shown, selected);
    return table(shown, selected);
  }

  private boolean selected(String hyperparameter) {
    String alone = hyperparameter.substring(hyperparameter.indexOf('-') + 1);
    return ranking.hyperparameters().contains(hyperparameter)
        || ranking.hyperparameters().contains(alone);
  }

  private interface Names {
    Collection<String> of(CaseResult result);
  }

  private static Set<String> names(List<CaseResult> results, Names names) {
    Set<String> all = new LinkedHashSet<>();
    results.forEach(r -> all.addAll(names.of(r)));
    return all;
  }

  private static Map<String, String> row(CaseResult result) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("algorithm", result.algorithm());
    result.metrics().forEach((name, value) -> row.put(name, python(value)));
    row.put("paradigm", result.paradigm());
    row.putAll(result.modules());
    row.putAll(result.hyperparameters());
    row.put("time", result.time());
    row.put("url", result.url());
    return row;
  }

  /** As Python's {@code str} writes it. */
  private static String python(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> "'" + e.getKey() + "': " + python(e.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(RankFiles::python).collect(Collectors.joining(", ", "[", "]"));
    }
    return value == null || (value instanceof Double d && d.isNaN())
        ? MISSING
        : String.valueOf(value);
  }

  private Comparator<Map<String, String>> order() {
    Comparator<Map<String, String>> order = Comparator.comparing(row -> 0);
    for (Map.Entry<String, Boolean> by : ranking.sortBy().entrySet()) {
      Comparator<Map<String, String>> one =
          (a, b) -> {
            double x = number(a.get(by.getKey()));
            double y = number(b.get(by.getKey()));
            // As in pandas, what is missing comes last either way.
            if (Double.isNaN(x) || Double.isNaN(y)) {
              return Boolean.compare(Double.isNaN(x), Double.isNaN(y));
            }
            return by.getValue() ? Double.compare(x, y) : Double.compare(y, x);
          };
      order = order.thenComparing(one);
    }
    return order;
  }

  private static double number(@Nullable String text) {
    try {
      return text == null ? Double.NaN : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private void save(String name, Collection<String> columns, List<Map<String, String>> rows)
      throws IOException {
    StringBuilder out = new StringBuilder();
    try (Csv csv = new Csv(out, Csv.BLANKS)) {
      List<String> heading = new ArrayList<>(List.of("rank"));
      heading.addAll(columns);
      csv.row(heading);
      for (int i = 0; i < rows.size(); i++) {
        List<Object> cells = new ArrayList<>(List.of(i + 1));
        for (String column : columns) {
          cells.add(rows.get(i).getOrDefault(column, MISSING));
        }
        csv.row(cells);
      }
    }
    replace(name, out.toString());
  }

  private static Rows read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is no file; move it away to start a new one");
    }
    String text;
    try {
      text = TextFile.read(file, MAX_BYTES);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
    Rows rows = new Rows(new LinkedHashSet<>(), new ArrayList<>());
    try (CSVParser parser = CSVParser.parse(text, Csv.BLANKS.builder().setHeader().get())) {
      parser.getHeaderNames().forEach(name -> rows.columns.add(Csv.text(name)));
      for (CSVRecord line : parser) {
        if (!line.isConsistent()) {
          throw new IOException(
              file
                  + " has a row of "
                  + line.size()
                  + " fields under "
                  + rows.columns.size()
                  + " columns; move it away to start a new one");
        }
        Map<String, String> row = new LinkedHashMap<>();
        line.toMap().forEach((name, cell) -> row.put(Csv.text(name), Csv.text(cell)));
        row.remove("rank");
        rows.rows.add(row);
      }
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new IOException(
          file
              + " is no file of blank-separated values: "
              + e.getMessage()
              + "; move it away to start a new one",
          e);
    }
    return rows;
  }

  private static Table table(List<String> columns, List<Map<String, String>> rows) {
    // Wide values and folders stand in the file; a terminal shows the rest.
    List<String> shown =
        columns.stream().filter(c -> !c.equals("MATRIX") && !c.equals("url")).toList();
    List<String> heading = new ArrayList<>(List.of("rank"));
    heading.addAll(shown);
    Table table = new Table(heading.toArray(String[]::new));
    for (int i = 0; i < rows.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(i + 1)));
      for (String column : shown) {
        String value = rows.get(i).getOrDefault(column, MISSING);
        cells.add(
            value.matches("-?\\d+\\.\\d{5,}(E-?\\d+)?")
                ? Table.figure(Double.parseDouble(value), 4)
                : value);
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }
}
