package io.seamark.verb;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Row;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.export.TableFormat;
import io.seamark.export.TableWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A buffer's samples as a table, in one file or in several of so many rows. */
final class TableExport {
  private static final String NAME = "samples";

  private final CommonOptions common;
  private final ReplayBuffer buffer;
  private final SampleChoice chosen;
  private final OutputFolder files;
  private final TableFormat format;
  private final @Nullable Integer rowsPerFile;
  private int exported;
  private int damaged;

  TableExport(
      CommonOptions common,
      ReplayBuffer buffer,
      SampleChoice chosen,
      OutputFolder files,
      TableFormat format,
      @Nullable Integer rowsPerFile) {
    this.common = common;
    this.buffer = buffer;
    this.chosen = chosen;
    this.files = files;
    this.format = format;
    this.rowsPerFile = rowsPerFile;
  }

  int exported() {
    return exported;
  }

  int damaged() {
    return damaged;
  }

  /** Writes every file. */
  void write() throws IOException {
    try (Stream<ReplayBuffer.Entry> entries = buffer.entries();
        Progress progress = new Progress("export", buffer.size(), common.err())) {
      Rows rows = new Rows(entries.iterator(), progress);
      int number = 0;
      do {
        files.write(name(number), out -> write(rows, out));
        number++;
      } while (rows.ahead() != null);
      deleteEarlier(number);
    }
  }

  private String name(int number) {
    return rowsPerFile == null
        ? NAME + format.ending()
        : String.format(Locale.ROOT, "%s-%05d%s", NAME, number, format.ending());
  }

  /** Of an earlier export, which had more: who reads them all would have samples twice. */
  private void deleteEarlier(int written) throws IOException {
    Pattern table = Pattern.compile(NAME + "(-\\d{5,})?" + Pattern.quote(format.ending()));
    for (String earlier : files.names()) {
      boolean now = false;
      for (int i = 0; i < written && !now; i++) {
        now = name(i).equals(earlier);
      }
      if (!now && table.matcher(earlier).matches() && !files.delete(earlier)) {
        common.err().println(earlier + " is of an earlier export, but was changed since: it stays");
      }
    }
  }

  private void write(Rows rows, OutputStream out) throws IOException {
    try (TableWriter table = format.open(ReplayBuffer.schema(), out)) {
      int left = rowsPerFile == null ? Integer.MAX_VALUE : rowsPerFile;
      for (Row row = rows.ahead(); row != null && left > 0; row = rows.ahead()) {
        rows.take();
        try {
          table.write(row);
          exported++;
          left--;
        } catch (DamagedRecordException e) {
          skipped("a sample", e);
        }
      }
    }
  }

  private void skipped(String what, IOException e) {
    damaged++;
    common.err().println("skipped " + what + ": " + Seamark.message(e));
  }

  /** The rows that were chosen and can be read, one ahead. */
  private final class Rows {
    private final Iterator<ReplayBuffer.Entry> entries;
    private final Progress progress;
    private @Nullable Row ahead;

    Rows(Iterator<ReplayBuffer.Entry> entries, Progress progress) {
      this.entries = entries;
      this.progress = progress;
    }

    /** The next one, or null if there is none. */
    @Nullable Row ahead() throws IOException {
      while (ahead == null && entries.hasNext()) {
        ReplayBuffer.Entry entry = entries.next();
        progress.step(exported + " samples");
        if (chosen.holds(entry.edge(), entry.domain(), entry.id())) {
          ahead = read(entry);
        }
      }
      return ahead;
    }

    void take() {
      ahead = null;
    }

    private @Nullable Row read(ReplayBuffer.Entry entry) throws IOException {
      try {
        Row row = buffer.row(entry.sequence());
        return chosen.holds(row.int64("captured")) ? row : null;
      } catch (DamagedRecordException e) {
        skipped(entry.id(), e);
        return null;
      } catch (IllegalArgumentException e) {
        // Dropped by the one who writes, while this reads.
        return null;
      }
    }
  }
}
