package io.seamark.buffer.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Is told what is begun, and what was acknowledged, in the order in which that happens. */
@FunctionalInterface
interface Ledger {
  /** What is done with a store. */
  enum Act {
    /** A record is appended. */
    APPEND,
    /** An outbox gave a sample to deliver. */
    DELIVER,
    /** A delivered sample is taken out. */
    ACKNOWLEDGE,
    /** A sample that could not be delivered is set aside. */
    SET_ASIDE,
    /** All that were set aside wait again. */
    RETRY,
    /** Records before a sequence are needed no longer. */
    DELETE,
    /** One record is needed no longer. */
    DROP,
    /** Samples are forgotten. */
    FORGET
  }

  /** How far it has come. */
  enum Stage {
    /** It may come about from now on. */
    BEGUN,
    /** It has come about, and outlives a crash. */
    DONE,
    /** It was refused. */
    FAILED
  }

  /**
   * One line.
   *
   * @param store the trial's name
   * @param number of the record, or whatever the act is about
   * @param sequence its sequence in the store; -1 if not known
   */
  record Line(String store, Act act, Stage stage, long number, long sequence) {
    /** Reads what {@link #toString} wrote. */
    static Line of(String text) {
      String[] parts = text.split(" ", 5);
      return new Line(
          parts[0],
          Act.valueOf(parts[1]),
          Stage.valueOf(parts[2]),
          Long.parseLong(parts[3]),
          Long.parseLong(parts[4]));
    }

    @Override
    public String toString() {
      return store + " " + act + " " + stage + " " + number + " " + sequence;
    }
  }

  /** Takes a line down. Thread-safe. */
  void say(Line line);

  /**
   * Appends to a file, never forced: what was written outlives the process that wrote it, though
   * not the machine.
   */
  static Ledger inFile(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return line -> {
      try {
        // One write, so that lines of several threads do not mix.
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
