package io.seamark.buffer;

import io.seamark.buffer.ReplayBuffer.Entry;
import io.seamark.buffer.ReplayBufferWriter.Forgotten;
import io.seamark.buffer.ReplayBufferWriter.ForgottenSample;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.setting.MaximumAges;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the samples of a buffer that have had their time, from every file. How old a sample is,
 * says {@link SampleAges}. What goes is named in a receipt, as that of {@code buffer forget}, in
 * the folder {@value #RECEIPTS} of the buffer, which keeps the newest thousand of them.
 *
 * <p>A run costs little where nothing is to go. While something goes, segments are written again
 * one by one, and samples can be appended between. Thread-safe.
 *
 * <p>Should this machine's clock jump, nothing is dropped until it has gone on from there for a
 * day: by more than a week, or by more than half of the shortest age if that is less, but at least
 * two hours. A service that was stopped for longer begins with such a day, too.
 */
public final class Retention {
  /** Folder in the buffer's that has the receipts, and what was seen of the clock. */
  public static final String RECEIPTS = "receipts";

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  /** How often the journal is sealed, so that when its samples were stored is known that well. */
  private static final Duration SEALING = Duration.ofDays(1);

  private static final Duration SHORTEST_STEP = Duration.ofHours(2);
  private static final Duration LONGEST_STEP = Duration.ofDays(7);

  /** Samples of one receipt. */
  private static final int MOST_NAMED = 10_000;

  private final ReplayBufferWriter buffer;
  private final Path folder;
  private final MaximumAges ages;
  private final InstantSource clock;
  private final ClockGuard guard;
  private final ReceiptFolder receipts;

  /** When samples were taken whose segment's index does not say so. */
  private final Map<Long, Long> captured = new HashMap<>();

  /** What is gone and stands in no receipt yet. */
  private final List<ForgottenSample> unnamed = new ArrayList<>();

  private final List<Long> countedFromStoring = new ArrayList<>();
  private @Nullable Instant sealed;
  private boolean left;
  private volatile State state = new State(0, 0, "", "", "", List.of());

  /**
   * What retention has done.
   *
   * @param dropped samples since it began
   * @param doubted samples in the buffer whose time of capture cannot be right, so that their age
   *     counts from the storing
   * @param lastRun when the last run ended that could do its work, in ISO 8601; empty before
   * @param waits why nothing is dropped now; empty if nothing keeps from it
   * @param failure what went wrong in the last run, which the next one tries again; empty if
   *     nothing
   * @param remains files that may hold bytes of dropped samples still
   */
  public record State(
      long dropped,
      long doubted,
      String lastRun,
      String waits,
      String failure,
      List<String> remains) {
    /** Copies the list. */
    public State {
      remains = List.copyOf(remains);
    }
  }

  /**
   * For one buffer.
   *
   * @param buffer stays open
   * @param folder the buffer's
   * @param ages how long samples are kept
   * @param clock tells the time
   */
  public Retention(ReplayBufferWriter buffer, Path folder, MaximumAges ages, InstantSource clock) {
    this.buffer = buffer;
    this.folder = folder;
    this.ages = ages;
    this.clock = clock;
    this.receipts = new ReceiptFolder(folder.resolve(RECEIPTS));
    this.guard = new ClockGuard(folder.resolve(RECEIPTS).resolve("clock.json"), step(ages));
  }

  private static Duration step(MaximumAges ages) {
    Duration step = ages.shortest().orElse(LONGEST_STEP).dividedBy(2);
    if (step.compareTo(SHORTEST_STEP) < 0) {
      return SHORTEST_STEP;
    }
    return step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step;
  }

  /**
   * What it has done.
   *
   * @return after the last run
   */
  public State state() {
    return state;
  }

  /**
   * Drops what has had its time. What fails is told by the state, and tried again by the next run.
   * A thread that is interrupted stops after the segment that it is at.
   *
   * @return the state after it
   */
  public synchronized State run() {
    if (ages.none()) {
      return state;
    }
    Instant now = clock.instant();
    Outcome outcome = new Outcome();
    try {
      OptionalLong written = buffer.lastWritten();
      outcome.waits =
          guard.doubt(now, written.isPresent() ? Instant.ofEpochMilli(written.getAsLong()) : now);
      if (outcome.waits.isEmpty()) {
        retry(outcome);
        sealDaily(now, outcome);
        drop(now, outcome);
      } else {
        LOG.warn("{}: no sample is dropped for its age yet: {}", folder, outcome.waits);
      }
      name(now, outcome);
    } catch (IOException | RuntimeException e) {
      outcome.failed(e);
    }
    state =
        new State(
            state.dropped() + outcome.dropped,
            outcome.waits.isEmpty() ? outcome.doubted : state.doubted(),
            outcome.waits.isEmpty() && outcome.failure.isEmpty() ? now.toString() : state.lastRun(),
            outcome.waits,
            outcome.failure,
            remains(outcome));
    return state;
  }

  /** What comes of a run. */
  private static final class Outcome {
    private long dropped;
    private long doubted;
    private String waits = "";
    private String failure = "";

    void failed(Exception e) {
      failure = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.warn("dropping samples for their age, which is tried again: {}", failure);
    }
  }

  /** What an earlier run could not write again. */
  private void retry(Outcome outcome) {
    if (left) {
      try {
        buffer.compact();
        left = false;
      } catch (IOException e) {
        outcome.failed(e);
      }
    }
  }

  private void sealDaily(Instant now, Outcome outcome) {
    Instant before = sealed;
    if (before == null || Duration.between(before, now).abs().compareTo(SEALING) >= 0) {
      try {
        buffer.seal();
        sealed = now;
      } catch (IOException e) {
        outcome.failed(e);
      }
    }
  }

  private void drop(Instant now, Outcome outcome) throws IOException {
    SampleAges since = buffer.ages(now);
    List<Entry> due = new ArrayList<>();
    long file = -1;
    for (Entry entry : (Iterable<Entry>) buffer.entries()::iterator) {
      long of = since.fileOf(entry.sequence());
      if (of != file) {
        drop(due, now, since, outcome);
        due.clear();
        file = of;
        if (Thread.currentThread().isInterrupted() || unnamed.size() >= MOST_NAMED) {
          return;
        }
      }
      if (isDue(entry, since, outcome)) {
        due.add(entry);
      }
    }
    drop(due, now, since, outcome);
    captured.keySet().removeIf(sequence -> !buffer.contains(sequence));
  }

  private boolean isDue(Entry entry, SampleAges since, Outcome outcome) {
    Optional<Duration> age = ages.of(entry.edge(), entry.domain());
    if (age.isEmpty() || !since.mayBeOlder(entry.sequence(), age.get())) {
      Long known = entry.capturedMillis();
      outcome.doubted += known != null && !since.believes(entry.sequence(), known) ? 1 : 0;
      return false;
    }
    long taken = captured(entry, since, outcome);
    if (since.isOlder(entry.sequence(), taken, age.get())) {
      return true;
    }
    outcome.doubted += since.believes(entry.sequence(), taken) ? 0 : 1;
    return false;
  }

  /** When a sample was taken; where nothing says so any more, when it was stored. */
  private long captured(Entry entry, SampleAges since, Outcome outcome) {
    Long indexed = entry.capturedMillis();
    Long known = indexed != null ? indexed : captured.get(entry.sequence());
    if (known != null) {
      return known;
    }
    try {
      long read = buffer.read(entry.sequence()).sample().capturedMillis();
      captured.put(entry.sequence(), read);
      return read;
    } catch (DamagedRecordException e) {
      LOG.debug("{}: {}", folder, e.getMessage());
    } catch (IOException e) {
      outcome.failed(e);
    } catch (IllegalArgumentException e) {
      LOG.debug("{}: sample {} was dropped meanwhile", folder, entry.sequence());
    }
    return since.storedMillis(entry.sequence());
  }

  /** Drops samples of one file. */
  private void drop(List<Entry> due, Instant now, SampleAges since, Outcome outcome)
      throws IOException {
    if (due.isEmpty()) {
      return;
    }
    List<ForgottenSample> going = new ArrayList<>();
    for (Entry entry : due) {
      try {
        going.add(
            ReplayBufferWriter.forgotten(entry.sequence(), buffer.read(entry.sequence()).sample()));
      } catch (IOException e) {
        // Its index is whole and says whose it is and that its time has come.
        going.add(
            new ForgottenSample(
                entry.sequence(),
                entry.id(),
                entry.edge(),
                entry.domain(),
                captured(entry, since, outcome),
                ""));
      } catch (IllegalArgumentException e) {
        LOG.debug("{}: sample {} was dropped meanwhile", folder, entry.sequence());
      }
    }
    try {
      buffer.erase(going);
    } catch (IOException e) {
      left = true;
      outcome.failed(e);
    }
    for (ForgottenSample gone : going) {
      if (!buffer.contains(gone.sequence())) {
        outcome.dropped++;
        unnamed.add(gone);
        if (!since.believes(gone.sequence(), gone.capturedMillis())) {
          countedFromStoring.add(gone.sequence());
        }
      }
    }
    if (unnamed.size() >= MOST_NAMED) {
      name(now, outcome);
    }
  }

  /** Writes the receipt. */
  private void name(Instant now, Outcome outcome) throws IOException {
    if (unnamed.isEmpty()) {
      return;
    }
    Map<String, Object> asked = new LinkedHashMap<>();
    ages.others().ifPresent(age -> asked.put("max_age", age.toString()));
    asked.put("max_age_by_domain", texts(ages.byDomain()));
    asked.put("max_age_by_edge", texts(ages.byEdge()));
    asked.put("counted_from_storing", List.copyOf(countedFromStoring));
    try {
      Path receipt =
          receipts.add(
              new ForgetReceipt(
                  now, folder, asked, new Forgotten(unnamed, List.of(), buffer.remains())));
      LOG.info(
          "{}: {} samples were dropped for their age; the receipt is {}",
          folder,
          unnamed.size(),
          receipt);
      unnamed.clear();
      countedFromStoring.clear();
    } catch (IOException e) {
      outcome.failed(e);
    }
  }

  private static Map<String, String> texts(Map<String, Duration> ages) {
    Map<String, String> texts = new TreeMap<>();
    ages.forEach((name, age) -> texts.put(name, age.toString()));
    return texts;
  }

  private List<String> remains(Outcome outcome) {
    try {
      return buffer.remains();
    } catch (IOException e) {
      outcome.failed(e);
      return state.remains();
    }
  }
}
