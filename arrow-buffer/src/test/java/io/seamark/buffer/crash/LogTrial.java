package io.seamark.buffer.crash;

import io.seamark.buffer.crash.Ledger.Act;
import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.crash.Ledger.Stage;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.LogLimits;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowSchema.Column;
import io.seamark.buffer.format.SegmentLog;
import io.seamark.buffer.format.SegmentLogWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A log of which older records are dropped one by one, or deleted with their segments. */
final class LogTrial implements Trial {
  private static final RowSchema SCHEMA =
      new RowSchema(
          "trial",
          List.of(
              Column.of("sequence", RowSchema.Type.INT64),
              Column.of("name", RowSchema.Type.UTF8).withIndex(),
              Column.of("data", RowSchema.Type.BINARY)));

  private static final LogLimits LIMITS = new LogLimits(16 << 10, 30, 8 << 20, true);

  /** So many records are never deleted. */
  private static final int KEPT = 60;

  private final Map<Long, Known> known = new TreeMap<>();
  private final Set<Long> used = new HashSet<>();
  private final Set<Long> dropped = new HashSet<>();
  private long deletedBefore;
  private long next;

  /** What is known of a record. */
  private static final class Known {
    long sequence = -1;
    boolean done;

    /** It was refused, so nobody may find it before the next crash. */
    boolean refused;

    /** It was not acknowledged, and not there after a crash. */
    boolean gone;
  }

  private record Open(SegmentLogWriter<String> log) implements OpenStore {
    @Override
    public String failure() {
      return log.failure();
    }

    @Override
    public void close() throws IOException {
      log.close();
    }
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public Start start() {
    return new Start(next, List.of());
  }

  private static SegmentLogWriter<String> open(Path folder, Disk disk) throws IOException {
    return SegmentLog.open(folder, SCHEMA, (sequence, values) -> values.text("name"), LIMITS, disk);
  }

  @Override
  public Opened open(Path folder, Disk disk, Start start, Ledger ledger) throws IOException {
    Voice voice = new Voice(name(), ledger);
    AtomicLong numbers = new AtomicLong(start.nextNumber());
    SegmentLogWriter<String> log = open(folder, disk);
    Worker appender =
        random -> {
          long number = numbers.getAndIncrement();
          voice.does(
              Act.APPEND,
              number,
              -1,
              () ->
                  log.append(
                      row ->
                          row.set("name", Contents.id(number))
                              .set("data", Contents.bytes(number))));
        };
    Worker keeper =
        random -> {
          switch (random.nextInt(6)) {
            case 0 -> log.seal();
            case 1 -> {
              long first = log.first();
              long span = log.next() - first;
              long at = log.ceiling(first + (span > 0 ? random.nextLong(span) : 0));
              if (log.contains(at)) {
                voice.does(
                    Act.DROP,
                    0,
                    at,
                    () -> {
                      log.drop(at);
                      return at;
                    });
              }
            }
            case 2 -> log.compact();
            case 3 -> {
              List<String> damages = log.verify();
              damages.removeIf(line -> line.endsWith("was dropped or is lost to damage"));
              require(damages.isEmpty(), "the writer found " + damages);
            }
            default -> {
              long before = log.next() - KEPT;
              if (before > log.first()) {
                voice.does(
                    Act.DELETE,
                    0,
                    before,
                    () -> {
                      log.deleteBefore(before, Set.of());
                      return before;
                    });
              }
            }
          }
        };
    return new Opened(new Open(log), List.of(appender, appender), List.of(keeper));
  }

  @Override
  public void learn(Line line) {
    if (line.act() == Act.DELETE) {
      deletedBefore = Math.max(deletedBefore, line.sequence());
    } else if (line.act() == Act.DROP) {
      dropped.add(line.sequence());
    } else if (line.stage() == Stage.BEGUN) {
      known.put(line.number(), new Known());
      next = Math.max(next, line.number() + 1);
    } else {
      Known record = of(line.number());
      record.refused = line.stage() == Stage.FAILED;
      record.done |= line.stage() == Stage.DONE;
      if (line.sequence() >= 0) {
        require(used.add(line.sequence()), "sequence is given out again: " + line);
        record.sequence = line.sequence();
      }
    }
  }

  private Known of(long number) {
    Known record = known.get(number);
    if (record == null) {
      throw new AssertionError("record " + number + " was never written");
    }
    return record;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError("log: " + otherwise);
    }
  }

  @Override
  public int check(Path folder, Disk disk) throws IOException {
    try (SegmentLogWriter<String> log = open(folder, disk)) {
      Map<Long, Long> found = read(log);
      hold(found, false);
      for (Map.Entry<Long, Known> entry : known.entrySet()) {
        Known record = entry.getValue();
        Long at = found.get(entry.getKey());
        if (!record.done && at != null) {
          require(used.add(at), "sequence " + at + " is that of two records");
          record.sequence = at;
          record.done = true;
        }
        record.gone |= !record.done;
      }
      restarted();
      return found.size();
    }
  }

  @Override
  public int look(Path folder) throws IOException {
    try (SegmentLog<String> log =
        SegmentLog.openReadOnly(
            folder, SCHEMA, (sequence, values) -> values.text("name"), Disk.local())) {
      Map<Long, Long> found = read(log);
      hold(found, false);
      return found.size();
    }
  }

  @Override
  public void restarted() {
    known.values().forEach(record -> record.refused = false);
  }

  @Override
  public int check(OpenStore store) throws IOException {
    Map<Long, Long> found = read(((Open) store).log());
    hold(found, true);
    return found.size();
  }

  /** Sequences by number. */
  private Map<Long, Long> read(SegmentLog<String> log) throws IOException {
    require(log.report().damages().isEmpty(), log.report().toString());
    require(log.report().unreadable().isEmpty(), log.report().toString());
    Map<Long, Long> found = new TreeMap<>();
    for (long at = log.ceiling(0); log.contains(at); at = log.ceiling(at + 1)) {
      Row row = log.read(at);
      long number = Contents.number(row.text("name"));
      require(
          row.int64("sequence") == at && Arrays.equals(Contents.bytes(number), row.bytes("data")),
          "record " + at + " is not as it was written");
      require(found.put(number, at) == null, "record " + number + " is there twice");
    }
    for (Known record : known.values()) {
      require(record.sequence < log.next(), "sequence " + record.sequence + " comes again");
    }
    return found;
  }

  private void hold(Map<Long, Long> found, boolean live) {
    for (Map.Entry<Long, Long> entry : found.entrySet()) {
      Known record = of(entry.getKey());
      require(!record.gone, "record " + entry.getKey() + " was gone and is there again");
      require(!live || !record.refused, "record " + entry.getKey() + " was refused");
      require(
          record.sequence < 0 || record.sequence == entry.getValue(),
          "record " + entry.getKey() + " is " + entry.getValue() + ", not " + record.sequence);
    }
    for (Map.Entry<Long, Known> entry : known.entrySet()) {
      Known record = entry.getValue();
      boolean needed =
          record.done
              && !dropped.contains(record.sequence)
              && (record.sequence < 0 || record.sequence >= deletedBefore);
      require(
          !needed || found.containsKey(entry.getKey()),
          "record " + entry.getKey() + " was acknowledged as " + record.sequence + " and is lost");
    }
  }
}
