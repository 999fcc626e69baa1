package io.seamark.buffer.crash;

import io.seamark.buffer.crash.Ledger.Act;
import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.crash.Ledger.Stage;
import java.io.IOException;

/** Says for a store what it is about to do, and what came of it. */
record Voice(String store, Ledger ledger) {
  /** An operation; gives the sequence that it is about. */
  interface Operation {
    long run() throws IOException;
  }

  /** Says that something begins, does it, and says that it is done. */
  void does(Act act, long number, long sequence, Operation operation) throws IOException {
    say(act, Stage.BEGUN, number, sequence);
    boolean done = false;
    try {
      long of = operation.run();
      done = true;
      say(act, Stage.DONE, number, of);
    } finally {
      if (!done) {
        say(act, Stage.FAILED, number, sequence);
      }
    }
  }

  void say(Act act, Stage stage, long number, long sequence) {
    ledger.say(new Line(store, act, stage, number, sequence));
  }
}
