package io.seamark.buffer.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The records that are written to the journal and not forced yet. Those of several writers share a
 * force: each writes its frame and waits for a force that began after that; one of the waiting
 * threads forces for all, and lets the others write meanwhile. All is guarded by the log's lock,
 * which whoever calls holds once; waiting gives it up, and no interrupt ends it.
 */
final class GroupCommit<E> {
  private final ReentrantLock lock;
  private final Outcome<E> outcome;

  /** A record was forced or has failed, or may be written again. */
  private final Condition changed;

  /** In the order of their sequences, all in one journal. */
  private final List<Written<E>> unforced = new ArrayList<>();

  private boolean forcing;

  /** Threads that wait until there is no such record. */
  private int finishing;

  /** What becomes of records; called with the lock held. */
  interface Outcome<E> {
    /** A record is on the disk. Called in the order of the sequences. */
    void forced(Segment<E> segment, RecordAt<E> record);

    /** A force failed, and with it all records that were unforced; one had so many bytes. */
    void failed(IOException why, int bytes);
  }

  /** A record that is written, and what became of it. */
  static final class Written<E> {
    private final ActiveJournal<E> journal;
    private final RecordAt<E> record;
    private boolean done;
    private @Nullable IOException failure;

    private Written(ActiveJournal<E> journal, RecordAt<E> record) {
      this.journal = journal;
      this.record = record;
    }
  }

  GroupCommit(ReentrantLock lock, Outcome<E> outcome) {
    this.lock = lock;
    this.outcome = outcome;
    this.changed = lock.newCondition();
  }

  /** Waits until another record may be written. */
  void awaitRoom() {
    while (finishing > 0 || unforced.size() >= Journal.MAX_UNFORCED) {
      changed.awaitUninterruptibly();
    }
  }

  /** Records that are written and not forced. */
  int size() {
    return unforced.size();
  }

  /** A record was written to the journal. */
  Written<E> written(ActiveJournal<E> journal, RecordAt<E> record) {
    Written<E> written = new Written<>(journal, record);
    unforced.add(written);
    return written;
  }

  /**
   * Waits until a record is on the disk, and forces it unless another thread is about to.
   *
   * @throws IOException if forcing failed; what the disk holds of the record is unknown
   */
  void await(Written<E> written) throws IOException {
    while (!written.done) {
      if (!forcing) {
        force();
      }
      while (forcing && !written.done) {
        changed.awaitUninterruptibly();
      }
    }
    IOException failure = written.failure;
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  /**
   * Waits until every record is forced or has failed, and lets none be written meanwhile, nor until
   * the lock is given up.
   */
  void finish() {
    finishing++;
    try {
      while (!unforced.isEmpty()) {
        if (!forcing) {
          force();
        }
        while (forcing) {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      finishing--;
      changed.signalAll();
    }
  }

  /** Forces what is written by now. */
  private void force() {
    int count = unforced.size();
    ActiveJournal<E> journal = unforced.get(0).journal;
    long end = journal.end;
    IOException failure = new IOException("forcing was broken off");
    forcing = true;
    lock.unlock();
    try {
      journal.file.force();
      failure = null;
    } catch (IOException e) {
      failure = e;
    } finally {
      lock.lock();
      forcing = false;
      changed.signalAll();
      if (failure == null) {
        journal.forcedTo(end);
        forced(count);
      } else {
        failed(journal, failure);
      }
    }
  }

  private void forced(int count) {
    List<Written<E>> batch = unforced.subList(0, count);
    for (Written<E> written : batch) {
      outcome.forced(written.journal.segment, written.record);
      written.done = true;
    }
    batch.clear();
  }

  /** Those that were written while the others were forced lie behind them, and fail too. */
  private void failed(ActiveJournal<E> journal, IOException failure) {
    IOException why =
        new IOException(
            "cannot append to " + journal.segment.file.getParent() + ": " + failure.getMessage(),
            failure);
    int most = unforced.stream().mapToInt(written -> written.record.length()).max().orElse(0);
    long first = unforced.get(0).record.sequence();
    for (Written<E> written : unforced) {
      written.failure = why;
      written.done = true;
    }
    unforced.clear();
    outcome.failed(why, most);
    journal.forcingFailed(first, failure);
  }
}
