package io.seamark.buffer.crash;

import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A kind of store on trial: works on it, and knows from the ledger what must and what may be in it.
 * Not thread-safe.
 */
interface Trial {
  /** Takes one step after another, each of a few operations. Used by one thread at a time. */
  @FunctionalInterface
  interface Worker {
    /** Does something by chance. */
    void step(Random random) throws IOException;
  }

  /**
   * A store that is open.
   *
   * @param store to be closed
   * @param appenders add records; they go on as fast as they can
   * @param keepers do the rest, and pause in between
   */
  record Opened(OpenStore store, List<Worker> appenders, List<Worker> keepers) {}

  /** A store that can be held against the ledger while it is open. */
  interface OpenStore extends AutoCloseable {
    /** Why nothing can be stored now; empty if nothing is known. */
    String failure();

    @Override
    void close() throws IOException;
  }

  /** What a process has to know that goes on with a store. */
  record Start(long nextNumber, List<Long> unanswered) {}

  /** One of each kind, without anything learnt. */
  static List<Trial> all() {
    return List.of(new LogTrial(), new OutboxTrial(), new ReplayTrial());
  }

  /** The trial's name, one word. */
  String name();

  /** Where to go on. */
  Start start();

  /**
   * Opens the store for work.
   *
   * @param folder the store's own
   * @param start from {@link #start}
   * @param ledger is told what is done
   */
  Opened open(Path folder, Disk disk, Start start, Ledger ledger) throws IOException;

  /**
   * Learns what a process said.
   *
   * @throws AssertionError if that cannot be
   */
  void learn(Line line);

  /**
   * Holds a store that nobody has open against what is known, and takes what may or may not have
   * come about for what it is from now on.
   *
   * @return number of records
   * @throws AssertionError if something is not as it must be
   */
  int check(Path folder, Disk disk) throws IOException;

  /** The same for one who reads the machine's own files, and changes and learns nothing. */
  int look(Path folder) throws IOException;

  /** Another process goes on: what was refused before may be there after all. */
  void restarted();

  /** Holds an open store against what is known: what was refused is not there. */
  int check(OpenStore store) throws IOException;
}
